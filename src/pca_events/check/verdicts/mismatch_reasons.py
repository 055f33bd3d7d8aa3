"""Why a value or a field of an event pattern never matches, and what was probably meant."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from pca_events.catalog import SOURCE, detail_types, neighbours
from pca_events.check.report import Block
from pca_events.check.verdicts.field_domains import (
    API_CALL,
    OTHER_RECORD_FIELDS,
    SERVICE_EVENT,
    Domain,
    cloudtrail_detail_types,
    documented_values,
    domains_of_cloudtrail,
    known_paths,
)
from pca_events.check.verdicts.relevance import is_ours_or_misspelt
from pca_events.check.vocabulary import aliases, instead_of_waiting, plain
from pca_events.infrastructure.model import Unknown
from pca_events.pattern import Exact, Matcher, Prefix, Suffix, Wildcard
from pca_events.wording import nearest, similarity

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}")
_OPERATORS = "prefix|suffix|wildcard|anything-but|equals-ignore-case|exists|numeric|cidr"
_ACCOUNT_DIGITS = 12
_MATCHER_AS_TEXT = re.compile(rf"\s*\{{?\s*['\"]?({_OPERATORS})['\"]?\s*:", re.IGNORECASE)
_NEAR, _NEAR_TYPE, _NEAR_ONLY, _NEARLY_EQUAL = 0.6, 0.8, 0.4, 0.9
_NEAR_VERB = 0.75
_FEW = 12
_OF_ACM = 'name a CA of AWS Private CA; the events of ACM have the source "aws.acm"'
_SWITCH = re.compile(r"(?:Dis|En)able|(?:Dea|A)ctivate")
_CA = re.compile(r"PrivateCA|CA(?![a-z])")


def never_sent(path: str, matchers: Sequence[Matcher], unknowns: Sequence[Unknown], domains: Sequence[Domain]) -> Block:
    """Explain why a field never has such a value.

    Args:
        path: of the field, as in event patterns.
        matchers: what the pattern requires of it.
        unknowns: the unknown values that it also accepts.
        domains: the values that the events have there.
    """
    wanted = " or ".join([*map(noun_of, matchers), *map(str, unknowns)])
    values = [matcher.value for matcher in matchers if isinstance(matcher, Exact)]
    for matcher in matchers:
        if block := _of_matcher(path, matcher, domains):
            return block
    texts = [value for value in values if isinstance(value, str)]
    if path == "resources" and any(part and part.startswith(":acm:") for one in unknowns for part in one.parts):
        return Block(path, f"{wanted} is an ACM certificate, which is in no event of AWS Private CA", remedy=_OF_ACM)
    if path == "resources" and any(_ID.fullmatch(text) for text in texts):
        return Block(path, f"{wanted} is never sent", remedy="write the whole ARN: resources hold ARNs")
    if not domains[0].values:
        return Block(path, f"{wanted} is never sent")
    known, here = documented_values(path), [value for domain in domains for value in domain.values]
    if set(texts) & set(known):
        return Block(path, f"{wanted} is not sent here; these events have {' or '.join(map(json.dumps, here))}")
    among = _documented(path, domains)
    begun = [value for value in among if texts and texts[0] and value.startswith(texts[0])]
    if len(begun) > 1:
        words = f"{wanted} is never sent; {len(begun)} documented values begin with it"
        return Block(path, words, remedy=f"write {json.dumps({'prefix': texts[0]})}, or a whole value")
    cutoff = _NEAR_TYPE if path == "detail-type" else _NEAR_ONLY if len(among) == 1 else _NEAR
    suggestion = nearest(texts[0], among, cutoff) if texts else ""
    advice = f'; did you mean "{suggestion}"?' if suggestion else ""
    return Block(
        path,
        f"{wanted} is never sent{_listed(path, domains)}{advice}",
        suggestion,
        f'write "{suggestion}"' if suggestion else "",
    )


def noun_of(matcher: Matcher) -> str:
    """Describe what a matcher accepts, as a noun."""
    return f"a value that {matcher.words}" if isinstance(matcher, Prefix | Suffix | Wildcard) else matcher.words


@lru_cache(maxsize=1 << 12)
def no_such_field(path: str) -> Block:
    """Explain that no event, or none of these events, has a field, and where it belongs."""
    if path in known_paths():
        return Block(path, "these events do not have it")
    name = path.rpartition(".")[2]
    if path.startswith("detail.") and name in known_paths():
        remedy = f"write {name} at the top of the pattern, beside source"
        return Block(path, f"no event has it: {name} is a field of the event itself, not of detail", name, remedy)
    if f"detail.{path}" in known_paths():
        remedy = f'write it within detail: "detail": {{"{path}": [...]}}'
        return Block(path, f"no event has it: {path} is a field of detail", f"detail.{path}", remedy)
    suggestion = nearest(path, known_paths(), 0.7) or _called(name)
    advice = f'; did you mean "{suggestion}"?' if suggestion else ""
    at_top = " at the top of the pattern, beside source" if "." in path and "." not in suggestion else ""
    return Block(path, f"no event has it{advice}", suggestion, f'write "{suggestion}"{at_top}' if suggestion else "")


@lru_cache(maxsize=1 << 12)
def in_cloudtrail(path: str) -> Block:
    """Explain that CloudTrail events do not have a field, and which one was probably meant."""
    words = "events of CloudTrail do not have it"
    if path == "resources":
        remedy = 'write the ARN of the CA as "detail": {"requestParameters": {"certificateAuthorityArn": [...]}}'
        return Block(path, "it is empty in events of CloudTrail", "detail.requestParameters", remedy)
    if path == "detail.result":
        remedy = (
            'calls that fail have "detail": {"errorCode": [{"exists": true}]}; results have the detail-types of AWS'
        )
        return Block(path, words, remedy=f"{remedy} Private CA")
    if path in known_paths():
        return replace(no_such_field(path), words=words)
    of_calls = [field for kind in cloudtrail_detail_types() for field in domains_of_cloudtrail(kind)]
    of_calls += [f"detail.{name}" for name in OTHER_RECORD_FIELDS]
    if suggestion := nearest(path, sorted({*of_calls} - {*known_paths()}), _NEARLY_EQUAL):
        return Block(path, f'no event has it; did you mean "{suggestion}"?', suggestion, f'write "{suggestion}"')
    return no_such_field(path)


def _called(name: str) -> str:
    """The only field that people call by this name; else empty."""
    found = [path for path in known_paths() if plain(name) in aliases().get(path, ())]
    return found[0] if len(found) == 1 else ""


def _of_matcher(path: str, matcher: Matcher, domains: Sequence[Domain]) -> Block | None:
    """Explain a mistake that has a specific explanation."""
    if isinstance(matcher, Exact):
        return _special(path, matcher.value, domains)
    if path == "detail-type" and isinstance(matcher, Prefix | Wildcard):
        instead = instead_of_waiting([(path, [matcher.text])])
        return Block(path, f"{noun_of(matcher)} is never sent", remedy=instead[0]) if instead else None
    return None


def _special(path: str, value: object, domains: Sequence[Domain]) -> Block | None:
    if not isinstance(value, str):
        return _no_text(path, value, domains)
    if operator := _MATCHER_AS_TEXT.match(value):
        remedy = f'write the matcher as an object: {{"{operator[1].lower()}": ...}}'
        return Block(path, f"{json.dumps(value)} is a string, which is compared literally", remedy=remedy)
    if path == "source" and not is_ours_or_misspelt(value):
        words = f"{json.dumps(value)} sends no event of AWS Private CA"
        return Block(path, words, SOURCE, f'write "{SOURCE}"')
    if path == "detail-type" and (block := _detail_type(value)):
        return block
    if "*" in value:
        return _asterisk(path, value, domains)
    if path == "detail.eventName":
        return _call(path, value, domains)
    if path == "resources" and re.match(r"arn:[^:]*:acm:", value):
        words = f"{json.dumps(value)} is an ACM certificate, which is in no event of AWS Private CA"
        return Block(path, words, remedy=_OF_ACM)
    return None


def _no_text(path: str, value: object, domains: Sequence[Domain]) -> Block | None:
    if isinstance(value, bool):
        return Block(path, f"{json.dumps(value)} is a boolean, but events have a string here{_listed(path, domains)}")
    if isinstance(value, int | float):
        words = f"{json.dumps(value)} is a number, but events have a string here"
        return Block(path, words, remedy=_quotes(path, value))
    return None


def _quotes(path: str, number: float) -> str:
    """Advise to quote a number; YAML reads an account with a leading 0 as octal where all digits are octal."""
    if path != "account":
        return "put the value in quotes"
    octal = f"0{number:o}" if isinstance(number, int) and number > 0 else ""
    if len(octal) == _ACCOUNT_DIGITS:
        return f'put the account in quotes: "{octal}" without them is an octal number in YAML'
    return "put the account in quotes: 12 digits"


def _detail_type(value: str) -> Block | None:
    if value in (*detail_types(), *cloudtrail_detail_types()):
        return None
    owner = next((one.source for one in neighbours() if value in one.detail_types), "")
    sent = f"is sent by {owner}, not by aws.acm-pca" if owner else "is never sent"
    instead = instead_of_waiting([("detail-type", [value])])
    if instead and not nearest(value, detail_types(), _NEARLY_EQUAL):
        return Block("detail-type", f"{json.dumps(value)} {sent}", remedy=instead[0])
    if owner:
        remedy = f'write the source "{owner}", or a detail-type of aws.acm-pca'
        return Block("detail-type", f"{json.dumps(value)} {sent}", owner, remedy)
    return None


def _asterisk(path: str, value: str, domains: Sequence[Domain]) -> Block:
    words = f"{json.dumps(value)} is never sent: the * in a string is a literal asterisk"
    if value.strip("*"):
        begin = value.rstrip("*")
        matcher = {"prefix": begin} if "*" not in begin else {"wildcard": value}
        return Block(path, words, remedy=f"write {json.dumps(matcher)}")
    return Block(path, words + _listed(path, domains), remedy='omit the field, or write {"exists": true}')


def _call(path: str, value: str, domains: Sequence[Domain]) -> Block | None:
    known = [name for domain in domains for name in domain.values]
    other = {API_CALL: SERVICE_EVENT, SERVICE_EVENT: API_CALL}
    for here, there in other.items():
        names = [name for domain in domains_of_cloudtrail(there)[path] for name in domain.values]
        if value in names and value not in known:
            return Block(
                path, f'{json.dumps(value)} is never sent as "{here}"', there, f'write the detail-type "{there}"'
            )
    verb = re.match("[A-Z]?[a-z]+", value)
    alike = [name for name in known if verb and name.startswith(verb[0].capitalize())]
    suggestion = nearest(_CA.sub("CertificateAuthority", value), alike or known, _NEAR)
    if _SWITCH.match(value) and "UpdateCertificateAuthority" in known:
        suggestion = "UpdateCertificateAuthority"
    elif not alike and not _same_verb(value, suggestion):
        suggestion = ""
    advice = f'; did you mean "{suggestion}"?' if suggestion else ""
    words = f"AWS Private CA has no {'call' if len(known) > 10 else 'event'} {json.dumps(value)}{advice}"
    return Block(path, words, suggestion, f'write "{suggestion}"' if suggestion else "")


def _same_verb(call: str, other: str) -> bool:
    """Whether two calls begin with the same verb, allowing for a typo."""
    first, second = (re.sub(r"(?<=[a-z])[A-Z].*", "", name).lower() for name in (call, other))
    return similarity(first, second) >= _NEAR_VERB


def _documented(path: str, domains: Sequence[Domain]) -> Sequence[str]:
    """The documented values of a field over all events, or those of these events where they have others."""
    known, here = documented_values(path), [value for domain in domains for value in domain.values]
    return known if set(here) <= set(known) else tuple(dict.fromkeys(here))


def _listed(path: str, domains: Sequence[Domain]) -> str:
    among = _documented(path, domains) if domains and domains[0].values else ()
    return f"; {_values(among)}" if 0 < len(among) < _FEW else ""


def _values(values: Sequence[str]) -> str:
    return f"documented value{'' if len(values) == 1 else 's'}: {', '.join(map(json.dumps, values))}"
