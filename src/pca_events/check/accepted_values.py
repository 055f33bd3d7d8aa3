"""The strings that matchers of event patterns accept, as regular languages."""

from collections.abc import Iterable, Mapping
from functools import cache

from pca_events.check.regular_languages import (
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
from pca_events.pattern import (
    AnythingBut,
    EqualsIgnoreCase,
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


@cache
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


@cache
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
