"""Whether a rule fires: its pattern, compiled once, and its state."""

from functools import lru_cache
from typing import Any

from localstack.aws.api.events import InvalidEventPatternException

from pca_events.errors import InvalidPattern
from pca_events.pattern import EventPattern
from pca_events.pattern.document import FlatEvent

_MOST_COMPILED = 10_000  # patterns that are kept; 300 rules on each of a few dozen buses
_CLOUDTRAIL_CALLS = "AWS API Call via CloudTrail"
READS_TOO = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
"""The state of a rule that also gets the read-only calls that CloudTrail reports."""


@lru_cache(maxsize=_MOST_COMPILED)
def compiled(pattern: str) -> EventPattern:
    """Return a pattern that PutRule has accepted.

    Raises:
        InvalidPattern: AWS rejects it.
    """
    return EventPattern.parse(pattern)


def refuse_invalid(pattern: str) -> None:
    """Refuse a pattern as AWS does.

    Raises:
        InvalidEventPatternException: with the reason that AWS gives.
    """
    try:
        compiled(pattern)
    except InvalidPattern as error:
        raise InvalidEventPatternException(f"Event pattern is not valid. Reason: {error.reason}") from None


def fires(rule: Any, event: dict[str, Any], flat: FlatEvent) -> bool:
    """Whether an event, given also as its leaves, makes a rule send it to its targets."""
    if rule.state == "DISABLED" or not rule.event_pattern:
        return False
    return may_read(rule.state, event) and compiled(rule.event_pattern).matches_flat(flat)


def may_read(state: str, event: dict[str, Any]) -> bool:
    """Whether a rule in this state gets such an event: read-only calls of CloudTrail need a state of their own."""
    if event["detail-type"] != _CLOUDTRAIL_CALLS or not event["source"].startswith("aws."):
        return True
    return state == READS_TOO or event["detail"].get("readOnly") is not True
