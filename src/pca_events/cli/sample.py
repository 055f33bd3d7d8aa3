"""`pca-events sample EVENT`: realistic events as JSON Lines, or events that violate the contract."""

import argparse
import json
import random
from collections.abc import Iterator

from pca_events import catalog, json_path
from pca_events.catalog import DocumentedEvent, Event
from pca_events.errors import BadInput
from pca_events.events import KINDS, Mutant, aws_location, mutants, realistic


def run(options: argparse.Namespace) -> int:
    """Print the events."""
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
        print(json.dumps(event, ensure_ascii=False))
    return 0


def _broken(entry: DocumentedEvent, wanted: str, chance: random.Random) -> Event:
    kind, _, path = wanted.partition(":")
    if kind not in KINDS:
        raise BadInput(f'"{kind}" is not a kind of violation; known: {", ".join(KINDS)}')
    found = [mutant for mutant in _breaking(entry) if mutant.kind == kind]
    if not found:
        raise BadInput(f"{entry.id} has no violation of the kind {kind}")
    there = [mutant for mutant in found if not path or mutant.path in (path, f"$.{path}")]
    if not there:
        places = ", ".join(dict.fromkeys(mutant.path for mutant in found))
        raise BadInput(f"{entry.id} has no violation of the kind {kind} at {path}; places: {places}")
    return chance.choice(there).event


def _breaking(entry: DocumentedEvent) -> Iterator[Mutant]:
    return (mutant for mutant in mutants(entry) if mutant.breaks)
