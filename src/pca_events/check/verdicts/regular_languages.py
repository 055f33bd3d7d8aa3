"""Regular languages (sets of strings), and whether one contains another or overlaps it.

A language is an expression with complement and intersection. Its derivative by a character is the language of what may
follow that character (Brzozowski 1964). A language is empty if no chain of derivatives accepts the empty string, so the
answers are exact.
"""

import itertools
import random
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakValueDictionary

Ranges = tuple[tuple[int, int], ...]
"""Code points from and to, both included."""

_LAST = 0x10FFFF
_EXAMPLES, _LONG_ENOUGH, _SPREAD, _FEW = 12, 200, 25, 20


@dataclass(frozen=True, eq=False)
class Language:
    """A set of strings. The functions below create each one once, so equal expressions are the same object.

    Attributes:
        kind: nothing, empty_string, characters (one character of some ranges), concat, union, intersection, complement
            or repeat.
    """

    kind: str
    parts: tuple["Language", ...]
    ranges: Ranges
    number: int


_numbers = itertools.count()
_languages: WeakValueDictionary[tuple[str, tuple[Language, ...], Ranges], Language] = WeakValueDictionary()
# Patterns are user input: what is kept for them is bounded. Weak references, because two objects for one language that
# is in use would make a search for new derivatives endless.
_KEPT = 1 << 16


def _interned(kind: str, parts: tuple[Language, ...] = (), ranges: Ranges = ()) -> Language:
    key = (kind, parts, ranges)
    language = _languages.get(key)
    if language is None:
        language = _languages[key] = Language(kind, parts, ranges, next(_numbers))
    return language


NOTHING = _interned("nothing")
EMPTY_STRING = _interned("empty_string")


def characters(ranges: Ranges) -> Language:
    """The language of one character out of these ranges."""
    return _interned("characters", ranges=ranges) if ranges else NOTHING


ANY_CHARACTER = characters(((0, _LAST),))


def concat(first: Language, second: Language) -> Language:
    """A string of the first language, followed by one of the second."""
    if NOTHING in (first, second):
        return NOTHING
    if first == EMPTY_STRING:
        return second
    if second == EMPTY_STRING:
        return first
    if first.kind == "concat":
        return concat(first.parts[0], concat(first.parts[1], second))
    return _interned("concat", (first, second))


def union(*sets: Language) -> Language:
    """The strings that are in at least one of the languages."""
    parts = {part for language in sets for part in (language.parts if language.kind == "union" else (language,))} - {
        NOTHING
    }
    if ANYTHING in parts:
        return ANYTHING
    if len(parts) < 2:
        return parts.pop() if parts else NOTHING
    return _interned("union", tuple(sorted(parts, key=lambda part: part.number)))


def intersection(first: Language, second: Language) -> Language:
    """The strings that are in both languages."""
    if NOTHING in (first, second):
        return NOTHING
    if first == second or second == ANYTHING:
        return first
    return second if first == ANYTHING else _interned("intersection", (first, second))


def complement(language: Language) -> Language:
    """Every string that is not in the language."""
    return language.parts[0] if language.kind == "complement" else _interned("complement", (language,))


def repeat(language: Language) -> Language:
    """Any number of strings of the language, one after another."""
    return language if language.kind == "repeat" else _interned("repeat", (language,))


ANYTHING = repeat(ANY_CHARACTER)


def literal(words: str, *, ignore_case: bool = False) -> Language:
    """Exactly this string; or, ignoring case, this string in any mixture of upper and lower case."""
    made = EMPTY_STRING
    for character in reversed(words):
        alike = {character, character.lower(), character.upper()} if ignore_case else {character}
        made = concat(characters(tuple(sorted((ord(c), ord(c)) for c in alike if len(c) == 1))), made)
    return made


def overlaps(first: Language, second: Language) -> bool:
    """Whether some string is in both languages."""
    return not _is_empty(intersection(first, second))


def contains(outer: Language, inner: Language) -> bool:
    """Whether every string of the inner language is in the outer one."""
    return outer == ANYTHING or _is_empty(intersection(inner, complement(outer)))


def prefix_verdict(language: Language, words: str) -> tuple[bool, bool]:
    """Whether some string of a language begins with these characters, and whether every one does.

    Faster than `overlaps` and `contains`; for a language without intersection and complement.
    """
    every = True
    for character in map(ord, words):
        every = every and not accepts_empty(language) and set(_first_ranges(language)) == {(character, character)}
        language = derivative(language, character)
    return language != NOTHING, every and language != NOTHING


@lru_cache(maxsize=_KEPT)
def is_positive(language: Language) -> bool:
    """Whether a language has no intersection and no complement: each derivative is then NOTHING, or it has a string."""
    return language.kind not in ("intersection", "complement") and all(map(is_positive, language.parts))


