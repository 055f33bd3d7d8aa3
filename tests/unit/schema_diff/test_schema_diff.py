"""Comparing two versions of the schemas: every kind of change is reported, and no edit is overlooked."""

import copy
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from given import Run

from pca_events import contract
from pca_events.errors import BadInput
from pca_events.locations import locate
from pca_events.schema_diff import Change, Version, diff, read_version

Files = dict[str, Any]
Edit = Callable[[Files], object]

ENVELOPE, TYPES = "schemas/envelope.schema.json", "schemas/types.schema.json"
CRL, CREATION = "schemas/events/crl-generation.schema.json", "schemas/events/ca-creation.schema.json"
REVOCATION, API_CALL = "schemas/events/certificate-revocation.schema.json", "schemas/cloudtrail/api-call.schema.json"
PERMISSIONS = "Failed to write CRL to S3. Check your S3 bucket permissions."


def real() -> Files:
    return copy.deepcopy(dict(contract.schemas()))


def changes(*edits: Edit, before: Edit | None = None) -> list[Change]:
    old, new = real(), real()
    if before:
        before(old)
    for edit in edits:
        edit(new)
    return diff(Version("old", old), Version("new", new))


def put(path: str, place: str, value: object) -> Edit:
    """An edit that sets the value at a place, `properties/source/const`, of the file at a path."""

    def edit(files: Files) -> None:
        parent, last = _parent(files[path], place)
        parent[last] = value

    return edit


def drop(path: str, place: str) -> Edit:
    def edit(files: Files) -> None:
        parent, last = _parent(files[path], place)
        del parent[last]

    return edit


def swap(path: str, place: str, before: str, after: str) -> Edit:
    """An edit that writes another text for a part of the text at a place."""

    def edit(files: Files) -> None:
        parent, last = _parent(files[path], place)
        assert before in parent[last]
        parent[last] = parent[last].replace(before, after)

    return edit


def both(*edits: Edit) -> Edit:
    return lambda files: [edit(files) for edit in edits]


def _parent(node: Any, place: str) -> tuple[Any, Any]:
    *steps, last = (int(step) if step.isdigit() else step for step in place.split("/"))
    for step in steps:
        node = node[step]
    return node, last


def new_detail_type(files: Files) -> None:
    files["schemas/events/ca-expiry.schema.json"] = unsent(files)
    files[ENVELOPE]["properties"]["detail-type"]["enum"].append("ACM Private CA Expiry")


def unsent(files: Files) -> Any:
    schema = copy.deepcopy(files[CREATION])
    schema["properties"]["detail-type"]["const"] = "ACM Private CA Expiry"
    return schema


def no_creation(files: Files) -> None:
    del files[CREATION]
    files[ENVELOPE]["properties"]["detail-type"]["enum"].remove("ACM Private CA Creation")


RESULT = "properties/detail/properties/result"
REASON = "properties/detail/properties/reason"
CA_ARN = "$defs/certificateAuthorityArn/pattern"
FIVE = "all five"
SEVEN = "all five, both of CloudTrail"
FOUR = (
    "ACM Private CA Audit Report Generation, ACM Private CA Creation, "
    "ACM Private CA Certificate Issuance, ACM Private CA CRL Generation"
)
CRL_EVENT, CREATION_EVENT = "ACM Private CA CRL Generation", "ACM Private CA Creation"
REVOCATION_EVENT, CALL_EVENT = "ACM Private CA Certificate Revocation", "AWS API Call via CloudTrail"

