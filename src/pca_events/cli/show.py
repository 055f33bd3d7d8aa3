"""`pca-events show EVENT`: describes one event, with rules to copy."""

import argparse
import json
from typing import Any

from pca_events import catalog, contract
from pca_events.catalog import DocumentedEvent, NeverSent
from pca_events.cli.console import Column, Console, console
from pca_events.contract import Field
from pca_events.errors import BadInput
from pca_events.rule_snippets import NOTATIONS, rule_snippet


def run(options: argparse.Namespace) -> int:
    """Print one event."""
    entry = catalog.entry(options.event)
    if isinstance(entry, DocumentedEvent):
        _show(entry, options)
    elif isinstance(entry, NeverSent):
        _show_never_sent(entry, options)
    return 0


def _show(event: DocumentedEvent, options: argparse.Namespace) -> None:
    if options.rule:
        print(rule_snippet(event, options.rule))
    elif options.format == "json":
        print(json.dumps(_as_json(event), indent=2))
    else:
        _print(event, console())


def _show_never_sent(silent: NeverSent, options: argparse.Namespace) -> None:
    if options.rule:
        raise BadInput(f"{silent.id} is never sent, so no rule can fire on it: {silent.when}")
    if options.format == "json":
        print(
            json.dumps({"id": silent.id, "sent": False, "when": silent.when, "what_to_do": silent.what_to_do}, indent=2)
        )
        return
    out = console()
    out.line((silent.title, "bold"), f"  {silent.id}")
    out.paragraph(("never sent", "red"), f" after {silent.operation}: {silent.when}", indent=12)
    out.paragraph(silent.what_to_do, lead="what to do  ", indent=12)


def _fields(event: DocumentedEvent) -> list[Field]:
    return contract.fields(contract.per_result(contract.schema_of()[event.detail_type])[event.result])


def _as_json(event: DocumentedEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "sent": True,
        "title": event.title,
        "operation": event.operation,
        "meaning": event.meaning,
        "what_to_do": event.what_to_do,
        "origin": event.origin,
        "schema": contract.schema_of()[event.detail_type],
        "example": event.sample,
        "fields": [vars(field) for field in _fields(event)],
        "rules": {notation: rule_snippet(event, notation) for notation in NOTATIONS},
    }


def _print(event: DocumentedEvent, out: Console) -> None:
    out.line((event.title, "bold"), f"  {event.id}")
    for lead, words in (
        ("sent after", f"{event.operation}, at least once, in any order"),
        ("meaning", event.meaning),
        ("what to do", event.what_to_do),
        ("documented", event.origin["page"]),
        ("contract", contract.schema_of()[event.detail_type]),
    ):
        out.paragraph(words, lead=f"{lead:<12}", indent=12)
    out.line()
    out.line(("Example", "bold"))
    out.block(json.dumps(event.sample, indent=2))
    out.line()
    columns = [Column("path", whole=True), Column("type", whole=True), Column("meaning"), Column("value")]
    out.table(columns, map(_row, _fields(event)), "Fields, all of them in every such event")
    for notation in NOTATIONS:
        out.line()
        out.line((f"Rule: {notation}", "bold"))
        out.block(rule_snippet(event, notation))


def _row(field: Field) -> list[str]:
    values = ", ".join(json.dumps(value) for value in field.values)
    return [field.path, field.type, field.description, values or field.pattern or ""]
