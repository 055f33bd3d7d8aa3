"""What the suite costs beyond its calls: the suite, then its very calls again by bare boto3, in one run.

    python benchmarks/suite_against_bare_calls.py [ROUNDS] [--small]

Prints a line for each round and the median ratio. Where workers run the scenarios, their calls are made again by as
many threads, each the calls of one process.
"""

import argparse
import contextlib
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError
from counting import Call, Calls

from pca_events.backends import Backend, EmbeddedLocalStack
from pca_events.pytest_plugin.suite.outcomes import NullListener
from pca_events.pytest_plugin.suite.run import run_suite

SMALL = "backend and failure and not operations"


def suite(backend: Backend, marks: str) -> tuple[float, list[list[Call]]]:
    """Run the scenarios that need a backend, collection included; return the seconds, and the calls of each process."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        report = run_suite(backend, NullListener(), ["-m", marks, "-p", "counting", "--calls-folder", folder])
        taken = time.perf_counter() - began
        assert report.results
        assert not report.failures
        return taken, Calls.of(Path(folder)).by_process


def again(backend: Backend, calls: list[Call]) -> None:
    """Make calls again, one after another; no receive waits, which favours this side."""
    clients: dict[str, Any] = {service: backend.client(service) for service in {call.service for call in calls}}
    for call in calls:
        parameters = dict(call.parameters)
        if "WaitTimeSeconds" in parameters:
            parameters["WaitTimeSeconds"] = 0
        with contextlib.suppress(ClientError):  # refused to the suite too
            getattr(clients[call.service], xform_name(call.operation))(**parameters)


def bare(backend: Backend, calls: list[list[Call]]) -> float:
    """Make the calls of each process again, and return the seconds."""
    began = time.perf_counter()
    with ThreadPoolExecutor(len(calls)) as pool:
        list(pool.map(lambda several: again(backend, several), calls))
    return time.perf_counter() - began


def main() -> None:
    """Compare, a few times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", type=int, nargs="?", default=5)
    parser.add_argument("--small", action="store_true", help="some of the scenarios, once")
    options = parser.parse_args()
    rounds, marks = (1, SMALL) if options.small else (options.rounds, "backend")
    emulator = EmbeddedLocalStack.of_this_process()
    try:
        backend = emulator.start()
        if not options.small:
            suite(backend, marks)
        ratios = []
        for _ in range(rounds):
            ours, calls = suite(backend, marks)
            theirs = bare(backend, calls)
            ratios.append(ours / theirs)
            count = sum(map(len, calls))
            print(f"suite {ours:.2f} s, bare {theirs:.2f} s for {count} calls ({theirs / count * 1000:.1f} ms a call)")
        print(f"median ratio {statistics.median(ratios):.2f} (smallest {min(ratios):.2f}, largest {max(ratios):.2f})")
    finally:
        emulator.stop()


if __name__ == "__main__":
    main()
