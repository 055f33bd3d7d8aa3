"""A pattern's document read into alternatives: `$or` multiplied out, each with the matchers of its paths."""

from typing import Any

from pca_events.pattern import wildcards
from pca_events.pattern.comparisons import COMPARISONS
from pca_events.pattern.documents import Members
from pca_events.pattern.matcher import Matcher
from pca_events.pattern.matchers import AnythingBut
from pca_events.pattern.operators import OPERATORS, matcher_of
from pca_events.pattern.refusal import Refused
from pca_events.pattern.text_matchers import Wildcard

Alternative = dict[str, tuple[Matcher, ...]]

OR = "$or"
# AWS documents this quota; its error text is not known.
_MOST_ALTERNATIVES = 1_000
_KEPT_FOR_LATER = ("regex", "not-wildcard", "not-equals-ignore-case", "ip-address-in-range", "ip-address-not-in-range")
_DATES = ("date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range")
_RESERVED_INSIDE_OR = frozenset((*OPERATORS, *COMPARISONS, *_KEPT_FOR_LATER, *_DATES))


def alternatives_of(document: Any) -> list[Alternative]:
    """Return the alternatives of a pattern; an event matches when it fulfils one of them.

    A path that is given twice counts as it is given last, as AWS has it.

    Raises:
        Refused: EventBridge refuses the pattern.
    """
    if not isinstance(document, Members):
        raise Refused("Filter is not an object")
    return _object([], document, "", False)


def _object(so_far: list[Alternative], members: Members, start: str, inside_or: bool) -> list[Alternative]:
    if not members:
        raise Refused("Empty objects are not allowed")
    for step, (name, node) in enumerate(members):
        try:
            so_far = _member(so_far, name, node, start, inside_or)
        except Refused as refused:
            refused.inside(step, f".{name}")
            raise
    return so_far


def _member(so_far: list[Alternative], name: str, node: Any, start: str, inside_or: bool) -> list[Alternative]:
    if name == OR:
        return _any_of(so_far, node, start)
    if inside_or and name in _RESERVED_INSIDE_OR:
        raise Refused(f"{name} is Ruler reserved fieldName which cannot be used inside {OR}.")
    if isinstance(node, Members):
        return _object(so_far, node, f"{start}{name}.", inside_or)
    if isinstance(node, list):
        return _field(so_far, node, f"{start}{name}")
    raise Refused(f'"{name}" must be an object or an array')


def _any_of(so_far: list[Alternative], node: Any, start: str) -> list[Alternative]:
    if isinstance(node, Members) or not isinstance(node, list):
        raise Refused(f"It must be an Array followed with {OR}.")
    together: list[Alternative] = []
    for step, branch in enumerate(node):
        try:
            together += _branch(so_far, branch, start)
        except Refused as refused:
            refused.inside(step, f"[{step}]")
            raise
        if len(together) > _MOST_ALTERNATIVES:
            raise Refused(f"More than {_MOST_ALTERNATIVES} combinations of rule fields in {OR} relationships")
    if len(node) < 2:
        raise Refused(f"There must have at least 2 Objects in {OR} relationship.")
    return together


def _branch(so_far: list[Alternative], branch: Any, start: str) -> list[Alternative]:
    if not isinstance(branch, Members):
        raise Refused(f"Only JSON object is allowed in array of {OR} relationship.")
    copies = [dict(alternative) for alternative in so_far] or [{}]
    return _object(copies, branch, start, True)


def _field(so_far: list[Alternative], node: list[Any], path: str) -> list[Alternative]:
    if not node:
        raise Refused("Empty arrays are not allowed")
    matchers = tuple([_element(step, item) for step, item in enumerate(node)])
    if wildcards.too_complex(_wildcards(matchers)):
        raise Refused(wildcards.TOO_COMPLEX)
    so_far = so_far or [{}]
    for alternative in so_far:
        alternative[path] = matchers
    return so_far


def _element(step: int, item: Any) -> Matcher:
    try:
        return matcher_of(item)
    except Refused as refused:
        refused.inside(step, "")
        raise


def _wildcards(matchers: tuple[Matcher, ...]) -> list[wildcards.Wildcard]:
    return [
        wildcards.characters_of(one.text)
        for matcher in matchers
        for one in (matcher.refused if isinstance(matcher, AnythingBut) else (matcher,))
        if isinstance(one, Wildcard)
    ]
