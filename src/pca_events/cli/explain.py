"""`pca-events explain`: why an event pattern matches an event, or does not, key by key."""

import argparse
import json
import sys
from pathlib import Path

from pca_events import catalog
from pca_events.catalog import Event
from pca_events.check.suggested_fix import change_to_match, nearest
from pca_events.cli.console import console, escape
from pca_events.errors import BadInput
from pca_events.pattern import EventPattern


def run(options: argparse.Namespace) -> int:
    """Explain; exit status 0 where the pattern matches, 1 where it does not."""
    text = _read(options.pattern)
    pattern, stated = EventPattern.parse(text), json.loads(text)
    event = _event(options.event)
    explanation = pattern.explain(event)
    out = console()
    out.print(escape(str(explanation)))
    if explanation.matched:
        return 0
    changes = {
        "To match": change_to_match(stated, event, options.event),
        "Nearest documented event:": nearest(stated),
    }
    for title, found in changes.items():
        out.print(f"[bold]{title}[/] {escape(found.event)}")
        for edit in found.edits:
            out.print(f"  {escape(str(edit))}")
    return 1


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{name} cannot be read: {error}") from error


def _event(name: str) -> Event:
    if not Path(name).is_file():
        return catalog.entry(name).event
    try:
        event = json.loads(_read(name))
    except ValueError as error:
        raise BadInput(f"{name} is no JSON: {error}") from error
    if not isinstance(event, dict):
        raise BadInput(f"{name} is no event: it holds no JSON object")
    return event
