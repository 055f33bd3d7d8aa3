"""Patterns for which AWS's published engine answers otherwise than AWS documents, so that the service may too.

No answer of the service is recorded for them: `calibration/not-recorded.json` has a case for each kind. The engine is
event-ruler 2.0.1. `EventPattern.matches` follows the documentation.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pca_events.pattern.addresses import range_of
from pca_events.pattern.matcher import Matcher, quoted
from pca_events.pattern.matchers import AnythingBut, Cidr, Exact, Numeric
from pca_events.pattern.text_matchers import EqualsIgnoreCase, Prefix, Suffix, Wildcard

_MOST_COMPARED = 100


def service_may_differ(alternatives: Sequence[Mapping[str, tuple[Matcher, ...]]]) -> tuple[str, ...]:
    """Return in one sentence each why EventBridge may not match what these alternatives of a pattern document."""
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
                    " engine drops the added ones. Write each value in one alternative only"
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
            "AWS's published engine confuses a wildcard that begins with * and a text in any letter case where both are"
            " in one list. Use two rules, or $or on different fields"
        )
    if {Exact, Numeric, Prefix} <= set(map(type, matchers)):
        yield "AWS's published engine may miss a text beside numeric and prefix in one list. Use two rules"
    for matcher in inner:
        if isinstance(matcher, Cidr) and _reaches_numbers(matcher):
            yield f"AWS's published engine matches {matcher.text} with numbers too"
        if isinstance(matcher, Prefix) and matcher.text.endswith('"'):
            yield f"AWS's published engine takes the quote at the end of {quoted(matcher.text)} for the end of the text"
        if isinstance(matcher, Suffix) and matcher.text.startswith('"'):
            yield f"AWS's published engine takes the quote before {quoted(matcher.text[1:])} for the start of the text"


def _within(matcher: Matcher) -> Iterable[Matcher]:
    return matcher.refused if isinstance(matcher, AnythingBut) else (matcher,)


def _leads_with_star(matcher: Matcher) -> bool:
    return isinstance(matcher, Wildcard) and matcher.text.startswith("*")


def _ignores_case(matcher: Matcher) -> bool:
    return isinstance(matcher, EqualsIgnoreCase) or (isinstance(matcher, (Prefix, Suffix)) and matcher.ignore_case)


def _reaches_numbers(cidr: Cidr) -> bool:
    # The engine compares the bytes of a number as if they were digits of an address; only wide ranges hold them.
    held = range_of(cidr.text)
    return held.first[0] != held.last[0]
