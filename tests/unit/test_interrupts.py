"""Ctrl-C, SIGTERM and the end of the terminal at any moment of a command."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pca_events.cli import main
from pca_events.interrupts import INTERRUPTED, Interrupted, handlers_restored, raise_interrupts, was_interrupted

RULES = Path(__file__).parents[2] / "examples" / "mistakes" / "13-result-failed.tf"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

SIGNAL_ON_IMPORT = """
import os, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), {number})
sys.meta_path.insert(0, Finder())
"""


@pytest.fixture(autouse=True)
def not_under_nohup() -> Iterator[None]:
    """SIGHUP is not ignored, as it is if the tests themselves run under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize(
    "module",
    [
        "pca_events.cli",
        "argparse",
        "pca_events.cli.parser",
        "pca_events.check.formats",
        "pca_events.cli.check",
        "pca_events.infrastructure.terraform.reader",
    ],
    ids=["first import", "argument parser", "arguments", "choices", "command", "work"],
)
def test_a_signal_ends_the_command_without_a_message(tmp_path: Path, module: str, number: int) -> None:
    (tmp_path / "sitecustomize.py").write_text(SIGNAL_ON_IMPORT.format(name=module, number=int(number)))
    line = [sys.executable, "-m", "pca_events", "check", str(RULES)]
    ran = subprocess.run(line, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert (ran.returncode, ran.stdout, ran.stderr) == (INTERRUPTED, "", "")


def test_under_nohup_the_end_of_the_terminal_is_ignored() -> None:
    ignored = "import os, signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    code = f"{ignored}; from pca_events.interrupts import raise_interrupts; raise_interrupts(); os.kill(os.getpid(), 1)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_an_interrupt_while_a_class_is_made_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupting:
        def __set_name__(self, *_: object) -> None:
            signal.raise_signal(signal.SIGTERM)

    def run(_: object) -> int:
        return len(type("Made", (), {"field": Interrupting()}).__name__)

    monkeypatch.setattr("pca_events.cli.events.list_events", run)
    assert main(["list"]) == INTERRUPTED
    assert capsys.readouterr() == ("", "")


def test_the_library_does_not_change_the_handlers() -> None:
    code = (
        "import signal; before = [signal.getsignal(n) for n in (2, 15)]; import pca_events.cli, pca_events.cli.check; "
        "assert before == [signal.getsignal(n) for n in (2, 15)]"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_command_that_is_called_restores_the_handlers(capsys: pytest.CaptureFixture[str]) -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    assert main(["list", "--format", "json"]) == 0
    assert capsys.readouterr().out
    assert [signal.getsignal(number) for number in SIGNALS] == before


@pytest.mark.parametrize("number", SIGNALS)
def test_a_command_that_is_interrupted_can_remove_what_it_owns(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    removed = []

    def run(_: object) -> int:
        try:
            signal.raise_signal(number)
        finally:
            removed.append("a rule")
        return 0

    monkeypatch.setattr("pca_events.cli.events.list_events", run)
    assert main(["list"]) == INTERRUPTED
    assert removed == ["a rule"]
    assert not was_interrupted()  # a later run in this process would end as if it had been
    assert capsys.readouterr() == ("", "")


def test_a_command_can_be_called_in_another_thread(capsys: pytest.CaptureFixture[str]) -> None:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(main(["list", "--format", "json"])))
    thread.start()
    thread.join()
    assert found == [0]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_can_be_raised_as_an_exception(number: int) -> None:
    with handlers_restored():
        raise_interrupts()
        with pytest.raises(Interrupted):
            signal.raise_signal(number)
