"""The commands about the documented events: `list`, `show`, `sample` and `mutate`."""

import argparse
import json
from typing import TYPE_CHECKING, Any

from pca_events import catalog, json_path
from pca_events.catalog import DocumentedEvent, Event, NeverSent
from pca_events.cli.console import Column, Console, console
from pca_events.errors import BadInput
from pca_events.rule_snippets import NOTATIONS, rule_snippet

if TYPE_CHECKING:
    import random

    from pca_events.contract import Field
    from pca_events.events.mutation_testing import MutationReport
    from pca_events.handlers.wrapping import Form


def list_events(options: argparse.Namespace) -> int:
    """Print the catalog."""
    if options.format == "json":
        print(json.dumps(_list_as_json(), indent=2))
        return 0
    out = console()
    columns = [Column("event", whole=True), Column("detail-type"), Column("result"), Column("sent by")]
    sent = [(event.id, event.detail_type, event.result, event.operation) for event in catalog.documented_events()]
    out.table(columns, sent, "Events of AWS Private CA, with source aws.acm-pca")
    out.line()
    out.line(("Never sent", "bold"))
    for silent in catalog.never_sent():
        out.paragraph(f"{silent.id}: {silent.when}", lead="  ")
    out.line()
    out.line(("Sent by CloudTrail with the same source", "bold"))
    for twin in catalog.cloudtrail_twins():
        out.paragraph(f"{twin.detail_type}: {twin.meaning}", lead="  ")
    out.line()
    out.line(("pca-events show EVENT describes one event.", "dim"))
    return 0


def _list_as_json() -> dict[str, Any]:
    return {
        "documented": [
            {
                "id": event.id,
                "detail-type": event.detail_type,
                "result": event.result,
                "reason": event.reason,
                "operation": event.operation,
                "title": event.title,
            }
            for event in catalog.documented_events()
        ],
        "never_sent": [
            {"id": silent.id, "operation": silent.operation, "when": silent.when} for silent in catalog.never_sent()
        ],
        "cloudtrail": [
            {"id": twin.id, "detail-type": twin.detail_type, "title": twin.title} for twin in catalog.cloudtrail_twins()
        ],
    }


def show_event(options: argparse.Namespace) -> int:
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
        print(json.dumps(_event_as_json(event), indent=2))
    else:
        _print_event(event, console())


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


def _fields(event: DocumentedEvent) -> "list[Field]":
    from pca_events import contract

    return contract.fields(contract.per_result(contract.schema_of()[event.detail_type])[event.result])


def _event_as_json(event: DocumentedEvent) -> dict[str, Any]:
    from pca_events.contract import schema_of

    return {
        "id": event.id,
        "sent": True,
        "title": event.title,
        "operation": event.operation,
        "meaning": event.meaning,
        "what_to_do": event.what_to_do,
        "origin": event.origin,
        "schema": schema_of()[event.detail_type],
        "example": event.sample,
        "fields": [vars(field) for field in _fields(event)],
        "rules": {notation: rule_snippet(event, notation) for notation in NOTATIONS},
    }


def _print_event(event: DocumentedEvent, out: Console) -> None:
    from pca_events.contract import schema_of

    out.line((event.title, "bold"), f"  {event.id}")
    for lead, words in (
        ("sent after", f"{event.operation}, at least once, in any order"),
        ("meaning", event.meaning),
        ("what to do", event.what_to_do),
        ("documented", event.origin["page"]),
        ("contract", schema_of()[event.detail_type]),
    ):
        out.paragraph(words, lead=f"{lead:<12}", indent=12)
    out.line()
    out.line(("Example", "bold"))
    out.block(json.dumps(event.sample, indent=2))
    out.line()
    columns = [Column("path", whole=True), Column("type", whole=True), Column("meaning"), Column("value")]
    out.table(columns, map(_field_row, _fields(event)), "Fields, all of them in every such event")
    for notation in NOTATIONS:
        out.line()
        out.line((f"Rule: {notation}", "bold"))
        out.block(rule_snippet(event, notation))


def _field_row(field: "Field") -> list[str]:
    values = ", ".join(json.dumps(value) for value in field.values)
    return [field.path, field.type, field.description, values or field.pattern or ""]


def print_samples(options: argparse.Namespace) -> int:
    """Print the events."""
    import random

    from pca_events.events import aws_location, realistic

    chance = random.Random(options.seed)  # noqa: S311 - reproducible, no secret
    where = aws_location(options.account, options.region, options.partition)
    if options.broken and (options.account or options.region or options.partition):
        raise BadInput("--broken changes the documented sample; omit --account, --region and --partition")
    entries = catalog.documented_events() if options.event == "all" else (catalog.documented(options.event),)
    for index in range(options.count or len(entries)):
        entry = entries[index % len(entries)]
        event = _broken(entry, options.broken, chance) if options.broken else realistic(entry, where, chance)
        for path, value in options.changes:
            json_path.put(event, path, value)
        print(json.dumps(_as(options.form, event), ensure_ascii=False))
    return 0


def _as(form: "Form", event: Event) -> Any:
    from pca_events.handlers.wrapping import wrapped

    try:
        return wrapped([event], form)
    except KeyError as missing:
        raise BadInput(f"the event has no field {missing}, which the form {form} needs") from None


def _broken(entry: DocumentedEvent, wanted: str, chance: "random.Random") -> Event:
    from pca_events.events import KINDS, mutants

    kind, _, path = wanted.partition(":")
    if kind not in KINDS:
        raise BadInput(f'"{kind}" is not a kind of violation; known: {", ".join(KINDS)}')
    found = [mutant for mutant in mutants(entry) if mutant.breaks and mutant.kind == kind]
    if not found:
        raise BadInput(f"{entry.id} has no violation of the kind {kind}")
    there = [mutant for mutant in found if not path or mutant.path in (path, f"$.{path}")]
    if not there:
        places = ", ".join(dict.fromkeys(mutant.path for mutant in found))
        raise BadInput(f"{entry.id} has no violation of the kind {kind} at {path}; places: {places}")
    return chance.choice(there).event


def mutate_events(options: argparse.Namespace) -> int:
    """Judge all variants and print the table; exit status 1 if one is judged incorrectly."""
    from pca_events.events.mutation_testing import mutate

    report = mutate(options.variants, options.seed)
    if options.format == "json":
        print(json.dumps(_mutants_as_json(report), indent=2))
    else:
        _print_mutants(report, console())
    return 0 if report.is_well else 1


def _mutants_as_json(report: "MutationReport") -> dict[str, Any]:
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


def _print_mutants(report: "MutationReport", out: Console) -> None:
    from pca_events.events.mutation_testing import kinds

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