ONE_CHANGE: dict[str, tuple[Edit, str, str, str, str]] = {
    "a new detail-type": (
        new_detail_type, "compatible", "ACM Private CA Expiry", "$.detail-type", "is new: rules on other"),
    "a detail-type named, without a schema": (
        lambda files: files[ENVELOPE]["properties"]["detail-type"]["enum"].append("ACM Private CA Expiry"),
        "compatible", "ACM Private CA Expiry", "$.detail-type", "is new: rules on other"),
    "a schema of no detail-type that is sent": (
        lambda files: files.update({"schemas/events/x.json": unsent(files)}),
        "breaking", "ACM Private CA Expiry", "schemas/events/x.json", "but no detail-type with it"),
    "no detail-type any more": (
        no_creation, "breaking", CREATION_EVENT, "$.detail-type", "no longer sent: a rule on it never fires again"),
    "no detail-type, but its schema": (
        drop(ENVELOPE, "properties/detail-type/enum/0"),
        "breaking", CREATION_EVENT, "$.detail-type", "no longer sent"),
    "a value gone": (
        drop(CRL, f"{REASON}/enum/0"),
        "breaking", CRL_EVENT, "$.detail.reason on failure",
        f'value "{PERMISSIONS}" is no longer sent: a rule on it never fires'),
    "a value new": (
        lambda files: files[CRL]["properties"]["detail"]["properties"]["reason"]["enum"].append("Lost."),
        "breaking", CRL_EVENT, "$.detail.reason on failure", 'value "Lost." is new: a consumer that distinguishes'),
    "a result new": (
        put(TYPES, "$defs/result/enum", ["success", "failure", "pending"]),
        "breaking", FOUR, "$.detail.result", 'value "pending" is new'),
    "a result gone": (
        put(TYPES, "$defs/result/enum", ["failure"]),
        "breaking", FOUR, "$.detail.result", 'value "success" is no longer sent'),
    "a const that becomes an enum": (
        both(drop(REVOCATION, f"{RESULT}/const"), put(REVOCATION, f"{RESULT}/enum", ["failure", "success"])),
        "breaking", REVOCATION_EVENT, "$.detail.result", 'value "failure" is new'),
    "another source": (
        put(ENVELOPE, "properties/source/const", "aws.pca"),
        "breaking", FIVE, "$.source", 'is "aws.pca" now, not "aws.acm-pca"'),
    "any source": (
        drop(ENVELOPE, "properties/source/const"), "breaking", FIVE, "$.source", "any value may be sent now"),
    "values named": (
        put(API_CALL, "properties/detail/properties/errorCode/enum", ["AccessDenied"]),
        "compatible", CALL_EVENT, "$.detail.errorCode", 'only documented values are sent now: ["AccessDenied"]'),
    "a field optional": (
        drop(CREATION, "properties/detail/required/0"),
        "breaking", CREATION_EVENT, "$.detail.result", "may be missing now: a handler that reads it fails"),
    "a field of the envelope optional": (
        drop(ENVELOPE, "required/4"), "breaking", FIVE, "$.account", "may be missing now"),
    "a field gone": (
        both(drop(API_CALL, "properties/detail/properties/eventID"), drop(API_CALL, "properties/detail/required/6")),
        "breaking", CALL_EVENT, "$.detail.eventID", "is no longer sent: a handler that reads it fails"),
    "a field gone that was optional": (
        drop(API_CALL, "properties/detail/properties/errorCode"),
        "breaking", CALL_EVENT, "$.detail.errorCode", "is no longer sent"),
    "a field never there": (
        put(API_CALL, "properties/detail/properties/errorCode", False),
        "breaking", CALL_EVENT, "$.detail.errorCode", "is no longer sent"),
    "a field required": (
        lambda files: files[API_CALL]["properties"]["detail"]["required"].append("errorCode"),
        "compatible", CALL_EVENT, "$.detail.errorCode", "is always present now"),
    "a field new": (
        put(CREATION, "properties/detail/properties/a b", {"type": "string"}),
        "compatible", CREATION_EVENT, '$.detail["a b"]', "must tolerate fields that it does not know"),
    "a field new in the envelope": (
        put(ENVELOPE, "properties/partition", {"type": "string"}), "compatible", FIVE, "$.partition", "is new"),
    "another type": (
        put(TYPES, "$defs/account/type", "integer"),
        "breaking", SEVEN, "$.account", 'type is "integer" now, not "string"'),
    "one type more": (
        put(ENVELOPE, "properties/version/type", ["string", "null"]),
        "breaking", FIVE, "$.version", "type is"),
    "no type": (
        drop(TYPES, "$defs/account/type"), "breaking", SEVEN, "$.account", 'type "string" is no longer guaranteed'),
    "no type, but values": (
        drop(ENVELOPE, "properties/version/type"),
        "compatible", FIVE, "$.version", "the documented values still have it"),
    "a type where values are": (
        put(CREATION, "properties/detail-type/type", "string"),
        "compatible", CREATION_EVENT, "$.detail-type", 'type is only "string" now'),
    "a pattern new": (
        put(API_CALL, "properties/detail/properties/errorCode/pattern", "^[A-Z]"),
        "compatible", CALL_EVENT, "$.detail.errorCode", "fewer values"),
    "a pattern gone": (
        drop(TYPES, "$defs/auditReportId/pattern"),
        "breaking", "ACM Private CA Audit Report Generation", "$.resources[1]", "no longer has to match a pattern"),
    "a pattern that cannot be compared": (
        swap(TYPES, "$defs/account/pattern", "12", "13"),
        "breaking", SEVEN, "$.account", "cannot be compared, so a consumer may receive new values"),
    "an alternative new": (
        swap(TYPES, CA_ARN, "|aws-iso-f", "|aws-iso-f|aws-moon"),
        "breaking", FIVE, "$.resources[0]", "pattern also allows 'aws-moon'"),
    "an alternative gone": (
        swap(TYPES, CA_ARN, "|aws-iso-f", ""),
        "compatible", FIVE, "$.resources[0]", "pattern no longer allows 'aws-iso-f', and nothing new"),
    "alternatives in another order": (
        swap(TYPES, CA_ARN, "aws-iso-e|aws-iso-f", "aws-iso-f|aws-iso-e"),
        "compatible", FIVE, "$.resources[0]", "allows the same"),
    "a format": (
        put(TYPES, "$defs/account/format", "uuid"), "compatible", SEVEN, "$.account", 'has the format "uuid" now'),
    "another number of resources": (
        drop(REVOCATION, "properties/resources/prefixItems/1"),
        "breaking", REVOCATION_EVENT, "$.resources", "the number of documented entries is 1 now, not 2"),
    "fewer resources promised": (
        put(REVOCATION, "properties/resources/minItems", 1),
        "breaking", REVOCATION_EVENT, "$.resources", "the guaranteed number of entries is 1 now, not 2"),
    "more entries promised": (
        put(API_CALL, "properties/resources/minItems", 1),
        "compatible", CALL_EVENT, "$.resources", "the guaranteed number of entries is 1 now, not 0"),
    "more resources than documented": (
        drop(CREATION, "properties/resources/items"),
        "breaking", CREATION_EVENT, "$.resources", "may have more entries"),
    "a condition gone": (
        drop(CRL, "properties/detail/allOf/0"),
        "breaking", CRL_EVENT, "$.detail.reason on failure", "may be missing now"),
    "a condition the other way": (
        put(CRL, "properties/detail/allOf/1/if/properties/result/const", "never"),
        "compatible", CRL_EVENT, "$.detail.reason on success", "is new"),
    "a condition that asks for more": (
        put(CRL, "properties/detail/allOf/0/then/properties", {"reason": {"minLength": 4}}),
        "breaking", CRL_EVENT, "#/properties/detail/allOf/0/then", '"properties" changed where the comparison'),
    "a condition on something else": (
        put(CRL, "properties/detail/allOf/0/if", {"required": ["code"]}),
        "breaking", CRL_EVENT, "$.detail", '"allOf" changed and cannot be compared'),
    "a keyword that is not known": (
        put(CRL, f"{REASON}/minLength", 3),
        "breaking", CRL_EVENT, "$.detail.reason on failure", '"minLength" changed and cannot be compared'),
    "a keyword that is not known, for the whole event": (
        put(CREATION, "minProperties", 3), "breaking", CREATION_EVENT, "$", '"minProperties" changed'),
    "a keyword that every event overrides": (
        put(ENVELOPE, "properties/resources/type", "object"),
        "breaking", FIVE, "$.resources", '"type" changed where the comparison does not read it'),
    "another dialect": (
        put(CREATION, "$schema", "http://json-schema.org/draft-07/schema#"),
        "breaking", CREATION_EVENT, "$", '"$schema" changed where the comparison does not read it'),
    "another $id": (
        put(CREATION, "$id", "https://pca-events.example/x.json"),
        "compatible", CREATION_EVENT, "$", "the events are the same"),
    "words of a field": (
        put(CRL, f"{REASON}/description", "Why."), "compatible", CRL_EVENT, "$.detail.reason", "text only"),
    "words of all": (
        put(ENVELOPE, "title", "The envelope"), "compatible", FIVE, "$", "text only: title"),
    "words of a type": (
        put(TYPES, "$defs/account/description", "Digits."), "compatible", TYPES, "#/$defs/account", "text only"),
    "a field that is called description": (
        put(CREATION, "properties/detail/properties/description", {"type": "string"}),
        "compatible", CREATION_EVENT, "$.detail.description", "is new"),
    "a type that nothing is made of": (
        put(TYPES, "$defs/serial", {"type": "string"}), "compatible", TYPES, "#/$defs", "changes no event by itself"),
    "a file that is not the schema of an event": (
        lambda files: files.update({"schemas/more/x.json": {}}),
        "breaking", "schemas/more/x.json", "schemas/more/x.json", "the file was added, but no detail-type"),
}  # fmt: skip
"""Edit; effect, title, place and a part of the reason of the one change that it makes."""


