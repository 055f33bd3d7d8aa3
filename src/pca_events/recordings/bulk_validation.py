"""Reads files block by block, on all processors, and adds up what is found."""

import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from pca_events.errors import BadInput
from pca_events.recordings.document_reader import Reader
from pca_events.recordings.files import IncompleteRecording, blocks, recordings_in
from pca_events.recordings.report import RecordLocation, ValidationReport
from pca_events.recordings.tally import Tally
from pca_events.worker_pool import pool, processors, result_of

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

_SERIAL = 6
"""How many blocks are read before other processes are worth their start."""

Part = tuple[ValidationReport, int]
"""What a block of whole documents holds, and how many lines it has."""


def validate(
    names: Sequence[str],
    *,
    closed: bool = False,
    jobs: int | None = None,
    max_unpacked: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> ValidationReport:
    """Validate the events of these files against the contract; `-` is standard input.

    What is broken is reported with its place, and reading goes on behind it. Memory does not grow with the input.

    Args:
        names: files, plain or gzip, and folders of them.
        closed: count fields that the contract does not know as violations.
        jobs: how many processes read; by default as many as there are processors.
        max_unpacked: to how many bytes one gzip file may unpack; by default 20 times its size, and at least 1 GiB.
        progress: is called with the number of bytes of each block that has been read.
    """
    report = ValidationReport(closed=closed)
    with _Workers(processors() if jobs is None else jobs, closed) as workers:
        for name in _files(names, report):
            try:
                _validate_one(name, report, workers, max_unpacked, progress)
            except BadInput as error:
                report.unreadable.note(RecordLocation(name, 0), str(error))
    return report


def _files(names: Sequence[str], report: ValidationReport) -> Iterator[str]:
    """Yield the files, those of folders one by one; a folder that cannot be read is noted."""
    for name in names:
        try:
            yield from recordings_in(name) if os.path.isdir(name) else [name]
        except BadInput as error:
            report.unreadable.note(RecordLocation(name, 0), str(error))


def _validate_one(
    name: str,
    report: ValidationReport,
    workers: "_Workers",
    max_unpacked: int | None,
    progress: Callable[[int], None],
) -> None:
    tally = Tally(name, closed=workers.closed)
    reader = Reader(tally)
    waiting: deque[tuple[bytes, bool, Future[Part | None] | None]] = deque()

    def take() -> None:
        block, final, future = waiting.popleft()
        part = workers.result(future) if reader.clean else None
        if part is None:
            reader.feed(block, final)
        else:
            report.merge(part[0], reader.line - 1)
            reader.line += part[1]
        progress(len(block))

    try:
        for block, final in blocks(name, max_unpacked):
            waiting.append((block, final, workers.submit(name, block, final) if reader.clean else None))
            while len(waiting) > workers.ahead:
                take()
    except IncompleteRecording as refused:
        tally.broken(reader.line, reader.line, str(refused))
    finally:
        while waiting:
            take()
        report.merge(tally.report)


class _Workers:
    """Other processes that read blocks ahead, each as if a document began with it."""

    def __init__(self, jobs: int, closed: bool) -> None:
        self.closed = closed
        self._jobs = jobs
        self._blocks = 0
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "_Workers":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    @property
    def ahead(self) -> int:
        """How many blocks may wait for their result."""
        return 0 if self._pool is None else 2 * self._jobs

    def submit(self, name: str, block: bytes, final: bool) -> "Future[Part | None] | None":
        """Have a block read by another process, once there are enough blocks for that to pay."""
        self._blocks += 1
        if self._jobs < 2 or self._blocks <= _SERIAL:
            return None
        from concurrent.futures import BrokenExecutor

        if self._pool is None:
            self._pool = pool(self._jobs)
        with contextlib.suppress(BrokenExecutor):
            return self._pool.submit(_read_alone, name, block, final, self.closed)
        return None

    def result(self, future: "Future[Part | None] | None") -> Part | None:
        """Return what the block holds, or nothing where it must be read here, after the block before it."""
        return None if future is None else result_of(future)


def _read_alone(name: str, block: bytes, final: bool, closed: bool) -> Part | None:
    tally = Tally(name, closed=closed)
    reader = Reader(tally)
    reader.feed(block, final)
    return (tally.report, reader.line - 1) if reader.clean else None
