"""The samples and the calibration data meet the JSON Schemas beside them, and those schemas reject faults."""

import copy
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from pca_events import catalog

TOP = Path(__file__).parents[2]
DESCRIBES = {
    "samples/schemas/documented.schema.json": "samples/*.json",
    "samples/schemas/never-sent.schema.json": "samples/never_sent/*.json",
    "samples/schemas/cloudtrail.schema.json": "samples/cloudtrail/*.json",
    "samples/schemas/neighbour.schema.json": "samples/neighbours/*.json",
    "calibration/schemas/patterns.schema.json": "calibration/patterns/*.json",
    "calibration/schemas/not-recorded.schema.json": "calibration/*.json",
    "calibration/schemas/ledger.schema.json": "calibration/ledgers/*.toml",
}
"""The files that each schema describes."""

DATA = [(schema, file) for schema, files in DESCRIBES.items() for file in sorted(TOP.glob(files))]


def schemas() -> dict[str, Any]:
    """Every schema of the project, by its path."""
    files = (*TOP.glob("schemas/**/*.json"), *(TOP / schema for schema in DESCRIBES))
    return {file.relative_to(TOP).as_posix(): json.loads(file.read_text("utf-8")) for file in files}


def read(file: Path) -> Any:
    """The data of a JSON or TOML file; dates are read as text."""
    text = file.read_text("utf-8")
    return json.loads(json.dumps(tomllib.loads(text), default=str) if file.suffix == ".toml" else text)


def errors(path: str, data: object) -> list[str]:
    """The violations of a schema, each with its place."""
    everything = schemas()
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], DRAFT202012.create_resource(schema)) for schema in everything.values()
    )
    validator = Draft202012Validator(
        everything[path], registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(data)]


def sample(path: str) -> Any:
    """A copy of the largest file that a schema describes, which has each part of it."""
    files = [file for schema, file in DATA if schema == path]
    return copy.deepcopy(read(max(files, key=lambda file: file.stat().st_size)))


@pytest.mark.parametrize("path", DESCRIBES)
def test_each_schema_is_a_valid_schema(path: str) -> None:
    Draft202012Validator.check_schema(schemas()[path])


@pytest.mark.parametrize(("path", "file"), DATA, ids=[file.relative_to(TOP).as_posix() for _, file in DATA])
def test_each_file_meets_its_schema(path: str, file: Path) -> None:
    assert errors(path, read(file)) == []


def test_every_data_file_has_a_schema() -> None:
    data = [file for folder in ("samples", "calibration") for file in (TOP / folder).rglob("*.*")]
    described = {file for _, file in DATA}
    assert {file for file in data if file.is_file() and file.parent.name != "schemas"} == described


def test_no_schema_is_listed_as_a_sample() -> None:
    names = [
        *(event.id for event in (*catalog.documented_events(), *catalog.never_sent())),
        *(twin.id for twin in catalog.cloudtrail_twins()),
        *(neighbour.source for neighbour in catalog.neighbours()),
    ]
    assert [name for name in names if "schema" in name] == []


def test_a_file_of_patterns_is_named_after_its_operator() -> None:
    for file in (TOP / "calibration" / "patterns").iterdir():
        assert read(file)["operator"] == file.stem


def change(path: str, value: object) -> Callable[[Any], None]:
    """Return a function that sets the value at a dotted path; None removes it."""

    def apply(data: Any) -> None:
        *parents, last = [int(name) if name.isdecimal() else name for name in path.split(".")]
        for name in parents:
            data = data[name]
        if value is None:
            del data[last]
        else:
            data[last] = value

    return apply


ORIGIN: list[tuple[str, object]] = [
    ("origin", None),
    ("origin.kind", "guessed"),
    ("origin.page", ""),
    ("origin.position", 0),
    ("origin.position", "3"),
    ("origin.url", "https://example.com"),
]
CASES: list[tuple[str, object]] = [
    ("cases", []),
    ("cases.0.name", "Upper Case"),
    ("cases.0.name", None),
    ("cases.0.pattern", None),
    ("cases.0.pattern", ["a"]),
    ("cases.0.event", []),
    ("says", "no full stop"),
    ("operators", "exact"),
]
FAULTS: dict[str, list[tuple[str, object]]] = {
    "documented": [
        *ORIGIN,
        ("title", "Ends with a full stop."),
        ("operation", "GetCertificate"),
        ("meaning", None),
        ("what_to_do", "no capital."),
        ("as_documented.detail.result", "failed"),
        ("as_documented.resources", []),
        ("event.account", "account"),
        ("event.time", "yesterday"),
        ("event.source", "aws.acm"),
        ("notes", "text"),
    ],
    "never-sent": [
        *ORIGIN,
        ("origin.note", None),
        ("when", None),
        ("meaning", "The event has a meaning."),
        ("event.region", "nowhere"),
    ],
    "cloudtrail": [
        *ORIGIN,
        ("operation", "DeleteBucket"),
        ("event.detail", {}),
        ("event.detail-type", "ACM Private CA Creation"),
        ("as_documented", {}),
    ],
    "neighbour": [
        ("title", ""),
        ("title", None),
        ("page", None),
        ("page", 1),
        ("detail_types", []),
        ("detail_types", ["a", "a"]),
        ("detail_types", ["a" * 129]),
        ("events", None),
        ("events", [{"source": "aws.acm"}]),
        ("source", "aws.acm"),
    ],
    "patterns": [
        *CASES,
        ("operator", "Anything But"),
        ("cases.0.answer", "yes"),
        ("cases.0.recorded", ["a", "a"]),
        ("cases.0.recorded", None),
    ],
    "not-recorded": [
        *CASES,
        ("cases.0.engine", None),
        ("cases.0.documented", "true"),
        ("cases.0.why", ""),
        ("cases.0.answer", "matches"),
    ],
    "ledger": [
        ("product", None),
        ("product", "Local Stack"),
        ("version", "latest"),
        ("reported", "yes"),
        ("seen", "2026-13-01"),
        ("expires", "next year"),
        ("expires", None),
        ("url", "https://example.com"),
        ("divergence", []),
        ("divergence.0.kind", "skip"),
        ("divergence.0.reason", "ends with a full stop."),
        ("divergence.0.behaviour", "Source refused"),
        ("divergence.0.behaviour", None),
        ("divergence.0.seen", "2026-11-27"),
    ],
}
"""Faults for the largest file of each schema: the place and the value planted there; None removes the field."""


def test_every_schema_is_tested_with_faults() -> None:
    names = {re.sub(r".*/|\.schema\.json", "", path) for path in DESCRIBES}
    assert names == set(FAULTS)
    assert min(map(len, FAULTS.values())) >= 8


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [(name, *fault) for name, faults in FAULTS.items() for fault in faults],
    ids=[f"{name}: {place}={str(value)[:30]}" for name, faults in FAULTS.items() for place, value in faults],
)
def test_a_planted_fault_is_found(name: str, place: str, value: object) -> None:
    path = next(path for path in DESCRIBES if path.endswith(f"/{name}.schema.json"))
    data = sample(path)
    change(place, value)(data)
    assert errors(path, data) != []
