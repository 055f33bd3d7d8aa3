"""Validates recorded files block by block on all processors, and merges the results."""

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
"""The number of blocks that are read before starting other processes pays off."""

Part = tuple[ValidationReport, int]
"""The report of a block of whole documents, and its number of lines."""


def validate(
    names: Sequence[str],
    *,
    closed: bool = False,
    jobs: int | None = None,
    max_unpacked: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> ValidationReport:
    """Validate the events of these files against the contract; `-` is standard input.

    Invalid data is reported with its location and skipped. Memory does not grow with the input.

    Args:
        names: files, plain or gzip, and folders of such files.
        closed: count unknown fields as violations.
        jobs: the number of processes; by default the number of processors.
        max_unpacked: the maximum unpacked size of one gzip file in bytes; by default 20 times its size, at least 1 GiB.
        progress: called with the number of bytes of each block after it was read.
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
    """Yield the files, including those in folders; a folder that cannot be read is reported."""
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
    """Processes that read blocks ahead, each as if a document started with it."""

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
        """The number of blocks that may wait for their result."""
        return 0 if self._pool is None else 2 * self._jobs

    def submit(self, name: str, block: bytes, final: bool) -> "Future[Part | None] | None":
        """Let another process read a block, once there are enough blocks for that to pay off."""
        self._blocks += 1
        if self._jobs < 2 or self._blocks <= _SERIAL:
            return None
        from concurrent.futures import BrokenExecutor

        if self._pool is None:
            self._pool = pool(self._jobs)
        with contextlib.suppress(BrokenExecutor):
            return self._pool.submit(_read_block, name, block, final, self.closed)
        return None

    def result(self, future: "Future[Part | None] | None") -> Part | None:
        """Return the result of a block, or None if it must be read here, after the block before it."""
        return None if future is None else result_of(future)


def _read_block(name: str, block: bytes, final: bool, closed: bool) -> Part | None:
    tally = Tally(name, closed=closed)
    reader = Reader(tally)
    reader.feed(block, final)
    return (tally.report, reader.line - 1) if reader.clean else None
