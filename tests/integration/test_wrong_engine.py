"""Calibration finds a wrong engine in the EventBridge of this package, although the same engine judges offline."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pca_events.steps.calibrations import Trial, as_on_aws

from pca_events.backends import EmbeddedLocalStack
from pca_events.calibrate import BEHAVIOURS, disagreements, ledger_of, operators
from pca_events.errors import Unexpected
from pca_events.harness import RunId, Session

pytestmark = pytest.mark.slow

HOOK = """
from localstack.runtime import hooks

from pca_events.pattern import EventPattern


@hooks.on_infra_start()
def take_everything_for_a_match() -> None:
    EventPattern.matches = EventPattern.matches_flat = lambda self, event: True
"""
ENTRY_POINT = "[localstack.hooks.on_infra_start]\nwrong_engine = wrong_engine:take_everything_for_a_match\n"


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """An embedded LocalStack in which a plugin makes every pattern match every event."""
    (tmp_path / "wrong_engine.py").write_text(HOOK)
    about = tmp_path / "wrong_engine-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: wrong_engine\nVersion: 1\n")
    (about / "entry_points.txt").write_text(ENTRY_POINT)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    emulator = EmbeddedLocalStack.of_this_process()
    try:
        yield Session(emulator.start(), RunId())
    finally:
        emulator.stop()


def test_a_wrong_engine_turns_the_calibration_red(broken: Session) -> None:
    ledger = ledger_of(broken.backend)
    wrong = {operator.name: disagreements(broken, operator) for operator in operators()}
    assert [name for name, differs in wrong.items() if not differs] == []
    assert "exact-false-ignores-true: matches, on AWS ignores" in wrong["exact"]
    with pytest.raises(Unexpected, match=r"exact differs from AWS: .*: matches, on AWS ignores"):
        as_on_aws(Trial("exact", wrong["exact"], ledger, None))
    assert not BEHAVIOURS["archive-filter"].shown_by(broken)
