"""Which calls CloudTrail reports to EventBridge, and to which rules."""

from dataclasses import replace

from pca_events.check.field_domains import API_CALL, read_only_calls
from pca_events.check.partial_patterns import Stated
from pca_events.check.report import Block, Verdict
from pca_events.check.verdicts import Conditions, exact_texts
from pca_events.infrastructure.model import Unknown
from pca_events.pattern import Exact

_STATE = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def without_read_only(verdict: Verdict, stated: Stated, allowed: bool | Unknown) -> Verdict:
    """Return the verdict on a CloudTrail event of a rule that may ask for read-only calls only.

    EventBridge sends read-only calls to no rule but those whose state asks for them.

    Args:
        verdict: as if every call were sent.
        stated: the pattern of the rule.
        allowed: whether the state of the rule asks for them.
    """
    if verdict.event != API_CALL or verdict.fires == "never" or allowed is not False:
        return verdict
    asked = [_read_only(conditions) for conditions in stated.pattern.conditions]
    if not all(asked):
        return verdict
    words = f"{asked[0]}, which EventBridge sends only to rules in the state {_STATE}"
    block = Block("detail.eventName", words, remedy=f"set the state of the rule to {_STATE}")
    return replace(verdict, fires="never", conditions=(), blocks=(block,))


def _read_only(conditions: Conditions) -> str:
    """Which read-only calls alone these conditions ask for, in words; empty where they ask for others too."""
    names = exact_texts(conditions.get("detail.eventName", ()))
    if names and set(names) <= read_only_calls():
        return " or ".join(f'"{name}"' for name in names) + (
            " is a read-only call" if len(names) == 1 else " are read-only calls"
        )
    asked = conditions.get("detail.readOnly", ())
    if asked and all(isinstance(matcher, Exact) and matcher.value is True for matcher in asked):
        return "only read-only calls are asked for"
    return ""
