"""Verdicts: whether a rule fires on all events that the contract allows, on some or on none, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from pca_events.catalog import documented_events
from pca_events.check.report import Block, Fires, Verdict
from pca_events.check.verdicts.conditions import (
    Conditions,
    PartialPattern,
    accepts_all,
    accepts_some,
    exact_texts,
    is_marked,
    partial_pattern,
    possible_texts,
    words_of,
)
from pca_events.check.verdicts.field_domains import (
    OTHER_RECORD_FIELDS,
    Domain,
    Domains,
    cloudtrail_detail_types,
    domains_of_cloudtrail,
    domains_of_event,
)
from pca_events.check.verdicts.mismatch_reasons import in_cloudtrail, never_sent, no_such_field
from pca_events.check.verdicts.regular_languages import overlaps, prefix_verdict
from pca_events.errors import BadInput
from pca_events.infrastructure.model import Unknown
from pca_events.pattern import Exists, Matcher, Prefix
from pca_events.wording import counted


@dataclass(frozen=True)
class FieldVerdict:
    """Whether one field of an event meets a condition: always, sometimes (with the reason) or never."""

    fires: Fires
    words: str = ""


Judged = tuple[PartialPattern, tuple[Verdict, ...], tuple[Verdict, ...]]
"""A pattern with its verdicts on the documented events and on those of CloudTrail."""


MOST_VALUES = 100_000
"""The most values that all alternatives of a pattern may have together; more would take seconds and gigabytes."""


class PatternTooLarge(BadInput):
    """A pattern has too many values and alternatives to be judged."""


def judged(pattern: Any) -> Judged:
    """Judge a pattern; if it matches nothing, all reasons are listed.

    Raises:
        InvalidPattern: AWS rejects it.
        PatternTooLarge: it has more values than are judged.
    """
    read = partial_pattern(pattern)
    _check_size(read)
    found = _verdicts(read, whole=False)
    if all(verdict.fires == "never" for verdict in found):
        found = _verdicts(read, whole=True)
    return read, found[: len(documented_events())], found[len(documented_events()) :]


def _check_size(read: PartialPattern) -> None:
    alternatives = read.pattern.conditions
    values = sum(len(matchers) for conditions in alternatives for matchers in conditions.values())
    if values > MOST_VALUES:
        raise PatternTooLarge(
            f"the event pattern has {values:,} values in {counted(len(alternatives), 'alternative')}; at most "
            f"{MOST_VALUES:,} are judged, which is more than the quota of EventBridge allows; split the rule"
        )


def verdicts(pattern: PartialPattern, *, whole: bool = False) -> tuple[Verdict, ...]:
    """Return a verdict for each documented event, in the order of the AWS page.

    Args:
        pattern: the pattern of the rule.
        whole: whether to list every reason why the rule does not fire, rather than the first.
    """
    return _verdicts(pattern, whole=whole)[: len(documented_events())]


def cloudtrail_verdicts(pattern: PartialPattern, *, whole: bool = False) -> tuple[Verdict, ...]:
    """Return a verdict for each detail-type that CloudTrail sends about AWS Private CA."""
    return _verdicts(pattern, whole=whole)[len(documented_events()) :]


def reaches(conditions: Conditions, pattern: PartialPattern) -> bool:
    """Whether one alternative of a pattern can match any documented or CloudTrail event."""
    columns = [_column_of(path, matchers, pattern) for path, matchers in conditions.items()]
    return any(all(field.fires != "never" for field in fields) for fields in zip(*columns, strict=True))


@cache
def _events() -> tuple[tuple[str, Domains, bool], ...]:
    """Every event that is judged: its name, its domains, and whether CloudTrail sends it."""
    documented = tuple((event.id, domains_of_event(event.id), False) for event in documented_events())
    return (*documented, *((name, domains_of_cloudtrail(name), True) for name in cloudtrail_detail_types()))


def _verdicts(pattern: PartialPattern, *, whole: bool) -> tuple[Verdict, ...]:
    """A verdict for each of `_events`."""
    alternatives = pattern.pattern.conditions
    tables = [_branch(conditions, pattern, whole=whole) for conditions in alternatives]
    if len(tables) == 1:
        return tuple(tables[0])
    together: list[bool] | None = None
    found = []
    for number, branches in enumerate(zip(*tables, strict=True)):
        always = next((branch for branch in branches if branch.fires == "always"), None)
        some = [branch for branch in branches if branch.fires == "may"]
        if always is None and some and together is None:
            together = _cover_all(pattern)
        if always is not None:
            found.append(always)
        elif some and together is not None and together[number]:
            found.append(Verdict(some[0].event, "always"))
        elif some:
            conditions = dict.fromkeys(words for branch in some for words in branch.conditions)
            found.append(Verdict(some[0].event, "may", tuple(conditions)))
        else:
            found.append(min(branches, key=lambda branch: len(branch.blocks)))
    return tuple(found)


def _cover_all(pattern: PartialPattern) -> list[bool]:
    """For each event, whether alternatives that differ in one field together accept all its values."""
    united: dict[tuple[str, frozenset[Any]], dict[str, tuple[Matcher, ...]]] = {}
    for conditions in pattern.pattern.conditions:
        for path, matchers in conditions.items():
            rest = {other: held for other, held in conditions.items() if other != path}
            key = (path, frozenset(rest.items()))
            earlier = united.setdefault(key, {**rest, path: ()})
            earlier[path] = (*earlier[path], *matchers)
    covered = [False] * len(_events())
    for conditions in united.values():
        columns = [_column_of(path, matchers, pattern) for path, matchers in conditions.items()]
        for number, fields in enumerate(zip(*columns, strict=True)):
            covered[number] = covered[number] or all(field.fires == "always" for field in fields)
    return covered


def _branch(conditions: Conditions, pattern: PartialPattern, *, whole: bool) -> list[Verdict]:
    """The verdict of one alternative of a pattern on each event."""
    paths = tuple(conditions)
    columns = [_column_of(path, matchers, pattern) for path, matchers in conditions.items()]
    found: list[Verdict] = []
    for number, alike in enumerate(_first_alike(paths)):
        name = _events()[number][0]
        if alike < number:
            same = found[alike]
            found.append(Verdict(name, same.fires, same.conditions, same.blocks))
            continue
        fields = [column[number] for column in columns]
        if blocking := [path for path, field in zip(paths, fields, strict=True) if field.fires == "never"]:
            blocks = [
                _block(path, conditions[path], number, _unknowns(conditions[path], pattern))
                for path in (blocking if whole else blocking[:1])
            ]
            found.append(Verdict(name, "never", blocks=tuple(blocks)))
        else:
            some = ", ".join(dict.fromkeys(field.words for field in fields if field.fires == "may"))
            found.append(Verdict(name, "may", (some,)) if some else Verdict(name, "always"))
    return found


@lru_cache(maxsize=1 << 10)
def _first_alike(paths: tuple[str, ...]) -> tuple[int, ...]:
    """For each event, the number of the first one with the same domains in all these fields."""
    keys = list(zip(*(_domains_of(path)[1] for path in paths), strict=True))
    return tuple(map(keys.index, keys))


def _column_of(path: str, matchers: tuple[Matcher, ...], pattern: PartialPattern) -> tuple[FieldVerdict, ...]:
    return _column(path, matchers, _unknowns(matchers, pattern))


def _unknowns(matchers: tuple[Matcher, ...], pattern: PartialPattern) -> tuple[Unknown, ...]:
    return pattern.unknown_among(matchers) if pattern.unknowns else ()


@lru_cache(maxsize=1 << 15)
def _column(path: str, matchers: tuple[Matcher, ...], unknowns: tuple[Unknown, ...]) -> tuple[FieldVerdict, ...]:
    """The verdict of a condition on one field for each event; events with the same domains share one object."""
    different, of_event = _domains_of(path)
    fields = [_field(path, matchers, domains, unknowns, twin) for domains, twin in different]
    return tuple(fields[number] for number in of_event)


@lru_cache(maxsize=1 << 10)
def _domains_of(path: str) -> tuple[tuple[tuple[tuple[Domain, ...], bool], ...], tuple[int, ...]]:
    """The distinct domains of a field over all events, and which of them each event has."""
    every = [(domains.get(path, ()), twin and path not in domains) for _, domains, twin in _events()]
    different: list[tuple[tuple[Domain, ...], bool]] = []
    different += (one for one in every if one not in different)
    return tuple(different), tuple(map(different.index, every))


def _field(
    path: str, matchers: tuple[Matcher, ...], domains: tuple[Domain, ...], unknowns: tuple[Unknown, ...], twin: bool
) -> FieldVerdict:
    if not domains:
        return _absent(path, matchers, unknowns, twin)
    if any(unknown.meaning == path for unknown in unknowns):  # the account and the Region of the deployment itself
        return FieldVerdict("always")
    known = tuple(matcher for matcher in matchers if not is_marked(matcher))
    fires, reached = _reach(known, domains)
    if fires == "always":
        return FieldVerdict("always")
    if fires == "may":
        return FieldVerdict("may", _condition(path, known, reached))
    if any(overlaps(domain.language, possible_texts(unknown)) for domain in domains for unknown in unknowns):
        return FieldVerdict("may", _depends(unknowns))
    return FieldVerdict("never")


@lru_cache(maxsize=1 << 12)
def _block(path: str, matchers: tuple[Matcher, ...], event: int, unknowns: tuple[Unknown, ...]) -> Block:
    """Why a field of an event, by its number, never meets a condition."""
    different, of_event = _domains_of(path)
    domains, twin = different[of_event[event]]
    if not domains:
        return in_cloudtrail(path) if twin else no_such_field(path)
    return never_sent(path, tuple(matcher for matcher in matchers if not is_marked(matcher)), unknowns, domains)


def _reach(matchers: tuple[Matcher, ...], domains: tuple[Domain, ...]) -> tuple[Fires, list[Domain]]:
    """Whether the matchers accept every string of some domain, some strings of some domains (and which), or none."""
    texts = exact_texts(matchers)
    if texts:
        if any(domain.values and set(domain.values) <= set(texts) for domain in domains):
            return "always", []
        reached = [domain for domain in domains if any(domain.allows(text) for text in texts)]
        return ("may" if reached else "never"), reached
    if len(matchers) == 1 and isinstance(matchers[0], Prefix) and not matchers[0].ignore_case:
        found = [(domain, prefix_verdict(domain.language, matchers[0].text)) for domain in domains]
        if any(every for _, (_, every) in found):
            return "always", []
        reached = [domain for domain, (some, _) in found if some]
        return ("may" if reached else "never"), reached
    if any(accepts_all(matchers, domain.language) for domain in domains):
        return "always", []
    reached = [domain for domain in domains if accepts_some(matchers, domain.language)]
    return ("may" if reached else "never"), reached


def _depends(unknowns: tuple[Unknown, ...]) -> str:
    """Describe what a field depends on; every deployment knows its own account, Region and partition."""
    if all(unknown.names for unknown in unknowns):
        return f"only for the CA{'s' if len(unknowns) > 1 else ''} {', '.join(unknown.names for unknown in unknowns)}"
    reasons = [reason for unknown in unknowns for reason in _reasons(unknown)]
    if not reasons:
        return "only for resources of its own account and Region"
    return f"depends on {', '.join(dict.fromkeys(reasons))}"


def _reasons(unknown: Unknown) -> list[str]:
    if not unknown.meanings:
        return [unknown.reason]
    holes = unknown.parts.count(None)
    reasons = unknown.reasons or (unknown.reason,) * holes
    return [reason for reason, meaning in zip(reasons, unknown.meanings, strict=False) if not meaning]


def _absent(path: str, matchers: tuple[Matcher, ...], unknowns: tuple[Unknown, ...], twin: bool) -> FieldVerdict:
    """Judge a condition on a field that these events do not have."""
    if any(isinstance(matcher, Exists) and not matcher.wanted for matcher in matchers):
        return FieldVerdict("always")
    if path == "replay-name":
        return FieldVerdict("may", "only for events that are replayed from an archive")
    if any(unknown.parts == (None,) for unknown in unknowns):  # perhaps a matcher of absence
        return FieldVerdict("may", _depends(unknowns))
    if twin and path.split(".")[1:2] and path.split(".")[1] in OTHER_RECORD_FIELDS:
        return FieldVerdict("may", f"depends on {path}")
    return FieldVerdict("never")


_ONE = {
    "account": ("account {}", "accounts {}"),
    "region": ("Region {}", "Regions {}"),
}


def _condition(path: str, matchers: Sequence[Matcher], domains: Sequence[Domain]) -> str:
    """Describe on which of these events a rule fires, for a condition on a field with many values."""
    texts = exact_texts(matchers)
    if texts and path in _ONE:
        return f"only for {_ONE[path][len(texts) > 1].format(', '.join(texts))}"
    if texts and path in ("resources", "id"):
        kind = "event" if path == "id" else domains[0].kind
        return f"only for {'one' if len(texts) == 1 else len(texts)} {kind}{'s' if len(texts) > 1 else ''}"
    subject = "a resource" if path == "resources" else path
    return f"only if {subject} {words_of(matchers)}"
