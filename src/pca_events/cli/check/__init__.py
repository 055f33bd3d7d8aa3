"""`pca-events check`: on which documented events the rules of a consumer fire, and what is wrong with them."""

import argparse
import datetime
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from pca_events.catalog import documented_events
from pca_events.check.findings.delivery import paths_read, unknown_inputs
from pca_events.check.report import CheckedRule, CheckReport, Verdict
from pca_events.check.rules import check
from pca_events.check.suppressions.baseline import Baseline, compare, with_stale, write_baseline
from pca_events.check.suppressions.comments import without_ignored
from pca_events.check.suppressions.ignore_entries import with_levels, without_entries
from pca_events.check.verdicts.conditions import partial_pattern
from pca_events.cli.check.outputs import print_report, standard_output, write
from pca_events.cli.check.request import CheckRequest, requested
from pca_events.cli.console import Console, Progress, console
from pca_events.errors import InvalidPattern
from pca_events.infrastructure.files import read_given_text, read_paths
from pca_events.infrastructure.model import Reading

if TYPE_CHECKING:
    from pca_events.harness import Session
    from pca_events.harness.live_rules import Fired


def run(options: argparse.Namespace) -> int:
    """Read, check and print; exit status 1 for a finding at the level of --fail-on, 2 if something was not read."""
    request = requested(options)
    reading = _read(request, options)
    with _no_garbage_collection():
        report = _report(request, options, reading)
    if options.migrate:
        _print_migration(report, options.format)
        return 2 if report.unreadable else 0

    def print_text(out: Console) -> None:
        print_report(report, out, verbose=options.verbose)
        if options.mutate:
            _print_breadth(report, out)

    write(report, request.outputs, print_text)
    status = report.exit_status
    if options.require_rules and not report.rules:
        print("pca-events: --require-rules: no rule for the events of AWS Private CA was found", file=sys.stderr)
        status = max(status, 1)
    if options.deploy:
        status = max(status, _deploy(report, options, console()))
    return status


def _read(request: CheckRequest, options: argparse.Namespace) -> Reading:
    with _no_garbage_collection(), Progress() as progress:
        reading = read_paths(
            request.selection.paths,
            lambda done, total: progress.show(f"reading, {done:,} of {total:,} files"),
            request.left_out,
        )
    for name, text in request.texts.items():
        reading.add(read_given_text(text, name) if isinstance(text, str) else Reading(unreadable=[text]))
    if options.endpoint_url or options.aws:
        reading.add(_live(options))
    return reading


def _report(request: CheckRequest, options: argparse.Namespace, reading: Reading) -> CheckReport:
    """Check what was read; apply comments, the configuration file and the baseline."""
    lines = request.selection.lines
    reading.unreadable = [found for found in reading.unreadable if request.has_file(found.place.file)]
    reading.unreadable += request.selection.missing(reading)
    reading.skipped = [found for found in reading.skipped if request.has_file(found.place.file)]
    report = check(reading, all_rules=options.all_rules, wanted=request.has_rule)
    if lines and not request.selection.whole and not request.texts:
        report.uncovered = []
    texts = {name: text for name, text in request.texts.items() if isinstance(text, str)}
    report = without_ignored(report, reading, texts)
    today = datetime.datetime.now(tz=datetime.UTC).date()
    report = without_entries(report, request.configuration.ignore, reading, today, whole=request.is_whole)
    if not request.selection.whole and (lines or texts):
        report.suppressions = [found for found in report.suppressions if found.rule.place.file in texts]
    report = with_levels(report, request.configuration.levels)
    report = replace(report, fail_on=options.fail_on or request.configuration.fail_on or "error")
    if request.baseline is None:
        return report
    return _compared(report, reading, request, request.baseline, update=options.update_baseline)


def _compared(
    report: CheckReport, reading: Reading, request: CheckRequest, baseline: Baseline, *, update: bool
) -> CheckReport:
    """The report without the findings in the baseline, which is updated if requested."""
    covers = request.selection.covers
    compared = compare(report, baseline, reading, covers, notes=report.fail_on == "note")
    if not update:
        stale = () if request.selection.lines else compared.stale
        return with_levels(with_stale(compared.report, baseline, stale), request.configuration.levels)
    updated = Baseline(baseline.file, tuple((entry, 1) for entry in (*compared.kept, *compared.added)))
    write_baseline(baseline.file, [entry for entry, _ in updated.entries])
    print(
        f"{baseline.file}: {len(compared.added)} added, {len(compared.stale)} removed, {len(compared.kept)} kept",
        file=sys.stderr,
    )
    return compare(report, updated, reading, covers).report