@pytest.mark.parametrize(("edit", "effect", "title", "place", "reason"), ONE_CHANGE.values(), ids=ONE_CHANGE)
def test_one_edit_is_one_change(edit: Edit, effect: str, title: str, place: str, reason: str) -> None:
    (change,) = changes(edit)
    at = change.path + (f" on {change.result}" if change.result else "")
    assert (change.effect, change.title, at) == (effect, title, place)
    assert reason in change.reason


SEVERAL_CHANGES: dict[str, tuple[Edit, list[tuple[str, str, str]]]] = {
    "no format, in two fields": (
        drop(TYPES, "$defs/time/format"),
        [
            ("breaking", "$.time", 'format "date-time" is no longer guaranteed'),
            ("breaking", "$.detail.eventTime", 'format "date-time" is no longer guaranteed'),
        ],
    ),
    "another format, in two fields": (
        put(TYPES, "$defs/time/format", "time"),
        [("breaking", "$.time", 'format is "time" now'), ("breaking", "$.detail.eventTime", 'format is "time" now')],
    ),
    "values in place of a pattern that they match": (
        both(
            drop(API_CALL, "properties/detail/properties/eventVersion/pattern"),
            put(API_CALL, "properties/detail/properties/eventVersion/const", "1.11"),
        ),
        [
            ("compatible", "$.detail.eventVersion", "only documented values are sent now"),
            ("compatible", "$.detail.eventVersion", "every documented value still matches the old one"),
        ],
    ),
    "values in place of a pattern that they do not match": (
        both(
            drop(API_CALL, "properties/detail/properties/eventVersion/pattern"),
            put(API_CALL, "properties/detail/properties/eventVersion/const", "1.11\n"),
        ),
        [
            ("breaking", "$.detail.eventVersion", "no longer has to match a pattern"),
            ("compatible", "$.detail.eventVersion", "only documented values are sent now"),
        ],
    ),
    "resources in another order": (
        lambda files: files[REVOCATION]["properties"]["resources"]["prefixItems"].reverse(),
        [
            ("breaking", "$.resources", "another order: a handler that reads by index reads wrong ones"),
            ("compatible", "$.resources[0]", "text only"),
            ("compatible", "$.resources[1]", "text only"),
        ],
    ),
    "a result renamed, with its condition": (
        both(
            put(TYPES, "$defs/result/enum", ["success", "failed"]),
            put(CRL, "properties/detail/allOf/0/if/properties/result/const", "failed"),
            drop(CRL, f"{REASON}/enum/0"),
        ),
        [
            ("breaking", "$.detail.result", 'value "failure" is no longer sent'),
            ("breaking", "$.detail.result", 'value "failed" is new'),
            ("breaking", "$.detail.reason", "is no longer sent"),
        ],
    ),
    "no result": (
        both(drop(REVOCATION, "properties/detail/properties"), drop(REVOCATION, "properties/detail/required")),
        [("breaking", "$.detail.result", "is no longer sent")],
    ),
}


