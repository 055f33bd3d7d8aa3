"""Validation of recorded events in bulk: counts, reports, and no event lost."""

import gzip
import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from given import Run

from pca_events import catalog, contract
from pca_events.events import aws_location, realistic
from pca_events.recordings import BLOCK, Reader, RecordLocation, Tally, ValidationReport, as_json, validate
from pca_events.recordings.report import OTHERS

EVENTS = catalog.documented_events()
LINES = [json.dumps(entry.sample) for entry in EVENTS]
TWINS = [json.dumps(twin.sample) for twin in catalog.cloudtrail_twins()]
EVERY_EVENT_ONCE = Counter({(entry.detail_type, entry.result, True): 0 for entry in EVENTS})
EVERY_EVENT_ONCE.update((entry.detail_type, entry.result, True) for entry in EVENTS)


def of(tmp_path: Path, text: str | bytes, **options: bool | int) -> ValidationReport:
    """Validate a text that lies in a file."""
    file = tmp_path / "events"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return validate([str(file)], **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(LINES),
        "".join(LINES),
        json.dumps([json.loads(line) for line in LINES]),
        json.dumps([json.loads(line) for line in LINES], indent=4),
        "\n".join(json.dumps({"Body": line}) for line in LINES),
        "\n".join(json.dumps({**json.loads(line), "replay-name": "again"}) for line in LINES),
        "\n".join(json.dumps(json.loads(line), separators=(",", ":"), sort_keys=True) for line in LINES),
        gzip.compress("\n".join(LINES).encode()),
    ],
)
def test_events_are_counted_in_every_storage_format(tmp_path: Path, text: str | bytes) -> None:
    report = of(tmp_path, text)
    assert report.events == EVERY_EVENT_ONCE
    assert report.is_well
    assert (report.unreadable.count, report.without_event.count) == (0, 0)


def test_violations_are_grouped_with_their_first_location(tmp_path: Path) -> None:
    broken = [line.replace('"success"', '"succeeded"').replace('"failure"', '"failed"') for line in LINES]
    report = of(tmp_path, "\n".join(LINES + broken + broken))
    assert (report.meeting, report.breaking, report.is_well) == (11, 22, False)
    every = tuple(sorted(path for path in contract.schema_of().values() if "revocation" not in path))
    groups = {g.schemas: (g.violation.path, g.count, g.first.line) for g in report.by_frequency()}
    assert groups == {
        every: ("$.detail.result", 20, 12),
        ("schemas/events/certificate-revocation.schema.json",): ("$.detail.result", 2, 16),
    }
    assert {result for _, result, meets in report.events if not meets} == {OTHERS}


def test_other_events_are_counted_separately(tmp_path: Path) -> None:
    others = [
        '{"source":"aws.s3","detail-type":"Object Created","detail":{}}',
        '{"source":"aws.pca-connector-scep","detail-type":"x","detail":{}}',
        '{"source":[1],"detail-type":"x","detail":{}}',
        '{"detail-type":"x"}',
        '{"a":1}',
    ]
    report = of(tmp_path, "\n".join(others + TWINS))
    assert report.other_sources == {"aws.s3": 1, "aws.pca-connector-scep": 1, "(none)": 2}
    assert report.twins == {("AWS API Call via CloudTrail", True): 1, ("AWS Service Event via CloudTrail", True): 1}
    assert [str(place).rpartition(":")[2] for place, _ in report.without_event.kept] == ["5"]
    assert (report.events, report.is_well) == (Counter(), True)


def test_a_cloudtrail_event_is_validated_against_its_own_schema(tmp_path: Path) -> None:
    report = of(tmp_path, TWINS[1].replace("ISSUED", "issued"))
    (group,) = report.by_frequency()
    assert group.violation.path == "$.detail.serviceEventDetails.status"
    assert group.violation.schema == "schemas/cloudtrail/service-event.schema.json"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"source": "aws.acmpca"}, "$.source"),
        ({"detail-type": "ACM Private CA Expiry"}, "$.detail-type"),
        ({"detail-type": 7}, "$.detail-type"),
        ({"detail": None}, "$.detail"),
    ],
)
def test_events_with_the_source_or_a_documented_detail_type_are_validated(
    tmp_path: Path, change: dict[str, object], path: str
) -> None:
    report = of(tmp_path, json.dumps({**EVENTS[0].event, **change}))
    assert [group.violation.path for group in report.by_frequency()] == [path]


