"""Validates an archive of generated events on many processes or machines with Dask, and compares with one process.

    python validate_with_dask.py --events 50000000 --folder /data/archive

Each part of the archive is validated where Dask puts it. What comes back is the report as JSON, a few kilobytes
whatever the size of the part, and reports add up in any order: an engine needs to know no more of pca-events.
"""

import argparse
import functools
import gzip
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pca_events import catalog
from pca_events.events import aws_location, realistic
from pca_events.recordings import ValidationReport, as_json, from_json, validate

PER_PART = 100_000
DISTINCT = 500
MERGED_AT_ONCE = 16
OTHER = '{"source":"aws.s3","detail-type":"x","detail":{}}'

Report = dict[str, Any]
"""A report as `pca-events validate --report` writes it."""


def make_part(file: Path, events: int, seed: int) -> None:
    """Write a part of the archive as gzip JSON Lines; the same seed makes the same events.

    One line in a thousand violates its contract, one comes from another source, and one is cut off.
    """
    if file.exists():
        return
    chance = random.Random(seed)  # noqa: S311 - no secret
    entries = catalog.documented_events()
    made = (realistic(chance.choice(entries), aws_location(), chance) for _ in range(DISTINCT))
    good = [json.dumps(event, separators=(",", ":")) for event in made]
    odd = [good[0].replace('"version":"0"', '"version":"1"'), OTHER, good[1][:99]]
    lines = chance.choices([*good * (997 // 3), *odd * DISTINCT], k=events)
    beside = file.with_suffix(".part")
    beside.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n", compresslevel=1))
    beside.replace(file)


def validate_part(file: Path, events: int, seed: int) -> Report:
    """Make a part if it is not there, and validate it in this process."""
    make_part(file, events, seed)
    return as_json(validate([str(file)], jobs=1))


def merge(*reports: Report) -> Report:
    """Add reports up."""
    return as_json(functools.reduce(_added, map(from_json, reports)))


def _added(total: ValidationReport, other: ValidationReport) -> ValidationReport:
    total.merge(other)
    return total


def parts(folder: Path, events: int) -> list[tuple[Path, int, int]]:
    """Return the file, the number of events and the seed of each part."""
    sizes = [PER_PART] * (events // PER_PART) + [events % PER_PART] * (events % PER_PART > 0)
    return [(folder / f"part-{number:06}.jsonl.gz", size, number) for number, size in enumerate(sizes)]


def on_dask(client: Any, archive: Sequence[tuple[Path, int, int]]) -> Report:
    """Validate every part on the workers of a Dask client; the reports are merged there, too, as a tree."""
    waiting = [client.submit(validate_part, *part, pure=False) for part in archive]
    while len(waiting) > 1:
        groups = [waiting[begin : begin + MERGED_AT_ONCE] for begin in range(0, len(waiting), MERGED_AT_ONCE)]
        waiting = [client.submit(merge, *group, pure=False) for group in groups]
    report: Report = waiting[0].result()
    return report


def in_one_process(archive: Sequence[tuple[Path, int, int]]) -> Report:
    """Validate every part in this process, as `pca-events validate FOLDER` does."""
    return as_json(validate([str(file) for file, _, _ in archive], jobs=1))


def timed(what: str, events: int, work: Callable[[], Report]) -> Report:
    """Do it, and print how long it took."""
    began = time.perf_counter()
    report = work()
    seconds = time.perf_counter() - began
    print(f"{what}: {events:,} events in {seconds:,.1f} s, {events / seconds:,.0f} events/s", flush=True)
    return report


def main(words: Sequence[str] | None = None) -> int:
    """Run it; exit status 0 if the totals are the same."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, default=50_000_000, help="how many (default: %(default)s)")
    parser.add_argument("--folder", type=Path, required=True, help="where the archive lies, or is made")
    parser.add_argument("--workers", type=int, help="local processes (default: one for each core)")
    parser.add_argument("--scheduler", help="the address of a running Dask scheduler, whose workers see the folder")
    parser.add_argument("--report", type=Path, help="write the merged report, for pca-events validate --merge")
    parser.add_argument("--no-comparison", action="store_true", help="leave one process out")
    options = parser.parse_args(words)

    from distributed import Client, LocalCluster

    options.folder.mkdir(parents=True, exist_ok=True)
    archive = parts(options.folder.resolve(), options.events)
    local = None
    if not options.scheduler:
        local = LocalCluster(n_workers=options.workers, threads_per_worker=1, dashboard_address=None)
    with Client(options.scheduler or local) as client:
        list(client.gather([client.submit(make_part, *part, pure=False) for part in archive]))
        report = timed("Dask", options.events, lambda: on_dask(client, archive))
    if local is not None:
        local.close()
    if options.report:
        options.report.write_text(json.dumps(report, indent=2), "utf-8")
    if options.no_comparison:
        return 0
    same = timed("one process", options.events, lambda: in_one_process(archive)) == report
    print("the totals are the same" if same else "the totals differ")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