@pytest.mark.parametrize(("edit", "expected"), SEVERAL_CHANGES.values(), ids=SEVERAL_CHANGES)
def test_edits_that_are_several_changes(edit: Edit, expected: list[tuple[str, str, str]]) -> None:
    found = changes(edit)
    assert [(change.effect, change.path) for change in found] == [(effect, path) for effect, path, _ in expected]
    assert all(reason in change.reason for change, (_, _, reason) in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ("^(a|b)$", "^(a)$", "compatible"),
        ("^(a|b)$", "^(c|a)$", "breaking"),
        ("^(a|b)[(a|b)]$", "^(a|b)[(a)]$", "breaking"),
        (r"^\((a|b)\)$", r"^\((b)\)$", "compatible"),
        (r"^\(a|b\)$", r"^\(a\)$", "breaking"),
        ("^(?!x(a|b))", "^(?!x(a))", "breaking"),
        ("^(a|ab)c$", "^(a|ab)cc$", "breaking"),
        ("^(a|b)(c)$", "^(a|b)$", "breaking"),
        ("^(a|ab)*$", "^(a)*$", "compatible"),
        ("^(a|[b])$", "^(a)$", "breaking"),
    ],
)
def test_patterns_are_compared_only_if_the_difference_is_decidable(before: str, after: str, effect: str) -> None:
    place = "properties/detail/properties/errorCode/pattern"
    (change,) = changes(put(API_CALL, place, after), before=put(API_CALL, place, before))
    assert change.effect == effect