@lru_cache(maxsize=_KEPT)
def residuals(language: Language) -> tuple[Language, ...]:
    """Return the languages of what may follow any beginning of the strings, the language itself first."""
    found, waiting = {language: None}, [language]
    while waiting:
        now = waiting.pop()
        for character in _representatives(now):
            after = derivative(now, character)
            if after != NOTHING and after not in found:
                found[after] = None
                waiting.append(after)
    return tuple(found)


@lru_cache(maxsize=_KEPT)
def few_strings(language: Language) -> tuple[str, ...] | None:
    """Return all strings of a positive language, or None if there are more than a few."""
    found: list[str] = []
    waiting = [("", language)]
    while waiting:
        words, now = waiting.pop()
        if accepts_empty(now):
            found.append(words)
        characters = {character for first, last in _first_ranges(now) for character in (first, last)}
        if len(found) + len(waiting) + len(characters) > _FEW or len(words) > _LONG_ENOUGH:
            return None
        if any(first != last for first, last in _first_ranges(now)):
            return None
        waiting += ((words + chr(character), derivative(now, character)) for character in characters)
    return tuple(found)


@lru_cache(maxsize=_KEPT)
def examples(language: Language) -> tuple[str, ...]:
    """Return some strings of a positive language: always the same ones, and different from each other."""
    chance = random.Random(0)  # noqa: S311
    left = _steps_to_the_end(language)
    return tuple(dict.fromkeys(_example(language, left, chance) for _ in range(_EXAMPLES if left else 0)))


def _example(language: Language, left: dict[Language, int], chance: random.Random) -> str:
    words, now = "", language
    while not (accepts_empty(now) and (len(words) > _LONG_ENOUGH or chance.random() < 0.5)):
        steps = [
            (character, after)
            for first, last in sorted(set(_first_ranges(now)))
            for character in (chance.randint(first, min(last, first + _SPREAD)),)
            if (after := derivative(now, character)) != NOTHING
        ]
        if not steps:
            break
        if len(words) > _LONG_ENOUGH:
            steps = [min(steps, key=lambda step: left[step[1]])]
        character, now = chance.choice(steps)
        words += chr(character)
    return words


def _steps_to_the_end(language: Language) -> dict[Language, int]:
    """The least number of characters from each residual to the end of a string."""
    before: dict[Language, list[Language]] = {}
    for now in residuals(language):
        for character in _representatives(now):
            before.setdefault(derivative(now, character), []).append(now)
    left = {now: 0 for now in residuals(language) if accepts_empty(now)}
    waiting = list(left)
    for now in waiting:
        for earlier in before.get(now, ()):
            if earlier not in left:
                left[earlier] = left[now] + 1
                waiting.append(earlier)
    return left


@lru_cache(maxsize=_KEPT)
def _is_empty(language: Language) -> bool:
    seen, waiting = {language}, [language]
    while waiting:
        now = waiting.pop()
        if accepts_empty(now):
            return False
        for character in _representatives(now):
            after = derivative(now, character)
            if after != NOTHING and after not in seen:
                seen.add(after)
                waiting.append(after)
    return True


@lru_cache(maxsize=_KEPT)
def accepts_empty(language: Language) -> bool:
    """Whether the empty string is in the language."""
    match language.kind:
        case "empty_string" | "repeat":
            return True
        case "union":
            return any(map(accepts_empty, language.parts))
        case "intersection" | "concat":
            return all(map(accepts_empty, language.parts))
        case "complement":
            return not accepts_empty(language.parts[0])
    return False


@lru_cache(maxsize=_KEPT)
def derivative(language: Language, character: int) -> Language:
    """Return the language of what may follow this character."""
    match language.kind:
        case "characters":
            return EMPTY_STRING if any(first <= character <= last for first, last in language.ranges) else NOTHING
        case "concat":
            first, second = language.parts
            after = concat(derivative(first, character), second)
            return union(after, derivative(second, character)) if accepts_empty(first) else after
        case "union":
            return union(*(derivative(part, character) for part in language.parts))
        case "intersection":
            return intersection(*(derivative(part, character) for part in language.parts))
        case "complement":
            return complement(derivative(language.parts[0], character))
        case "repeat":
            return concat(derivative(language.parts[0], character), language)
    return NOTHING


def _representatives(language: Language) -> list[int]:
    """One character of each class that the first step of this language distinguishes."""
    borders = {0}
    for first, last in _first_ranges(language):
        borders.update((first, last + 1))
    return sorted(border for border in borders if border <= _LAST)


@lru_cache(maxsize=_KEPT)
def _first_ranges(language: Language) -> Ranges:
    """The ranges that the first character of a string is compared with."""
    if language.kind == "concat":
        first, second = language.parts
        return _first_ranges(first) + (_first_ranges(second) if accepts_empty(first) else ())
    return language.ranges + tuple(found for part in language.parts for found in _first_ranges(part))
