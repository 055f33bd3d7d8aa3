"""Sets of texts, and whether one holds the other: what a field may be, against what a condition accepts.

A set is written as an expression with complement and intersection. Its derivative by a character is the set of what may
follow that character (Brzozowski 1964); a set is empty where no chain of derivatives ever takes the empty text. That
decides exactly what trying examples could only suggest.
"""

import itertools
import random
from dataclasses import dataclass
from functools import cache

Ranges = tuple[tuple[int, int], ...]
"""Code points from and to, both included."""

_LAST = 0x10FFFF
_EXAMPLES, _LONG_ENOUGH, _SPREAD, _FEW = 12, 200, 25, 20


@dataclass(frozen=True, eq=False)
class Texts:
    """A set of texts. Made by the functions below, and once only, so that two that are made alike are one object.

    Attributes:
        kind: nothing, empty (the empty text), one (a character of some ranges), then, either, both, but, repeat.
    """

    kind: str
    parts: tuple["Texts", ...]
    ranges: Ranges
    number: int


_numbers = itertools.count()


@cache
def _made(kind: str, parts: tuple[Texts, ...] = (), ranges: Ranges = ()) -> Texts:
    return Texts(kind, parts, ranges, next(_numbers))


NOTHING = _made("nothing")
EMPTY = _made("empty")


def one(ranges: Ranges) -> Texts:
    """One character out of these ranges."""
    return _made("one", ranges=ranges) if ranges else NOTHING


ANY_CHARACTER = one(((0, _LAST),))


def then(first: Texts, second: Texts) -> Texts:
    """A text of the first set, followed by one of the second."""
    if NOTHING in (first, second):
        return NOTHING
    if first == EMPTY:
        return second
    if second == EMPTY:
        return first
    if first.kind == "then":
        return then(first.parts[0], then(first.parts[1], second))
    return _made("then", (first, second))


def either(*sets: Texts) -> Texts:
    """The texts that are in at least one of the sets."""
    parts = {part for texts in sets for part in (texts.parts if texts.kind == "either" else (texts,))} - {NOTHING}
    if ANYTHING in parts:
        return ANYTHING
    if len(parts) < 2:
        return parts.pop() if parts else NOTHING
    return _made("either", tuple(sorted(parts, key=lambda part: part.number)))


def both(first: Texts, second: Texts) -> Texts:
    """The texts that are in both sets."""
    if NOTHING in (first, second):
        return NOTHING
    if first == second or second == ANYTHING:
        return first
    return second if first == ANYTHING else _made("both", (first, second))


def but(texts: Texts) -> Texts:
    """Every text that is not in the set."""
    return texts.parts[0] if texts.kind == "but" else _made("but", (texts,))


def repeat(texts: Texts) -> Texts:
    """Any number of texts of the set, one after another."""
    return texts if texts.kind == "repeat" else _made("repeat", (texts,))


ANYTHING = repeat(ANY_CHARACTER)


def text(words: str, *, ignore_case: bool = False) -> Texts:
    """Exactly this text; or, ignoring case, this text in any mixture of upper and lower case."""
    made = EMPTY
    for character in reversed(words):
        alike = {character, character.lower(), character.upper()} if ignore_case else {character}
        made = then(one(tuple(sorted((ord(c), ord(c)) for c in alike if len(c) == 1))), made)
    return made


def overlaps(first: Texts, second: Texts) -> bool:
    """Whether some text is in both sets."""
    return not _is_empty(both(first, second))


def holds(outer: Texts, inner: Texts) -> bool:
    """Whether every text of the inner set is in the outer one."""
    return outer == ANYTHING or _is_empty(both(inner, but(outer)))


def begins(texts: Texts, words: str) -> tuple[bool, bool]:
    """Whether some text of a set begins with these words, and whether every one does.

    The quick way to what `overlaps` and `holds` say, for a set that was made without `both` and `but`.
    """
    every = True
    for character in map(ord, words):
        every = every and not takes_empty(texts) and set(_first_ranges(texts)) == {(character, character)}
        texts = following(texts, character)
    return texts != NOTHING, every and texts != NOTHING


@cache
def has_only_texts(texts: Texts) -> bool:
    """Whether a set was made without `both` and `but`: what follows some words is then NOTHING, or it has a text."""
    return texts.kind not in ("both", "but") and all(map(has_only_texts, texts.parts))


