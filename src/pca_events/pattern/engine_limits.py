"""Limits and faults of AWS's published engine: the complexity of wildcards that it accepts, and where it may differ.

The engine follows a text through all wildcards of a field at once. It counts the prefixes of wildcards that one text
can fit at the same time: `a`, `a*` and `a*b` are prefixes of `a*b*c`, and the text `ab` fits the last two. Equal
prefixes of one pattern count once where the engine stores them once. The texts under one `anything-but` are one
pattern.

`service_may_differ` lists patterns for which event-ruler 2.0.1 answers differently from the documentation, so the
service may too. No answer of the service is recorded for them: `calibration/not-recorded.json` has a case for each
kind. `EventPattern.matches` follows the documentation.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pca_events.pattern import text_comparison
from pca_events.pattern.matchers import (
    AnythingBut,
    Cidr,
    EqualsIgnoreCase,
    Exact,
    Matcher,
    Numeric,
    Prefix,
    Suffix,
    Wildcard,
    quoted,
)
from pca_events.pattern.text_comparison import range_of

TOO_COMPLEX = (
    "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a"
    " wildcard character"
)
# AWS does not publish its limit: it accepts 9 and rejects 11.
MOST = 10
_MOST_STATES = 2_000


@dataclass(slots=True, eq=False)
class _Prefix:
    """A prefix of a wildcard: the longer prefixes by their next byte, and whether it ends in a star.

    Attributes:
        settled: whether it contains no star, so that a text reaches it in one way only.
    """

    settled: bool = True
    ends_in_star: bool = False
    after: dict[int, list["_Prefix"]] = field(default_factory=dict)
    star: "_Prefix | None" = None


def too_complex(alternatives: Iterable[Mapping[str, tuple[Matcher, ...]]]) -> str | None:
    """Return the path of the first field whose wildcards are too complex for AWS, or None.

    The engine reads a field of several alternatives at once if they agree in all fields before it, in the order of
    their paths.
    """
    together: dict[tuple[str, int], list[Matcher]] = {}
    numbers: dict[tuple[int, str, tuple[Matcher, ...]], int] = {}  # of the fields that are read so far
    for alternative in alternatives:
        if not any(map(_is_wildcard, (one for matchers in alternative.values() for one in matchers))):
            continue
        before = 0
        for path in sorted(alternative, key=lambda path: path.encode("utf-16-be", "surrogatepass")):
            matchers = alternative[path]
            together.setdefault((path, before), []).extend(filter(_is_wildcard, matchers))
            before = numbers.setdefault((before, path, matchers), len(numbers) + 1)
    for (path, _), several in together.items():
        if at_most(several) > MOST and complexity(tuple(several)) > MOST:
            return path
    return None


def at_most(matchers: Iterable[Matcher]) -> int:
    """Return an upper bound of the complexity; fast, and sufficient for most patterns.

    Of the prefixes that end within one piece between stars, a text fits only those that end in the same byte.
    """
    most = 0
    for matcher in matchers:
        for one in matcher.refused if isinstance(matcher, AnythingBut) else (matcher,):
            if isinstance(one, Wildcard):
                _, *pieces = f'{one.text}"'.encode("utf-8", "surrogatepass").split(b"*")
                most += 1 + sum(1 + max(map(piece.count, set(piece)), default=0) for piece in pieces)
    return most


@lru_cache(maxsize=1 << 12)
def complexity(matchers: tuple[Matcher, ...]) -> int:
    """Return how many prefixes one text can fit at the same time; counting stops above `MOST`."""
    start = frozenset(_tree(matcher, times) for matcher, times in Counter(matchers).items())
    seen, waiting, most = {start}, [start], 0
    while waiting and len(seen) < _MOST_STATES:
        state = waiting.pop()
        looping = {prefix for prefix in state if prefix.ends_in_star}
        for byte in {byte for prefix in state for byte in prefix.after}:
            after = set(looping)
            for prefix in state:
                for longer in prefix.after.get(byte, ()):
                    after.update((longer, longer.star) if longer.star else (longer,))
            most = max(most, len(after))
            if most > MOST:
                return most
            if (reached := frozenset(after)) not in seen:
                seen.add(reached)
                waiting.append(reached)
    return most


def _is_wildcard(matcher: Matcher) -> bool:
    return isinstance(matcher.refused[0] if isinstance(matcher, AnythingBut) else matcher, Wildcard)


def _tree(matcher: Matcher, times: int) -> _Prefix:
    root, end = _Prefix(), _Prefix()
    for one in matcher.refused if isinstance(matcher, AnythingBut) else (matcher,):
        if isinstance(one, Wildcard):
            for _ in range(min(times, MOST)):
                _grow(root, text_comparison.characters_of(one.text), end)
    return root


def _grow(root: _Prefix, characters: text_comparison.WildcardCharacters, end: _Prefix) -> None:
    # AWS counts the quotes around a string as two more characters.
    node = root
    for character in ('"', *characters):
        if character is text_comparison.STAR:
            node.star = node.star or _Prefix(settled=False, ends_in_star=True)
            node = node.star
        else:
            first, *others = character.encode("utf-8", "surrogatepass")
            node = _longer(node, first, alone=node.star is not None or character.lower() != character.upper())
            for byte in others:
                node = _longer(node, byte, alone=False)
    ends = node.after.setdefault(ord('"'), [])
    if end not in ends:
        ends.append(end)


def _longer(node: _Prefix, byte: int, *, alone: bool) -> _Prefix:
    """Return the prefix that is one byte longer: a stored one if the engine can reuse it.

    After a star it cannot reuse one if the character has two letter cases or if a star may follow instead.
    """
    several = node.after.setdefault(byte, [])
    for known in several:
        if known.settled or not alone:
            return known
    several.append(_Prefix(settled=node.settled))
    return several[-1]


_MOST_COMPARED = 100


def service_may_differ(alternatives: Sequence[Mapping[str, tuple[Matcher, ...]]]) -> tuple[str, ...]:
    """Return the reasons why EventBridge may not match these alternatives as documented, one sentence each."""
    found = list(_lost_alternatives(alternatives[:_MOST_COMPARED]))
    for alternative in alternatives:
        for path, matchers in alternative.items():
            found += [f"{path}: {why}" for why in _of_field(matchers)]
    return tuple(dict.fromkeys(found))


def _lost_alternatives(alternatives: Sequence[Mapping[str, tuple[Matcher, ...]]]) -> Iterator[str]:
    for number, later in enumerate(alternatives):
        for earlier in alternatives[:number]:
            if earlier.keys() == later.keys() and _widens(earlier, later):
                yield (
                    f"alternative {number + 1} of $or repeats values of an earlier one and adds others; AWS's published"
                    " engine ignores the added ones. Write each value in one alternative only"
                )
                break


def _widens(earlier: Mapping[str, tuple[Matcher, ...]], later: Mapping[str, tuple[Matcher, ...]]) -> bool:
    shared = all(set(matchers) & set(earlier[path]) for path, matchers in later.items())
    return shared and any(set(matchers) - set(earlier[path]) for path, matchers in later.items())


def _of_field(matchers: tuple[Matcher, ...]) -> Iterator[str]:
    if set(map(type, matchers)) == {Exact}:
        return
    inner = [one for matcher in matchers for one in _within(matcher)]
    if any(map(_leads_with_star, inner)) and any(map(_ignores_case, inner)):
        yield (
            "AWS's published engine confuses a wildcard that begins with * and a case-insensitive string if both are"
            " in one list. Use two rules, or $or on different fields"
        )
    if {Exact, Numeric, Prefix} <= set(map(type, matchers)):
        yield "AWS's published engine may not match a string in a list with numeric and prefix. Use two rules"
    for matcher in inner:
        if isinstance(matcher, Cidr) and _reaches_numbers(matcher):
            yield f"AWS's published engine also matches {matcher.text} with numbers"
        if isinstance(matcher, Prefix) and matcher.text.endswith('"'):
            text = quoted(matcher.text)
            yield f"AWS's published engine mistakes the quote at the end of {text} for the end of the string"
        if isinstance(matcher, Suffix) and matcher.text.startswith('"'):
            text = quoted(matcher.text[1:])
            yield f"AWS's published engine mistakes the quote before {text} for the start of the string"


def _within(matcher: Matcher) -> Iterable[Matcher]:
    return matcher.refused if isinstance(matcher, AnythingBut) else (matcher,)


def _leads_with_star(matcher: Matcher) -> bool:
    return isinstance(matcher, Wildcard) and matcher.text.startswith("*")


def _ignores_case(matcher: Matcher) -> bool:
    return isinstance(matcher, EqualsIgnoreCase) or (isinstance(matcher, (Prefix, Suffix)) and matcher.ignore_case)


def _reaches_numbers(cidr: Cidr) -> bool:
    # The engine compares the bytes of a number as if they were digits of an address; only wide ranges contain them.
    held = range_of(cidr.text)
    return held.first[0] != held.last[0]
