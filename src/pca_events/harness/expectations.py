"""The expectations of a scenario on rules and received events, and the messages when they are not met.

The first line of each message names the rule, the field, the value wanted and the value found. The event, the pattern
and the explanation of the pattern engine follow.
"""

import itertools
import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from pca_events import catalog, contract
from pca_events.backends.control_clients import has_traces, trace_lines, trace_of
from pca_events.catalog import STAMPED, Event, id_of
from pca_events.errors import BackendError, Unexpected
from pca_events.harness.aws_errors import AwsError
from pca_events.harness.events import Delivery
from pca_events.harness.scenario_bus import RULE_UNDER_TEST, Firing, ScenarioBus
from pca_events.pattern import EventPattern, Explanation

_MISSING = object()


def expect_firings(bus: ScenarioBus, expected: Collection[Firing]) -> None:
    """Expect that the rules of a bus fired on the expected events only, and that these arrived unchanged.

    Args:
        bus: of the scenario.
        expected: each rule's label with the id of an event that must fire it.

    Raises:
        Unexpected: a rule did not fire, fired on another event, or sent an event that differs from the published one.
        BusSilent: the bus did not handle the published events.
    """
    wanted = set(expected)
    deliveries = [delivery for delivery in bus.deliveries(wanted) if not _is_a_copy(bus, delivery)]
    fired = {(delivery.rule, delivery.event_id) for delivery in deliveries}
    for delivery in deliveries:
        if delivery.event_id not in bus.published:
            raise Unexpected(_nobody_published(bus, delivery))
    for rule, event_id in sorted(wanted - fired):
        raise Unexpected(_did_not_fire(bus, rule, event_id))
    for rule, event_id in sorted(fired - wanted):
        raise Unexpected(_fired_on_another(bus, rule, event_id))
    for delivery in deliveries:
        if delivery.event is not None:
            expect_unchanged(bus, delivery.event, bus.published[delivery.event_id])
            _expect_same(bus, delivery.event, bus.seen[delivery.event_id], "that the bus handled")


def expect(holds: bool, otherwise: str) -> None:
    """Expect a condition.

    Args:
        holds: the condition.
        otherwise: the message if it is false.

    Raises:
        Unexpected: the condition is false.
    """
    if not holds:
        raise Unexpected(otherwise)


def expect_equal(found: Any, wanted: Any, what: str) -> None:
    """Expect a value.

    Args:
        found: JSON, or anything that Python can compare and show.
        wanted: the same.
        what: the name of the value in the message: `the plan`.

    Raises:
        Unexpected: it is another one.
    """
    expect(found == wanted, f"{what}: wanted {_json(wanted)}, found {_json(found)}")


def expect_contract_met(event: Event, what: str, *, twins: bool = False) -> None:
    """Expect that an event conforms to the contract of its detail-type; with `twins`, also one of CloudTrail.

    Raises:
        Unexpected: it does not; the text contains each violation, and the event.
    """
    found = contract.violations(event, twins=True) if twins else contract.violations(event)
    violations = [str(violation) for violation in found]
    if violations:
        more = "" if len(violations) == 1 else f", and {len(violations) - 1} more"
        lines = [f"{what} violates its contract: {violations[0]}{more}", *(f"  {each}" for each in violations[1:])]
        raise Unexpected("\n".join([*lines, f"  event: {_json(event)}"]))


def expect_sent(sent: Sequence[Event], wanted: Sequence[str]) -> None:
    """Expect that AWS Private CA sent certain events and no other, in any order, each as documented.

    Args:
        sent: the events.
        wanted: the ids of the documented events, each as often as it is wanted.

    Raises:
        Unexpected: one is missing, one was sent that is not wanted, or one violates its contract.
    """
    for event in sent:
        expect_contract_met(event, "an event that was sent")
    left = Counter(wanted)
    for event in sent:
        if not left[id_of(event)]:
            expected = ", ".join(wanted) or "nothing"
            raise Unexpected(f"{id_of(event)} was sent, wanted {expected}\n  event: {_json(event)}")
        left[id_of(event)] -= 1
    if missing := list(left.elements()):
        found = ", ".join(map(id_of, sent)) or "nothing"
        raise Unexpected(f"{', '.join(missing)} was not sent; what was sent: {found}")


