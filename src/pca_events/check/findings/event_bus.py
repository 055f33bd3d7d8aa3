"""Which event bus a rule is on, and which events of AWS services are forwarded to it.

Events of AWS services arrive on the default event bus of their account. They reach another bus only if a rule sends
them there; AWS documents (eb-bus-to-bus) that EventBridge does not forward them from there to a third bus.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pca_events.check.report import Finding, Level
from pca_events.infrastructure.model import DEFAULT_BUS, Destination, Rule, Target, Unknown
from pca_events.infrastructure.partial_values import may_be_equal, wildcard_text

_PARTNER = "aws.partner/"
_ON_BUS = ":event-bus/"
_OWN = "\0"
"""The prefix of the internal name of a bus of the project; no real name begins with it."""

_MOST_COMPARED = 200
"""How many names of buses are compared with a partly unknown one; if there are more, it may be any of them."""

_MOST_NAMED = 3
"""How many rules that forward to a bus are named in a message."""

Events = frozenset[str]
"""The events that a rule forwards: IDs of documented events, and detail-types of CloudTrail."""


@dataclass(frozen=True)
class Forwarded:
    """What the rules of the project forward to an event bus.

    Attributes:
        events: the events that are forwarded from the default bus.
        possible: those that may be forwarded, by a rule whose target is not known.
        forwards: the first rules that send events there, including rules that forward none of these events or are off.
        is_on: whether one of the rules that send events there is enabled, or may be.
        chained: whether a rule on another bus than the default one sends events there.
    """

    events: Events = frozenset()
    possible: Events = frozenset()
    forwards: tuple[Rule, ...] = ()
    is_on: bool = False
    chained: bool = False

    def with_(self, other: "Forwarded") -> "Forwarded":
        """Return the combination of two arrivals."""
        forwards = {id(rule): rule for rule in (*self.forwards, *other.forwards)}
        return Forwarded(
            self.events | other.events,
            self.possible | other.possible,
            tuple(forwards.values())[: _MOST_NAMED + 1],
            self.is_on or other.is_on,
            self.chained or other.chained,
        )


NOTHING_FORWARDED = Forwarded()


class Forwarding:
    """The events that arrive on each event bus other than the default one.

    Args:
        rules: all rules of the project, each with the events that it passes.
    """

    def __init__(self, rules: Iterable[tuple[Rule, Events]]) -> None:
        self._sent: dict[str, Forwarded] = {}
        self._names: list[str] = []
        self._vague: list[str] = []
        self._everything: Events = frozenset()
        self._possible: Events = frozenset()
        self._of: dict[str, Forwarded] = {}
        for rule, events in rules:
            self._take(rule, frozenset() if rule.enabled is False else events)

    def at(self, rule: Rule) -> Forwarded:
        """The events that arrive on the bus of a rule."""
        if is_default(rule.bus) and rule.own_bus is None:
            return NOTHING_FORWARDED
        key = _key(rule.own_bus, rule.bus)
        if key not in self._of:
            self._of[key] = self._arrival(rule)
        return self._of[key]

    def _take(self, rule: Rule, events: Events) -> None:
        if rule.kind != "rule":
            return
        is_direct = may_be_on_default(rule)
        if rule.targets is None and is_direct:
            self._possible |= events
        for target in rule.targets or ():
            if target.kind == "events":
                sent = events if is_direct else frozenset()
                self._send(target, Forwarded(sent, frozenset(), (rule,), rule.enabled is not False, not is_direct))
            elif not target.kind and isinstance(target.arn, Unknown) and is_direct:
                self._possible |= events

    def _send(self, target: Target, sent: Forwarded) -> None:
        own, name = target.destination, _name(target.arn)
        self._everything |= sent.events
        if own is None and name not in self._sent:
            self._names.append(name)
            self._vague += [name] if "*" in name else []
        for key in {_key(own, target.arn), _name(own.arn) if own else name}:
            self._sent[key] = self._sent.get(key, NOTHING_FORWARDED).with_(sent)

    def _arrival(self, rule: Rule) -> Forwarded:
        text = _name(rule.own_bus.arn if rule.own_bus else rule.bus)
        compared = self._names if "*" in text else self._vague
        possible = self._possible
        if len(compared) > _MOST_COMPARED:
            possible, compared = possible | self._everything, []
        names = {_key(rule.own_bus, rule.bus), *(name for name in compared if may_be_equal(text, name))}
        names |= set() if "*" in text else {text}
        found = Forwarded(possible=possible)
        for name in sorted(names & self._sent.keys()):
            found = found.with_(self._sent[name])
        return found


def _key(own: Destination | None, bus: str | Unknown) -> str:
    """The identity of a bus: its location in the code, otherwise its name."""
    return f"{_OWN}{own.place} {own.address}" if own else _name(bus)


def _name(bus: str | Unknown) -> str:
    """The name of a bus from its name or ARN, with `*` for each unknown part."""
    text = wildcard_text(bus)
    return text.rpartition(_ON_BUS)[2]


def is_default(bus: str | Unknown) -> bool:
    """Whether a bus is certainly the default one."""
    return _name(bus) == DEFAULT_BUS


def may_be_on_default(rule: Rule) -> bool:
    """Whether a rule is or may be on the default bus."""
    return rule.own_bus is None and _may_be_default(wildcard_text(rule.bus))


@lru_cache(maxsize=1 << 10)
def _may_be_default(text: str) -> bool:
    return may_be_equal(_name(text), DEFAULT_BUS) or may_be_equal(text, f"*{_ON_BUS}{DEFAULT_BUS}")


def event_bus_findings(rule: Rule, arrival: Forwarded, fires_on: Events) -> Iterator[Finding]:
    """Yield the findings about the bus of a rule.

    Args:
        rule: the rule.
        arrival: what is forwarded to its bus.
        fires_on: the events on which its pattern fires, or may.
    """
    if is_default(rule.bus) and rule.own_bus is None:
        return
    name = _name_for_people(rule)
    if name.startswith(_PARTNER):
        message = f"never fires: the event bus {name} receives only the events of a partner"
        yield Finding("error", "custom-bus", message, "put it on the default bus", rule.place, name)
    elif arrival.events & fires_on or (arrival.events and not fires_on):
        return
    elif may_be_on_default(rule):
        message = f"fires only if {name} is the default event bus, or if a rule forwards events of AWS services to it"
        yield Finding("note", "custom-bus", message, "check its value when deployed", rule.place, name)
    else:
        yield _not_reached(rule, name, arrival, fires_on)


def not_arriving(rule: Rule, arrival: Forwarded, events: Events) -> Events:
    """Return the events that certainly do not reach the bus of a rule."""
    if may_be_on_default(rule) or _level(rule.own_bus, arrival, events) != "error":
        return frozenset()
    return events - arrival.events


def _not_reached(rule: Rule, name: str, arrival: Forwarded, fires_on: Events) -> Finding:
    """Explain that no rule of the project forwards the events of a rule."""
    bus, level = rule.own_bus, _level(rule.own_bus, arrival, fires_on)
    remedy = "put it on the default bus; or forward the events from there with a rule whose target is this bus"
    labels = ", ".join(forward.name for forward in arrival.forwards[:_MOST_NAMED])
    labels += " and others" if len(arrival.forwards) > _MOST_NAMED else ""
    if arrival.forwards and not arrival.chained:
        what = f"passes {_passed(arrival.forwards)}" if arrival.is_on else "is disabled"
        message = f"is on the event bus {name}, but the rule that forwards to it ({labels}) {what}"
        remedy = "forward the events of aws.acm-pca; or use the default bus" if arrival.is_on else "enable that rule"
    elif arrival.chained:
        message = (
            f"is on the event bus {name}, to which {labels} forwards from a bus that is not the default one: "
            "EventBridge does not forward them to a third bus"
        )
    elif bus and level == "error":
        message = (
            f"never fires: it is on the event bus {name}, but events of AWS services reach the default bus only, "
            "and no rule here forwards them"
        )
    else:
        message = (
            f"is on the event bus {name}: events of AWS services reach it only if a rule forwards them, and none here "
            "certainly does"
        )
        remedy = "put it on the default bus; or ignore this finding, if another stack or account forwards the events"
    return Finding(level, "custom-bus", message, remedy, rule.place, name)


def _passed(forwards: tuple[Rule, ...]) -> str:
    """Describe the forwarded events: the sources, if each forwarding rule names some."""
    if len(forwards) > _MOST_NAMED:
        return "none of the events that this rule fires on"
    named = [forward.pattern.get("source") if isinstance(forward.pattern, dict) else None for forward in forwards]
    sources = [source for held in named if isinstance(held, list) for source in held if isinstance(source, str)]
    if all(isinstance(held, list) for held in named) and sources and not any("acm-pca" in source for source in sources):
        return f"events of {', '.join(dict.fromkeys(sources))} only"
    return "none of the events that this rule fires on"


def _level(bus: Destination | None, arrival: Forwarded, fires_on: Events) -> Level:
    """An error if the project creates the bus, no policy lets others send to it, and all targets are known."""
    if bus is None or bus.policy is not None or arrival.possible & fires_on:
        return "warning"
    return "warning" if arrival.chained else "error"


def _name_for_people(rule: Rule) -> str:
    if rule.own_bus is not None:
        return rule.own_bus.name
    return rule.bus if isinstance(rule.bus, str) else rule.bus.reason
