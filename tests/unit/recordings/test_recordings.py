"""Reading documents from bytes in any storage format, without losing data after broken parts."""

import base64
import gzip
import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from work import calls_of

from pca_events import catalog
from pca_events.json_source import DocumentDecoder, InvalidJson, decode
from pca_events.recordings import (
    BLOCK,
    LONGEST,
    IncompleteRecording,
    NoEvent,
    Reader,
    Wrapped,
    blocks,
    parse_line,
    unwrap,
)

EVENT = catalog.documented("crl-generation-failure-internal").event
LINE = json.dumps(EVENT)


class Notes:
    """A sink that writes everything down; with `careful`, it leaves every line to the reader."""

    def __init__(self, careful: bool = False) -> None:
        self.documents: list[tuple[int, str, Any]] = []
        self.faults: list[tuple[int, int, str]] = []
        self.texts: list[int] = []
        self._careful = careful

    def lines(self, lines: list[bytes], first: int) -> int:
        for index, line in enumerate(lines):
            try:
                if self._careful:
                    return index
                value = parse_line(line)
            except ValueError:
                if line.strip():
                    return index
            else:
                self.document(value, first + index, "$")
        return len(lines)

    def document(self, value: Any, line: int, path: str) -> None:
        self.documents.append((line, path, value))

    def broken(self, line: int, last: int, fault: str) -> None:
        self.faults.append((line, last, fault))

    def other_text(self, line: int) -> None:
        self.texts.append(line)


def read(text: str | bytes, size: int = BLOCK, careful: bool = False) -> Notes:
    """Read a text in blocks of so many bytes, cut after a line if there is one."""
    data = text.encode() if isinstance(text, str) else text
    notes = Notes(careful)
    reader = Reader(notes)
    while len(data) > size:
        cut = data.rfind(b"\n", 0, size) + 1 or size
        reader.feed(data[:cut], False)
        data = data[cut:]
    reader.feed(data, True)
    return notes


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2)


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("size", [50, 997, BLOCK])
@pytest.mark.parametrize(
    ("text", "places"),
    [
        (f"{LINE}\n{LINE}\n", [(1, "$"), (2, "$")]),
        (f"{LINE}\r\n\r\n{LINE}", [(1, "$"), (3, "$")]),
        (f"{LINE}{LINE} {LINE}", [(1, "$"), (1, "$"), (1, "$")]),
        (f"\ufeff{LINE}\n{LINE}\n", [(1, "$"), (2, "$")]),
        (f"[\n{LINE},\n{LINE}\n]\n{LINE}\n", [(2, "$[0]"), (3, "$[1]"), (5, "$")]),
        (pretty([EVENT, EVENT]), [(2, "$[0]"), (18, "$[1]")]),
        (f"{pretty(EVENT)}\n{pretty(EVENT)}", [(1, "$"), (17, "$")]),
        (f"2026-11-22T10:00:00.000Z {LINE}\n2026-11-22T10:00:01.000Z {LINE}\n", [(1, "$"), (2, "$")]),
        (pretty({"Messages": [{"Body": LINE}, 7], "More": {"a": [1]}}) + f"\n{LINE}", None),
        ("", []),
        (" \n\n", []),
        ("[]\n[ ]\n", None),
    ],
)
def test_documents_are_found_with_their_locations(
    text: str, places: list[tuple[int, str]] | None, size: int, careful: bool
) -> None:
    notes = read(text, size, careful)
    assert notes.faults == []
    if places is not None and (careful or "[" not in text[0:1]):
        assert [(line, path) for line, path, _ in notes.documents] == places
        assert all(value == EVENT for _, _, value in notes.documents)


