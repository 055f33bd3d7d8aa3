"""Whether the conditions of a policy hold for what EventBridge sends for a rule."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pca_events.check.policy_arns import many, may_be_rule, words
from pca_events.infrastructure.arns import may_be_equal, read_arn, wildcard_text
from pca_events.infrastructure.model import Rule, Unknown

_OF_TEXTS = {"stringlike", "stringequals", "stringequalsignorecase"}
_OF_ARNS = {"arnlike", "arnequals", *_OF_TEXTS}
_NEGATED = {"arnnotlike", "arnnotequals", "stringnotlike", "stringnotequals", "stringnotequalsignorecase"}
_SOURCE_ARN, _SOURCE_ACCOUNT = "aws:sourcearn", "aws:sourceaccount"
_ACCOUNT = re.compile(r"\d{12}")

Why = Literal["", "missing", "denied", "resource", "source", "account"]


@dataclass(frozen=True)
class Answer:
    """What a policy says about a request of EventBridge.

    Attributes:
        allowed: None where only a deployment can tell.
        why: what keeps EventBridge out: no statement allows it (`missing`), one denies it (`denied`), or those that
            allow it name another resource (`resource`), another rule (`source`) or another account (`account`) only.
        named: the resource, rule or account that they name instead, as written.
    """

    allowed: bool | None
    why: Why = ""
    named: str = ""


def restricted(conditions: Any, rule: Rule | None) -> Answer:
    """Return what an Allow with these conditions says; without a rule, conditions on it are not known."""
    if not conditions:
        return Answer(True)
    if not isinstance(conditions, dict):
        return Answer(None)
    compared = list(_compared(conditions))
    sources = [read_arn(value).account for _, key, values in compared if key == _SOURCE_ARN for value in many(values)]
    answers = [_condition(operator, key, values, rule, sources) for operator, key, values in compared]
    refused = [found for found in answers if found.allowed is False]
    return next(iter(refused), Answer(True if all(found.allowed for found in answers) else None))


def denies(conditions: Any, rule: Rule | None) -> bool:
    """Whether the conditions of a Deny certainly hold: there is none, or the one spares other rules than this."""
    if not conditions:
        return True
    compared = list(_compared(conditions)) if isinstance(conditions, dict) else []
    if len(compared) != 1 or rule is None:
        return False
    operator, key, values = compared[0]
    return operator in _NEGATED and key == _SOURCE_ARN and not any(may_be_rule(held, rule) for held in many(values))


def _compared(conditions: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """The operator, without what it says of sets and of absent keys, the key and the values of each condition."""
    for operator, compared in conditions.items():
        bare = str(operator).lower().rpartition(":")[2].removesuffix("ifexists")
        for key, values in compared.items() if isinstance(compared, dict) else [("", None)]:
            yield bare, str(key).lower(), values


def _condition(operator: str, key: str, values: Any, rule: Rule | None, sources: list[str]) -> Answer:
    if rule is None:
        return Answer(None)
    is_literal, given = operator.startswith("stringequals"), many(values)
    if key == _SOURCE_ARN and operator in _OF_ARNS:
        for source in given:
            if may_be_rule(source, rule) and not (is_literal and isinstance(source, str) and "*" in source):
                return Answer(True)
        return Answer(False, "source", words(given[0]) if given else "nothing")
    if key == _SOURCE_ACCOUNT and operator in _OF_TEXTS:
        known = _account_of(rule) or (sources[0] if len(set(sources)) == 1 else "")
        if any(_may_be_account(value, known) for value in given):
            return Answer(True)
        return Answer(False, "account", words(given[0]) if given else "nothing")
    return Answer(None)


def _may_be_account(value: Any, known: str) -> bool:
    """Whether a value may be an account, the known one where there is one."""
    text = wildcard_text(value) if isinstance(value, str | Unknown) else str(value)
    text = text.replace("?", "*")
    return may_be_equal(text, known) if known else "*" in text or _ACCOUNT.fullmatch(text) is not None


def _account_of(rule: Rule) -> str:
    """The account of a rule, where its ARN or that of its event bus is written out; else empty."""
    return read_arn(rule.arn).account or read_arn(rule.bus).account
