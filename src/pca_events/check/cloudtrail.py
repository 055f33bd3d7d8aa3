"""Which calls CloudTrail reports to EventBridge, and to which rules."""

from collections.abc import Iterator

from pca_events.check.accepted import meets
from pca_events.check.field_domains import API_CALL, forms_of_twin, read_only_calls
from pca_events.check.partial_patterns import Stated, is_marked
from pca_events.check.regular_languages import text
from pca_events.check.report import Block, Verdict
from pca_events.check.verdicts import Conditions, exact_texts, words_of
from pca_events.infrastructure.model import Unknown
from pca_events.pattern import Exact

_NAME = "detail.eventName"
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
    block = Block(_NAME, words, remedy=f"set the state of the rule to {_STATE}")
    return verdict._replace(fires="never", conditions=(), blocks=(block,))


def read_only_values(stated: Stated, allowed: bool | Unknown) -> Iterator[Block]:
    """Yield each read-only call that a rule names in vain beside others.

    Args:
        stated: the pattern of the rule.
        allowed: whether the state of the rule asks for read-only calls.
    """
    for conditions in stated.pattern.conditions if allowed is False else ():
        named = exact_texts(conditions.get(_NAME, ()))
        in_vain = read_only_calls() & set(named)
        if in_vain and set(named) - in_vain:
            for name in sorted(in_vain):
                words = f'"{name}" is a read-only call, which EventBridge sends only to rules in the state {_STATE}'
                yield Block(_NAME, words, remedy=f"remove it, or set the state of the rule to {_STATE}")


def _read_only(conditions: Conditions) -> str:
    """Which read-only calls alone these conditions ask for, in words; empty where they ask for others too."""
    matchers = conditions.get(_NAME, ())
    names = exact_texts(matchers)
    if names and set(names) <= read_only_calls():
        return " or ".join(f'"{name}"' for name in names) + (
            " is a read-only call" if len(names) == 1 else " are read-only calls"
        )
    if matchers and not any(map(is_marked, matchers)):
        (form,) = forms_of_twin(API_CALL)[_NAME]
        asked_for = {name for name in form.values if meets(matchers, text(name))}
        if asked_for and asked_for <= read_only_calls():
            return f"every call that {words_of(matchers)} is read-only"
    asked = conditions.get("detail.readOnly", ())
    if asked and all(isinstance(matcher, Exact) and matcher.value is True for matcher in asked):
        return "only read-only calls are asked for"
    return ""