def test_unknown_fields_are_violations_only_with_closed(tmp_path: Path) -> None:
    event = EVENTS[0].event
    event["severity"] = 1
    event["detail"]["hint"] = "x"
    for text in (json.dumps(event), json.dumps({"Body": json.dumps(event)})):
        assert of(tmp_path, text).is_well
        found = of(tmp_path, text, closed=True).by_frequency()
        assert [(g.violation.path, g.violation.message) for g in found] == [
            ("$.detail.hint", "is not documented"),
            ("$.severity", "is not documented"),
        ]


@pytest.mark.parametrize("twice", ["version", "id", "detail", "source"])
@pytest.mark.parametrize("colon", [":", ": ", " :"])
def test_a_duplicate_key_is_never_overlooked(tmp_path: Path, twice: str, colon: str) -> None:
    event = EVENTS[0].event
    line = json.dumps(event, separators=(",", ":"))
    again = f'{{"{twice}"{colon}{json.dumps(event[twice])},{line[1:]}'
    assert json.loads(again) == event
    for text in (again, again.replace('"result":"success"', '"result":"success","n":1')):
        report = of(tmp_path, text)
        assert [reason for _, reason in report.unreadable.kept] == [f'duplicate key "{twice}"']
        assert report.meeting == 0


def million(count: int, chance: random.Random) -> list[str]:
    lines = [
        json.dumps(realistic(chance.choice(EVENTS), aws_location(), chance), separators=(",", ":")) for _ in range(200)
    ]
    return [chance.choice(lines) for _ in range(count)]


@pytest.mark.slow
def test_many_processes_give_the_result_of_one(tmp_path: Path) -> None:
    chance = random.Random(4)
    lines = million(60_000, chance)
    for index, broken in (
        (5, "garbage"),
        (30_000, '{"version":"0"'),
        (45_000, lines[3].replace("success", "Success").replace("failure", "Failure")),
        (59_999, '{"source":"aws.s3","detail-type":"x","detail":{}}'),
    ):
        lines[index] = broken
    pretty = json.dumps([json.loads(line) for line in lines[100:20_000]], indent=1)
    for text in ("\n".join(lines), "\n".join([*lines[:30], pretty, *lines[100:40_000]])):
        alone, together = (of(tmp_path, text, jobs=jobs) for jobs in (1, 3))
        assert as_json(alone) == as_json(together)
        assert alone.meeting > 50_000


def test_the_first_location_is_right_across_blocks_and_files(tmp_path: Path) -> None:
    lines = million(30_000, random.Random(5))
    broken = lines[0].replace('"0"', '"1"')
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_text("\n".join([*lines[:25_000], broken, *lines[25_000:], broken]))
    second.write_text(f"{broken}\n")
    for jobs in (1, 2):
        (group,) = validate([str(first), str(second)], jobs=jobs).by_frequency()
        assert (group.count, group.first) == (3, RecordLocation(str(first), 25_001))


def test_the_report_stays_small_for_any_input(tmp_path: Path) -> None:
    lines = [json.dumps({"source": f"s{n}", "detail-type": "x", "detail": {}}) for n in range(3_000)]
    lines += [json.dumps({**EVENTS[0].event, f"field{n}": n}) for n in range(3_000)]
    lines += ["garbage", LINES[0]] * 300
    report = of(tmp_path, "\n".join(lines), closed=True)
    assert len(report.other_sources) <= 1_001
    assert sum(report.other_sources.values()) == 3_000
    assert len(report.groups) <= 1_001
    assert sum(group.count for group in report.groups.values()) == 3_000
    assert (len(report.unreadable.kept), report.unreadable.count) == (100, 300)