THE_SAME: dict[str, Edit] = {
    "nothing": lambda files: files,
    "fields in another order": lambda files: files[ENVELOPE]["required"].reverse(),
    "detail-types in another order": lambda files: files[ENVELOPE]["properties"]["detail-type"]["enum"].reverse(),
    "values in another order": lambda files: files[TYPES]["$defs"]["result"]["enum"].reverse(),
    "another name of a file": lambda files: files.update({"schemas/events/new.schema.json": files.pop(CREATION)}),
}


@pytest.mark.parametrize("edit", THE_SAME.values(), ids=THE_SAME)
def test_equivalent_schemas_have_no_changes(edit: Edit) -> None:
    assert changes(edit) == []


def test_a_field_that_moves_from_the_envelope_into_each_event_is_not_a_change() -> None:
    def move(files: Files) -> None:
        files[ENVELOPE]["required"].remove("account")
        account = files[ENVELOPE]["properties"].pop("account")
        for path, schema in files.items():
            if path.startswith("schemas/events/"):
                schema["required"] = ["account"]
                schema["properties"]["account"] = {**account, "$ref": "../types.schema.json#/$defs/account"}

    assert changes(move) == []


def test_a_renamed_type_is_reported_as_a_rename_only() -> None:
    def rename(files: Files) -> None:
        files[TYPES]["$defs"]["ca"] = files[TYPES]["$defs"].pop("certificateAuthorityArn")
        for path, schema in files.items():
            if path.startswith("schemas/events/"):
                schema["properties"]["resources"]["prefixItems"][0]["$ref"] = "../types.schema.json#/$defs/ca"

    assert [(change.title, change.effect, change.path) for change in changes(rename)] == [
        (TYPES, "compatible", "#/$defs"),
        (TYPES, "compatible", "#/$defs"),
        (FIVE, "compatible", "$.resources[0]"),
    ]


