"""Conditions that never match in a rule that does fire: dead values and contradictions."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from pca_events.catalog import SOURCE, documented_events
from pca_events.check.report import Block
from pca_events.check.verdicts.conditions import Conditions, PartialPattern, exact_texts, is_marked
from pca_events.check.verdicts.field_domains import (
    Domain,
    cloudtrail_detail_types,
    domains_of_cloudtrail,
    domains_of_event,
)
from pca_events.check.verdicts.mismatch_reasons import never_sent, no_such_field, noun_of
from pca_events.check.verdicts.relevance import is_ours_or_misspelt
from pca_events.check.verdicts.verdict import reaches
from pca_events.pattern import AnythingBut, Exact, Matcher
from pca_events.regions import partition_of

_MOST = 50
"""How many values of one field are tested one by one; longer lists are probably generated."""


@dataclass(frozen=True)
class DeadValue:
    """A value that has no effect on a pattern.

    Attributes:
        block: why it never matches.
        excluded: whether the pattern excludes the value, rather than matching it.
    """

    block: Block
    excluded: bool = False


def dead_values(stated: PartialPattern, *, other_sources: bool) -> Iterator[DeadValue]:
    """Yield once every value that never matches while the rest of its alternative can match.

    Args:
        stated: the pattern.
        other_sources: whether it also matches events of other sources, whose values are unknown.
    """
    found: dict[DeadValue, None] = {}
    alternatives = stated.pattern.conditions
    for conditions in alternatives:
        if not reaches(conditions, stated):
            if len(alternatives) > 1 and not other_sources:
                found |= dict.fromkeys(_of_alternative(conditions, stated))
            continue
        for path, matchers in conditions.items():
            if path == "source" or not other_sources:
                found |= dict.fromkeys(_of_field(conditions, path, matchers, stated))
    yield from found


def _of_alternative(conditions: Conditions, stated: PartialPattern) -> Iterator[DeadValue]:
    """The fields each of which alone prevents one of several alternatives from matching."""
    for path, matchers in conditions.items():
        if not any(map(is_marked, matchers)) and not reaches({path: matchers}, stated):
            yield from (DeadValue(_why(path, matcher)) for matcher in matchers[:_MOST])


def _of_field(
    conditions: Conditions, path: str, matchers: tuple[Matcher, ...], stated: PartialPattern
) -> Iterator[DeadValue]:
    if path == "source":
        yield from map(DeadValue, misspelt_sources(matchers))
        return
    if len(matchers) > 1:
        yield from (
            DeadValue(_why(path, matcher))
            for matcher in matchers[:_MOST]
            if not is_marked(matcher) and not reaches({**conditions, path: (matcher,)}, stated)
        )
    refused = [one for matcher in matchers if isinstance(matcher, AnythingBut) for one in matcher.refused]
    for excluded in refused[:_MOST]:
        exact = isinstance(excluded, Exact) and not is_marked(excluded)
        if exact and not reaches({**conditions, path: (excluded,)}, stated):
            yield DeadValue(_why(path, excluded), excluded=True)


def misspelt_sources(matchers: tuple[Matcher, ...]) -> Iterator[Block]:
    """Yield each misspelling of aws.acm-pca."""
    for matcher in matchers:
        if _means_ours(matcher) and matcher.words != f'"{SOURCE}"':
            words = f"{matcher.words} is the source of no AWS service"
            yield Block("source", words, SOURCE, f'write "{SOURCE}"')


def _means_ours(matcher: Matcher) -> bool:
    return isinstance(matcher, Exact) and isinstance(matcher.value, str) and is_ours_or_misspelt(matcher.value)


def _why(path: str, matcher: Matcher) -> Block:
    """Explain why a value never matches: it is never sent, or not in the events that the rest matches."""
    domains = _forms_anywhere().get(path, ())
    block = never_sent(path, (matcher,), (), domains) if domains else no_such_field(path)
    if " is not sent here" in block.words:
        return Block(path, f"{noun_of(matcher)} is not sent in the events that the rest of the pattern matches")
    return block


@cache
def _forms_anywhere() -> Mapping[str, tuple[Domain, ...]]:
    """The domains of each field over all events of the source."""
    found: dict[str, dict[Domain, None]] = {}
    every = [domains_of_event(event.id) for event in documented_events()]
    every += [domains_of_cloudtrail(name) for name in cloudtrail_detail_types()]
    for domains in every:
        for path, held in domains.items():
            found.setdefault(path, {}).update(dict.fromkeys(held))
    return {path: tuple(held) for path, held in found.items()}


_ARN = re.compile(r"arn:(?P<partition>[^:*]+):acm-pca:(?P<region>[^:*]+):(?P<account>[^:*]+):")


def contradictions(conditions: Conditions) -> Iterator[str]:
    """Yield a description of each contradiction.

    A CA belongs to one Region and one account, which also receive its events.
    """
    arns = [found for text in exact_texts(conditions.get("resources", ())) if (found := _ARN.match(text))]
    for found in arns:
        if found["partition"] != partition_of(found["region"]):
            where = f"the Region {found['region']} is in {partition_of(found['region'])}"
            yield f"{json.dumps(found.string)} is in the partition {found['partition']}, but {where}"
    for path in ("region", "account"):
        asked = exact_texts(conditions.get(path, ()))
        named = [found[path] for found in arns]
        if asked and named and len(arns) == len(conditions["resources"]) and not set(asked) & set(named):
            yield f"{path} requires {_listed(asked)}, but the ARNs in resources belong to {_listed(named)}"


def _listed(texts: list[str]) -> str:
    return " or ".join(map(json.dumps, dict.fromkeys(texts)))
