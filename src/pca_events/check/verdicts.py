"""On which documented events a rule fires: on all that the contract allows, on some, on none, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pca_events.catalog import documented_events
from pca_events.check.accepted import covers, meets
from pca_events.check.advice import in_cloudtrail, never_sent, no_such_field
from pca_events.check.field_domains import (
    OTHER_RECORD_FIELDS,
    Form,
    Forms,
    forms_of_event,
    forms_of_twin,
    twin_detail_types,
)
from pca_events.check.partial_patterns import Stated, is_marked, possible_texts, stated
from pca_events.check.regular_languages import begins, overlaps
from pca_events.check.report import Block, Fires, Verdict
from pca_events.infrastructure.model import Unknown
from pca_events.pattern import Exact, Exists, Matcher, Prefix

Conditions = Mapping[str, tuple[Matcher, ...]]
"""What a pattern asks of each field: one of the matchers must accept it."""


@dataclass(frozen=True)
class Field:
    """Whether one field of an event is as a pattern asks: always, may or never; on which condition, or what blocks."""

    fires: Fires
    words: str = ""
    block: Block | None = None


Judged = tuple[Stated, tuple[Verdict, ...], tuple[Verdict, ...]]
"""A pattern with its verdicts on the documented events and on those of CloudTrail."""


def judged(pattern: Any) -> Judged:
    """Judge a pattern; where it matches nothing, everything that blocks is named.

    Raises:
        InvalidPattern: AWS refuses it.
    """
    read = stated(pattern)
    found, twins = verdicts(read), twin_verdicts(read)
    if all(verdict.fires == "never" for verdict in (*found, *twins)):
        found, twins = verdicts(read, whole=True), twin_verdicts(read, whole=True)
    return read, found, twins


def verdicts(pattern: Stated, *, whole: bool = False) -> tuple[Verdict, ...]:
    """Return a verdict for each documented event, in the order of the AWS page.

    Args:
        pattern: what the rule asks.
        whole: name everything that blocks, where the rule does not fire; else only the first that is found.
    """
    paths = tuple(dict.fromkeys(path for conditions in pattern.pattern.conditions for path in conditions))
    alike: dict[tuple[int | None, ...], Verdict] = {}
    found = []
    for event in documented_events():
        shape = tuple(map(_shape(event.id).get, paths))
        if shape in alike:
            found.append(replace(alike[shape], event=event.id))
        else:
            found.append(_verdict(event.id, forms_of_event(event.id), pattern, whole=whole))
            alike[shape] = found[-1]
    return tuple(found)


@cache
def _shape(event: str) -> Mapping[str, int]:
    """A number for the forms of each path of an event: the same where those of another event are equal."""
    known: list[tuple[Form, ...]] = []
    for other in documented_events():
        known += (forms for forms in forms_of_event(other.id).values() if forms not in known)
    return {path: known.index(forms) for path, forms in forms_of_event(event).items()}


def twin_verdicts(pattern: Stated, *, whole: bool = False) -> tuple[Verdict, ...]:
    """Return a verdict for each detail-type by which CloudTrail reports on AWS Private CA."""
    return tuple(_verdict(name, forms_of_twin(name), pattern, whole=whole, twin=True) for name in twin_detail_types())


def reaches(conditions: Conditions, pattern: Stated) -> bool:
    """Whether one alternative of a pattern can match any event at all: a documented one, or one of CloudTrail."""
    return any(
        _branch(name, forms, conditions, pattern, False, twin).fires != "never"
        for name, forms, twin in (
            *((event.id, forms_of_event(event.id), False) for event in documented_events()),
            *((name, forms_of_twin(name), True) for name in twin_detail_types()),
        )
    )


def _verdict(event: str, forms: Forms, pattern: Stated, *, whole: bool = False, twin: bool = False) -> Verdict:
    branches = [_branch(event, forms, conditions, pattern, whole, twin) for conditions in pattern.pattern.conditions]
    for branch in branches:
        if branch.fires == "always":
            return branch
    some = [branch for branch in branches if branch.fires == "may"]
    if some and _cover_all(event, forms, pattern, twin):
        return Verdict(event, "always")
    if some:
        conditions = [", ".join(branch.conditions) for branch in some]
        return Verdict(event, "may", tuple(dict.fromkeys(conditions)))
    return min(branches, key=lambda branch: len(branch.blocks))


def _cover_all(event: str, forms: Forms, pattern: Stated, twin: bool) -> bool:
    """Whether alternatives that differ in one field only accept all its values together."""
    if len(pattern.pattern.conditions) < 2:
        return False
    united: dict[tuple[str, frozenset[Any]], dict[str, tuple[Matcher, ...]]] = {}
    for conditions in pattern.pattern.conditions:
        for path, matchers in conditions.items():
            rest = {other: held for other, held in conditions.items() if other != path}
            key = (path, frozenset(rest.items()))
            earlier = united.setdefault(key, {**rest, path: ()})
            earlier[path] = (*earlier[path], *matchers)
    return any(
        _branch(event, forms, conditions, pattern, False, twin).fires == "always" for conditions in united.values()
    )


def _branch(event: str, forms: Forms, conditions: Conditions, pattern: Stated, whole: bool, twin: bool) -> Verdict:
    blocks: list[Block] = []
    some: dict[str, None] = {}
    for path, matchers in conditions.items():
        unknowns = pattern.unknown_among(matchers) if pattern.unknowns else ()
        field = _field(path, matchers, forms.get(path, ()), unknowns, twin)
        if field.block is not None:
            blocks.append(field.block)
            if not whole:
                break
        elif field.fires == "may":
            some[field.words] = None
    if blocks:
        return Verdict(event, "never", blocks=tuple(blocks))
    return Verdict(event, "may", conditions=tuple(some)) if some else Verdict(event, "always")


@cache
def _field(
    path: str, matchers: tuple[Matcher, ...], forms: tuple[Form, ...], unknowns: tuple[Unknown, ...], twin: bool
) -> Field:
    if not forms:
        return _absent(path, matchers, unknowns, twin)
    if any(unknown.meaning == path for unknown in unknowns):  # the account and the Region of the deployment itself
        return Field("always")
    known = tuple(matcher for matcher in matchers if not is_marked(matcher))
    fires, reached = _reach(known, forms)
    if fires == "always":
        return Field("always")
    if fires == "may":
        return Field("may", _condition(path, known, reached))
    if any(overlaps(form.texts, possible_texts(unknown)) for form in forms for unknown in unknowns):
        return Field("may", _depends(unknowns))
    return Field("never", block=never_sent(path, known, unknowns, forms))


def _reach(matchers: tuple[Matcher, ...], forms: tuple[Form, ...]) -> tuple[Fires, list[Form]]:
    """Whether the matchers take every text of some form, some texts of some forms (and of which), or none."""
    texts = exact_texts(matchers)
    if texts:
        if any(form.values and set(form.values) <= set(texts) for form in forms):
            return "always", []
        reached = [form for form in forms if any(form.may_be(text) for text in texts)]
        return ("may" if reached else "never"), reached
    if len(matchers) == 1 and isinstance(matchers[0], Prefix) and not matchers[0].ignore_case:
        found = [(form, begins(form.texts, matchers[0].text)) for form in forms]
        if any(every for _, (_, every) in found):
            return "always", []
        reached = [form for form, (some, _) in found if some]
        return ("may" if reached else "never"), reached
    if any(covers(matchers, form.texts) for form in forms):
        return "always", []
    reached = [form for form in forms if meets(matchers, form.texts)]
    return ("may" if reached else "never"), reached


def _depends(unknowns: tuple[Unknown, ...]) -> str:
    """Say on what a field depends; its own account, Region and partition are known to every deployment."""
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


def _absent(path: str, matchers: tuple[Matcher, ...], unknowns: tuple[Unknown, ...], twin: bool) -> Field:
    """Judge a field that these events do not have."""
    if any(isinstance(matcher, Exists) and not matcher.wanted for matcher in matchers):
        return Field("always")
    if path == "replay-name":
        return Field("may", "only for events that are replayed from an archive")
    if any(unknown.parts == (None,) for unknown in unknowns):  # which may be no text, but a matcher of absence
        return Field("may", _depends(unknowns))
    if twin and path.split(".")[1:2] and path.split(".")[1] in OTHER_RECORD_FIELDS:
        return Field("may", f"depends on {path}")
    return Field("never", block=in_cloudtrail(path) if twin else no_such_field(path))


_ONE = {
    "account": ("account {}", "accounts {}"),
    "region": ("Region {}", "Regions {}"),
}


def _condition(path: str, matchers: Sequence[Matcher], forms: Sequence[Form]) -> str:
    """Say on which of these events a rule fires that asks this of a field that may have many values."""
    texts = exact_texts(matchers)
    if texts and path in _ONE:
        return f"only for {_ONE[path][len(texts) > 1].format(', '.join(texts))}"
    if texts and path in ("resources", "id"):
        kind = "event" if path == "id" else forms[0].kind
        return f"only for {'one' if len(texts) == 1 else len(texts)} {kind}{'s' if len(texts) > 1 else ''}"
    subject = "a resource" if path == "resources" else path
    return f"only where {subject} {words_of(matchers)}"


def exact_texts(matchers: Iterable[Matcher]) -> list[str]:
    """Return the texts, where a field must be equal to one of some texts; empty where anything else is asked."""
    values = [matcher.value if isinstance(matcher, Exact) else None for matcher in matchers]
    return [value for value in values if isinstance(value, str)] if all(isinstance(v, str) for v in values) else []


def words_of(matchers: Iterable[Matcher]) -> str:
    """Say in words what a field must be."""
    return " or ".join(matcher.words for matcher in matchers)
