"""`pca-events diff`: what changed between two versions of the schemas."""

import argparse
import json
from dataclasses import asdict

from pca_events.check.change_impact import affected_rules
from pca_events.check.report import CheckReport
from pca_events.check.rules import check
from pca_events.cli.console import console
from pca_events.errors import BadInput
from pca_events.infrastructure.files import read_paths
from pca_events.schema_diff import Change, Effect, diff, read_version

_COLOURS: dict[Effect, str] = {"breaking": "red", "compatible": "green"}


def run(options: argparse.Namespace) -> int:
    """Print the changes, the breaking ones first; exit status 1 if one of them is breaking."""
    changes = diff(read_version(options.old), read_version(options.new))
    counts = {effect: sum(change.effect == effect for change in changes) for effect in _COLOURS}
    rules = check(read_paths(options.consumers)) if options.consumers else CheckReport()
    if rules.unreadable:
        raise BadInput(f"{rules.unreadable[0].place} {rules.unreadable[0].message}")
    hits = [_hits(change, rules) for change in changes]
    if options.format == "json":
        found = [{**asdict(change), "rules": hit} for change, hit in zip(changes, hits, strict=True)]
        print(json.dumps({"old": options.old, "new": options.new, **counts, "changes": found}, indent=2))
    else:
        _print_lines(changes, hits, f"{options.old} to {options.new}", counts)
    return 1 if counts["breaking"] else 0


def _hits(change: Change, report: CheckReport) -> list[str]:
    """The rules that a breaking change affects, by their places and names."""
    if change.effect != "breaking":
        return []
    return [f"{hit.rule.place} {hit.rule.name}" for hit in affected_rules(report, change.path, change.detail_types)]


def _print_lines(changes: list[Change], hits: list[list[str]], way: str, counts: dict[Effect, int]) -> None:
    out = console()
    for change, rules in zip(changes, hits, strict=True):
        place = f"{change.path} on {change.result}" if change.result else change.path
        lead = (f"{change.effect:<12}", _COLOURS[change.effect])
        out.paragraph(f"{change.title}  {place}  {change.reason}", lead=lead, indent=12)
        for rule in rules:
            out.line(f"{' ' * 12}hits {rule}")
    words = ", ".join(f"{count} {effect}" for effect, count in counts.items())
    out.line(f"{len(changes)} changes from {way}: {words}")
