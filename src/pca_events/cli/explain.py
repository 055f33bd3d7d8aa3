"""`pca-events explain`: why an event pattern matches an event, or does not, key by key, and what to change."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from pca_events import catalog
from pca_events.check.meant_events import Given, MeantEvent, known_events
from pca_events.check.pattern_edits import conditions_of
from pca_events.check.refused_patterns import advice_for
from pca_events.check.suggested_fix import Nearest, change_to_match, nearest
from pca_events.check.undocumented import instead_of_waiting
from pca_events.cli.console import console
from pca_events.errors import BadInput, InvalidPattern
from pca_events.pattern import EventPattern
from pca_events.pattern.documents import NotJson, compact, plain, read, read_event

_TITLES = {
    "documented": "Nearest documented event:",
    "cloudtrail": "Nearest event, sent by CloudTrail:",
    "never sent": "Nearest event, which AWS never sends:",
}


def run(options: argparse.Namespace) -> int:
    """Explain; exit status 0 where the pattern matches, 1 where it does not."""
    text = _read(options.pattern)
    pattern = _parsed(text)
    event = _event(options.event)
    explanation = pattern.explain(event.sample)
    out = console()
    out.block(str(explanation))
    for words in pattern.service_may_differ:
        out.line(f"  the service may answer otherwise: {words}")
    if explanation.matched:
        return 0
    stated = plain(read(text))
    fix, near = change_to_match(stated, event), nearest(stated, event.name)
    for title, found in (("To match", fix), (_TITLES.get(near.kind, ""), near)):
        shown = found.near or found is fix
        out.line((title, "bold"), f" {found.event if shown else 'none'}")
        for line in _advice(found) if shown else _none_is_near():
            out.line(f"  {line}")
    for words in instead_of_waiting((".".join(map(str, way)), elements) for way, elements in conditions_of(stated)):
        out.line(words)
    return 1


def _advice(found: Nearest) -> Iterator[str]:
    """The changes one by one, and the pattern that comes of them."""
    if not found.solved:
        yield "no pattern matches it"
    elif not found.edits:
        yield "nothing to change: the pattern matches it"
    yield from map(str, found.edits)
    if found.edits and found.edits[0].path:
        yield f"pattern: {compact(found.pattern)}"
    yield from (f"a condition, not a mistake: {condition}" for condition in found.conditions)
    if found.advice:
        yield f"AWS never sends this event. {found.advice}"


def _none_is_near() -> Iterator[str]:
    yield "no documented event is like what the pattern asks for; detail-types of AWS Private CA:"
    yield from (f'  "{detail_type}"' for detail_type in catalog.detail_types())


def _parsed(text: str) -> EventPattern:
    try:
        return EventPattern.parse(text)
    except InvalidPattern as refused:
        advice = advice_for(text)
        raise BadInput(f"{refused}; {advice}" if advice else str(refused)) from refused


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{name} cannot be read: {error}") from error


def _event(name: str) -> MeantEvent:
    if not Path(name).is_file():
        wanted = catalog.entry(name).id
        return next(event for event in known_events() if event.name == wanted)
    try:
        return Given(name, read_event(_read(name)))
    except NotJson as error:
        raise BadInput(f"{name}: {error.reason}") from error
