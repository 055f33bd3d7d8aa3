"""The values that the contract allows for each field of each event."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache

from pca_events import contract
from pca_events.catalog import cloudtrail_twins, documented, documented_events
from pca_events.check.verdicts.regular_languages import (
    ANYTHING,
    EMPTY_STRING,
    Language,
    characters,
    concat,
    literal,
    repeat,
    union,
)


@dataclass(frozen=True)
class Domain:
    """The values that one field, or one entry of an array, can have.

    Attributes:
        language: every string that the contract allows there.
        values: the documented values, if no others are allowed; empty if the value is free.
        kind: the name of the field, or what an entry of `resources` is: CA, certificate, audit report.
        pattern: the regular expression of a free value.
    """

    language: Language
    values: tuple[str, ...]
    kind: str
    pattern: str = ""

    def allows(self, value: str) -> bool:
        """Whether the contract allows exactly this string."""
        if self.values:
            return value in self.values
        return bool(re.search(self.pattern, value)) and value[-1:] != "\n" and (self.kind != "time" or _is_time(value))


def _is_time(value: str) -> bool:
    """Whether such a day and time exists; the pattern of the field compares digits only."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


Domains = Mapping[str, tuple[Domain, ...]]
"""For each field, by its path in event patterns (`detail.result`), the domains of its value, or of each entry of it."""

API_CALL, SERVICE_EVENT = "AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"

OTHER_RECORD_FIELDS = frozenset(
    {"readOnly", "userIdentity", "requestParameters", "responseElements", "additionalEventData"}
) | {
    "sourceIPAddress",
    "userAgent",
    "requestID",
    "recipientAccountId",
    "managementEvent",
    "eventCategory",
    "vpcEndpointId",
    "tlsDetails",
}
"""Fields of a CloudTrail record whose values depend on the call and are unknown."""


@cache
def domains_of_event(event_id: str) -> Domains:
    """Return the domains of a documented event."""
    entry = documented(event_id)
    found = _domains(contract.per_result(contract.schema_of()[entry.detail_type])[entry.result])
    if entry.reason is not None:
        found["detail.reason"] = (Domain(literal(entry.reason), (entry.reason,), "detail.reason"),)
    return found


@cache
def domains_of_cloudtrail(detail_type: str) -> Domains:
    """Return the domains of an event that CloudTrail sends; it can also have the `OTHER_RECORD_FIELDS`."""
    schema = contract.dereferenced(contract.twin_schema_of()[detail_type])
    found = _domains(schema)
    if calls := schema["properties"]["detail"]["properties"]["eventName"].get("examples"):
        found["detail.eventName"] = (Domain(union(*map(literal, calls)), tuple(calls), "detail.eventName"),)
    return found


@cache
def read_only_calls() -> frozenset[str]:
    """Return the read-only calls; EventBridge sends them only to rules whose state includes them."""
    (domain,) = domains_of_cloudtrail(API_CALL)["detail.eventName"]
    return frozenset(name for name in domain.values if name.startswith(("Get", "List", "Describe")))


@lru_cache(maxsize=1 << 10)
def documented_values(path: str) -> tuple[str, ...]:
    """Return every documented value of a field over all events; empty if it is free or unknown."""
    found = [domain.values for event in documented_events() for domain in domains_of_event(event.id).get(path, ())]
    return tuple(dict.fromkeys(value for values in found for value in values))


@cache
def known_paths() -> tuple[str, ...]:
    """Return the path of every field of the documented events."""
    return tuple(dict.fromkeys(path for event in documented_events() for path in domains_of_event(event.id)))


@cache
def record_fields() -> frozenset[str]:
    """Return the fields of a record of CloudTrail, which no other event of AWS Private CA has in its detail."""
    paths = {path for detail_type in cloudtrail_detail_types() for path in domains_of_cloudtrail(detail_type)}
    return frozenset(path.split(".")[1] for path in paths if path.startswith("detail.")) | OTHER_RECORD_FIELDS


def cloudtrail_detail_types() -> tuple[str, ...]:
    """Return the detail-types by which CloudTrail reports on AWS Private CA."""
    return tuple(twin.detail_type for twin in cloudtrail_twins())


def _domains(schema: contract.Schema) -> dict[str, tuple[Domain, ...]]:
    found: dict[str, tuple[Domain, ...]] = {}
    for field in contract.fields(schema):
        if field.type in ("object", "array", "boolean"):
            continue
        path = re.sub(r"\[\d+\]$", "", field.path.removeprefix("$."))
        if field.values:
            texts = union(*map(literal, field.values))
        else:
            texts = matching(field.pattern) if field.pattern else ANYTHING
        kind = _kind(field.pattern or "") if path == "resources" else path
        found[path] = (*found.get(path, ()), Domain(texts, field.values, kind, field.pattern or ""))
    return found


def _kind(pattern: str) -> str:
    if not pattern.startswith("^arn:"):
        return "audit report"
    return "certificate" if "/certificate/" in pattern else "CA"


@cache
def matching(pattern: str) -> Language:
    """The language of a regular expression of the schemas: literals, classes, groups and repeats."""
    parsed, rest = _alternatives(pattern.removeprefix("^").removesuffix("$"))
    if rest:
        raise ValueError(f"{pattern} cannot be parsed from {rest} on")
    return parsed


def _alternatives(pattern: str) -> tuple[Language, str]:
    found, rest = _sequence(pattern)
    while rest.startswith("|"):
        other, rest = _sequence(rest[1:])
        found = union(found, other)
    return found, rest


def _sequence(pattern: str) -> tuple[Language, str]:
    parts: list[Language] = []
    while pattern and pattern[0] not in "|)":
        part, pattern = _atom(pattern)
        part, pattern = _repeated(part, pattern)
        parts.append(part)
    made = EMPTY_STRING
    for part in reversed(parts):
        made = concat(part, made)
    return made, pattern


def _atom(pattern: str) -> tuple[Language, str]:
    if pattern[0] == "(":
        inner, rest = _alternatives(pattern[1:].removeprefix("?:"))
        if not rest.startswith(")"):
            raise ValueError(f"{pattern} has no end")
        return inner, rest[1:]
    if pattern[0] == "[":
        members, _, rest = pattern[1:].partition("]")
        return characters(tuple(_class(members))), rest
    if pattern[0] == "\\" and pattern[1:2] and not pattern[1].isalnum():
        return literal(pattern[1]), pattern[2:]
    if pattern[0] in "\\.^$*+?{":
        raise ValueError(f"{pattern} begins with an expression that cannot be parsed")
    return literal(pattern[0]), pattern[1:]


def _class(members: str) -> Iterator[tuple[int, int]]:
    for found in re.finditer(r"(.)-(.)|(.)", members):
        first, last = (found[1], found[2]) if found[1] else (found[3], found[3])
        yield ord(first), ord(last)


def _repeated(part: Language, pattern: str) -> tuple[Language, str]:
    found = re.match(r"\{(\d+)(?:,(\d+))?\}|[?*+]", pattern)
    if found is None:
        return part, pattern
    rest = pattern[found.end() :]
    if found[0] in "*+":
        return (repeat(part) if found[0] == "*" else concat(part, repeat(part))), rest
    least = int(found[1] or 0)
    most = 1 if found[0] == "?" else int(found[2] or found[1])
    made = EMPTY_STRING
    for _ in range(most - least):
        made = union(EMPTY_STRING, concat(part, made))
    for _ in range(least):
        made = concat(part, made)
    return made, rest