def _leaves(node: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = list(node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ())
    if not inside:
        yield place
    for key, child in inside:
        yield from _leaves(child, (*place, key))


def _otherwise(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else f"{value}x" if isinstance(value, str) else {"const": "x"}


@pytest.mark.parametrize("path", contract.schemas())
@pytest.mark.parametrize("how", ["changed", "removed", "beside an unknown keyword"])
def test_no_edit_is_overlooked(path: str, how: str, tmp_path: Path) -> None:
    old = read_version(str(locate("schemas")))
    for file, schema in real().items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(json.dumps(schema))
    for place in _leaves(real()[path]):
        schema = real()[path]
        parent = schema
        for key in place[:-1]:
            parent = parent[key]
        if how == "changed":
            parent[place[-1]] = _otherwise(parent[place[-1]])
        elif how == "removed":
            del parent[place[-1]]
        elif isinstance(parent, dict):
            parent["unheardOf"] = {"const": 1}
        else:
            continue
        (tmp_path / path).write_text(json.dumps(schema))
        assert _seen(old, tmp_path), place


def _seen(old: Version, folder: Path) -> bool:
    try:
        return bool(diff(old, read_version(str(folder))))
    except BadInput as refused:
        return str(refused).startswith(f"{folder}/schemas/")


@pytest.fixture
def edited(tmp_path: Path) -> Callable[..., str]:
    """Write the schemas, edited, into a folder, and return the path of the folder."""

    def write(*edits: Edit, name: str = "edited") -> str:
        files = real()
        for edit in edits:
            edit(files)
        for path, schema in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(schema if isinstance(schema, str) else json.dumps(schema))
        return str(tmp_path / name)

    return write


def test_the_command_prints_a_line_for_each_change(command: Run, edited: Callable[..., str]) -> None:
    old, new = edited(name="old"), edited(drop(CRL, f"{REASON}/enum/0"), put(ENVELOPE, "title", "[red] :smile:\n"))
    ran = command("diff", old, new)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout == (
        f'breaking    {CRL_EVENT}  $.detail.reason on failure  value "{PERMISSIONS}" is no longer sent: '
        "a rule on it never fires\n"
        "compatible  all five  $  text only: title\n"
        f"2 changes from {old} to {new}: 1 breaking, 1 compatible\n"
    )


def test_compatible_changes_alone_exit_with_0(command: Run, edited: Callable[..., str]) -> None:
    ran = command("diff", edited(name="old"), edited(new_detail_type) + "/schemas", "--format", "json")
    assert (ran.returncode, ran.stderr) == (0, "")
    said = json.loads(ran.stdout)
    assert (said["breaking"], said["compatible"], len(said["changes"])) == (0, 1, 1)
    assert said["changes"][0]["detail_types"] == ["ACM Private CA Expiry"]


def test_unusual_names_stay_on_one_line(command: Run, edited: Callable[..., str]) -> None:
    odd = put(CREATION, "properties/detail-type/const", "[red]\ud800\n :smile:")
    ran = command("diff", edited(odd, name="old"), edited(odd, put(CREATION, "minProperties", 1)))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout.startswith('breaking    [red]\\ud800\\n :smile:  $  "minProperties" changed')


BAD_INPUT: dict[str, tuple[Edit, str]] = {
    "no JSON": (lambda files: files.update({CRL: '{\n"a": 1\n"b"}'}), "crl-generation.schema.json:3 is not valid JSON"),
    "no text": (lambda files: files.update({CRL: "[" * 90000}), "crl-generation.schema.json cannot be read as JSON"),
    "deep": (
        lambda files: files.update({CRL: '{"not":' * 90 + "{}" + "}" * 90}),
        "crl-generation.schema.json is nested deeper than 60 levels",
    ),
    "a list": (lambda files: files.update({CRL: []}), "crl-generation.schema.json holds an array, expected a schema"),
    "empty": (lambda files: files.update({CRL: {}}), "has no properties/detail-type/const"),
    "no envelope": (lambda files: files.pop(ENVELOPE), "has no envelope.schema.json, so it is not a schemas folder"),
    "an empty envelope": (lambda files: files.update({ENVELOPE: {}}), 'envelope.schema.json has no "required"'),
    "no types": (lambda files: files.pop(TYPES), 'types.schema.json#/$defs/eventId", which does not exist'),
    "types without $defs": (drop(TYPES, "$defs"), "types.schema.json#/$defs/eventId"),
    "a type that is none": (put(TYPES, "$defs/account", 5), 'types.schema.json#/$defs/account", which does not exist'),
    "no events": (
        lambda files: [files.pop(path) for path in list(files) if "/events/" in path],
        "events/ is missing",
    ),
    "two of one": (put(CRL, "properties/detail-type/const", CREATION_EVENT), "as schemas/events/c"),
    "a reference to nothing": (put(CRL, "properties/time", {"$ref": "#/$defs/x"}), 'refers to "#/$defs/x", which does'),
    "a number as reference": (put(CRL, "properties/time", {"$ref": 5}), 'a number as "$ref", expected a string'),
    "a reference into a field": (put(CRL, "properties/time", {"$ref": "#/properties/id"}), "cannot be followed"),
    "another base": (put(CRL, "allOf/0", {"required": []}), "only a $ref to envelope.schema.json is supported"),
    "an anchor": (put(CRL, "allOf/0/$ref", "../envelope.schema.json#"), "only a $ref to envelope.schema.json"),
    "fields in a list": (put(CRL, "properties/detail/properties", []), "an array, expected an object"),
    "entries in an object": (put(CRL, "properties/resources/prefixItems", {}), "an object, expected an array"),
    "required is text": (put(CRL, "properties/detail/required", "result"), 'a string as "required"'),
    "required holds a number": (
        put(CRL, "properties/detail/required", [1]),
        'in "required" a value that is not a string',
    ),
    "no value": (put(CRL, f"{REASON}/enum", []), 'an empty "enum"'),
    "a wrong pattern": (put(TYPES, "$defs/account/pattern", "("), "not a regular expression"),
    "least is true": (put(CRL, "properties/resources/minItems", True), 'true or false as "minItems"'),
    "an envelope of booleans": (put(ENVELOPE, "properties/x", True), "true or false as a field"),
}


@pytest.mark.parametrize(("edit", "words"), BAD_INPUT.values(), ids=BAD_INPUT)
def test_schemas_that_cannot_be_compared(command: Run, edited: Callable[..., str], edit: Edit, words: str) -> None:
    ran = command("diff", edited(name="old"), edited(edit))
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert ran.stderr.startswith("pca-events: ")
    assert words in ran.stderr


@pytest.mark.parametrize("name", ["", "no-such-thing", "--", "a\nb"])
def test_a_name_that_is_neither_a_folder_nor_a_revision(command: Run, name: str) -> None:
    ran = command("diff", "--", name, name)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "is neither a folder nor a git revision of this repository" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_file_or_an_empty_folder_is_not_a_version(command: Run, tmp_path: Path) -> None:
    (tmp_path / "file.json").touch()
    for name, words in {tmp_path / "file.json": "is a file", tmp_path: "has no envelope.schema.json"}.items():
        ran = command("diff", str(name), str(name))
        assert (ran.returncode, ran.stdout) == (2, "")
        assert f"{name} {words}" in ran.stderr


def _git(*words: str) -> None:
    who = ("-c", "user.name=n", "-c", "user.email=n@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], check=True, capture_output=True)  # noqa: S607


@pytest.fixture
def repository(edited: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the schemas, tagged v1, and with a value less, tagged v2; it is the current folder."""
    folder = Path(edited(name="repository"))
    monkeypatch.chdir(folder)
    _git("init", "-q")
    _git("commit", "-q", "--allow-empty", "-m", "nothing yet")
    _git("tag", "v0")
    (folder / ".gitattributes").write_text("*.json export-ignore\n")
    _git("add", ".")
    _git("commit", "-q", "-m", "schemas")
    _git("tag", "-a", "v1", "-m", "the first")
    edited(drop(CRL, f"{REASON}/enum/0"), name="repository")
    _git("commit", "-q", "-a", "-m", "one reason less")
    _git("tag", "v2")
    return folder


def test_git_revisions_are_read_without_a_checkout(repository: Path) -> None:
    (repository / "schemas/types.schema.json").unlink()
    (change,) = diff(read_version("v1"), read_version("v2"))
    assert (change.path, change.before) == ("$.detail.reason", PERMISSIONS)
    assert diff(read_version("v2~1"), read_version("v1")) == []


def test_the_repository_is_found_from_a_subfolder(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository / "schemas" / "events")
    assert diff(read_version("HEAD"), read_version(str(repository))) == []


@pytest.mark.usefixtures("repository")
def test_a_revision_without_schemas_and_an_unknown_revision() -> None:
    with pytest.raises(BadInput, match=r"git revision v0 has no schemas/envelope\.schema\.json"):
        read_version("v0")
    for name in ("v9", "v1:schemas", "--all", "-x"):
        with pytest.raises(BadInput, match="is neither a folder nor a git revision"):
            read_version(name)


@pytest.mark.usefixtures("repository")
def test_without_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BadInput, match='"v1" is not a folder, and git is not installed'):
        read_version("v1")


def test_the_rules_that_a_change_affects_are_listed(command: Run, edited: Callable[..., str], tmp_path: Path) -> None:
    folder = edited(put(CRL, "properties/detail/properties/reason/enum/0", "Access denied."))
    rules = {
        "asks": {"source": ["aws.acm-pca"], "detail": {"reason": [PERMISSIONS]}},
        "all": {"source": ["aws.acm-pca"], "detail-type": ["ACM Private CA CRL Generation"]},
        "other": {"source": ["aws.acm-pca"], "detail-type": ["ACM Private CA Creation"]},
    }
    for name, pattern in rules.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(pattern))
    ran = command("diff", str(locate("schemas")), folder, "--consumers", str(tmp_path))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert {line.split()[-1] for line in ran.stdout.splitlines() if " hits " in line} == {"asks.json"}
    told = json.loads(
        command("diff", str(locate("schemas")), folder, "--consumers", str(tmp_path), "--format", "json").stdout
    )
    assert all(len(change["rules"]) == 1 for change in told["changes"] if change["effect"] == "breaking")
    ran = command("diff", str(locate("schemas")), folder, "--consumers", str(tmp_path / "none"))
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
