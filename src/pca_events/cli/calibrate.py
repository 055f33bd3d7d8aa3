"""`pca-events calibrate`: compares an emulator with AWS."""

import argparse

from pca_events.backends import Backend, EmbeddedLocalStack, identify
from pca_events.calibrate import BEHAVIOURS, Operator, answer_of, disagreements, divergence, not_recorded, operators
from pca_events.cli.console import Column, Console, Part, Progress, console
from pca_events.harness import Mode, RunId, Session

_AS_ON_AWS, _KNOWN, _UNKNOWN = ("as on AWS", "green"), ("differs, known", "yellow"), ("differs", "red")


def run(options: argparse.Namespace) -> int:
    """Try patterns and behaviors and print the table; exit status 1 for a difference that is not known."""
    out = console()
    emulator = EmbeddedLocalStack.of_this_process(stock=options.stock)
    try:
        backend = emulator.start() if options.endpoint_url is None else identify(options.endpoint_url)
        return _calibrate(backend, out)
    finally:
        emulator.stop()


def _calibrate(backend: Backend, out: Console) -> int:
    session = Session(backend, RunId(), _mode(backend))
    columns = [Column("what AWS does"), Column("this backend"), Column("in detail")]
    rows: list[list[Part]] = []
    unknown = 0
    with Progress(delay=0) as progress:
        for operator in operators():
            progress.show(f"trying patterns: {operator.name}")
            differs = disagreements(session, operator)
            known = divergence(backend, f"pattern-{operator.name}")
            unknown += bool(differs) and known is None
            rows.append([f"patterns: {operator.name}", _verdict(not differs, known), _counted(operator, differs)])
        rows.append([])
        for name, behaviour in BEHAVIOURS.items():
            progress.show(f"trying {name}")
            shown, known = behaviour.shown_by(session), divergence(backend, name)
            unknown += not shown and known is None
            rows.append([behaviour.says, _verdict(shown, known), known.reason if known else ""])
        rows.append([])
        for found in not_recorded():
            told = f"documented: {found.case.answer}; AWS's published engine: {found.engine}"
            rows.append([f"not recorded: {found.case.name}", answer_of(session, found.case), told])
    out.table(columns, rows, f"{backend.name}, mode {session.mode.name}")
    out.line()
    out.line(f"{unknown} differences that are not in calibration/divergences.toml")
    return 1 if unknown else 0


def _mode(backend: Backend) -> Mode:
    """Send events unchanged if the backend accepts them."""
    refuses = BEHAVIOURS["source-refused"].shown_by(Session(backend, RunId()))
    return "alias" if refuses else "direct"


def _counted(operator: Operator, differs: list[str]) -> str:
    right = len(operator.cases) - len(differs)
    more = f"; {differs[0]}" if differs else ""
    return f"{right} of {len(operator.cases)}{more}"


def _verdict(shown: bool, known: object) -> Part:
    return _AS_ON_AWS if shown else _KNOWN if known else _UNKNOWN
