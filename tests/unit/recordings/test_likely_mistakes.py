"""What `validate` reports about documentation placeholders, CloudTrail log files, and unusual events."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from given import Run

from pca_events import catalog
from pca_events.events import realistic
from pca_events.events.realistic import PARTITIONS, aws_location
from pca_events.recordings import ValidationReport, validate
from pca_events.regions import is_known, partition_of

ISSUED = catalog.documented("certificate-issuance-success").event
AUTHORITY, CERTIFICATE = ISSUED["resources"]
RECORD = catalog.cloudtrail_twins()[0].sample["detail"]


def of(tmp_path: Path, *documents: Any, compact: bool = True) -> ValidationReport:
    """Validate documents, one to a line."""
    file = tmp_path / "events.jsonl"
    separators = (",", ":") if compact else (", ", ": ")
    file.write_text("\n".join(json.dumps(document, separators=separators) for document in documents))
    return validate([str(file)], jobs=1)


@pytest.mark.parametrize("keys", ["as sent", "sorted", "wrapped"])
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"region": "us-east-17"}, [("$.region", "unknown Region")]),
        ({"region": "cn-east-1"}, [("$.region", "unknown Region")]),
        (
            {
                "region": "eu-new-1",
                "resources": [arn.replace("us-east-1", "eu-new-1") for arn in (AUTHORITY, CERTIFICATE)],
            },
            [("$.region", "unknown Region")],
        ),
        (
            {"resources": [arn.replace("us-east-1", "cn-east-1") for arn in (AUTHORITY, CERTIFICATE)]},
            [("$.resources[0]", "unknown Region"), ("$.resources[1]", "unknown Region")],
        ),
        ({"region": "cn-north-1"}, [("$.resources[0]", "other partition"), ("$.resources[1]", "other partition")]),
        (
            {"resources": [AUTHORITY.replace(":aws:", ":aws-cn:"), CERTIFICATE.replace(":aws:", ":aws-cn:")]},
            [("$.resources[0]", "other partition"), ("$.resources[1]", "other partition")],
        ),
        (
            {"resources": [AUTHORITY, CERTIFICATE.replace("112233445566/", "112233445567/")]},
            [("$.resources[1]", "other certificate authority")],
        ),
        (
            {"resources": [AUTHORITY, f"{AUTHORITY}/certificate/{'a' * 41}"]},
            [("$.resources[1]", "too long for a serial number")],
        ),
        ({"resources": [AUTHORITY, f"{AUTHORITY}/certificate/{'a' * 40}"]}, []),
        ({"region": "eu-west-1"}, []),
        ({"account": "999999999999"}, []),
    ],
)
def test_mistakes_that_schemas_cannot_describe_are_reported(
    tmp_path: Path, change: dict[str, Any], found: list[tuple[str, str]], keys: str
) -> None:
    event = {**ISSUED, **change}
    stored = {"sorted": dict(sorted(event.items())), "wrapped": {"Body": json.dumps(event)}}.get(keys, event)
    report = of(tmp_path, ISSUED, stored)
    assert sorted((group.violation.path, group.violation.keyword) for group in report.unusual.values()) == found
    assert (report.meeting, report.is_well) == (2, True)
    assert {group.first.line for group in report.unusual.values()} <= {2}


def test_generated_events_are_never_unusual(tmp_path: Path) -> None:
    import random

    chance = random.Random(7)
    for partition, regions in PARTITIONS.items():
        for region in regions:
            assert is_known(region)
            assert partition_of(region) == partition
            events = [realistic(entry, aws_location(region=region), chance) for entry in catalog.documented_events()]
            report = of(tmp_path, *events)
            assert (report.unusual, report.meeting) == ({}, len(events))


def test_events_copied_from_the_documentation_are_recognised(command: Run, tmp_path: Path) -> None:
    file = tmp_path / "copied.jsonl"
    copied = [entry.as_documented for entry in catalog.documented_events()]
    file.write_text("\n".join(map(json.dumps, copied)))
    (group,) = validate([str(file)]).by_frequency()
    assert (group.violation.path, group.violation.keyword, group.count) == ("$", "placeholder", 11)
    ran = command("validate", str(file))
    assert ran.stdout.count("\nviolation") == 1
    assert "placeholders from the AWS documentation" in ran.stdout


def test_a_placeholder_does_not_hide_another_violation(tmp_path: Path) -> None:
    event = {**ISSUED, "account": "account", "version": "1", "id": "event id"}
    found = [group.violation.path for group in of(tmp_path, event).by_frequency()]
    assert sorted(found) == ["$", "$.id", "$.version"]


def test_a_value_similar_to_a_placeholder_stays_a_violation(tmp_path: Path) -> None:
    event = {**ISSUED, "account": "my account", "resources": [AUTHORITY.replace("us-east-1", "region:x"), CERTIFICATE]}
    assert "placeholder" not in {group.violation.keyword for group in of(tmp_path, event).by_frequency()}


def test_a_cloudtrail_log_file_is_unwrapped(tmp_path: Path) -> None:
    others = [{**RECORD, "eventSource": f"{name}.amazonaws.com"} for name in ("s3", "s3", "kms")]
    service = catalog.cloudtrail_twins()[1].sample["detail"]
    failed = {**service, "serviceEventDetails": {"status": "failed"}}
    file = tmp_path / "trail.json.gz"
    file.write_bytes(gzip.compress(json.dumps({"Records": [RECORD, *others, service, failed]}).encode()))
    report = validate([str(file)])
    assert report.records == {
        ("AWS API Call via CloudTrail", True): 1,
        ("AWS Service Event via CloudTrail", True): 1,
        ("AWS Service Event via CloudTrail", False): 1,
    }
    assert report.other_records == {"s3.amazonaws.com": 2, "kms.amazonaws.com": 1}
    (group,) = report.by_frequency()
    assert (group.violation.path, group.first.path) == ("$.serviceEventDetails.status", "$.Records[5]")
    assert (report.without_event.count, report.unreadable.count) == (0, 0)


@pytest.mark.parametrize("source", ["aws:s3", "aws:sqs", 7, None])
def test_records_of_s3_and_sqs_are_not_cloudtrail_records(tmp_path: Path, source: object) -> None:
    report = of(tmp_path, {"Records": [{**RECORD, "eventSource": source}]})
    assert (report.found, report.without_event.count) == (0, 1)


def test_a_lone_surrogate_or_a_long_integer_does_not_stop_reading(command: Run, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    odd = json.dumps({**ISSUED, "account": "\ud800"})
    number = json.dumps(ISSUED).replace("{", '{"n": ' + "7" * 6_000 + ", ", 1)
    file.write_text("\n".join([odd, number, json.dumps(ISSUED)]))
    ran = command("validate", str(file))
    assert (ran.returncode, ran.stderr) == (1, "")
    assert r'$.account: expected 12 digits, found "\ud800"' in ran.stdout
    assert f"not read {file}:2: has an integer of 6,000 digits" in ran.stdout
    assert "2 events of AWS Private CA: 1 meets its contract, 1 violates it" in ran.stdout


def test_regular_expressions_are_shown_only_if_requested(command: Run, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(json.dumps({**entry.event, "account": "1"}) for entry in catalog.documented_events()))
    ran = command("validate", str(file))
    assert ran.stdout.count("violation  $.account: expected 12 digits") == 1
    assert "^[0-9]" not in ran.stdout
    assert "regular expression: ^[0-9]{12}$" in command("validate", "--verbose", str(file)).stdout


def test_a_folder_is_read_in_order_without_following_links_out_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    (folder / "2026" / "11").mkdir(parents=True)
    line = json.dumps(ISSUED)
    (folder / "b.jsonl").write_text(line)
    (folder / "2026" / "11" / "a.ndjson.gz").write_bytes(gzip.compress(line.encode()))
    (folder / "notes.txt").write_text("not a recording")
    (tmp_path / "outside.json").write_text(line)
    (folder / "link.json").symlink_to(tmp_path / "outside.json")
    (folder / "inside.json").symlink_to(folder / "b.jsonl")
    (folder / "up").symlink_to(tmp_path)
    (folder / "broken.json").symlink_to(folder / "nothing")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.json")
    report = validate([str(folder)], jobs=1)
    assert (report.meeting, report.unreadable.count) == (3, 0)


def test_a_folder_without_recordings_is_reported(command: Run, tmp_path: Path) -> None:
    ran = command("validate", str(tmp_path))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "has no file that ends in .json, .jsonl, .ndjson, .log, .gz; name the file itself" in ran.stderr


def test_unpacking_stops_at_the_limit(command: Run, tmp_path: Path) -> None:
    file = tmp_path / "events.gz"
    file.write_bytes(gzip.compress((json.dumps(ISSUED) + "\n").encode() * 9_000))
    ran = command("validate", "--max-unpacked", "1MB", str(file))
    assert ran.returncode == 1
    assert "unpacks to more than 1 MiB; --max-unpacked allows more" in ran.stdout
    assert command("validate", "--max-unpacked", "10MB", str(file)).returncode == 0
    assert "is not a size; write it as 500MB or 4GB" in command("validate", "--max-unpacked", "x", str(file)).stderr