def test_validate_prints_its_result(command: Run, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join([*LINES, LINES[0].replace("success", "succeeded"), "{", *TWINS, '{"a":1}']))
    ran = command("validate", str(file))
    assert (ran.returncode, ran.stderr) == (1, "")
    for words in (
        '$.detail.result: "succeeded" is never sent; documented values: "success", "failure"',
        f"1 time, first at {file}:12",
        f"not read {file}:13: is not valid JSON",
        "ignored: 1 event from CloudTrail about AWS Private CA (AWS API Call via CloudTrail)",
        f"ignored: without an event {file}:16",
        "12 events of AWS Private CA: 11 meet their contract, 1 violates it",
    ):
        assert words in ran.stdout
    told = json.loads(command("validate", "--format", "json", str(file)).stdout)
    assert told["violations"][0]["first"] == {"file": str(file), "line": 12, "path": "$"}
    assert sum(row["count"] for row in told["events"] if row["meets"]) == 11


def test_validate_reads_standard_input() -> None:
    words = [sys.executable, "-m", "pca_events", "validate", "-"]
    for text in ("\n".join(LINES).encode(), gzip.compress("\n".join(LINES).encode())):
        ran = subprocess.run(words, input=text, capture_output=True)
        assert (ran.returncode, ran.stderr) == (0, b"")
        assert b"11 events of AWS Private CA: 11 meet their contract, none violates it" in ran.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "does not exist"),
        (b"", "is empty, so nothing was validated"),
        (b"\x00\x01\x02\xff\xfe" * 1000, "is not valid JSON: Expecting value, column 1"),
        (b"\x1f\x8b\x08\x00garbage", "gzip data is damaged or cut off from here on"),
        ("{}".encode("utf-16"), "is UTF-16; convert it to UTF-8 first"),
        (b'{"a": 1}', "can be read but contains no event"),
        (b"[" * 1_000_000, "is nested too deep"),
    ],
)
def test_unreadable_input_gives_one_line(command: Run, tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "events"
    if content is not None:
        file.write_bytes(content)
    ran = command("validate", str(file))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_a_missing_file_does_not_prevent_reading_the_others(command: Run, tmp_path: Path) -> None:
    (tmp_path / "events").write_text(LINES[0])
    ran = command("validate", str(tmp_path / "none"), str(tmp_path / "events"), str(tmp_path))
    assert ran.returncode == 1
    assert "none does not exist" in ran.stdout
    assert "1 event of AWS Private CA: 1 meets its contract" in ran.stdout


class CarefulTally(Tally):
    """Takes no line at speed."""

    def lines(self, lines: list[bytes], first: int) -> int:
        del lines, first
        return 0


PRETTY, GOOD = json.dumps(EVENTS[3].sample, indent=2), LINES[2]
PIECES = [
    f"{GOOD}\n", f"{GOOD}\r\n", f"{GOOD}{GOOD}\n", f"{PRETTY}\n", f"[{GOOD},{PRETTY}]\n", f"[{GOOD},{GOOD}]\n",
    f'{{"Records":[{GOOD},{{"a":1}}],"more":[1]}}\n', f"2026-11-22T10:00:00.000Z {GOOD}\n",
    "2026-11-22T10:00:00Z START\n", f"{GOOD[:90]}\n", "{\n", "[\n", "]\n", "}\n", "garbage\n", '{"a":1,"a":2}\n',
    '{"a":NaN}\n', '"text"\n', "\n", "  \n", '{"a":"\\ud800"}\n', f'{{"a":{"9" * 4_400}}}\n', "\udcff\n",
    f"x}}{GOOD}\n",
]  # fmt: skip


def told(tally: Tally, data: bytes, size: int) -> dict[str, Any]:
    reader = Reader(tally)
    while len(data) > size:
        cut = data.rfind(b"\n", 0, size) + 1 or size
        reader.feed(data[:cut], False)
        data = data[cut:]
    reader.feed(data, True)
    return as_json(tally.report)


@pytest.mark.parametrize("seed", range(80))
def test_the_result_depends_neither_on_the_fast_path_nor_on_blocks(seed: int) -> None:
    chance = random.Random(seed)
    weights = [chance.choice([0, 1, 1, 4]) for _ in PIECES]
    data = "".join(chance.choices(PIECES, weights, k=chance.randint(1, 60))).encode("utf-8", "surrogateescape")
    careful = told(CarefulTally("events"), data, BLOCK)
    assert told(Tally("events"), data, BLOCK) == careful
    assert told(Tally("events"), data, chance.randint(2_000, 5_000)) == careful
