"""The conditions of event patterns as sets of texts: what matchers accept, and parts unknown until deployment."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pca_events.check.report import reason_of
from pca_events.check.verdicts.regular_languages import (
    ANYTHING,
    EMPTY_STRING,
    NOTHING,
    Language,
    accepts_empty,
    complement,
    concat,
    contains,
    derivative,
    examples,
    few_strings,
    is_positive,
    literal,
    overlaps,
    prefix_verdict,
    residuals,
    union,
)
from pca_events.infrastructure.model import Unknown
from pca_events.pattern import (
    AnythingBut,
    EqualsIgnoreCase,
    EventPattern,
    Exact,
    Exists,
    Matcher,
    Prefix,
    Suffix,
    Wildcard,
)
from pca_events.pattern.matchers import test_of
from pca_events.pattern.text_comparison import STAR, characters_of, spellings

Conditions = Mapping[str, tuple[Matcher, ...]]
"""What a pattern requires of each field: one of the matchers must accept it."""

Spelling = tuple[tuple[str, ...] | None, ...]
"""A string, character by character: the spellings of each, and STAR for any characters."""


def language_of(matcher: Matcher) -> Language:
    """Return every string that the matcher accepts; numeric, CIDR and absence matchers accept none."""
    if isinstance(matcher, AnythingBut):
        return complement(union(*map(language_of, matcher.refused)))
    if isinstance(matcher, Exists):
        return ANYTHING if matcher.wanted else NOTHING
    spelt = _spelling_of(matcher)
    return NOTHING if spelt is None else _as_set(spelt)


def accepts_some(matchers: Iterable[Matcher], language: Language) -> bool:
    """Whether one of the matchers accepts some string of a language; as `overlaps`, but faster."""
    return any(_accepts_some(matcher, language) for matcher in matchers)


def accepts_all(matchers: tuple[Matcher, ...], language: Language) -> bool:
    """Whether one of the matchers accepts each string of a language; as `contains`, but faster."""
    if not is_positive(language):
        return contains(union(*map(language_of, matchers)), language)
    alone = [_accepts_all(matcher, language) for matcher in matchers]
    if True in alone or (alone == [False]):
        return True in alone
    of_texts = [
        matcher for matcher in matchers if isinstance(matcher, AnythingBut) or _spelling_of(matcher) is not None
    ]
    accepts = test_of(of_texts)
    few = few_strings(language)
    if not all(map(accepts, examples(language) if few is None else few)):
        return False
    return few is not None or contains(union(*map(language_of, of_texts)), language)


def exact_texts(matchers: Iterable[Matcher]) -> list[str]:
    """Return the strings if a field must be equal to one of them; empty if anything else is required."""
    language: list[str] = []
    for matcher in matchers:
        if not isinstance(matcher, Exact) or not isinstance(matcher.value, str):
            return []
        language.append(matcher.value)
    return language


def words_of(matchers: Iterable[Matcher]) -> str:
    """Describe what a field must be."""
    return " or ".join(matcher.words for matcher in matchers)


@lru_cache(maxsize=1 << 15)
def _accepts_some(matcher: Matcher, language: Language) -> bool:
    if not is_positive(language):
        return overlaps(language, language_of(matcher))
    if isinstance(matcher, Exists):
        return matcher.wanted and language != NOTHING
    if isinstance(matcher, AnythingBut):
        return not accepts_all(matcher.refused, language)
    spelt = _spelling_of(matcher)
    few = few_strings(language)
    if few is not None:
        return spelt is not None and any(map(matcher.test(), few))
    return spelt is not None and _spells_some(spelt, language)


def _accepts_all(matcher: Matcher, language: Language) -> bool | None:
    """Whether a matcher by itself accepts every string; None if that is not known quickly."""
    if isinstance(matcher, AnythingBut):
        return not accepts_some(matcher.refused, language)
    if isinstance(matcher, Prefix) and not matcher.ignore_case:
        return prefix_verdict(language, matcher.text)[1]
    return matcher.wanted if isinstance(matcher, Exists) else None


def _spells_some(spelt: Spelling, language: Language) -> bool:
    """Whether some string of a language has this spelling: all its strings are read at once."""
    now = {language}
    for several in spelt:
        if several is STAR:
            now = {ending for before in now for ending in residuals(before)}
        else:
            now = {after for before in now for spelling in several if (after := _read(before, spelling)) != NOTHING}
        if not now:
            return False
    return any(map(accepts_empty, now))


def _read(language: Language, words: str) -> Language:
    for character in words:
        language = derivative(language, ord(character))
    return language


@lru_cache(maxsize=1 << 15)
def _spelling_of(matcher: Matcher) -> Spelling | None:
    """The spelling of what a matcher accepts; None if it does not compare strings."""
    match matcher:
        case Exact(str(value)):
            return tuple((character,) for character in value)
        case Prefix():
            return (*_characters(matcher.text, matcher.ignore_case), STAR)
        case Suffix():
            return (STAR, *_characters(matcher.text, matcher.ignore_case))
        case EqualsIgnoreCase():
            return _characters(matcher.text, True)
        case Wildcard():
            return tuple(STAR if one is STAR else (one,) for one in characters_of(matcher.text))
    return None


def _characters(words: str, ignore_case: bool) -> Spelling:
    return tuple(spellings(character) if ignore_case else (character,) for character in words)


def _as_set(spelt: Spelling) -> Language:
    made = EMPTY_STRING
    for several in reversed(spelt):
        made = concat(ANYTHING if several is STAR else union(*map(literal, several)), made)
    return made


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
