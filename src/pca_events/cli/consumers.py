"""The commands about the contract files of consumers: `init`, `verify-consumer` and `matrix`."""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pca_events import catalog
from pca_events.atomic_write import cannot_be_written, replace_file
from pca_events.cli.console import Column, Console, Progress, console
from pca_events.cli.handlers import print_report
from pca_events.consumers.contract_file import FILE, ConsumerContract
from pca_events.consumers.links import ConsumerReport, LinkVerdict
from pca_events.consumers.matrix import contracts_in, matrix_as_json, reliances
from pca_events.errors import BadInput
from pca_events.wording import counted

if TYPE_CHECKING:
    from pca_events.harness import Session

_STYLES: dict[LinkVerdict, str] = {"holds": "green", "broken": "red", "not tried": "yellow"}


def init(options: argparse.Namespace) -> int:
    """Write the contract file of a folder; an existing file is not replaced."""
    from pca_events.consumers.draft import draft

    file = Path(options.folder) / FILE
    if file.exists() and not options.printed:
        raise BadInput(f"{file} exists; --print prints what would be written")
    made = draft(options.folder)
    if options.printed:
        sys.stdout.write(made.text)
    else:
        try:
            replace_file(file, made.text)
        except OSError as error:
            raise cannot_be_written(file, error) from error
        print(f"wrote {file}")
    for question in made.open_questions:
        print(f"not known: {question}", file=sys.stderr)
    return 0


def verify(options: argparse.Namespace) -> int:
    """Verify every contract file; exit status 1 if a link is broken, or a handler has a fault that is an error."""
    from pca_events.consumers.verify import verify_consumer

    contracts = _contracts(options.paths)
    with _event_bus(options) as session, Progress() as progress:
        reports = [
            verify_consumer(contract, None if options.static else session, options.endpoint_url, progress.show)
            for contract in contracts
        ]
    if options.format == "json":
        print(json.dumps({"consumers": [report.as_json() for report in reports]}, indent=2))
    else:
        for report in reports:
            _print(report, console())
    return max(report.exit_status for report in reports)


def _contracts(paths: list[str]) -> list[ConsumerContract]:
    contracts = contracts_in(paths)
    if not contracts:
        raise BadInput(f"there is no contract file {FILE} in {', '.join(paths)}; pca-events init writes one")
    return contracts


@contextlib.contextmanager
def _event_bus(options: argparse.Namespace) -> "Iterator[Callable[[], Session]]":
    """Return what connects to the event bus, and starts an embedded LocalStack if it is needed."""
    from pca_events.backends import EmbeddedLocalStack, connect
    from pca_events.harness import RunId, Session

    emulator = EmbeddedLocalStack.of_this_process()
    made: list[Session] = []

    def session() -> Session:
        if not made:
            backend = emulator.start() if options.endpoint_url is None else connect(options.endpoint_url)
            made.append(Session(backend, RunId()))
        return made[0]

    try:
        yield session
    finally:
        emulator.stop()


def _print(report: ConsumerReport, out: Console) -> None:
    out.line((report.consumer, "bold"), f"  {report.file}")
    for chain in report.chains:
        out.line()
        out.line(chain.rule + (f" -> {chain.handler}" if chain.handler else ""))
        for link in chain.links:
            told = f"  {link.told}" if link.told else ""
            out.paragraph(f"{link.name:<11}", (link.verdict, _STYLES[link.verdict]), told, lead="  ", indent=13)
    for handler in report.handlers.values():
        out.line()
        print_report(handler, out)
    counts = report.counts
    links = ", ".join(f"{counts[verdict]} {verdict}" for verdict in _STYLES)
    faults = sum(finding.level == "error" for each in report.handlers.values() for finding in each.findings)
    out.line()
    out.line(f"{report.consumer}: {counted(counts.total(), 'link')}: {links}; {counted(faults, 'error')} of handlers")


def matrix(options: argparse.Namespace) -> int:
    """Print who relies on which event."""
    contracts = _contracts(options.paths)
    if options.format == "json":
        print(json.dumps(matrix_as_json(contracts), indent=2))
        return 0
    out = console()
    relying = reliances(contracts)
    rows = []
    for event in catalog.documented_events():
        found = [each for each in relying if each.event == event.id]
        names = [f"{each.contract.consumer}{_needs(sorted(each.needs))}" for each in found]
        rows.append([event.id, "; ".join(names) or ("nobody", "dim")])
    out.table([Column("event", whole=True), Column("relied on by")], rows)
    out.line()
    files = ", ".join(os.path.normpath(contract.file) for contract in contracts)
    out.line(f"{counted(len(contracts), 'contract file')}: {files}")
    return 0


def _needs(paths: list[str]) -> str:
    return f" ({', '.join(paths)})" if paths else ""
