"""What each event may be, field by field, as the contract has it: the ground that rules are held against."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from pca_events import contract
from pca_events.catalog import cloudtrail_twins, documented, documented_events
from pca_events.check.regular_languages import ANYTHING, EMPTY, Texts, either, one, repeat, text, then


@dataclass(frozen=True)
class Form:
    """What may stand at one place, or at one place of an array.

    Attributes:
        texts: every text that the contract allows there.
        values: the documented values, where there are only these; empty where the value is free.
        kind: the name of the field, or what an entry of `resources` is: CA, certificate, audit report.
        pattern: the regular expression of a free value.
    """

    texts: Texts
    values: tuple[str, ...]
    kind: str
    pattern: str = ""

    def may_be(self, value: str) -> bool:
        """Whether the contract allows exactly this text; the quick way where only texts are asked for."""
        if self.values:
            return value in self.values
        return bool(re.search(self.pattern, value)) and value[-1:] != "\n" and (self.kind != "time" or _is_time(value))


def _is_time(value: str) -> bool:
    """Whether there is such a day and time; the pattern of the field looks at digits only."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


Forms = Mapping[str, tuple[Form, ...]]
"""For each field, by its path in event patterns (`detail.result`), the forms of its value, or of each entry of it."""

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
"""Fields of a CloudTrail record that depend on the call, so that nothing is known of their values."""


@cache
def forms_of_event(event_id: str) -> Forms:
    """Return the forms of a documented event."""
    entry = documented(event_id)
    found = _forms(contract.per_result(contract.schema_of()[entry.detail_type])[entry.result])
    if entry.reason is not None:
        found["detail.reason"] = (Form(text(entry.reason), (entry.reason,), "detail.reason"),)
    return found


@cache
def forms_of_twin(detail_type: str) -> Forms:
    """Return the forms of an event that CloudTrail sends; the `OTHER_RECORD_FIELDS` may be there too."""
    schema = contract.flat(contract.twin_schema_of()[detail_type])
    found = _forms(schema)
    if calls := schema["properties"]["detail"]["properties"]["eventName"].get("examples"):
        found["detail.eventName"] = (Form(either(*map(text, calls)), tuple(calls), "detail.eventName"),)
    return found


@cache
def read_only_calls() -> frozenset[str]:
    """Return the calls that change nothing, which EventBridge sends only to rules whose state asks for them."""
    (form,) = forms_of_twin(API_CALL)["detail.eventName"]
    return frozenset(name for name in form.values if name.startswith(("Get", "List", "Describe")))


@cache
def documented_values(path: str) -> tuple[str, ...]:
    """Return every documented value of a field over all events; empty where it is free, or in no event."""
    found = [form.values for event in documented_events() for form in forms_of_event(event.id).get(path, ())]
    return tuple(dict.fromkeys(value for values in found for value in values))


@cache
def known_paths() -> tuple[str, ...]:
    """Return the path of every field that some documented event has."""
    return tuple(dict.fromkeys(path for event in documented_events() for path in forms_of_event(event.id)))


@cache
def record_fields() -> frozenset[str]:
    """Return the fields of a record of CloudTrail, which no other event of AWS Private CA has in its detail."""
    paths = {path for detail_type in twin_detail_types() for path in forms_of_twin(detail_type)}
    return frozenset(path.split(".")[1] for path in paths if path.startswith("detail.")) | OTHER_RECORD_FIELDS


def twin_detail_types() -> tuple[str, ...]:
    """Return the detail-types by which CloudTrail reports on AWS Private CA."""
    return tuple(twin.detail_type for twin in cloudtrail_twins())


def _forms(schema: contract.Schema) -> dict[str, tuple[Form, ...]]:
    found: dict[str, tuple[Form, ...]] = {}
    for field in contract.fields(schema):
        if field.type in ("object", "array", "boolean"):
            continue
        path = re.sub(r"\[\d+\]$", "", field.path.removeprefix("$."))
        if field.values:
            texts = either(*map(text, field.values))
        else:
            texts = matching(field.pattern) if field.pattern else ANYTHING
        kind = _kind(field.pattern or "") if path == "resources" else path
        found[path] = (*found.get(path, ()), Form(texts, field.values, kind, field.pattern or ""))
    return found


def _kind(pattern: str) -> str:
    if not pattern.startswith("^arn:"):
        return "audit report"
    return "certificate" if "/certificate/" in pattern else "CA"


@cache
def matching(pattern: str) -> Texts:
    """The texts that match a regular expression of the schemas: literals, classes, groups, repeats."""
    parsed, rest = _alternatives(pattern.removeprefix("^").removesuffix("$"))
    if rest:
        raise ValueError(f"{pattern} cannot be read from {rest} on")
    return parsed


def _alternatives(pattern: str) -> tuple[Texts, str]:
    found, rest = _sequence(pattern)
    while rest.startswith("|"):
        other, rest = _sequence(rest[1:])
        found = either(found, other)
    return found, rest


def _sequence(pattern: str) -> tuple[Texts, str]:
    parts: list[Texts] = []
    while pattern and pattern[0] not in "|)":
        part, pattern = _atom(pattern)
        part, pattern = _repeated(part, pattern)
        parts.append(part)
    made = EMPTY
    for part in reversed(parts):
        made = then(part, made)
    return made, pattern


def _atom(pattern: str) -> tuple[Texts, str]:
    if pattern[0] == "(":
        inner, rest = _alternatives(pattern[1:].removeprefix("?:"))
        if not rest.startswith(")"):
            raise ValueError(f"{pattern} has no end")
        return inner, rest[1:]
    if pattern[0] == "[":
        members, _, rest = pattern[1:].partition("]")
        return one(tuple(_class(members))), rest
    if pattern[0] == "\\" and pattern[1:2] and not pattern[1].isalnum():
        return text(pattern[1]), pattern[2:]
    if pattern[0] in "\\.^$*+?{":
        raise ValueError(f"{pattern} begins with what cannot be read")
    return text(pattern[0]), pattern[1:]


def _class(members: str) -> Iterator[tuple[int, int]]:
    for found in re.finditer(r"(.)-(.)|(.)", members):
        first, last = (found[1], found[2]) if found[1] else (found[3], found[3])
        yield ord(first), ord(last)


def _repeated(part: Texts, pattern: str) -> tuple[Texts, str]:
    found = re.match(r"\{(\d+)(?:,(\d+))?\}|[?*+]", pattern)
    if found is None:
        return part, pattern
    rest = pattern[found.end() :]
    if found[0] in "*+":
        return (repeat(part) if found[0] == "*" else then(part, repeat(part))), rest
    least = int(found[1] or 0)
    most = 1 if found[0] == "?" else int(found[2] or found[1])
    made = EMPTY
    for _ in range(most - least):
        made = either(EMPTY, then(part, made))
    for _ in range(least):
        made = then(part, made)
    return made, rest
