"""How an event is brought in where a bus refuses a source that begins with `aws.`, as AWS does.

direct: as it is; only emulators take it. alias: source and rule are rewritten together, and what is received is
written back; everything else is real. pattern-only: nothing is published; TestEventPattern is asked with the true
event whether each rule would match.
"""

from typing import Any, Literal, get_args

from pca_events.catalog import Event

Mode = Literal["direct", "alias", "pattern-only"]
MODES: tuple[Mode, ...] = get_args(Mode)
_RESERVED = "aws."
_ALIAS = "pca-events.aws."


def reserved(event: Event) -> bool:
    """Whether AWS refuses the event for its source."""
    return str(event["source"]).startswith(_RESERVED)


def alias_event(event: Event) -> Event:
    """Return the event with a source that AWS takes."""
    return {**event, "source": _swapped(event["source"], _RESERVED, _ALIAS)}


def true_event(event: Event) -> Event:
    """Return an event as it was before its source was rewritten."""
    return {**event, "source": _swapped(event["source"], _ALIAS, _RESERVED)} if "source" in event else event


def alias_pattern(pattern: dict[str, Any]) -> dict[str, Any]:
    """Return the pattern that matches a rewritten event exactly where the given one matches the true event."""
    return _source_swapped(pattern, _RESERVED, _ALIAS)


def true_pattern(pattern: dict[str, Any]) -> dict[str, Any]:
    """Return a pattern as it was before it was rewritten."""
    return _source_swapped(pattern, _ALIAS, _RESERVED)


def _source_swapped(pattern: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    swapped = dict(pattern)
    if "source" in swapped:
        swapped["source"] = _swapped(swapped["source"], old, new)
    if "$or" in swapped:
        swapped["$or"] = [_source_swapped(branch, old, new) for branch in swapped["$or"]]
    return swapped


def _swapped(value: Any, old: str, new: str) -> Any:
    """Swap the beginning of a text; in a list or an operator, of every text that is held against a beginning."""
    match value:
        case str():
            return new + value.removeprefix(old) if value.startswith(old) else value
        case list():
            return [_swapped(item, old, new) for item in value]
        case dict():
            return {name: inner if name == "suffix" else _swapped(inner, old, new) for name, inner in value.items()}
        case _:
            return value
