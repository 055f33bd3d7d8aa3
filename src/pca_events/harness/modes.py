"""The modes of publishing events; AWS rejects events of customers whose source begins with `aws.`.

direct: events are unchanged; only emulators accept them. alias: the source is replaced in events and patterns, and
restored in received events; nothing else changes. pattern-only: nothing is published; TestEventPattern returns for the
original event whether each rule would match.
"""

from typing import Any, Literal, get_args

from pca_events.catalog import Event

Mode = Literal["direct", "alias", "pattern-only"]
MODES: tuple[Mode, ...] = get_args(Mode)
_RESERVED = "aws."
_ALIAS = "pca-events.aws."


class PublishingMode:
    """The mode `direct`: events and patterns go to the backend unchanged.

    Attributes:
        name: the value of `--mode`.
        delivers: whether events are published, so that targets receive them.
    """

    name: Mode = "direct"
    delivers = True

    def outgoing_event(self, event: Event) -> Event:
        """Return the event as it is published."""
        return event

    def incoming_event(self, event: Event) -> Event:
        """Return a received event as it was before it was published."""
        return event

    def outgoing_pattern(self, pattern: dict[str, Any]) -> dict[str, Any]:
        """Return the pattern that matches an outgoing event if and only if the given one matches the original event."""
        return pattern

    def incoming_pattern(self, pattern: dict[str, Any]) -> dict[str, Any]:
        """Return a pattern that the backend stores as it was before."""
        return pattern


class AliasMode(PublishingMode):
    """The mode `alias`: sources that begin with `aws.` are replaced, and restored in received events."""

    name: Mode = "alias"

    def outgoing_event(self, event: Event) -> Event:
        """Return the event with a source that AWS accepts."""
        return _source_replaced(event, _RESERVED, _ALIAS)

    def incoming_event(self, event: Event) -> Event:
        """Return the event with its original source."""
        return _source_replaced(event, _ALIAS, _RESERVED)

    def outgoing_pattern(self, pattern: dict[str, Any]) -> dict[str, Any]:
        """Return the pattern with every condition on the source rewritten."""
        return _sources_replaced(pattern, _RESERVED, _ALIAS)

    def incoming_pattern(self, pattern: dict[str, Any]) -> dict[str, Any]:
        """Return the pattern with its original conditions on the source."""
        return _sources_replaced(pattern, _ALIAS, _RESERVED)


class PatternOnlyMode(PublishingMode):
    """The mode `pattern-only`: nothing is published, TestEventPattern returns which rules would match."""

    name: Mode = "pattern-only"
    delivers = False


def publishing_mode(name: Mode) -> PublishingMode:
    """Return the mode of this name."""
    classes: dict[Mode, type[PublishingMode]] = {
        "direct": PublishingMode,
        "alias": AliasMode,
        "pattern-only": PatternOnlyMode,
    }
    return classes[name]()


def _source_replaced(event: Event, old: str, new: str) -> Event:
    return {**event, "source": _replaced(event["source"], old, new)} if "source" in event else event


def _sources_replaced(pattern: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    rewritten = dict(pattern)
    if "source" in rewritten:
        rewritten["source"] = _replaced(rewritten["source"], old, new)
    if "$or" in rewritten:
        rewritten["$or"] = [_sources_replaced(branch, old, new) for branch in rewritten["$or"]]
    return rewritten


def _replaced(value: Any, old: str, new: str) -> Any:
    """Replace the beginning of a string; in a list or an operator, of every string that is compared from its start."""
    match value:
        case str():
            return new + value.removeprefix(old) if value.startswith(old) else value
        case list():
            return [_replaced(item, old, new) for item in value]
        case dict():
            return {name: inner if name == "suffix" else _replaced(inner, old, new) for name, inner in value.items()}
        case _:
            return value
