"""`pca-events list`: what AWS Private CA sends, and what it never sends."""

import argparse
import json
from typing import Any

from pca_events import catalog
from pca_events.cli.console import Column, console


def run(options: argparse.Namespace) -> int:
    """Print the catalog."""
    if options.format == "json":
        print(json.dumps(_as_json(), indent=2))
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


def _as_json() -> dict[str, Any]:
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
