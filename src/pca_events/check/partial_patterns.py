"""Event patterns with parts that are unknown until deployment."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pca_events.check.regular_languages import ANYTHING, Language, concat, literal
from pca_events.check.report import reason_of
from pca_events.infrastructure.model import Unknown
from pca_events.pattern import EventPattern, Exact, Matcher

_MARK = "\ue000"


@dataclass(frozen=True)
class PartialPattern:
    """An event pattern with unknown parts.

    Attributes:
        pattern: the pattern, in which a marked string represents each unknown part.
        unknowns: the unknown part that each marked string represents.
    """

    pattern: EventPattern
    unknowns: Mapping[str, Unknown]

    def unknown_among(self, matchers: Iterable[Matcher]) -> tuple[Unknown, ...]:
        """Return the unknown values that these matchers represent."""
        values = [matcher.value for matcher in matchers if isinstance(matcher, Exact)]
        return tuple(self.unknowns[value] for value in values if isinstance(value, str) and value in self.unknowns)


def partial_pattern(pattern: Any) -> PartialPattern:
    """Read a pattern: a JSON object whose values may be unknown, a JSON string, or an unknown value.

    Raises:
        InvalidPattern: AWS rejects it, regardless of the unknown parts.
    """
    if isinstance(pattern, str):
        return PartialPattern(EventPattern.parse(pattern), {})
    marking = _Marking()
    return PartialPattern(EventPattern.parse(marking.fields(pattern)), marking.unknowns)


def is_marked(matcher: Matcher) -> bool:
    """Whether a matcher represents an unknown value."""
    return isinstance(matcher, Exact) and isinstance(matcher.value, str) and matcher.value.startswith(_MARK)


def possible_texts(unknown: Unknown) -> Language:
    """Return every string that an unknown value may be."""
    made = literal("")
    for part in reversed(unknown.parts):
        made = concat(ANYTHING if part is None else literal(part), made)
    return made


class _Marking:
    def __init__(self) -> None:
        self.unknowns: dict[str, Unknown] = {}

    def fields(self, pattern: Any) -> Any:
        """Mark the object of a pattern, or of a branch of it."""
        if isinstance(pattern, Unknown):
            return {self._mark(pattern): [self._mark(pattern)]}
        if not isinstance(pattern, dict):
            return pattern
        return {key: self._field(key, value) for key, value in pattern.items()}

    def _field(self, key: str, value: Any) -> Any:
        if isinstance(value, Unknown):
            return [self.fields(value), self.fields(value)] if key == "$or" else [self._mark(value)]
        if isinstance(value, dict):
            return self.fields(value)
        if not isinstance(value, list):
            return value
        return [self.fields(item) if key == "$or" else self._matcher(item) for item in value]

    def _matcher(self, item: Any) -> Any:
        """Mark a matcher that is unknown, or that compares with an unknown value."""
        if isinstance(item, Unknown):
            return self._mark(item)
        if isinstance(item, list):
            return [self._matcher(inner) for inner in item]
        if not isinstance(item, dict):
            return item
        for operator, operand in item.items():
            if found := _unknown_within(operand):
                parts = found.parts if isinstance(operand, Unknown) else (None,)
                around = {"prefix": (*parts, None), "suffix": (None, *parts)}
                return self._mark(Unknown(found.reason, around.get(operator, (None,))))
        return item

    def _mark(self, unknown: Unknown) -> str:
        mark = f"{_MARK}{len(self.unknowns)}{_MARK}"
        self.unknowns[mark] = unknown
        return mark


def _unknown_within(value: Any) -> Unknown | None:
    if isinstance(value, Unknown):
        return value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((found for item in inner if (found := _unknown_within(item))), None)


def known_part(pattern: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Split a pattern into its known part and the unknown conditions.

    Returns:
        The pattern without the conditions that have unknown values; and the path of each of those with what it depends
        on: `("account", "var.account_id")`.
    """
    depends = list(_unknown_conditions(pattern, ""))
    return _known_conditions(pattern), depends


def _unknown_conditions(node: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _unknown_conditions(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list) and path.rpartition(".")[2] == "$or":
        for branch in node:
            yield from _unknown_conditions(branch, path)
    elif _has_unknown(node):
        yield path, reason_of(node)


def _known_conditions(node: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in node.items():
        if isinstance(value, dict):
            if inner := _known_conditions(value):
                made[key] = inner
        elif key == "$or" and isinstance(value, list):
            branches = [_known_conditions(branch) if isinstance(branch, dict) else {} for branch in value]
            if all(branches):
                made[key] = branches
        elif not _has_unknown(value):
            made[key] = value
    return made


def _has_unknown(value: Any) -> bool:
    if isinstance(value, Unknown):
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(_has_unknown, inner))
