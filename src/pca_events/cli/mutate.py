"""`pca-events mutate`: are all mutants of the documented events killed, and all valid variants let through?"""

import argparse
import json
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pca_events.cli.console import console
from pca_events.mutation import MutationReport, kinds, mutate


def add_to(commands: Any) -> None:
    """Add this command to the parser's commands."""
    parser = commands.add_parser("mutate", help="put the schemas to the test with broken events and unusual good ones")
    parser.add_argument("--variants", type=int, default=10_000, metavar="N", help="good ones (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the variants (default: %(default)s)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: %(default)s")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Judge them all and print the table; exit status 1 where one is judged wrongly."""
    report = mutate(options.variants, options.seed)
    if options.format == "json":
        print(json.dumps(_as_json(report), indent=2))
    else:
        _print(report, console())
    return 0 if report.is_well else 1


def _as_json(report: MutationReport) -> dict[str, Any]:
    return {
        "killed": dict(report.killed),
        "harmless": dict(report.harmless),
        "survivors": [
            {"kind": mutant.kind, "origin": mutant.origin, "path": mutant.path, "schema": schema}
            for mutant, schema in report.survivors
        ],
        "variants": report.variants,
        "refused": report.refused,
    }


def _print(report: MutationReport, out: Console) -> None:
    table = Table(title="Mutants of the documented events", title_justify="left")
    table.add_column("kind")
    for name, style in (("killed", "green"), ("survived", "red"), ("as good", "dim")):
        table.add_column(name, justify="right", style=style)
    survived = [mutant.kind for mutant, _ in report.survivors]
    for kind in kinds():
        counts = (report.killed[kind], survived.count(kind), report.harmless[kind])
        table.add_row(kind, *(str(count) if count else "-" for count in counts))
    out.print(table)
    for mutant, schema in report.survivors:
        out.print(f"[red]survived[/] {escape(schema)} lets {mutant.origin} through, {mutant.kind} at {mutant.path}")
    for refused in report.refused:
        out.print(f"[red]refused[/] {escape(refused)}")
    out.print(
        f"{sum(report.killed.values()):,} mutants killed, {len(report.survivors)} survived; "
        f"{report.variants:,} valid variants let through, {len(report.refused)} refused"
    )
