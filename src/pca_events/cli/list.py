"""`pca-events list`: what AWS Private CA sends, and what it never sends."""

import argparse
import json
from typing import Any

from pca_events import catalog
from pca_events.cli.console import console, titled_table


def run(options: argparse.Namespace) -> int:
    """Print the catalogue."""
    if options.format == "json":
        print(json.dumps(_as_json(), indent=2))
        return 0
    table = titled_table("AWS Private CA sends, with source aws.acm-pca")
    for name in ("event", "detail-type", "result", "sent by"):
        table.add_column(name, overflow="fold", no_wrap=name == "event")
    for event in catalog.documented_events():
        table.add_row(event.id, event.detail_type, event.result, event.operation)
    out = console()
    out.print(table)
    out.print("Never sent:")
    for silent in catalog.never_sent():
        out.print(f"  {silent.id}: {silent.when}")
    out.print("Sent by CloudTrail with the same source:")
    for twin in catalog.cloudtrail_twins():
        out.print(f"  {twin.detail_type}: {twin.meaning}")
    out.print("pca-events show EVENT says all about one of them.", style="dim")
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
