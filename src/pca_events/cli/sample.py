"""`pca-events sample EVENT`: realistic events as JSON lines, and broken ones."""

import argparse
import json
import random
from collections.abc import Iterator
from typing import Any

from pca_events import catalog, json_path
from pca_events.catalog import DocumentedEvent, Event
from pca_events.errors import BadInput
from pca_events.generate import KINDS, PARTITIONS, Mutant, mutants, place, realistic


def add_to(commands: Any) -> None:
    """Add this command to the parser's commands."""
    parser = commands.add_parser("sample", help="make realistic events, as JSON lines, or ones that break the contract")
    parser.add_argument("event", metavar="EVENT", help="the id of a documented event, or all")
    parser.add_argument("--account", metavar="ID", help="twelve digits (default: 111122223333)")
    parser.add_argument("--region", help="such as eu-central-1 (default: one of the partition)")
    parser.add_argument("--partition", choices=tuple(PARTITIONS), help="default: that of the Region")
    parser.add_argument("--count", type=_count, default=1, metavar="N", help="how many (default: %(default)s)")
    parser.add_argument("--seed", metavar="S", help="the same seed makes the same events")
    parser.add_argument(
        "--set",
        dest="changes",
        action="append",
        default=[],
        type=_change,
        metavar="PATH=VALUE",
        help="put a value, JSON or plain text, at a place: $.detail.result=failed; may be repeated",
    )
    parser.add_argument(
        "--broken",
        metavar="KIND[:PATH]",
        help=f"break the contract in this way, at this place or at one by chance; kinds: {', '.join(KINDS)}",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the events."""
    chance = random.Random(options.seed)  # noqa: S311 - reproducible, no secret
    where = place(options.account, options.region, options.partition)
    if options.broken and (options.account or options.region or options.partition):
        raise BadInput(
            "--broken changes the documented sample, so --account, --region and --partition do not go with it"
        )
    entries = catalog.documented_events() if options.event == "all" else (catalog.documented(options.event),)
    for index in range(options.count):
        entry = entries[index % len(entries)]
        event = _broken(entry, options.broken, chance) if options.broken else realistic(entry, where, chance)
        for path, value in options.changes:
            json_path.put(event, path, value)
        print(json.dumps(event, ensure_ascii=False))
    return 0


def _broken(entry: DocumentedEvent, wanted: str, chance: random.Random) -> Event:
    kind, _, path = wanted.partition(":")
    if kind not in KINDS:
        raise BadInput(f'"{kind}" is no way to break an event; known: {", ".join(KINDS)}')
    found = [mutant for mutant in _breaking(entry) if mutant.kind == kind]
    if not found:
        raise BadInput(f"{entry.id} cannot be broken in the way {kind}")
    there = [mutant for mutant in found if not path or mutant.path in (path, f"$.{path}")]
    if not there:
        places = ", ".join(dict.fromkeys(mutant.path for mutant in found))
        raise BadInput(f"{entry.id} cannot be broken in the way {kind} at {path}; places: {places}")
    return chance.choice(there).event


def _breaking(entry: DocumentedEvent) -> Iterator[Mutant]:
    return (mutant for mutant in mutants(entry) if mutant.breaks)


def _count(words: str) -> int:
    if not words.isdecimal() or int(words) < 1:
        raise argparse.ArgumentTypeError(f'"{words}" is no number of events; write 1 or more')
    return int(words)


def _change(words: str) -> tuple[str, Any]:
    path, equals, text = words.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f'"{words}" sets nothing; write it as $.detail.result=failed')
    try:
        return (path if path.startswith("$") else f"$.{path}"), json.loads(text)
    except ValueError:
        return (path if path.startswith("$") else f"$.{path}"), text
