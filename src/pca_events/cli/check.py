"""`pca-events check`: on which documented events a consumer's rules fire, and what is wrong with them."""

import argparse
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pca_events.check.formats import FORMATS
from pca_events.check.report import CheckedRule, CheckReport
from pca_events.check.rules import check
from pca_events.check.suppressions import read_baseline, without_ignored, write_baseline
from pca_events.cli.check_text import print_report
from pca_events.cli.console import Console, Progress, console
from pca_events.errors import BadInput
from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Reading

if TYPE_CHECKING:
    from pca_events.harness import Session


def run(options: argparse.Namespace) -> int:
    """Read, check and print; exit status 1 where a finding is an error, 2 where something could not be read."""
    if not (options.paths or options.endpoint_url or options.aws):
        raise BadInput("nothing to check; name files or folders, or a live event bus with --endpoint-url")
    known = read_baseline(options.baseline) if options.baseline else frozenset()
    with _no_garbage_collection(), Progress() as progress:
        reading = read_paths(options.paths, lambda done, total: progress.show(f"reading, {done:,} of {total:,} files"))
    if options.endpoint_url or options.aws:
        reading.add(_live(options))
    with _no_garbage_collection():
        report = without_ignored(check(reading, all_rules=options.all_rules), known)
        if options.write_baseline:
            write_baseline(options.write_baseline, report.rules)
        if options.migrate:
            _print_migration(report, options.format)
            return 2 if report.unreadable else 0
        _print(report, options)
    status = report.exit_status
    if options.require_rules and not report.rules:
        print("pca-events: --require-rules: no rule for the events of AWS Private CA was found", file=sys.stderr)
        status = max(status, 1)
    if options.deploy:
        status = max(status, _deploy(report, options, console()))
    return status


def _print(report: CheckReport, options: argparse.Namespace) -> None:
    if options.format != "text":
        sys.stdout.write(FORMATS[options.format](report))
        return
    print_report(report, console(), verbose=options.verbose)
    if options.mutate:
        _print_breadth(report, console())


def _print_migration(report: CheckReport, form: str) -> None:
    """Print a CloudFormation template, or with --format json the requests of the API; what was not read is said."""
    from pca_events.check.formats.json_format import written
    from pca_events.check.migration import as_requests, as_template, migrate

    for found in report.unreadable:
        print(f"not read {found.place}: {found.message}", file=sys.stderr)
    not_known = [CheckedRule(rule, (), ()) for rule in report.not_known]
    migrations = migrate([*report.rules, *not_known])
    sys.stdout.write(written(as_requests(migrations)) if form == "json" else as_template(migrations))


def _print_breadth(report: CheckReport, out: Console) -> None:
    from pca_events.check.breadth import breadth
    from pca_events.check.partial_patterns import stated
    from pca_events.errors import InvalidPattern

    for checked in report.rules:
        try:
            pattern = stated(checked.rule.pattern).pattern
        except InvalidPattern:
            continue
        found = breadth(checked, pattern)
        if found.changed:
            out.paragraph(
                (checked.rule.name, "bold"),
                f" lets {found.let_through:,} of {found.changed:,} broken events through; "
                f"it looks at nothing in {', '.join(found.unnoticed) or 'no field'}",
            )


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """What is read and made lives until the report is printed; looking for garbage among it takes a fifth of time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _live(options: argparse.Namespace) -> Reading:
    from pca_events.harness.live_rules import read_bus

    with _session(options) as session:
        return read_bus(session, options.bus)


@contextmanager
def _session(options: argparse.Namespace) -> Iterator["Session"]:
    """The live bus that the options name, or an embedded LocalStack for as long as it is needed."""
    from pca_events.backends import EmbeddedLocalStack, connect, connect_aws
    from pca_events.harness import RunId, Session

    if options.aws:
        yield Session(connect_aws(os.environ, options.aws_profile, options.aws_account), RunId(), "alias")
    elif options.endpoint_url:
        yield Session(connect(options.endpoint_url), RunId())
    else:
        emulator = EmbeddedLocalStack.of_this_process()
        try:
            yield Session(emulator.start(), RunId())
        finally:
            emulator.stop()


def _deploy(report: CheckReport, options: argparse.Namespace, out: Console) -> int:
    """Put every rule that is known whole on a real bus and compare; exit status 1 where the verdicts differ."""
    from pca_events.cli.check_deployed import compare

    with _session(options) as session:
        return compare(report, session, out)
