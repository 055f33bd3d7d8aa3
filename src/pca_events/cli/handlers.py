"""The commands about the handlers of consumers: `test-handler`."""

import argparse
import json
from collections import Counter

from pca_events import catalog
from pca_events.cli.console import Column, Console, console
from pca_events.consumers.handler_test import HandlerTest
from pca_events.errors import BadInput
from pca_events.handlers.entry import Handler, Limits, read_command, read_entry
from pca_events.handlers.findings import TRIALS, HandlerReport
from pca_events.handlers.trials import Plan
from pca_events.wording import counted


def test_handler(options: argparse.Namespace) -> int:
    """Test a handler and print its report; exit status 1 if it has a fault that is an error."""
    if (options.entry is None) == (options.words is None):
        raise BadInput("name one handler: the file and the function, such as app:handler, or --command")
    report = _test_of(options).run()
    if options.format == "json":
        print(json.dumps(report.as_json(), indent=2))
    else:
        print_report(report, console())
    return report.exit_status


def _test_of(options: argparse.Namespace) -> HandlerTest:
    limits = Limits(float(options.timeout), options.memory)
    folder = options.folder
    plan = Plan(
        catalog.matching(options.accepts),
        options.form,
        idempotent=not options.not_idempotent,
        needs=None if options.needs is None else tuple(options.needs),
        **({} if options.seed is None else {"seed": options.seed}),
    )
    probe: Handler | None = None
    if options.probe:
        probe = read_entry(options.probe, folder, limits)
    elif options.probe_command:
        probe = read_command(options.probe_command, folder, limits)
    handler = (
        read_command(options.words, folder, limits) if options.words else read_entry(options.entry, folder, limits)
    )
    setup = read_command(options.setup, folder, limits) if options.setup else None
    return HandlerTest(handler, plan, probe, options.record, options.endpoint_url, setup, variables=dict(options.env))


def print_report(report: HandlerReport, out: Console) -> None:
    """Print the trials, the findings and the needed fields."""
    columns = [Column("trial"), Column("the event"), *(Column(name, right=True) for name in ("passed", "failed", "-"))]
    rows = []
    for name, says in TRIALS.items():
        counts = Counter(trial.verdict for trial in report.trials if trial.name == name)
        if counts:
            failed = (str(counts["failed"]), "red") if counts["failed"] else "0"
            rows.append([name, says, str(counts["passed"]), failed, str(counts["not judged"])])
    out.table(columns, rows, f"Handler {report.handler}")
    out.line()
    advised = set()
    for finding in report.findings:
        style = "red" if finding.level == "error" else "yellow"
        out.paragraph(finding.event, ": ", (finding.level, style), f": {finding.message} ({finding.code})")
        if finding.code not in advised:
            out.paragraph(finding.advice, lead="    ")
        advised.add(finding.code)
    for trials, reason in _not_judged(report):
        out.paragraph(f"{trials}: not judged: {reason}")
    for event, paths in report.needs.items():
        out.paragraph(f"{event} needs {', '.join(paths) or 'no field'}")
    if report.stopped:
        out.line((report.stopped, "red"))
    levels = Counter(finding.level for finding in report.findings)
    found = f"{counted(levels['error'], 'error')}, {counted(levels['warning'], 'warning')}"
    out.line()
    accepted = f"{counted(len(report.accepts), 'event')} accepted"
    out.line(f"{accepted}, {counted(report.invocations, 'invocation')}, seed {report.seed}: {found}")


def _not_judged(report: HandlerReport) -> list[tuple[str, str]]:
    """Return the trials that were not judged and why, each once; with their events if others were judged."""
    events: dict[tuple[str, str], list[str]] = {}
    judged = {trial.name for trial in report.trials if trial.verdict != "not judged"}
    for trial in report.trials:
        if trial.verdict == "not judged":
            events.setdefault((trial.name, trial.reason), []).append(trial.event)
    return [(f"{name} of {', '.join(of)}" if name in judged else name, reason) for (name, reason), of in events.items()]
