"""What the suite calls: every call to AWS of a run on the embedded LocalStack, by operation and by folder of features.

    python benchmarks/calls.py [--small] [--workers N] [WORD ...]

Further words go to pytest, such as `-k` and an expression. The calls are counted by the plugin `counting`, in however
many processes the scenarios run.
"""

import argparse
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from counting import Call, Calls

from pca_events.backends import EmbeddedLocalStack
from pca_events.pytest_plugin.suite.outcomes import NullListener
from pca_events.pytest_plugin.suite.run import run_suite

SMALL = ["--pca-feature=envelope", "--pca-feature=calibration"]


def table(title: str, rows: dict[str, list[Call]], scenarios: Counter[str] | None = None) -> Iterator[str]:
    """The lines of a table, with most calls first, and the totals last."""
    seconds = {name: sum(call.seconds for call in calls) for name, calls in rows.items()}
    everything = sum(seconds.values())
    counted = {name: len(calls) for name, calls in rows.items()}
    for name in scenarios or ():
        counted.setdefault(name, 0)
    head = "  scenarios" if scenarios is not None else ""
    yield f"{title:41} calls  seconds  share{head}"
    for name in sorted(counted, key=lambda name: (-counted[name], name)):
        taken = seconds.get(name, 0.0)
        more = f"  {scenarios[name]:9,}" if scenarios is not None else ""
        yield f"{name:39} {counted[name]:7,}  {taken:7.2f}  {taken / everything:5.1%}{more}"
    more = f"  {sum(scenarios.values()):9,}" if scenarios is not None else ""
    yield f"{'total':39} {sum(counted.values()):7,}  {everything:7.2f}  {1:5.0%}{more}"


def grouped(calls: Iterable[Call], by: str) -> dict[str, list[Call]]:
    """The calls by an attribute of theirs."""
    groups: dict[str, list[Call]] = {}
    for call in calls:
        groups.setdefault(getattr(call, by), []).append(call)
    return groups


def run(words: list[str], workers: int) -> tuple[Calls, float]:
    """Run the suite on new emulators, and return its calls and its duration in seconds, boot included."""
    emulator = EmbeddedLocalStack.of_this_process()
    with tempfile.TemporaryDirectory() as folder:
        try:
            began = time.perf_counter()
            emulator.launch()
            select = ["-p", "counting", "--calls-folder", folder, *words]
            report = run_suite(emulator, NullListener(), select, workers=workers)
            taken = time.perf_counter() - began
        finally:
            emulator.stop()
        assert not report.failures, report.failures
        assert not report.broken, report.broken
        called = Calls.of(Path(folder))
    assert called.calls, "no process has written a call"
    return called, taken


def main() -> None:
    """Run, count and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="only some of the scenarios")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="default: one a core")
    options, words = parser.parse_known_args()
    called, taken = run([*(SMALL if options.small else []), *words], options.workers)
    print("\n".join(table("operation", grouped(called.calls, "operation"))), end="\n\n")
    scenarios = Counter(folder for _, folder in called.scenarios)
    print("\n".join(table("features", grouped(called.calls, "folder"), scenarios)), end="\n\n")
    each = len(called.calls) / len(called.scenarios)
    print(f"{each:.1f} calls a scenario; {taken:.1f} s in all; processes that called: {len(called.by_process)}")


if __name__ == "__main__":
    main()
