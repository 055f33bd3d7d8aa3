"""Whatever the moment at which SIGINT or SIGTERM comes: the command ends at once, and nothing of it is left."""

import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from fuzzing import FACTOR
from processes import Ended, started
from scenario_count import scenario_count

from pca_events.backends import Backend
from pca_events.messages import read_messages

TOP = Path(__file__).parents[2]
MOMENTS = int(os.environ.get("PCA_MOMENTS", "1"))  # for each command; nightly runs have more
EARLIEST = 0.1  # seconds: before, it is the interpreter that starts, and not yet the command
HANGS = 10.0  # seconds; on a machine with nothing else to do every command ends within one
INTERRUPTED = 130
ENDS = (signal.SIGINT, signal.SIGTERM)

WATCHER = f"78{int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0')[2:]):010d}"
"""An account of this worker's own."""

COMMANDS: dict[str, tuple[tuple[str, ...], float]] = {
    "verify": (("verify",), 9.0),
    "verify in one process": (("verify", "-n", "1", "routing"), 6.0),
    "localstack": (("localstack", "--port", "0"), 4.0),
    "calibrate": (("calibrate",), 5.0),
    "check --deploy": (("check", "--deploy", str(TOP / "examples" / "infrastructure")), 5.0),
    "site": (("site", "SITE"), 0.7),
    "watch": (("watch", "--account", WATCHER, "--endpoint-url", "ENDPOINT"), 2.0),
}
"""What is interrupted, and within how many seconds from its start."""

WATCHED = r"(watching .*\n)?(events received: .*; rule and queue deleted\n)?"
"""The allowed output on stderr: `watch` describes there what it does."""


INTERRUPTIONS = list(itertools.product(ENDS, "12")) if FACTOR > 1 else list(zip(ENDS, "12", strict=True))
"""Which signal, and how many workers."""


def moments() -> list[tuple[str, int, float]]:
    """Random moments, the same at every run: command, signal, seconds after the start."""
    chance = random.Random("interrupts")
    return [
        (name, ENDS[(position + number) % 2], round(chance.uniform(EARLIEST, latest), 3))
        for position, (name, (_, latest)) in enumerate(COMMANDS.items())
        for number in range(MOMENTS)
    ]


def check_nothing_is_left(ended: Ended) -> None:
    assert ended.seconds < HANGS, ended
    assert (ended.alive, ended.left) == ([], []), ended
    assert re.fullmatch(WATCHED, ended.error), ended


@pytest.mark.slow
@pytest.mark.parametrize(("name", "number", "after"), moments())
def test_any_moment(tmp_path: Path, pca_backend: Backend, name: str, number: signal.Signals, after: float) -> None:
    given = {"SITE": str(tmp_path / "site"), "ENDPOINT": pca_backend.endpoint_url}
    words = [given.get(word, word) for word in COMMANDS[name][0]]
    with started(tmp_path / "temporary", *words) as command:
        try:
            command.process.wait(after)
        except subprocess.TimeoutExpired:
            ended = command.end(number)
        else:
            pytest.skip(f"it ended by itself in {after} s")
    check_nothing_is_left(ended)
    assert replace(pca_backend, account=WATCHER).client("events").list_rules()["Rules"] == []
    assert ended.status == INTERRUPTED or (name in ("localstack", "watch") and ended.status == 0), ended


@pytest.mark.slow
@pytest.mark.parametrize(("number", "workers"), INTERRUPTIONS)
def test_a_run_that_is_interrupted_is_incomplete_everywhere(
    tmp_path: Path, number: signal.Signals, workers: str
) -> None:
    site, messages, junit = tmp_path / "site", tmp_path / "run.ndjson", tmp_path / "junit.xml"
    words = (
        "verify",
        "envelope",
        "events",
        "-n",
        workers,
        "--site",
        str(site),
        "--messages",
        str(messages),
        "--junit",
        str(junit),
    )
    with started(tmp_path / "temporary", *words) as command:
        command.await_line("  envelope")
        ended = command.end(number)
    assert (ended.alive, ended.left, ended.error) == ([], [], ""), ended
    assert ended.status == INTERRUPTED
    part, whole = scenario_count("envelope", "events"), scenario_count()
    (said,) = re.findall(rf"^interrupted after (\d+) of {part} scenarios$", ended.out, re.MULTILINE)
    done = int(said)
    assert 0 < done < part
    assert f"{done} of {whole} scenarios, mode service: " in ended.out
    run = read_messages(messages)
    assert (run.success, run.stopped) == (False, f"interrupted after {done} of {part} scenarios")
    assert f"Incomplete: interrupted after {done} of {part} scenarios" in (site / "index.html").read_text("utf-8")
    badge = (site / "badge.svg").read_text("utf-8")
    assert f" of {whole} run" in badge
    assert "#146c43" not in badge, "green"
    assert json.loads((site / "events.json").read_text("utf-8"))["status"] == "not run"
    assert f"interrupted after {done} of {part} scenarios" in junit.read_text("utf-8")


@pytest.mark.slow
def test_a_worker_that_dies_interrupts_the_run(tmp_path: Path) -> None:
    with started(tmp_path, "verify", "envelope", "events", "-n", "2") as command:
        command.await_line("  envelope")
        worker = next(each for each in psutil.Process(command.process.pid).children() if "-c" in each.cmdline())
        worker.kill()
        out, error = command.process.communicate(timeout=60)
    assert (command.process.returncode, error) == (INTERRUPTED, "")
    part = scenario_count("envelope", "events")
    assert re.search(rf"^interrupted after \d+ of {part} scenarios: worker gw[01] died$", out, re.MULTILINE), out
    assert re.search(r"crashed while running", out)


@pytest.mark.slow
def test_at_an_endpoint_the_resources_of_the_scenario_are_removed(tmp_path: Path, pca_backend: Backend) -> None:
    with started(
        tmp_path, "verify", "envelope", "routing", "-n", "2", "--endpoint-url", pca_backend.endpoint_url
    ) as command:
        command.await_line("  envelope")
        ended = command.end(signal.SIGINT)
    assert (ended.status, ended.error, ended.left) == (INTERRUPTED, "", [])
    assert "interrupted after" in ended.out
    assert "left behind" not in ended.out


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_an_emulator_that_is_busy_ends_with_its_owner(tmp_path: Path, number: signal.Signals) -> None:
    with started(tmp_path, "localstack", "--port", "0") as command:
        command.await_line("Its log is")
        emulator = next(each for each in command.family() if "pca_events.backends.emulator" in each.cmdline())
        emulator.suspend()  # as busy as can be: it answers nothing, and handles no signal but SIGKILL
        ended = command.end(number)
    assert (ended.alive, ended.left) == ([], []), ended


@pytest.mark.slow
def test_an_emulator_ends_with_its_guard(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux ends a process with its parent")
    with started(tmp_path, "localstack", "--port", "0") as command:
        command.await_line("Its log is")
        next(each for each in command.family() if "pca_events.backends.guard" in each.cmdline()).kill()
        error = command.process.communicate(timeout=10)[1]
        assert command.process.returncode == 2
        assert error.startswith("pca-events: the embedded LocalStack exited. The last lines of its log:\n")
        psutil.wait_procs(command.family(), timeout=2)
        assert command.family() == []
