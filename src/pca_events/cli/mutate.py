"""`pca-events mutate`: does the contract reject all mutants of the documented events and accept all valid variants?"""

import argparse
import json
from typing import Any

from pca_events.cli.console import Column, Console, console
from pca_events.events.mutation_testing import MutationReport, kinds, mutate


def run(options: argparse.Namespace) -> int:
    """Judge all variants and print the table; exit status 1 if one is judged incorrectly."""
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
    judged = (("killed", "green"), ("survived", "red"), ("as good", "dim"))
    columns = [Column("kind"), *(Column(name, style, right=True) for name, style in judged)]
    rows = []
    survived = [mutant.kind for mutant, _ in report.survivors]
    for kind in kinds():
        counts = (report.killed[kind], survived.count(kind), report.harmless[kind])
        rows.append([kind, *(str(count) if count else "-" for count in counts)])
    out.table(columns, rows, "Mutants of the documented events")
    out.line()
    for mutant, schema in report.survivors:
        out.line(("survived", "red"), f" {schema} accepts {mutant.origin}, {mutant.kind} at {mutant.path}")
    for refused in report.refused:
        out.line(("refused", "red"), f" {refused}")
    out.line(
        f"{sum(report.killed.values()):,} mutants killed, {len(report.survivors)} survived; "
        f"{report.variants:,} valid variants accepted, {len(report.refused)} rejected"
    )