@pytest.mark.parametrize("size", [300, BLOCK])
@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ('{"version":"0","id":"abc', "is not valid JSON: Invalid control character"),
        ('{"version":"0",', "is not valid JSON: "),
        ('{"version":', "is not valid JSON: "),
        ('{"resources":[', "is not valid JSON: "),
        ("{}}", "is not valid JSON: "),
        ("garbage", "is not valid JSON: Expecting value"),
        ('{"a":1,"b":2,"a":3}', 'duplicate key "a"'),
        ('{"a":{"b":NaN}}', "has the value NaN, which is not valid JSON"),
        ('{"a":-Infinity}', "has the value -Infinity, which is not valid JSON"),
        ('{"a":' + "[" * 100_000 + "}", "is nested too deep"),
        ("\x00\x00\x00\x00", "is not valid JSON: "),
        ("{'single': 'quotes'}", "is not valid JSON: "),
    ],
)
def test_good_lines_around_a_broken_one_are_kept(broken: str, fault: str, size: int) -> None:
    notes = read(f"{LINE}\n{broken}\n{LINE}\n{LINE}\n", size, careful=True)
    good = [line for line, _, value in notes.documents if value == EVENT]
    assert good == [1, 3, 4]
    assert notes.faults[0][0] == 2
    assert notes.faults[0][2].startswith(fault)
    assert len(notes.faults) == 1


def test_invalid_utf8_breaks_only_its_line() -> None:
    latin = json.dumps({**EVENT, "note": "ü"}, ensure_ascii=False).encode("latin-1")
    notes = read(LINE.encode() + b"\n" + latin + b"\n" + LINE.encode())
    assert [line for line, _, _ in notes.documents] == [1, 3]
    assert [(line, fault) for line, _, fault in notes.faults] == [(2, "is not UTF-8")]


def test_a_broken_element_does_not_break_its_array() -> None:
    for text in (f'[{LINE},{{"version": oops}},{LINE}]', f'[\n{LINE},\n{{"version": oops}},\n{LINE}\n]\n'):
        notes = read(text, careful=True)
        assert [value == EVENT for _, _, value in notes.documents] == [True, True]
        assert len(notes.faults) == 1


@pytest.mark.parametrize("text", [f"[{LINE},", f'{{"Records":[{LINE}', LINE[:-1], f"{LINE}\n{LINE[:80]}"])
def test_truncated_input_is_reported(text: str) -> None:
    notes = read(text, careful=True)
    (line, _, fault) = notes.faults[-1]
    assert line == text.count("\n") + 1
    assert "cut off" in fault or "Unterminated string" in fault


