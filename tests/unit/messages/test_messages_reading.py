"""Message files are read, including those of other programs; faults are reported in one line."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fuzzing import places

from pca_events.errors import BadInput
from pca_events.messages import Attempt, RecordedRun, StepRecord, envelopes, message_file, read_messages, write_messages

FEATURE = "Feature: One\n  Scenario: It works\n    Given a thing\n"
REMEDY = "; create it again with pca-events verify --messages"


def recorded(*attempts: Attempt) -> RecordedRun:
    return RecordedRun({"mode": "alias"}, {"one.feature": FEATURE}, attempts, 100.0, 110.5, success=True)


def attempt(status: Any, message: str = "") -> Attempt:
    acts = [StepRecord("setup", "PASSED", 100.0, 0.25), StepRecord("step", status, 101.0, 0.5, message)]
    return Attempt("test", "one.feature", 2, 0, [*acts, StepRecord("teardown", "PASSED", 102.0, 0.25)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "run.ndjson"
    write_messages(file, envelopes(recorded(attempt("PASSED"))))
    return file


def line_of(file: Path, kind: str) -> int:
    """The first line with a message of that kind."""
    return next(n for n, line in enumerate(file.read_text().splitlines(), 1) if line.startswith(f'{{"{kind}":'))


def test_the_last_attempt_counts(tmp_path: Path) -> None:
    file = tmp_path / "run.ndjson"
    write_messages(file, envelopes(recorded(attempt("FAILED", "no luck"), attempt("PASSED"))))
    run = read_messages(file)
    ((scenario,),) = (feature.scenarios for feature in run.features)
    assert (scenario.status, scenario.reason, scenario.attempts, scenario.seconds) == ("passed", "", 2, 1.0)
    assert (run.started.isoformat(), run.mode) == ("1970-01-01T00:01:40+00:00", "alias")
    assert run.finished is not None
    assert (run.finished - run.started).total_seconds() == 10.5


def test_of_two_tests_of_one_scenario_the_worst_counts(tmp_path: Path) -> None:
    file, failed = tmp_path / "run.ndjson", attempt("FAILED", "no luck")
    other = Attempt("another test", failed.uri, failed.line, failed.row, failed.acts)
    write_messages(file, envelopes(recorded(other, attempt("PASSED"))))
    ((scenario,),) = (feature.scenarios for feature in read_messages(file).features)
    assert (scenario.status, scenario.reason) == ("failed", "no luck")


def test_a_test_that_did_not_finish_counts_as_not_run(file: Path) -> None:
    lines = file.read_text().splitlines()
    file.write_text("\n".join(line for line in lines if "Finished" not in line))
    run = read_messages(file)
    ((scenario,),) = (feature.scenarios for feature in run.features)
    assert (scenario.status, scenario.reason) == ("not run", "interrupted")
    assert (run.finished, run.success) == (None, False)


def test_unknown_messages_and_empty_lines_are_ignored(file: Path) -> None:
    before = read_messages(file)
    file.write_text('\ufeff{"oracle":{"id":"1"}}\n\n' + file.read_text() + '{"suggestion":{"id":"0","snippets":[]}}\n')
    assert read_messages(file) == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "{file} is not UTF-8 (byte 0), so it contains no messages" + REMEDY),
        (
            b'{"meta":{}}\n{"meta"\n',
            "{file}:2: is not valid JSON (Expecting ':' delimiter: line 1 column 8 (char 7))" + REMEDY,
        ),
        (b"[" * 100_000, "{file}:1: is not valid JSON (maximum recursion depth exceeded"),
        (b'"text"\n', "{file}:1: is valid JSON, but not a message" + REMEDY),
        (b"", "{file} has no testRunStarted, so it is not a run; create it with pca-events verify --messages"),
        (b'{"testRunStarted":{}}', "{file}:1: its testRunStarted, or what that refers to, lacks 'timestamp'" + REMEDY),
    ],
)
def test_a_file_that_contains_no_messages(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "run.ndjson"
    file.write_bytes(content)
    with pytest.raises(BadInput) as raised:
        read_messages(file)
    assert str(raised.value).startswith(said.replace("{file}", str(file)))


def test_a_device_without_an_end_is_read_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_file, "AT_LEAST", 1 << 20)
    with pytest.raises(BadInput, match=r"^/dev/zero does not end within 1 MiB; create it again"):
        read_messages(Path("/dev/zero"))


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as raised:
        read_messages(tmp_path / "no.ndjson")
    assert str(raised.value) == f"{tmp_path}/no.ndjson cannot be read (No such file or directory){REMEDY}"


@pytest.mark.parametrize(
    ("kind", "path", "refers_to"),
    [
        ("testCase", "pickleId", "pickle"),
        ("testCase", "testSteps.0.hookId", "hook"),
        ("testCaseStarted", "testCaseId", "testCase"),
        ("testStepFinished", "testCaseStartedId", "testCaseStarted"),
        ("testCaseFinished", "testCaseStartedId", "testCaseStarted"),
        ("pickle", "uri", "gherkinDocument"),
        ("pickle", "astNodeIds.0", "node"),
        ("pickle", "steps.0.astNodeIds.0", "node"),
    ],
)
def test_a_reference_to_a_missing_resource(file: Path, kind: str, path: str, refers_to: str) -> None:
    number = line_of(file, kind)
    lines = file.read_text().splitlines()
    message = json.loads(lines[number - 1])
    *places, last = (int(key) if key.isdigit() else key for key in path.split("."))
    node = message[kind]
    for key in places:
        node = node[key]
    node[last] = "9999"
    file.write_text("\n".join([*lines[: number - 1], json.dumps(message), *lines[number:]]))
    with pytest.raises(BadInput) as raised:
        read_messages(file)
    where = "the gherkinDocument" if refers_to == "node" else "the file"
    assert str(raised.value) == (
        f"{file}:{number}: its {kind} refers to the {refers_to} 9999, which {where} does not contain{REMEDY}"
    )


OTHER_VALUES: tuple[Any, ...] = (None, True, 7, "text", ["text"], {"a": 1}, 10**18)


def broken_files(file: Path) -> Iterator[str]:
    """The file, with each value at any depth of its messages once replaced by one of another kind."""
    lines = file.read_text().splitlines()
    for number, line in enumerate(lines):
        for path, value in itertools.product(list(places(json.loads(line)))[1:], OTHER_VALUES):
            message = json.loads(line)
            *way, last = path
            node = message
            for key in way:
                node = node[key]
            node[last] = value
            yield "\n".join([*lines[:number], json.dumps(message), *lines[number + 1 :]])


def test_a_message_of_another_structure_is_read_or_rejected_in_one_line(file: Path) -> None:
    refusals = []
    for text in broken_files(file):
        file.write_text(text)
        try:
            run = read_messages(file)
        except BadInput as error:
            refusals.append(str(error))
        else:
            for scenario in (scenario for feature in run.features for scenario in feature.scenarios):
                assert {type(text) for text in (scenario.name, scenario.rule, scenario.keyword, *scenario.tags)} == {
                    str
                }
                assert all(type(step.line) is int and type(step.text) is str for step in scenario.steps)
    assert len(refusals) > 300
    assert [said for said in refusals if "\n" in said or not said.endswith("pca-events verify --messages")] == []