def expect_as_sent(received: Any, sent: Event) -> None:
    """Expect that an event arrived as AWS Private CA sent it.

    Raises:
        Unexpected: it differs; the text names the first place with both values.
    """
    for difference in differences(sent, received):
        raise Unexpected(f"{id_of(sent)} was received with a change: {difference}\n  received: {_json(received)}")


def expect_aws_error(refused: AwsError | None, operation: str, code: str) -> None:
    """Expect that an operation failed with an error code.

    Raises:
        Unexpected: no call failed, or another one did.
    """
    if refused is None:
        raise Unexpected(f"{operation} was expected to fail with {code}, but succeeded")
    found = f"{refused.operation} with {refused.code}: {refused.message}"
    expect(
        (refused.operation, refused.code) == (operation, code),
        f"expected {operation} to fail with {code}, but got {found}",
    )


def expect_unchanged(bus: ScenarioBus, received: Event, published: Event) -> None:
    """Expect that a target received the published event, except for the fields that the bus stamps or replaces.

    Raises:
        Unexpected: it differs; the text names each place with both values.
    """
    replaced = bus.session.replaced
    _expect_same(bus, _unstamped(received, replaced), _unstamped(published, replaced), "that was published")


def _expect_same(bus: ScenarioBus, received: Event, other: Event, than: str) -> None:
    found = list(differences(other, received))
    if found:
        what = found[0] if len(found) == 1 else f"{found[0]}, and {len(found) - 1} more"
        lines = [f"{_named(bus, RULE_UNDER_TEST)} sent its target an event that differs from the one {than}: {what}"]
        lines += [f"  {each}" for each in found[1:]]
        raise Unexpected("\n".join([*lines, f"  wanted:   {_json(other)}", f"  received: {_json(received)}"]))


def _is_a_copy(bus: ScenarioBus, delivery: Delivery) -> bool:
    """Whether it belongs to an event that was published again because the first response was lost."""
    if delivery.event_id in bus.published or not bus.published_again:
        return False
    event, replaced = delivery.event, bus.session.replaced
    return event is None or (
        isinstance(event, dict)
        and any(_unstamped(event, replaced) == _unstamped(other, replaced) for other in bus.published.values())
    )