@cache
def endings(texts: Texts) -> tuple[Texts, ...]:
    """Return what may follow any words that texts of a set begin with, the set itself first."""
    found, waiting = {texts: None}, [texts]
    while waiting:
        now = waiting.pop()
        for character in _representatives(now):
            after = following(now, character)
            if after != NOTHING and after not in found:
                found[after] = None
                waiting.append(after)
    return tuple(found)


@cache
def few_texts(texts: Texts) -> tuple[str, ...] | None:
    """Return all texts of a set that was made without `both` and `but`, or nothing where they are more than a few."""
    found: list[str] = []
    waiting = [("", texts)]
    while waiting:
        words, now = waiting.pop()
        if takes_empty(now):
            found.append(words)
        characters = {character for first, last in _first_ranges(now) for character in (first, last)}
        if len(found) + len(waiting) + len(characters) > _FEW or len(words) > _LONG_ENOUGH:
            return None
        if any(first != last for first, last in _first_ranges(now)):
            return None
        waiting += ((words + chr(character), following(now, character)) for character in characters)
    return tuple(found)


@cache
def examples(texts: Texts) -> tuple[str, ...]:
    """Return some texts of a set that was made without `both` and `but`: always the same, and unlike each other."""
    chance = random.Random(0)  # noqa: S311
    left = _steps_to_the_end(texts)
    return tuple(dict.fromkeys(_example(texts, left, chance) for _ in range(_EXAMPLES if left else 0)))


def _example(texts: Texts, left: dict[Texts, int], chance: random.Random) -> str:
    words, now = "", texts
    while not (takes_empty(now) and (len(words) > _LONG_ENOUGH or chance.random() < 0.5)):
        steps = [
            (character, after)
            for first, last in sorted(set(_first_ranges(now)))
            for character in (chance.randint(first, min(last, first + _SPREAD)),)
            if (after := following(now, character)) != NOTHING
        ]
        if not steps:
            break
        if len(words) > _LONG_ENOUGH:
            steps = [min(steps, key=lambda step: left[step[1]])]
        character, now = chance.choice(steps)
        words += chr(character)
    return words


def _steps_to_the_end(texts: Texts) -> dict[Texts, int]:
    """The least number of characters from each ending of a set to its end."""
    before: dict[Texts, list[Texts]] = {}
    for now in endings(texts):
        for character in _representatives(now):
            before.setdefault(following(now, character), []).append(now)
    left = {now: 0 for now in endings(texts) if takes_empty(now)}
    waiting = list(left)
    for now in waiting:
        for earlier in before.get(now, ()):
            if earlier not in left:
                left[earlier] = left[now] + 1
                waiting.append(earlier)
    return left


@cache
def _is_empty(texts: Texts) -> bool:
    seen, waiting = {texts}, [texts]
    while waiting:
        now = waiting.pop()
        if takes_empty(now):
            return False
        for character in _representatives(now):
            after = following(now, character)
            if after != NOTHING and after not in seen:
                seen.add(after)
                waiting.append(after)
    return True


@cache
def takes_empty(texts: Texts) -> bool:
    """Whether the empty text is in the set."""
    match texts.kind:
        case "empty" | "repeat":
            return True
        case "either":
            return any(map(takes_empty, texts.parts))
        case "both" | "then":
            return all(map(takes_empty, texts.parts))
        case "but":
            return not takes_empty(texts.parts[0])
    return False


@cache
def following(texts: Texts, character: int) -> Texts:
    """Return what may follow this character."""
    match texts.kind:
        case "one":
            return EMPTY if any(first <= character <= last for first, last in texts.ranges) else NOTHING
        case "then":
            first, second = texts.parts
            after = then(following(first, character), second)
            return either(after, following(second, character)) if takes_empty(first) else after
        case "either":
            return either(*(following(part, character) for part in texts.parts))
        case "both":
            return both(*(following(part, character) for part in texts.parts))
        case "but":
            return but(following(texts.parts[0], character))
        case "repeat":
            return then(following(texts.parts[0], character), texts)
    return NOTHING


def _representatives(texts: Texts) -> list[int]:
    """One character of each kind that the first step of this set tells apart."""
    borders = {0}
    for first, last in _first_ranges(texts):
        borders.update((first, last + 1))
    return sorted(border for border in borders if border <= _LAST)


@cache
def _first_ranges(texts: Texts) -> Ranges:
    """The ranges that the first character of a text is held against."""
    if texts.kind == "then":
        first, second = texts.parts
        return _first_ranges(first) + (_first_ranges(second) if takes_empty(first) else ())
    return texts.ranges + tuple(found for part in texts.parts for found in _first_ranges(part))
