"""Which event bus a rule is on, and which events of AWS services are forwarded to it.

Events of AWS services arrive on the default event bus of their account. They reach another bus only if a rule sends
them there; AWS documents (eb-bus-to-bus) that EventBridge does not route them on from there to a third bus.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pca_events.check.report import Finding, Level
from pca_events.infrastructure.model import DEFAULT_BUS, Destination, Rule, Target, Unknown
from pca_events.infrastructure.wildcard_texts import may_be_equal, wildcard_text

_PARTNER = "aws.partner/"
_ON_BUS = ":event-bus/"
_OWN = "\0"
"""Begins what stands for a bus of the project, which no name does."""

_MOST_COMPARED = 2000
"""How many names of buses that are known in part are compared; beyond that any of them may be any."""

Events = frozenset[str]
"""What a rule passes: the ids of documented events, and the detail-types of CloudTrail."""


@dataclass(frozen=True)
class Arrival:
    """What the rules of the project forward to the bus of a rule.

    Attributes:
        events: the events that are forwarded from the default bus.
        possible: those that may be, by a rule whose target is not known.
        forwards: the rules that send events there, those that send none of these and those that are off included.
        chained: whether rules on other buses than the default one send events there.
    """

    events: Events = frozenset()
    possible: Events = frozenset()
    forwards: tuple[Rule, ...] = ()
    chained: bool = False


NOTHING = Arrival()


class Arrivals:
    """What arrives on each event bus that is not the default one.

    Args:
        rules: all rules of the project, each with the events that it passes.
    """

    def __init__(self, rules: Iterable[tuple[Rule, Events]]) -> None:
        self._sent: dict[str, dict[str, tuple[Rule, Events]]] = {}
        self._vague: dict[str, None] = {}
        self._possible: Events = frozenset()
        self._of: dict[str, Arrival] = {}
        for rule, events in rules:
            self._take(rule, events)

    def at(self, rule: Rule) -> Arrival:
        """What arrives on the bus of a rule."""
        if is_default(rule.bus) and rule.own_bus is None:
            return NOTHING
        key = _key(rule.own_bus, rule.bus)
        if key not in self._of:
            self._of[key] = self._arrival(rule)
        return self._of[key]

    def _take(self, rule: Rule, events: Events) -> None:
        if rule.enabled is False:
            events = frozenset()
        if rule.targets is None and _is_on_default(rule):
            self._possible |= events
        for target in rule.targets or ():
            if target.kind == "events":
                self._send(target, rule, events)
            elif not target.kind and isinstance(target.arn, Unknown) and _is_on_default(rule):
                self._possible |= events

    def _send(self, target: Target, rule: Rule, events: Events) -> None:
        own = target.destination
        names = {_key(own, target.arn)}
        if own and "*" not in _name(own.arn):
            names.add(_name(own.arn))
        for name in names:
            self._sent.setdefault(name, {})[f"{rule.place} {rule.name}"] = (rule, events)
            if "*" in name and not name.startswith(_OWN):
                self._vague[name] = None

    def _arrival(self, rule: Rule) -> Arrival:
        text = _name(rule.own_bus.arn if rule.own_bus else rule.bus)
        names = {_key(rule.own_bus, rule.bus), text}
        vague = list(self._vague)[:_MOST_COMPARED]
        names |= {other for other in (self._sent if "*" in text else vague) if may_be_equal(text, other)}
        sent = {label: held for name in names for label, held in self._sent.get(name, {}).items()}
        forwards = sorted(sent.values(), key=lambda held: (held[0].place, held[0].name))
        direct = [passed for forward, passed in forwards if _is_on_default(forward)]
        possible = self._possible
        if len(self._vague) > _MOST_COMPARED:
            possible = possible.union(*(passed for held in self._sent.values() for _, passed in held.values()))
        rules = tuple(forward for forward, _ in forwards)
        return Arrival(frozenset().union(*direct), possible, rules, len(direct) < len(forwards))


def _key(own: Destination | None, bus: str | Unknown) -> str:
    """What tells a bus from others: where it is written, else its name."""
    return f"{_OWN}{own.place} {own.address}" if own else _name(bus)


def _name(bus: str | Unknown) -> str:
    """The name of a bus by its name or ARN, with `*` for what is not known of it."""
    text = wildcard_text(bus)
    return text.rpartition(_ON_BUS)[2]


def is_default(bus: str | Unknown) -> bool:
    """Whether a bus is certainly the default one."""
    return _name(bus) == DEFAULT_BUS


def _is_on_default(rule: Rule) -> bool:
    """Whether a rule is on the default bus, or may be."""
    return rule.own_bus is None and may_be_equal(_name(rule.bus), DEFAULT_BUS)


def of_bus(rule: Rule, arrival: Arrival, fires_on: Events) -> Iterator[Finding]:
    """Yield what is wrong with the bus of a rule.

    Args:
        rule: the rule.
        arrival: what is forwarded to its bus.
        fires_on: the events on which its pattern fires, or may.
    """
    if is_default(rule.bus) and rule.own_bus is None:
        return
    name = _name_for_people(rule)
    if name.startswith(_PARTNER):
        message = f"never fires: the event bus {name} receives the events of a partner only"
        yield Finding("error", "custom-bus", message, "put it on the default bus", rule.place)
    elif arrival.events & fires_on or (arrival.events and not fires_on):
        return
    elif may_be_equal(_name(rule.bus), DEFAULT_BUS) and rule.own_bus is None:
        message = f"fires only if {name} is the default event bus, or if a rule forwards events of AWS services to it"
        yield Finding("note", "custom-bus", message, "check what it is when deployed", rule.place)
    else:
        yield _not_reached(rule, name, arrival, fires_on)


def _not_reached(rule: Rule, name: str, arrival: Arrival, fires_on: Events) -> Finding:
    """Say that no rule of the project forwards what a rule waits for."""
    bus, level = rule.own_bus, _level(rule.own_bus, arrival, fires_on)
    remedy = "put it on the default bus; or forward the events from there by a rule whose target is this bus"
    if arrival.forwards and not arrival.chained:
        labels = ", ".join(forward.name for forward in arrival.forwards[:3])
        off = all(forward.enabled is False for forward in arrival.forwards)
        what = "is disabled" if off else f"passes {_passed(arrival.forwards)}"
        message = f"is on the event bus {name}, but the rule that forwards to it ({labels}) {what}"
        remedy = "enable the rule that forwards" if off else "forward the events of aws.acm-pca; or use the default bus"
    elif arrival.chained:
        labels = ", ".join(forward.name for forward in arrival.forwards[:3])
        message = (
            f"is on the event bus {name}, to which {labels} forwards from a bus that is not the default one: "
            "EventBridge does not route forwarded events to a third bus"
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
    return Finding(level, "custom-bus", message, remedy, rule.place)


def _passed(forwards: tuple[Rule, ...]) -> str:
    """What forwards pass, in words: the sources that they name, where each names some."""
    named = [forward.pattern.get("source") if isinstance(forward.pattern, dict) else None for forward in forwards]
    sources = [source for held in named if isinstance(held, list) for source in held if isinstance(source, str)]
    if all(isinstance(held, list) for held in named) and sources and not any("acm-pca" in source for source in sources):
        return f"events of {', '.join(dict.fromkeys(sources))} only"
    return "none of the events that this rule fires on"


def _level(bus: Destination | None, arrival: Arrival, fires_on: Events) -> Level:
    """An error where the project makes the bus, lets nobody else send to it, and says of all rules where they send."""
    if bus is None or bus.policy is not None or arrival.possible & fires_on:
        return "warning"
    return "warning" if arrival.chained else "error"


def _name_for_people(rule: Rule) -> str:
    if rule.own_bus is not None:
        return rule.own_bus.name
    return rule.bus if isinstance(rule.bus, str) else rule.bus.reason
