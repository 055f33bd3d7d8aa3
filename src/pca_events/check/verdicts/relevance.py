"""Whose events a rule requests: AWS Private CA, another source, CloudTrail's read-only calls, or unknown."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from pca_events.catalog import SOURCE, detail_types, neighbours
from pca_events.check.report import Block, Verdict
from pca_events.check.verdicts.conditions import (
    Conditions,
    PartialPattern,
    accepts_some,
    exact_texts,
    is_marked,
    possible_texts,
    words_of,
)
from pca_events.check.verdicts.field_domains import (
    API_CALL,
    cloudtrail_detail_types,
    domains_of_cloudtrail,
    read_only_calls,
)
from pca_events.check.verdicts.regular_languages import literal as only
from pca_events.check.verdicts.regular_languages import overlaps
from pca_events.infrastructure.model import Unknown
from pca_events.pattern import EqualsIgnoreCase, Exact, Matcher, Prefix, Suffix, Wildcard
from pca_events.wording import nearest

About = Literal["ours", "neighbour", "other", "unknown"]
"""Whose events a rule requests: AWS Private CA, a related source, another source, or not known."""

_MISSPELT = frozenset(
    {
        "acm-pca",
        "acmpca",
        "aws.acmpca",
        "aws.acm_pca",
        "aws.acm.pca",
        "aws.pca",
        "aws.private-ca",
        "aws.privateca",
        "aws.acm-private-ca",
        "acm-pca.amazonaws.com",
        "aws.acm-pca.amazonaws.com",
    }
)
_EVENT_SOURCE = "acm-pca.amazonaws.com"
_BEGINNING = "aws.acm-"
_TYPES = "ACM Private CA"
_EDITS = 2
_LIKE = 0.85
_NAMED = re.compile(r"aws\.acm-pca|ACM Private CA", re.IGNORECASE)


def about(stated: PartialPattern, verdicts: Sequence[Verdict], *, default_bus: bool) -> About:
    """Return whose events a rule matches.

    A rule without a source is for AWS Private CA if it fires on a documented event. Firing on CloudTrail events does
    not count, because such rules match the calls of all services.

    Args:
        stated: its pattern.
        verdicts: on the documented events.
        default_bus: whether the rule may be on the default bus, the only one that receives events of AWS services.
    """
    fires = any(verdict.fires != "never" for verdict in verdicts)
    found = {_of_branch(conditions, fires, default_bus) for conditions in stated.pattern.conditions}
    if found == {"other"} and any(_may_be_ours(conditions, stated) for conditions in stated.pattern.conditions):
        return "unknown"
    order: tuple[About, ...] = ("ours", "unknown", "neighbour", "other")
    return next(kind for kind in order if kind in found)


def about_refused(pattern: Any) -> About:
    """Return whose events a rule with a rejected pattern is for: `ours` if it names our source or detail-type."""
    if isinstance(pattern, Unknown):
        return "unknown"
    if isinstance(pattern, dict):
        texts = [*_texts(pattern.get("source")), *_texts(pattern.get("detail-type"))]
        known = any(text in detail_types() or is_ours_or_misspelt(text) for text in texts)
        return "ours" if known or _NAMED.search(" ".join(texts)) else "other"
    return (
        "ours" if _NAMED.search(pattern if isinstance(pattern, str) else json.dumps(pattern, default=str)) else "other"
    )


@lru_cache(maxsize=1 << 12)
def is_ours_or_misspelt(source: str) -> bool:
    """Whether a source is aws.acm-pca, or a misspelling of it that no AWS service uses."""
    plain = source.strip().lower()
    if plain == SOURCE or plain in _MISSPELT:
        return True
    if plain in {neighbour.source for neighbour in neighbours()}:
        return False
    return "acm" in plain and _distance(plain.rstrip("*."), SOURCE) <= _EDITS


def other_sources(stated: PartialPattern) -> bool:
    """Whether the pattern also matches events of other sources, which are unknown."""
    return any(_others(conditions) for conditions in stated.pattern.conditions)


def _others(conditions: Mapping[str, tuple[Matcher, ...]]) -> bool:
    types = conditions.get("detail-type", ())
    if types and all(map(_types_of_ours, types)):
        return False  # no other service sends these
    sources = conditions.get("source")
    if sources is None and _our_calls(conditions):
        return False
    return sources is None or any(not _names_ours(matcher) for matcher in sources)


def _names_ours(matcher: Matcher) -> bool:
    """Whether a source matcher accepts aws.acm-pca, or a misspelling of it, and no other service."""
    if isinstance(matcher, Exact):
        return isinstance(matcher.value, str) and is_ours_or_misspelt(matcher.value)
    if isinstance(matcher, EqualsIgnoreCase):
        return matcher.text.lower() == SOURCE
    return isinstance(matcher, Prefix) and matcher.text.lower().startswith(_BEGINNING)


def _fits_ours(matcher: Matcher) -> bool:
    """Whether a source matcher that contains `pca` accepts aws.acm-pca, and perhaps others."""
    speaks = isinstance(matcher, Suffix | Wildcard) and "pca" in matcher.text.lower()
    return speaks and accepts_some((matcher,), only(SOURCE))


def _of_branch(conditions: Mapping[str, tuple[Matcher, ...]], fires: bool, default_bus: bool) -> About:
    sources, types = conditions.get("source"), _exact(conditions.get("detail-type", ()))
    named = _exact(sources or ())
    if any(_names_ours(one) or _fits_ours(one) for one in sources or ()) or (
        sources is None and _our_calls(conditions)
    ):
        return "ours"
    if any(text in detail_types() for text in types) and (sources is None or any(map(_of_aws, named)) or fires):
        return "ours"
    if sources is None:
        if fires:
            return "ours" if default_bus or "resources" in conditions else "other"
        return "ours" if any(map(_types_of_ours, conditions.get("detail-type", ()))) else "other"
    if named and not any(matcher for matcher in sources if not isinstance(matcher, Exact) or is_marked(matcher)):
        return "neighbour" if {neighbour.source for neighbour in neighbours()} & set(named) else "other"
    if not fires:
        return "other"
    if any(map(is_marked, sources)):
        return "unknown"
    return "ours" if default_bus else "other"


def _types_of_ours(matcher: Matcher) -> bool:
    """Whether a detail-type matcher accepts only detail-types of AWS Private CA."""
    if isinstance(matcher, Prefix):
        return matcher.text.startswith(_TYPES)
    value = matcher.value if isinstance(matcher, Exact) and not is_marked(matcher) else None
    return isinstance(value, str) and _like_ours(value)


def _may_be_ours(conditions: Mapping[str, tuple[Matcher, ...]], stated: PartialPattern) -> bool:
    """Whether the source is unknown and may be aws.acm-pca, and no detail-type of another service is required."""
    types = conditions.get("detail-type", ())
    asked = [*detail_types(), *cloudtrail_detail_types()]
    if types and not any(is_marked(matcher) or getattr(matcher, "value", "") in asked for matcher in types):
        return False
    unknowns = stated.unknown_among(conditions.get("source", ()))
    return any(overlaps(only(SOURCE), possible_texts(unknown)) for unknown in unknowns)


def _our_calls(conditions: Mapping[str, tuple[Matcher, ...]]) -> bool:
    """Whether only CloudTrail calls of AWS Private CA are matched."""
    asked = conditions.get("detail.eventSource", ())
    return bool(asked) and all(isinstance(matcher, Exact) and matcher.value == _EVENT_SOURCE for matcher in asked)


def _of_aws(source: str) -> bool:
    return source.startswith("aws.")


@lru_cache(maxsize=1 << 12)
def _like_ours(detail_type: str) -> bool:
    """Whether a detail-type is a misspelling of one of AWS Private CA, and not one of another documented source."""
    if any(detail_type in neighbour.detail_types for neighbour in neighbours()):
        return False
    return bool(nearest(detail_type, detail_types(), _LIKE))


def _exact(matchers: Iterable[Matcher]) -> list[str]:
    values = [matcher.value for matcher in matchers if isinstance(matcher, Exact) and not is_marked(matcher)]
    return [value for value in values if isinstance(value, str)]


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]


def _distance(one: str, other: str) -> int:
    """The edit distance with transpositions; exact only up to `_EDITS`."""
    if abs(len(one) - len(other)) > _EDITS:
        return _EDITS + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]


_NAME = "detail.eventName"
_STATE = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def without_read_only(verdict: Verdict, stated: PartialPattern, allowed: bool | Unknown) -> Verdict:
    """Return the verdict on a CloudTrail event of a rule that may match read-only calls only.

    EventBridge sends read-only calls only to rules whose state includes them.

    Args:
        verdict: as if every call were sent.
        stated: the pattern of the rule.
        allowed: whether the state of the rule includes read-only calls.
    """
    if verdict.event != API_CALL or verdict.fires == "never" or allowed is not False:
        return verdict
    asked = [_read_only(conditions) for conditions in stated.pattern.conditions]
    if not all(asked):
        return verdict
    words = f"{asked[0]}, which EventBridge sends only to rules in the state {_STATE}"
    block = Block(_NAME, words, remedy=f"set the state of the rule to {_STATE}")
    return verdict._replace(fires="never", conditions=(), blocks=(block,))


def read_only_values(stated: PartialPattern, allowed: bool | Unknown) -> Iterator[Block]:
    """Yield each read-only call that a rule lists without effect among others.

    Args:
        stated: the pattern of the rule.
        allowed: whether the state of the rule includes read-only calls.
    """
    for conditions in stated.pattern.conditions if allowed is False else ():
        named = exact_texts(conditions.get(_NAME, ()))
        in_vain = read_only_calls() & set(named)
        if in_vain and set(named) - in_vain:
            for name in sorted(in_vain):
                words = f'"{name}" is a read-only call, which EventBridge sends only to rules in the state {_STATE}'
                yield Block(_NAME, words, remedy=f"remove it, or set the state of the rule to {_STATE}")


def _read_only(conditions: Conditions) -> str:
    """Describe the read-only calls if these conditions match only those; otherwise empty."""
    matchers = conditions.get(_NAME, ())
    names = exact_texts(matchers)
    if names and set(names) <= read_only_calls():
        return " or ".join(f'"{name}"' for name in names) + (
            " is a read-only call" if len(names) == 1 else " are read-only calls"
        )
    if matchers and not any(map(is_marked, matchers)):
        (domain,) = domains_of_cloudtrail(API_CALL)[_NAME]
        asked_for = {name for name in domain.values if accepts_some(matchers, only(name))}
        if asked_for and asked_for <= read_only_calls():
            return f"every call that {words_of(matchers)} is read-only"
    asked = conditions.get("detail.readOnly", ())
    if asked and all(isinstance(matcher, Exact) and matcher.value is True for matcher in asked):
        return "only read-only calls are matched"
    return ""