def test_an_endless_line_is_skipped_in_bounded_memory() -> None:
    notes = Notes()
    reader = Reader(notes)
    reader.feed(b'{"a":"' + b"x" * BLOCK, False)
    for _ in range(3 * LONGEST // BLOCK):
        reader.feed(b"x" * BLOCK, False)
        assert len(reader._tail) <= LONGEST + BLOCK
    reader.feed(b'"}\n' + LINE.encode() + b"\n", True)
    assert [(line, value == EVENT) for line, _, value in notes.documents] == [(2, True)]
    assert [(line, fault) for line, _, fault in notes.faults] == [(1, "is longer than 16 MiB")]


@pytest.mark.slow
def test_an_endless_array_on_one_line_is_read() -> None:
    count = 2 * LONGEST // len(LINE)
    notes = read("[" + ",".join([LINE] * count) + "]", careful=True)
    assert (len(notes.documents), notes.faults) == (count, [])


def log_group(*messages: str) -> dict[str, Any]:
    return {
        "messageType": "DATA_MESSAGE",
        "logGroup": "/aws/events/pca",
        "logEvents": [{"id": "1", "timestamp": 1, "message": message} for message in messages],
    }


def packed(value: Any) -> str:
    return base64.b64encode(gzip.compress(json.dumps(value).encode())).decode()


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (EVENT, "$"),
        ([[EVENT]], "$[0][0]"),
        ({"Messages": [{"MessageId": "1", "Body": LINE}]}, "$.Messages[0].Body"),
        ({"MessageId": "1", "Body": LINE}, "$.Body"),
        ({"Records": [{"eventSource": "aws:sqs", "body": LINE}]}, "$.Records[0].body"),
        ({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": LINE}}]}, "$.Records[0].Sns.Message"),
        ({"Type": "Notification", "Message": LINE}, "$.Message"),
        ({"body": json.dumps({"Type": "Notification", "Message": LINE})}, "$.body.Message"),
        (log_group(LINE), "$.logEvents[0].message"),
        ({"awslogs": {"data": packed(log_group(LINE))}}, "$.awslogs.data.logEvents[0].message"),
        ({"events": [{"logStreamName": "a", "timestamp": 1, "message": LINE}]}, "$.events[0].message"),
        ({"events": [{"timestamp": 1, "message": f"[INFO] received {LINE}"}]}, "$.events[0].message"),
        ({"results": [[{"field": "@message", "value": LINE}]]}, "$.results[0][0].value"),
        ({"records": [{"recordId": "1", "data": base64.b64encode(LINE.encode()).decode()}]}, "$.records[0].data"),
        ({"Records": [{"kinesis": {"data": packed(EVENT)}}]}, "$.Records[0].kinesis.data"),
        ({**EVENT, "replay-name": "again"}, "$"),
    ],
)
def test_events_are_unwrapped_from_every_storage_format(document: Any, path: str) -> None:
    (found,) = unwrap(document)
    assert isinstance(found, Wrapped)
    assert found.path == path
    assert {name: found.event[name] for name in EVENT} == EVENT


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (7, NoEvent("$")),
        ({"a": 1}, NoEvent("$")),
        ({"Body": "hello"}, NoEvent("$.Body")),
        ({"message": "START RequestId: {1}", "timestamp": 1}, NoEvent("$.message")),
        ({"Body": LINE[:-1]}, NoEvent("$.Body", "is not valid JSON: Expecting ',' delimiter, column 421")),
        ({"data": "%%%"}, NoEvent("$.data", "cannot be unpacked: Only base64 data is allowed")),
        ({"body": json.dumps({"body": json.dumps({"body": '{"a": 1, "a": 2}'})})}, None),
    ],
)
def test_values_without_an_event_are_reported_with_their_path(document: Any, found: NoEvent | None) -> None:
    assert list(unwrap(document)) == [found or NoEvent("$.body.body.body", 'duplicate key "a"')]


def test_endless_wrapping_ends() -> None:
    document: Any = EVENT
    for _ in range(20):
        document = {"body": json.dumps(document)} if len(json.dumps(document)) < 1 << 16 else [document]
    assert any(isinstance(found, NoEvent) and "too many layers" in found.fault for found in unwrap(document))


@pytest.mark.parametrize(
    ("text", "fault"),
    [("{} x", "continues after its end, column 3"), ("[1", "is not valid JSON"), ('"\ud800"', "is not UTF-8")],
)
def test_strict_decoding_reports_what_is_wrong(text: str, fault: str) -> None:
    with pytest.raises(InvalidJson, match=fault):
        decode(text)


def read_file(path: Path) -> Iterator[bytes]:
    return (block for block, _ in blocks(str(path)))


def test_blocks_end_with_a_line_and_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    text = "".join(json.dumps({"n": n, "text": "ü" * (n % 50)}) + "\n" for n in range(40_000)).encode()
    for data in (text, gzip.compress(text), gzip.compress(text[:1000]) + gzip.compress(text[1000:])):
        file.write_bytes(data)
        parts = list(blocks(str(file)))
        assert b"".join(block for block, _ in parts) == text
        assert all(block.endswith(b"\n") for block, _ in parts[:-1])
        assert [last for _, last in parts] == [False] * (len(parts) - 1) + [True]
        assert len(parts) > 1


def test_no_block_ends_within_a_character(tmp_path: Path) -> None:
    file = tmp_path / "one-line.json"
    file.write_text("x" + "€" * BLOCK, "utf-8")
    for block in read_file(file):
        block.decode()


