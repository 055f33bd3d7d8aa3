"""`pca-events show EVENT`: all about one event, with a rule for it that is ready to be pasted."""

import argparse
import json
from typing import TYPE_CHECKING, Any

from pca_events import catalog, contract
from pca_events.catalog import DocumentedEvent, NeverSent
from pca_events.cli.console import console, escape, titled_table
from pca_events.contract import Field
from pca_events.errors import BadInput
from pca_events.ready_rules import NOTATIONS, ready_rule

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


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
        print(ready_rule(event, options.rule))
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
    out.print(f"[bold]{escape(silent.title)}[/]  {silent.id}")
    out.print(f"[red]never sent[/] after {silent.operation}: {escape(silent.when)}")
    out.print(f"what to do  {escape(silent.what_to_do)}")


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
        "rules": {notation: ready_rule(event, notation) for notation in NOTATIONS},
    }


def _print(event: DocumentedEvent, out: "Console") -> None:
    out.print(f"[bold]{escape(event.title)}[/]  {event.id}")
    out.print(f"sent after  {event.operation}, at least once, in any order")
    out.print(f"meaning     {escape(event.meaning)}")
    out.print(f"what to do  {escape(event.what_to_do)}")
    out.print(f"documented  {escape(event.origin['page'])}")
    out.print(f"contract    {contract.schema_of()[event.detail_type]}")
    out.print("\n[bold]Example[/]")
    out.print(escape(json.dumps(event.sample, indent=2)))
    out.print(_table(_fields(event)))
    for notation in NOTATIONS:
        out.print(f"\n[bold]Rule: {notation}[/]")
        out.print(escape(ready_rule(event, notation)))


def _table(fields: list[Field]) -> "Table":
    table = titled_table("\nFields, all of them in every such event", title_style="bold")
    table.add_column("path", no_wrap=True)
    table.add_column("type", no_wrap=True)
    table.add_column("value", ratio=1, overflow="fold")
    table.add_column("meaning", ratio=1)
    for field in fields:
        values = ", ".join(json.dumps(value) for value in field.values)
        table.add_row(field.path, field.type, escape(values or field.pattern or ""), escape(field.description))
    return table