def _print_migration(report: CheckReport, form: str | None) -> None:
    """Print a CloudFormation template, or API requests with --format json; stderr lists what was not read."""
    from pca_events.check.formats.markdown import json_text
    from pca_events.check.migration import as_requests, as_template, migrate

    for found in report.unreadable:
        print(f"not read {found.place}: {found.message}", file=sys.stderr)
    not_known = [CheckedRule(rule, (), ()) for rule in report.not_known]
    migrations = migrate([*report.rules, *not_known])
    with standard_output() as stream:
        stream.write(json_text(as_requests(migrations)) if form == "json" else as_template(migrations))


def _print_breadth(report: CheckReport, out: Console) -> None:
    from pca_events.check.rules import breadth
    from pca_events.check.verdicts.conditions import partial_pattern
    from pca_events.errors import InvalidPattern

    for checked in report.rules:
        try:
            pattern = partial_pattern(checked.rule.pattern).pattern
        except InvalidPattern:
            continue
        found = breadth(checked, pattern)
        if found.changed:
            out.paragraph(
                (checked.rule.name, "bold"),
                f" matches {found.let_through:,} of {found.changed:,} invalid events; "
                f"unchecked: {', '.join(found.unnoticed) or 'none'}",
            )


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Disable garbage collection: everything lives until the report, and it takes a fifth of the time."""
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
    """The event bus that the options name, or an embedded LocalStack while it is needed."""
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
    """Deploy every completely known rule to an event bus and compare; exit status 1 if the verdicts differ."""

    with _session(options) as session:
        return _compare_deployed(report, session, out)


_OBJECTS = ("$", "$.detail", "$.resources", "$.resources[*]")


def _compare_deployed(report: CheckReport, session: "Session", out: Console) -> int:
    """Deploy every rule with a completely known pattern, and print the differences; return 1 if there are any."""
    from pca_events.harness.live_rules import Deployed, fired

    classic = [checked for checked in report.rules if checked.rule.kind not in ("event source", "subscriber")]
    rules = {f"{checked.rule.place} {checked.rule.name}": checked for checked in classic}
    known = {label: checked for label, checked in rules.items() if _is_known(checked)}
    deployed = {label: Deployed(checked.rule.pattern, _inputs(checked)) for label, checked in known.items()}
    found = fired(session, deployed, [event.event for event in documented_events()])
    differences = [f"{label}: {words}" for label in known for words in _differences(known[label], found[label])]
    for words in differences:
        out.paragraph(("differs", "red"), f" {words}")
    left = f"; {len(rules) - len(known)} not known whole" if len(rules) > len(known) else ""
    out.line(f"{len(known)} rules deployed on {session.backend.name}: {len(differences)} differences{left}")
    return 1 if differences else 0


def _is_known(checked: CheckedRule) -> bool:
    try:
        return isinstance(checked.rule.pattern, dict) and not partial_pattern(checked.rule.pattern).unknowns
    except InvalidPattern:
        return isinstance(checked.rule.pattern, dict)


def _inputs(checked: CheckedRule) -> tuple[str, ...]:
    """The strings that the targets read; objects are not compared."""
    found = (path for target in checked.rule.targets or () for path in paths_read(target))
    return tuple(dict.fromkeys(path for path in found if path not in _OBJECTS))


def _differences(checked: CheckedRule, there: "Fired") -> Iterator[str]:
    refused_here, long_here = (
        any(finding.code == code for finding in checked.findings) for code in ("invalid-pattern", "pattern-too-long")
    )
    if there.above_quota:
        if not long_here:
            yield "the pattern is longer than the event bus accepts, which check does not report"
    elif there.refused != refused_here:
        yield f"the pattern is {'rejected' if there.refused else 'accepted'} by the event bus, but not by check"
    elif not there.refused:
        for number, verdict in enumerate(checked.verdicts):
            yield from _of_event(checked, verdict, there.missing.get(number))


def _of_event(checked: CheckedRule, verdict: Verdict, missing: frozenset[str] | None) -> Iterator[str]:
    if verdict.fires != "may" and (missing is not None) != (verdict.fires == "always"):
        there = "does not fire" if missing is None else "fires"
        yield f"{there} on {verdict.event}, unlike the verdict of check"
    elif missing is not None:
        expected = {path for t in checked.rule.targets or () for path, _ in unknown_inputs(t, [verdict.event])}
        for path in sorted(missing ^ (expected & {*_inputs(checked)})):
            yield f"its target {'misses' if path in missing else 'gets'} {path} of {verdict.event}, unlike in check"