def differences(wanted: Any, found: Any, path: str = "$") -> Iterator[str]:
    """Yield the differences of two JSON values: missing, added, another value, another type."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name in dict.fromkeys([*wanted, *found]):
            yield from differences(wanted.get(name, _MISSING), found.get(name, _MISSING), f"{path}.{name}")
    elif isinstance(wanted, list) and isinstance(found, list):
        for index, (one, other) in enumerate(itertools.zip_longest(wanted, found, fillvalue=_MISSING)):
            yield from differences(one, other, f"{path}[{index}]")
    elif type(wanted) is not type(found) or wanted != found:
        yield f"{path} {_difference(wanted, found)}"


def _difference(wanted: Any, found: Any) -> str:
    if found is _MISSING:
        return f"is missing, wanted {_json(wanted)}"
    if wanted is _MISSING:
        return f"was added: {_json(found)}"
    if type(wanted) is not type(found):
        return f"wanted {_typed(wanted)}, found {_typed(found)}"
    return f"wanted {_json(wanted)}, found {_json(found)}"


def _did_not_fire(bus: ScenarioBus, rule: str, event_id: str) -> str:
    event = bus.seen.get(event_id, bus.published[event_id])
    explanation = _explained(bus, rule, event)
    if explanation is None or explanation.matched:
        why = "although its pattern matches the event, which the catch-all rule received"
        what = f"{_named(bus, rule)} did not fire, {why}"
    else:
        what = f"{_named(bus, rule)} did not fire: {_reason(explanation)}"
    return "\n".join([_message(bus, rule, event, what), *_traced(bus, rule, event_id)])


def _fired_on_another(bus: ScenarioBus, rule: str, event_id: str) -> str:
    event = bus.seen.get(event_id, bus.published[event_id])
    if rule not in bus.patterns:
        known = ", ".join(bus.patterns) or "none"
        return _message(bus, rule, event, f'a rule "{rule}" fired that the scenario did not put; it put {known}')
    explanation = _explained(bus, rule, event)
    what = f"{_named(bus, rule)} fired on {_title(event)}, which it must not match"
    if explanation is not None and not explanation.matched:
        what += f": {_reason(explanation)}"
    return _message(bus, rule, event, what)


def _nobody_published(bus: ScenarioBus, delivery: Delivery) -> str:
    rule = _named(bus, delivery.rule)
    if not delivery.event_id:
        return f"{rule} sent its target something that is not a whole event: {_json(delivery.event)}"
    what = "" if delivery.event is None else f"\n  received: {_json(delivery.event)}"
    return f"{rule} fired on the event {delivery.event_id}, which was not published{what}"


def _explained(bus: ScenarioBus, rule: str, event: Event) -> Explanation | None:
    pattern = bus.patterns.get(rule)
    return None if pattern is None else EventPattern.parse(pattern).explain(event)


def _reason(explanation: Explanation) -> str:
    """The failing condition of the nearest alternative."""
    nearest = min(explanation.branches, key=lambda branch: len(branch.failed))
    if not nearest.failed:
        return "each condition holds, but in different elements of an array"
    failed = nearest.failed[0]
    found = ", ".join(map(_json, failed.found)) or "nothing"
    return f"{failed.path} wanted {failed.wanted}, found {found}"


def _traced(bus: ScenarioBus, rule: str, event_id: str) -> list[str]:
    """What the backend says about an event and a rule, if it keeps traces."""
    if not has_traces(bus.backend):
        return []
    try:
        rules = [each for each in trace_of(bus.backend, event_id)["rules"] if each["name"] == rule]
        return [f"  EventBridge: {line}" for line in trace_lines(rules)]
    except BackendError as error:
        return [f"  EventBridge: no trace: {error}"]


def _message(bus: ScenarioBus, rule: str, event: Event, what: str) -> str:
    lines = [what, f"  event:   {_json(event)}"]
    if (pattern := bus.patterns.get(rule)) is not None:
        explained = str(EventPattern.parse(pattern).explain(event)).splitlines()
        lines += [f"  pattern: {_json(pattern)}", *(f"  {line}" for line in explained)]
    return "\n".join(lines)


def _named(bus: ScenarioBus, rule: str) -> str:
    pattern = bus.patterns.get(rule)
    entries = (*catalog.documented_events(), *catalog.never_sent())
    event = next((entry.id for entry in entries if entry.pattern == pattern), None)
    if event is not None:
        return f"the rule for {event}"
    return "the rule under test" if rule in (RULE_UNDER_TEST, "") else f'the rule "{rule}"'


def _title(event: Event) -> str:
    detail = event.get("detail")
    result = detail.get("result") if isinstance(detail, dict) else None
    kind = f'"{event.get("detail-type")}"'
    return f'{kind} with result "{result}"' if result else kind


def _unstamped(event: Event, replaced: Collection[str]) -> Event:
    return {field: value for field, value in event.items() if field not in STAMPED and field not in replaced}


def _typed(value: Any) -> str:
    """A value with its type."""
    names = {str: "string", bool: "boolean", int: "number", float: "number", list: "list", dict: "object"}
    return "null" if value is None else f"the {names.get(type(value), type(value).__name__)} {_json(value)}"


def _json(value: Any) -> str:
    """A value as JSON, or in Python's notation if JSON has none."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        return repr(value)
