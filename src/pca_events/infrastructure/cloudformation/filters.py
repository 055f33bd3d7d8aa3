"""Event patterns beside rules: archives of an event bus and filters of pipes."""

from collections.abc import Iterator
from typing import Any

from pca_events.infrastructure.cloudformation.template import Stack, bus_of
from pca_events.infrastructure.event_patterns import FIELDS, pattern_of
from pca_events.infrastructure.model import Reading, Rule, Skipped, Unknown
from pca_events.infrastructure.source_tree import Object, child

_WRAPPINGS = ("body", "data")
"""Where a queue and a stream hold an event that a rule has sent to them whole."""


def read_filters(stack: Stack) -> Reading:
    """Read the archives and pipes of a template; a filter of a pipe is named `Pipe/filter-1`."""
    reading = Reading()
    for name, held in stack.template.resources.items():
        if held.get("Type") == "AWS::Events::Archive":
            reading.rules += _archive(stack, name)
        elif held.get("Type") == "AWS::Pipes::Pipe":
            reading.add(_pipe(stack, name))
    return reading


def _archive(stack: Stack, name: str) -> Iterator[Rule]:
    properties = stack.template.properties(name)
    if not isinstance(properties, Object) or properties.get("EventPattern") is None:
        return
    line, last_line = stack.spans[name]
    pattern, lines = pattern_of(properties, "EventPattern")
    yield Rule(
        place=stack.place(stack.template.resources[name], line),
        last_line=last_line,
        name=f"{stack.prefix}{name}",
        pattern=pattern,
        lines=lines,
        bus=bus_of(properties.get("SourceArn")),
        enabled=stack.enabled(name, None),
        targets=None,
        kind="archive",
    )


def _pipe(stack: Stack, name: str) -> Reading:
    reading = Reading()
    properties = stack.template.properties(name)
    state = properties.get("DesiredState") if isinstance(properties, Object) else None
    filters = child(properties, "SourceParameters", "FilterCriteria").get("Filters")
    for number, held in enumerate(filters if isinstance(filters, list) else [], 1):
        if not isinstance(held, Object) or held.get("Pattern") is None:
            continue
        pattern, lines = pattern_of(held, "Pattern")
        if isinstance(pattern, Unknown):
            what = f"a filter of the pipe {name} that depends on {pattern.reason}"
            reading.skipped.append(
                Skipped(stack.place(held, held.line_of("Pattern")), what, "check the pipe as it is deployed")
            )
            continue
        pattern, lines = _of_event(pattern, lines)
        if isinstance(pattern, dict) and pattern and pattern.keys() <= FIELDS:
            enabled = stack.enabled(name, "DISABLED" if state == "STOPPED" else state)
            place, rule_name = stack.place(held, held.line), f"{stack.prefix}{name}/filter-{number}"
            last_line = max(last for _, last in held.spans.values())
            rule = Rule(place, last_line, rule_name, pattern, lines, enabled=enabled, targets=None, kind="pipe")
            reading.rules.append(rule)
    return reading


def _of_event(pattern: Any, lines: dict[str, int]) -> tuple[Any, dict[str, int]]:
    """What a filter asks of the event itself, without what its queue or stream wraps it in."""
    if isinstance(pattern, dict) and len(pattern) == 1 and (key := next(iter(pattern))) in _WRAPPINGS:
        inner = {path.removeprefix(f"{key}."): line for path, line in lines.items() if path != key}
        return pattern[key], inner
    return pattern, lines