def test_damaged_gzip_yields_the_data_before_the_damage(tmp_path: Path) -> None:
    text = (LINE + "\n").encode() * 20_000
    file = tmp_path / "events.gz"
    for data in (gzip.compress(text)[:-2000], gzip.compress(text) + b"garbage"):
        file.write_bytes(data)
        got: list[bytes] = []
        with pytest.raises(IncompleteRecording, match="gzip data is damaged or cut off"):
            got.extend(read_file(file))
        assert len(b"".join(got)) > len(text) // 2
        assert text.startswith(b"".join(got))


@pytest.mark.parametrize(
    "unit", ["{\n", '{"a":\n', "[1,\n", "x}{", 'x}{"', '{"Records":[]}\n', '{"a":"b\n', '}{"a":[{"b":']
)
def test_the_work_is_linear_in_the_input_even_if_it_is_broken(unit: str) -> None:
    few, many = (calls_of(partial(read, unit * (size // len(unit)))) for size in (40_000, 320_000))
    assert many < 9 * few


def test_an_invalid_document_does_not_affect_the_documents_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[int] = []
    decode_window = DocumentDecoder._decode

    def noted(self: DocumentDecoder, window: str) -> tuple[Any, int, str]:
        decoded.append(len(window))
        return decode_window(self, window)

    monkeypatch.setattr(DocumentDecoder, "_decode", noted)
    read("{\n" * 20_000)
    assert len(decoded) == 20_000
    assert max(decoded) <= 1 << 12


@pytest.mark.parametrize("unit", ["[1,\n", '{"a":\n', "["])
@pytest.mark.parametrize("levels", [900, 902, 5_000])  # the array around a recording is not one of them
def test_the_depth_of_a_document_is_judged_alike_at_every_recursion_limit(unit: str, levels: int) -> None:
    closing = {"[": "]", "{": "}"}[unit[0]]
    text = f"{unit * levels}1{closing * levels}\n{LINE}\n"
    limit = sys.getrecursionlimit()
    found = []
    try:
        for further in (100, 1_000, 20_000):
            sys.setrecursionlimit(limit + further)
            notes = read(text, careful=True)
            found.append((notes.faults, [line for line, _, value in notes.documents if value == EVENT]))
    finally:
        sys.setrecursionlimit(limit)
    assert found == found[:1] * 3
    assert found[0][1]
    assert bool(found[0][0]) == (levels > 901)


def test_good_lines_in_a_deep_broken_document_are_kept() -> None:
    text = '{"resources":[\n' * 100 + f"{LINE}\n" + "{\n" * 50 + f"{LINE}\n"
    notes = read(text, careful=True)
    assert [line for line, _, value in notes.documents if value == EVENT] == [101, 152]


def test_an_integer_of_too_many_digits_is_reported_and_reading_continues() -> None:
    long = "9" * 5_000
    notes = read(f'{LINE}\n{{"a":-{long},"b":1}}\n{{"a":{"9" * 4_300}}}\n{LINE}\n')
    assert [line for line, _, _ in notes.documents] == [1, 3, 4]
    assert notes.faults == [(2, 2, "has an integer of 5,000 digits; the limit is 4,300")]


def test_an_escaped_lone_surrogate_is_read() -> None:
    notes = read(f'{{"a":"\\ud800"}}\n{LINE}\n')
    assert notes.documents[0] == (1, "$", {"a": "\ud800"})
    assert notes.faults == []


def test_the_column_of_a_fault_is_counted_from_its_line() -> None:
    notes = read(f'{LINE}\n{LINE} {{"a" 1}}\n{{"b":\n  oops}}\n', careful=True)
    assert [fault for _, _, fault in notes.faults] == [
        f"is not valid JSON: Expecting ':' delimiter, column {len(LINE) + 7}",
        "is not valid JSON: Expecting value, 1 line after its start, column 3",
    ]
