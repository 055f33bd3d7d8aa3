"""Runs the whole suite many times and counts the verdicts that differ.

Some runs follow one another, some are made at the same time, and some have their scenarios in a random order. In
others every second scenario, also in a random order, is cut short before one of its steps: no other may fail by that.
`python benchmarks/steady.py --runs 50 --together 4`; by night, `tox -e steady`.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pytest_bdd.parser import Scenario, Step

from pca_events.messages import read_messages

KINDS = ("serial", "parallel", "random-order", "cut-short")
ORDER, CUT = "PCA_BENCHMARK_ORDER", "PCA_BENCHMARK_CUT"
VERIFY = [sys.executable, "-m", "pca_events", "verify"]
# pytest of the suite with this file as a plugin, which no option of the command would allow.
SHUFFLED = """
import pathlib, sys
from pca_events.backends import EmbeddedLocalStack
from pca_events.pytest_plugin.suite.outcomes import NullListener
from pca_events.pytest_plugin.suite.run import run_suite
emulator = EmbeddedLocalStack.of_this_process()
try:
    run_suite(emulator, NullListener(), ["-p", "steady"], messages=pathlib.Path(sys.argv[-1]))
finally:
    emulator.stop()
"""
Verdicts = tuple[tuple[str, str], ...]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the scenarios in an order of their own, if one is asked for."""
    random.Random(os.environ[ORDER]).shuffle(items)


def pytest_bdd_before_step_call(request: pytest.FixtureRequest, scenario: Scenario, step: Step) -> None:
    """Skip a scenario before one of its steps, if it is among those that are cut short."""
    chance = random.Random(os.environ[ORDER] + request.node.nodeid)
    if CUT in os.environ and chance.random() < 0.5 and step is chance.choice(scenario.steps):
        pytest.skip("cut short")


def verdicts(command: list[str], **variables: str) -> Verdicts:
    """Run the suite, and return the result of each scenario; a run without results has none."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.ndjson"
        subprocess.run([*command, "--messages", str(file)], capture_output=True, env=os.environ | variables)
        if not file.exists():
            return ()
        run = read_messages(file)
    found = [
        (f"{scenario.uri}:{scenario.line}", scenario.status)
        for feature in run.features
        for scenario in feature.scenarios
    ]
    return tuple(sorted(found))


def shuffled(number: int, **variables: str) -> Verdicts:
    """Run the suite with its scenarios in an order of their own, which the number determines."""
    paths = os.pathsep.join(filter(None, [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
    return verdicts([sys.executable, "-c", SHUFFLED], **{ORDER: str(number), "PYTHONPATH": paths}, **variables)


def cut_short(number: int) -> Verdicts:
    """Do the same and cut every second scenario short; each run skips other scenarios, so only failures count."""
    found = shuffled(number, **{CUT: "1"})
    return tuple((place, "not failed" if status in ("passed", "skipped") else "failed") for place, status in found)


def compared(name: str, runs: int, run: Callable[[int], Verdicts], together: int = 1) -> set[Verdicts]:
    """Make runs, print a line about them, and return their distinct verdicts."""
    start = time.monotonic()
    with ThreadPoolExecutor(together) as pool:
        all_verdicts = list(pool.map(run, range(runs)))
    seconds = (time.monotonic() - start) / runs
    first, distinct = all_verdicts[0], set(all_verdicts)
    shown = ", ".join(f"{count} {status}" for status, count in sorted(Counter(status for _, status in first).items()))
    print(f"{name}: {runs} runs, {len(distinct)} distinct, {seconds:.0f} s a run; {shown or 'no result'}", flush=True)
    for place in sorted({place for found in distinct for place, _ in set(found) ^ set(first)}):
        print(f"  differs: {place}")
    return distinct


def main() -> int:
    """Return 1 if a verdict changed, or a scenario failed because another was cut short, otherwise 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("features", nargs="*", help="only these features, except in random order")
    parser.add_argument("--runs", type=int, default=50, help="how many runs of each kind (default: %(default)s)")
    parser.add_argument("--together", type=int, default=2, help="runs at the same time (default: %(default)s)")
    parser.add_argument("--kind", choices=KINDS, action="append", help="only runs of this kind; repeatable")
    parser.add_argument("--small", action="store_true", help="two runs of one feature")
    options = parser.parse_args()
    features: list[str] = options.features
    if options.small:
        features, options.runs = ["envelope"], 2
    found: set[Verdicts] = set()
    disturbed = False
    for kind in options.kind or (KINDS[:2] if features else KINDS):
        if kind == "serial":
            found |= compared("one after another", options.runs, lambda _: verdicts([*VERIFY, *features]))
        elif kind == "parallel":
            name = f"{options.together} at the same time"
            found |= compared(name, options.runs, lambda _: verdicts([*VERIFY, *features, "-n", "1"]), options.together)
        elif features:
            parser.error("the order of the whole suite is changed, not that of some features")
        elif kind == "random-order":
            found |= compared("in random order", options.runs, shuffled, options.together)
        else:
            ends = compared("every second scenario cut short", options.runs, cut_short, options.together)
            disturbed |= not all(ends) or any(status == "failed" for end in ends for _, status in end)
    return 1 if disturbed or len(found) > 1 or not all(found) else 0


if __name__ == "__main__":
    sys.exit(main())
