"""Runs the whole suite many times, one after another and at the same time, and counts the verdicts that differ.

`python benchmarks/steady.py --runs 50 --together 4`; by night, `tox -e steady`.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pca_events.messages import read_messages

Verdicts = tuple[tuple[str, str], ...]


def verdicts(features: list[str], workers: str) -> Verdicts:
    """Run the suite, and return the result of each scenario; a run without results has none."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.ndjson"
        words = [sys.executable, "-m", "pca_events", "verify", *features, "-n", workers, "--messages", str(file)]
        subprocess.run(words, capture_output=True)
        if not file.exists():
            return ()
        run = read_messages(file)
    found = [
        (f"{scenario.uri}:{scenario.line}", scenario.status)
        for feature in run.features
        for scenario in feature.scenarios
    ]
    return tuple(sorted(found))


def compared(name: str, runs: list[Verdicts], seconds: float) -> bool:
    """Print a line about runs, and whether all of them have the same verdicts."""
    first, distinct = runs[0], Counter(runs)
    differing = {place for run in runs for (place, _) in set(run) ^ set(first)}
    counts = Counter(status for _, status in first)
    shown = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    print(
        f"{name}: {len(runs)} runs, {len(distinct)} distinct, {seconds / len(runs):.0f} s a run; {shown or 'no result'}"
    )
    for place in sorted(differing):
        print(f"  differs: {place}")
    return len(distinct) == 1 and bool(first)


def main() -> int:
    """Return 1 if a verdict changed, otherwise 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("features", nargs="*", help="only these features")
    parser.add_argument("--runs", type=int, default=50, help="how many runs of each kind (default: %(default)s)")
    parser.add_argument("--together", type=int, default=2, help="runs at the same time (default: %(default)s)")
    parser.add_argument("--small", action="store_true", help="two runs of one feature")
    options = parser.parse_args()
    if options.small:
        options.features, options.runs = ["envelope"], 2
    start = time.monotonic()
    serial = [verdicts(options.features, "auto") for _ in range(options.runs)]
    middle = time.monotonic()
    with ThreadPoolExecutor(options.together) as pool:
        parallel = list(pool.map(lambda _: verdicts(options.features, "1"), range(options.runs)))
    same = compared("one after another", serial, middle - start)
    same &= compared(f"{options.together} at the same time", parallel, time.monotonic() - middle)
    return 0 if same and serial[0] == parallel[0] else 1


if __name__ == "__main__":
    sys.exit(main())
