"""The texts that a matcher of an event pattern accepts: as a set, and compared with another set."""

from collections.abc import Iterable, Mapping
from functools import cache

from pca_events.check.regular_languages import (
    ANYTHING,
    EMPTY,
    NOTHING,
    Texts,
    begins,
    but,
    either,
    endings,
    examples,
    few_texts,
    following,
    has_only_texts,
    holds,
    overlaps,
    takes_empty,
    text,
    then,
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
from pca_events.pattern.letter_case import spellings
from pca_events.pattern.matchers import test_of
from pca_events.pattern.wildcards import STAR, characters_of

Conditions = Mapping[str, tuple[Matcher, ...]]
"""What a pattern asks of each field: one of the matchers must accept it."""

Spelt = tuple[tuple[str, ...] | None, ...]
"""A text, character by character: the spellings of each, and nothing (STAR) for any characters."""


def accepted(matcher: Matcher) -> Texts:
    """Return every text that the matcher accepts; what compares numbers, addresses or absence accepts none."""
    if isinstance(matcher, AnythingBut):
        return but(either(*map(accepted, matcher.refused)))
    if isinstance(matcher, Exists):
        return ANYTHING if matcher.wanted else NOTHING
    spelt = _spelt(matcher)
    return NOTHING if spelt is None else _as_set(spelt)


def meets(matchers: Iterable[Matcher], texts: Texts) -> bool:
    """Whether one of the matchers accepts some text of a set; what `overlaps` says of their sets, and quicker."""
    return any(_meets(matcher, texts) for matcher in matchers)


def covers(matchers: tuple[Matcher, ...], texts: Texts) -> bool:
    """Whether every text of a set is accepted by one of the matchers; what `holds` says of their sets, and quicker."""
    if not has_only_texts(texts):
        return holds(either(*map(accepted, matchers)), texts)
    alone = [_covers(matcher, texts) for matcher in matchers]
    if True in alone or (alone == [False]):
        return True in alone
    of_texts = [matcher for matcher in matchers if isinstance(matcher, AnythingBut) or _spelt(matcher) is not None]
    accepts = test_of(of_texts)
    few = few_texts(texts)
    if not all(map(accepts, examples(texts) if few is None else few)):
        return False
    return few is not None or holds(either(*map(accepted, of_texts)), texts)


def exact_texts(matchers: Iterable[Matcher]) -> list[str]:
    """Return the texts, where a field must be equal to one of some texts; empty where anything else is asked."""
    texts: list[str] = []
    for matcher in matchers:
        if not isinstance(matcher, Exact) or not isinstance(matcher.value, str):
            return []
        texts.append(matcher.value)
    return texts


def words_of(matchers: Iterable[Matcher]) -> str:
    """Say in words what a field must be."""
    return " or ".join(matcher.words for matcher in matchers)


@cache
def _meets(matcher: Matcher, texts: Texts) -> bool:
    if not has_only_texts(texts):
        return overlaps(texts, accepted(matcher))
    if isinstance(matcher, Exists):
        return matcher.wanted and texts != NOTHING
    if isinstance(matcher, AnythingBut):
        return not covers(matcher.refused, texts)
    spelt = _spelt(matcher)
    few = few_texts(texts)
    if few is not None:
        return spelt is not None and any(map(matcher.test(), few))
    return spelt is not None and _reaches(spelt, texts)


def _covers(matcher: Matcher, texts: Texts) -> bool | None:
    """Whether a matcher by itself accepts every text, or nothing where that is not quickly known."""
    if isinstance(matcher, AnythingBut):
        return not meets(matcher.refused, texts)
    if isinstance(matcher, Prefix) and not matcher.ignore_case:
        return begins(texts, matcher.text)[1]
    return matcher.wanted if isinstance(matcher, Exists) else None


def _reaches(spelt: Spelt, texts: Texts) -> bool:
    """Whether some text of a set is spelt so: all its texts are read at the same time."""
    now = {texts}
    for several in spelt:
        if several is STAR:
            now = {ending for before in now for ending in endings(before)}
        else:
            now = {after for before in now for spelling in several if (after := _read(before, spelling)) != NOTHING}
        if not now:
            return False
    return any(map(takes_empty, now))


def _read(texts: Texts, words: str) -> Texts:
    for character in words:
        texts = following(texts, ord(character))
    return texts


@cache
def _spelt(matcher: Matcher) -> Spelt | None:
    """The text that a matcher accepts, or nothing where it does not compare texts."""
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


def _characters(words: str, ignore_case: bool) -> Spelt:
    return tuple(spellings(character) if ignore_case else (character,) for character in words)


def _as_set(spelt: Spelt) -> Texts:
    made = EMPTY
    for several in reversed(spelt):
        made = then(ANYTHING if several is STAR else either(*map(text, several)), made)
    return made
