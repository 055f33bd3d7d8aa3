"""Reports of `validate` add up, can be stored and read, and reject files that are not reports."""

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest
from given import Run
from jsonschema import Draft202012Validator

from pca_events import catalog
from pca_events.errors import BadInput
from pca_events.events import aws_location, realistic
from pca_events.recordings import ValidationReport, as_json, from_json, merged, read_report, validate, validation_schema

RECORD = catalog.cloudtrail_twins()[0].sample["detail"]
OTHER = {"source": "aws.s3", "detail-type": "x", "detail": {}}
PARTS = {
    "good.jsonl": "\n".join(json.dumps(event.sample) for event in catalog.documented_events()),
    "broken.jsonl": '{"a":1}\n{\n'
    + "\n".join(json.dumps({**event.sample, "account": "1"}) for event in catalog.documented_events()),
    "unusual.jsonl": json.dumps({**catalog.documented_events()[0].sample, "region": "mars-north-1"}),
    "trail.json": json.dumps({"Records": [RECORD, {**RECORD, "eventSource": "ec2.amazonaws.com"}]}),
    "others.json": json.dumps(
        [{"source": "aws.s3", "detail-type": "x", "detail": {}}, catalog.cloudtrail_twins()[1].sample]
    ),
}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder of recordings of every kind."""
    folder = tmp_path / "archive"
    folder.mkdir()
    for name, text in PARTS.items():
        (folder / name).write_text(text)
    return folder


def parts(archive: Path) -> list[ValidationReport]:
    return [validate([str(archive / name)], jobs=1) for name in PARTS]


def test_parts_merge_to_the_whole_in_any_order(archive: Path) -> None:
    whole = as_json(validate([str(archive)], jobs=1))
    assert whole["violations"]
    assert whole["unusual"]
    for order in itertools.permutations(parts(archive)):
        total = ValidationReport()
        for part in order:
            total.merge(from_json(json.loads(json.dumps(as_json(part)))))
        assert as_json(total) == whole


def test_reports_of_any_split_of_an_archive_merge_to_the_same_total(tmp_path: Path) -> None:
    chance = random.Random(20261127)
    events = catalog.documented_events()
    lines = [json.dumps(realistic(chance.choice(events), aws_location(), chance)) for _ in range(400)]
    for index in chance.sample(range(400), 30):
        lines[index] = lines[index].replace("success", "Success").replace('"0"', '"1"')
    whole, total = tmp_path / "whole.jsonl", ValidationReport()
    whole.write_text("\n".join(lines))
    expected = validate([str(whole)], jobs=1)
    for number, begin in enumerate(range(0, 400, 70)):
        part = tmp_path / f"part{number}.jsonl"
        part.write_text("\n".join(lines[begin : begin + 70]))
        total.merge(validate([str(part)], jobs=1))
    assert total.events == expected.events
    counts = {key: (group.count, group.schemas) for key, group in total.groups.items()}
    assert counts == {key: (group.count, group.schemas) for key, group in expected.groups.items()}


def test_a_report_matches_its_schema(archive: Path) -> None:
    validator = Draft202012Validator(validation_schema())
    Draft202012Validator.check_schema(validation_schema())
    assert list(validator.iter_errors(as_json(validate([str(archive)])))) == []
    assert list(validator.iter_errors({**as_json(ValidationReport()), "more": 1})) != []


def test_the_command_writes_and_merges_reports(command: Run, archive: Path, tmp_path: Path) -> None:
    reports = []
    for name in PARTS:
        reports.append(str(tmp_path / f"{name}.report"))
        command("validate", str(archive / name), "--report", reports[-1])
    merged_run = command("validate", "--merge", *reports)
    whole_run = command("validate", str(archive))
    assert (merged_run.returncode, merged_run.stderr) == (1, "")
    assert merged_run.stdout == whole_run.stdout
    assert json.loads(command("validate", "--merge", *reports, "--format", "json").stdout) == json.loads(
        command("validate", str(archive), "--format", "json").stdout
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda stored: stored.pop("events"), "'events' is missing"),
        (lambda stored: stored.update(version=2), '"version": 1'),
        (lambda stored: stored.update(events=[{"detail-type": 1}]), "expected a string, found 1"),
        (lambda stored: stored.update(other_sources={"x": -1}), "expected a count, found -1"),
        (lambda stored: stored.update(other_sources={"x": True}), "expected a count, found True"),
        (lambda stored: stored.update(unreadable=7), "does not have the structure of a report"),
        (lambda stored: stored.update(closed="no"), "expected true or false, found no"),
    ],
)
def test_a_value_that_is_not_a_report_gives_one_line(tmp_path: Path, change: Any, words: str) -> None:
    stored = as_json(ValidationReport())
    change(stored)
    file = tmp_path / "report.json"
    file.write_text(json.dumps(stored))
    with pytest.raises(BadInput) as refused:
        read_report(file)
    assert words in str(refused.value)
    assert str(refused.value).startswith(f"{file} is not a report: ")


@pytest.mark.parametrize("text", ["", "[]", "7", "{", "[" * 100_000, "\x00"])
def test_a_file_that_is_not_a_report_is_rejected(command: Run, tmp_path: Path, text: str) -> None:
    file = tmp_path / "report.json"
    file.write_text(text)
    ran = command("validate", "--merge", str(file))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"pca-events: {file} is not a report: ")
    assert ran.stderr.count("\n") == 1


def test_reports_made_with_and_without_closed_cannot_be_merged(archive: Path, tmp_path: Path) -> None:
    files = []
    for closed in (False, True):
        files.append(tmp_path / f"{closed}.json")
        files[-1].write_text(json.dumps(as_json(validate([str(archive)], closed=closed))))
    with pytest.raises(BadInput, match=r"was made with --closed and .* without it"):
        merged(files)


def test_an_unwritable_report_stops_the_command_before_it_reads(command: Run, archive: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    ran = command("validate", str(archive), "--report", str(tmp_path / "file" / "r.json"))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == 1
