"""The commands about the schemas: `export` in the formats of other tools, and `diff` between two versions."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from pca_events.atomic_write import write_file, write_folder
from pca_events.cli.console import console
from pca_events.errors import BadInput
from pca_events.exports import FORMATS, documented_detail_types
from pca_events.schema_diff import Change, Effect, diff, read_version

_STANDARD_OUTPUT = "-"


def export(options: argparse.Namespace) -> int:
    """Write the files and print one line; nothing is printed if they go to standard output."""
    known = FORMATS[options.format]
    out = Path(options.output)
    files = known.render(documented_detail_types())
    if options.output == _STANDARD_OUTPUT:
        if known.is_folder:
            raise BadInput(f"{options.format} is {len(files)} files, too many for standard output; name a folder")
        sys.stdout.buffer.write("".join(files.values()).encode())
        sys.stdout.flush()
        return 0
    if known.is_folder:
        write_folder(files, out)
        print(f"wrote {out}: {known.summary}: {', '.join(files)}")
    else:
        write_file("".join(files.values()), out)
        print(f"wrote {out}: {known.summary}")
    return 0


_COLOURS: dict[Effect, str] = {"breaking": "red", "compatible": "green"}


def diff_schemas(options: argparse.Namespace) -> int:
    """Print the changes, the breaking ones first; exit status 1 if one of them is breaking."""
    changes = diff(read_version(options.old), read_version(options.new))
    counts = {effect: sum(change.effect == effect for change in changes) for effect in _COLOURS}
    hits = _hits(changes, options.consumers) if options.consumers else [[] for _ in changes]
    if options.format == "json":
        found = [{**asdict(change), "rules": hit} for change, hit in zip(changes, hits, strict=True)]
        print(json.dumps({"old": options.old, "new": options.new, **counts, "changes": found}, indent=2))
    else:
        _print_lines(changes, hits, f"{options.old} to {options.new}", counts)
    return 1 if counts["breaking"] else 0


def _hits(changes: list[Change], consumers: list[str]) -> list[list[str]]:
    """The rules that each breaking change affects, by their places and names.

    Raises:
        BadInput: a file of the consumers cannot be read.
    """
    from pca_events.check.rules import affected_rules, check
    from pca_events.infrastructure.files import read_paths

    rules = check(read_paths(consumers))
    if rules.unreadable:
        raise BadInput(f"{rules.unreadable[0].place} {rules.unreadable[0].message}")
    return [
        [f"{hit.rule.place} {hit.rule.name}" for hit in affected_rules(rules, change.path, change.detail_types)]
        if change.effect == "breaking"
        else []
        for change in changes
    ]


def _print_lines(changes: list[Change], hits: list[list[str]], way: str, counts: dict[Effect, int]) -> None:
    out = console()
    for change, rules in zip(changes, hits, strict=True):
        place = f"{change.path} on {change.result}" if change.result else change.path
        lead = (f"{change.effect:<12}", _COLOURS[change.effect])
        out.paragraph(f"{change.title}  {place}  {change.reason}", lead=lead, indent=12)
        for rule in rules:
            out.line(f"{' ' * 12}hits {rule}")
    words = ", ".join(f"{count} {effect}" for effect, count in counts.items())
    out.line(f"{len(changes)} changes from {way}: {words}")
