"""`pca-events verify` runs the suite, or a part of it; `pca-events site` writes the living documentation of a run."""

import argparse
import contextlib
import gzip
import os
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pca_events.atomic_write import check_folder, check_writable, write_file
from pca_events.errors import BadInput
from pca_events.folder_write import write_folder
from pca_events.temporary_folders import temporary_folder

if TYPE_CHECKING:
    from pca_events.backends import Backend, EmbeddedLocalStack
    from pca_events.messages import Run
    from pca_events.pytest_plugin.suite.run import SuiteListing


_WORTH_A_WORKER = 15  # scenarios


def run(options: argparse.Namespace) -> int:
    """Run the suite and print the results.

    Returns:
        0 all passed, 1 some failed, 2 the run could not be completed, 130 interrupted.
    """
    for file, holds in ((options.messages, "the messages are one file"), (options.junit, "a JUnit report is one file")):
        if file is not None:
            check_writable(file, holds)
    if options.list:
        return _list(options)
    if options.site is None:
        return _verify(options, options.messages)
    earlier = prepare_site(options.site, options)
    with temporary_folder() as folder:
        messages = options.messages or folder / "run.ndjson"
        status = _verify(options, messages)
        print(write_site(options.site, messages, earlier, options))
        return status


def _verify(options: argparse.Namespace, messages: Path | None) -> int:
    began = time.monotonic()
    with _backend(options) as backend:  # boots while the rest is imported
        from pca_events.cli.console import console
        from pca_events.cli.verify.report import LiveProgress, print_report
        from pca_events.harness.run import publishing_mode
        from pca_events.pytest_plugin.suite.run import run_suite

        out = console()
        selection = _selection(options)
        listed = _listed(options) if selection else None
        workers = _workers(options, len(listed.scenarios) if listed else None)
        reached = backend.launch() if hasattr(backend, "launch") else backend
        mode = publishing_mode(options.mode, reached).name
        out.line(("pca-events verify", "bold"), f" on {reached.name}, mode {mode}")
        with LiveProgress(out) as progress:
            report = run_suite(backend, progress, selection, mode, messages, workers)
    report.total = report.total or (listed.total if listed else 0)
    if report.broken or not (report.results or report.stop):
        raise BadInput("the suite could not be read, so nothing was verified: " + "\n".join(report.broken))
    print_report(report, time.monotonic() - began, out)
    if options.junit is not None:
        from pca_events.cli.verify.report import junit

        write_file(junit(report), options.junit)
    if report.unwritten:
        raise BadInput(report.unwritten)
    return report.exit_status


@contextlib.contextmanager
def _backend(options: argparse.Namespace) -> Iterator["Backend | EmbeddedLocalStack"]:
    """The LocalStack at the endpoint, or an embedded one that was launched and ends with the run."""
    if options.endpoint_url is not None:
        from pca_events.backends import connect

        yield connect(options.endpoint_url)
        return
    from pca_events.backends import EmbeddedLocalStack

    emulator = EmbeddedLocalStack.of_this_process(stock=options.stock)
    try:
        emulator.launch()
        yield emulator
    finally:
        emulator.stop()


def _selection(options: argparse.Namespace) -> list[str]:
    """The selection as pytest options; none begins with @, which pytest would read as a file."""
    words = [f"--pca-feature={feature}" for feature in options.features]
    if options.scenario is not None:
        words.append(f"--pca-scenario={options.scenario}")
    if options.tags is not None:
        words.append(f"--pca-tags={options.tags}")
    if options.select is not None:
        words += [f"-k{options.select}"]
    if options.fail_fast:
        words.append("--maxfail=1")
    return words


def _workers(options: argparse.Namespace, selected: int | None) -> int:
    """The number of processes; starting one takes as long as several scenarios."""
    if options.workers != "auto":
        return int(options.workers)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores if selected is None else min(cores, selected // _WORTH_A_WORKER)


def _list(options: argparse.Namespace) -> int:
    """Print the scenarios that would run, by feature, without starting anything."""
    for feature, title in _listed(options).scenarios:
        print(f"{feature.removesuffix('.feature')}: {title}")
    return 0


def _listed(options: argparse.Namespace) -> "SuiteListing":
    """The selected scenarios.

    Raises:
        BadInput: there is none, or the selection cannot be read.
    """
    from pca_events.pytest_plugin.suite.run import list_suite

    listed = list_suite(_selection(options))
    if listed.broken:
        raise BadInput(f"{', '.join(listed.broken)}; nothing was run")
    if not listed.scenarios:
        raise BadInput(f"no scenario matches {_said(options)}, so nothing was verified")
    return listed


def _said(options: argparse.Namespace) -> str:
    """The selection as it was written."""
    words = [*options.features]
    for option, value in (("--tags", options.tags), ("--scenario", options.scenario), ("-k", options.select)):
        if value is not None:
            words.append(f"{option} {value}")
    return " ".join(words)


_SOURCE_URL = re.compile(r"https?://[\w.:-]+(/[\w./~%@+-]*)?")


def run_site(options: argparse.Namespace) -> int:
    """Write the site and print one line about it."""
    earlier = prepare_site(options.folder, options)
    print(write_site(options.folder, options.messages, earlier, options))
    return 0


def prepare_site(folder: Path, options: argparse.Namespace) -> "list[Run]":
    """Check, before anything is run or written, that a site can be made, and return the earlier runs.

    Raises:
        BadInput: the folder is a file, an earlier run cannot be read, a folder of consumers does not exist, a contract
            file in it cannot be read, or the address of the source is not a web address.
    """
    from pca_events.messages import read_messages
    from pca_events.site.consumer_contracts import read_contracts

    check_folder(folder, "the site is a folder")
    for path in options.consumers:
        if not path.exists():
            raise BadInput(f"--consumers {path}: no such folder; name a folder with rules")
    read_contracts(options.consumers)
    if options.source_url and not _SOURCE_URL.fullmatch(options.source_url):
        example = "https://github.com/me/project/blob/main"
        raise BadInput(f"--source-url {options.source_url}: not a web address; write one such as {example}")
    return [read_messages(file, options.max_unpacked) for file in options.earlier]


def write_site(
    folder: Path,
    messages: Path | None,
    earlier: "Sequence[Run]",
    options: argparse.Namespace,
) -> str:
    """Write the site of a run, or without one, and return a line about it.

    Raises:
        BadInput: messages cannot be read, or the folder cannot be written.
    """
    from pca_events.messages import content_of, our_features, read_features_alone, read_messages
    from pca_events.site import SiteData, site

    found = None if messages is None else read_messages(messages, options.max_unpacked)
    features = read_features_alone(our_features()) if found is None else found.features
    files: dict[str, str | bytes] = {**site(SiteData(features, found, earlier, options.consumers, options.source_url))}
    if messages is not None:
        files["messages.ndjson.gz"] = gzip.compress(content_of(messages, options.max_unpacked), mtime=0)
    write_folder(files, folder)
    size = sum(len(content) for content in files.values())
    return f"wrote {folder / 'index.html'} and {len(files) - 1} more files, {size / 1e6:.1f} MB"
