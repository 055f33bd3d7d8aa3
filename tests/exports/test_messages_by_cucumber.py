"""What Cucumber's own schema, query and formatter make of our messages, and whether we read Cucumber's as they do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from message_suite import BASKET, STATUSES, envelopes_of, lay, run_pytest

from pca_events.messages import read_messages
from pca_events.messages.envelopes import PROTOCOL_VERSION

Cucumber = Callable[..., str]

OUTCOMES = {
    "PASSED": {"passed"},
    "FAILED": {"failed"},
    "AMBIGUOUS": {"failed"},
    "SKIPPED": {"skipped"},
    "UNDEFINED": {"undefined"},
    "PENDING": {"undefined", "expected failure"},
    "NOT RUN": {"not run"},
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = lay(tmp_path_factory.mktemp("judged"), basket=BASKET, statuses=STATUSES)
    run_pytest(folder, "--pca-cucumber-messages", "run.ndjson", "-k", "not left_out")
    return folder / "run.ndjson"


def differences(file: Path, judgement: dict[str, Any]) -> list[str]:
    """Where we read another outcome than Cucumber does."""
    read = {(s.uri, s.name, s.line): s.status for feature in read_messages(file).features for s in feature.scenarios}
    found = []
    for pickle in (message["pickle"] for message in envelopes_of(file) if "pickle" in message):
        status = judgement["statuses"].get(pickle["id"], "NOT RUN")
        outcome = read.pop((pickle["uri"], pickle["name"], pickle["location"]["line"]), None)
        if outcome not in OUTCOMES[status]:
            found.append(f"{pickle['name']}: {outcome}, not {status}")
    return [*found, *map(str, read)]


def judge(cucumber: Cucumber, *files: Path) -> list[dict[str, Any]]:
    judgements: list[dict[str, Any]] = json.loads(cucumber("judge", *files))
    return judgements


@pytest.mark.slow
def test_cucumber_accepts_every_message(written: Path, cucumber: Cucumber) -> None:
    (judgement,) = judge(cucumber, written)
    assert judgement["faults"] == []
    assert differences(written, judgement) == []
    assert sorted({*judgement["statuses"].values()}) == ["FAILED", "PASSED", "PENDING", "SKIPPED", "UNDEFINED"]


@pytest.mark.slow
def test_the_page_of_cucumber_holds_every_scenario(written: Path, cucumber: Cucumber) -> None:
    page = cucumber("page", written)
    for feature in read_messages(written).features:
        for scenario in feature.scenarios:
            assert json.dumps(scenario.name).replace("<", "\\x3C") in page


@pytest.mark.slow
def test_cucumber_rejects_an_invalid_message(written: Path, cucumber: Cucumber, tmp_path: Path) -> None:
    (tmp_path / "run.ndjson").write_text(written.read_text("utf-8").replace('"status":"PASSED"', '"status":"fine"', 1))
    (judgement,) = judge(cucumber, tmp_path / "run.ndjson")
    (fault,) = judgement["faults"]
    assert "testStepResult/status must be equal to one of the allowed values" in fault


@pytest.mark.slow
def test_the_version_is_that_of_the_schema(node_modules: Path) -> None:
    package = json.loads((node_modules / "@cucumber" / "messages" / "package.json").read_text("utf-8"))
    assert package["version"] == PROTOCOL_VERSION


@pytest.mark.slow
def test_the_files_of_the_compatibility_kit_are_read_as_cucumber_reads_them(
    node_modules: Path, cucumber: Cucumber
) -> None:
    files = sorted((node_modules / "@cucumber" / "compatibility-kit" / "features").rglob("*.ndjson"))
    assert len(files) > 40
    judged = zip(files, judge(cucumber, *files), strict=True)
    assert {file.name: found for file, judgement in judged if (found := differences(file, judgement))} == {}
