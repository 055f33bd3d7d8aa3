"""The commands that use the contracts: `validate`, `export` and `diff`."""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pca_events.atomic_write import cannot_be_written, check_writable, replace_file, write_file
from pca_events.cli.console import Progress, console
from pca_events.errors import BadInput
from pca_events.folder_write import write_folder
from pca_events.wording import counted, printable

if TYPE_CHECKING:
    from pca_events.recordings import Group, Occurrences, ValidationReport
    from pca_events.schema_diff import Change, Effect

_MB = 1_000_000
_MOST_SOURCES = 5


def validate_events(options: argparse.Namespace) -> int:
    """Read everything and print the results; exit status 0 if all events meet their contract."""
    from pca_events.recordings import as_json, merged

    if options.report is not None:
        check_writable(options.report, "the report is one file")
    report = merged(list(map(Path, options.files))) if options.merge else _validated(options)
    if not report.found and not options.merge:
        raise BadInput(_nothing_found(report, options.files))
    stored = json.dumps(as_json(report), indent=2) + "\n"
    if options.report is not None:
        _write(options.report, stored)
    if options.format == "json":
        sys.stdout.write(stored)
    else:
        out = console()
        for line in _lines(report, verbose=options.verbose):
            out.line(line)
    return 0 if report.is_well else 1


def _validated(options: argparse.Namespace) -> "ValidationReport":
    from pca_events.recordings import validate

    with Progress() as line:
        return validate(
            options.files,
            closed=options.closed,
            jobs=None if options.workers == "auto" else int(options.workers),
            max_unpacked=options.max_unpacked,
            progress=_counting(line),
        )


def _counting(line: Progress) -> Callable[[int], None]:
    """Return a function that shows the number of bytes that were read."""
    done = 0

    def show(count: int) -> None:
        nonlocal done
        done += count
        line.show(f"reading, {done / _MB:,.1f} MB")

    return show


def _write(file: Path, content: str) -> None:
    try:
        replace_file(file, content)
    except OSError as error:
        raise cannot_be_written(file, error) from error


def _nothing_found(report: "ValidationReport", files: list[str]) -> str:
    names = printable(", ".join(files))
    if report.unreadable.kept:
        place, reason = report.unreadable.kept[0]
        words = f"nothing could be read: {reason}" if not place.line else f"no event could be read: {place}: {reason}"
        return printable(words)
    if report.without_event.count:
        place, _ = report.without_event.kept[0]
        return f"{names} can be read but contains no event; the first document is at {printable(str(place))}"
    return f"{names} is empty, so nothing was validated"


def _lines(report: "ValidationReport", *, verbose: bool) -> Iterator[str]:
    if report.events:
        yield from _table(report)
    for group in report.by_frequency():
        yield f"violation  {group.violation.path}: {group.violation.message}"
        yield from _about(group, verbose)
    for group in report.unusual_by_frequency():
        yield f"unusual    {group.violation.path}: {group.violation.message}"
        yield from _about(group, verbose)
    yield from _places("not read", report.unreadable)
    for noun, counts in (("event from CloudTrail", report.twins), ("CloudTrail record", report.records)):
        for (detail_type, meets), count in sorted(counts.items()):
            yield f"ignored: {_counted(count, noun)} about AWS Private CA ({detail_type}){_verdict(count, meets)}"
    yield from _others("CloudTrail record", "other services", report.other_records)
    yield from _others("event", "other sources", report.other_sources)
    yield from _places("ignored: without an event", report.without_event, most=3)
    yield _sum(report)


def _about(group: "Group", verbose: bool) -> Iterator[str]:
    yield f"           {counted(group.count, 'time')}, first at {group.first}"
    if verbose and group.violation.keyword == "pattern":
        yield f"           regular expression: {json.loads(group.violation.documented)}"
    if verbose and group.schemas:
        yield f"           {', '.join(group.schemas)}"


def _counted(count: int, noun: str) -> str:
    first, space, rest = noun.partition(" from ")
    return counted(count, first) + space + rest


def _verdict(count: int, meets: bool) -> str:
    return "" if meets else ", which violates its schema" if count == 1 else ", which violate their schema"


def _others(noun: str, of: str, counts: Counter[str]) -> Iterator[str]:
    if counts:
        listed = ", ".join(f"{name} {count:,}" for name, count in counts.most_common(_MOST_SOURCES))
        more = ", ..." if len(counts) > _MOST_SOURCES else ""
        yield f"ignored: {counted(counts.total(), noun)} of {of} ({listed}{more})"


def _places(title: str, noted: "Occurrences", most: int = 10) -> Iterator[str]:
    for place, reason in noted.kept[:most]:
        yield f"{title} {place if place.line else place.file}{': ' if reason else ''}{reason}"
    if noted.count > most:
        yield f"{title}: {noted.count - most:,} more"


def _sum(report: "ValidationReport") -> str:
    total = report.meeting + report.breaking
    if not total:
        return "no events of AWS Private CA"
    meet = f"{report.meeting:,} {'meets its' if report.meeting == 1 else 'meet their'} contract"
    broken = f"{report.breaking:,} {'violates' if report.breaking == 1 else 'violate'} it" if report.breaking else ""
    return f"{counted(total, 'event')} of AWS Private CA: {meet}, {broken or 'none violates it'}"


def _table(report: "ValidationReport") -> Iterator[str]:
    counts: dict[tuple[str, str], Counter[bool]] = {}
    for (detail_type, result, meets), count in report.events.items():
        counts.setdefault((detail_type, result), Counter())[meets] += count
    rows = [("detail-type", "result", "meet", "violate")]
    for (detail_type, result), verdicts in sorted(counts.items()):
        meet, violate = (f"{verdicts[meets]:,}" if verdicts[meets] else "-" for meets in (True, False))
        rows.append((detail_type, result, meet, violate))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for detail_type, result, meet, violate in rows:
        yield (
            f"{detail_type:<{widths[0]}}  {result:<{widths[1]}}  {meet:>{widths[2]}}  {violate:>{widths[3]}}".rstrip()
        )
    yield ""


_STANDARD_OUTPUT = "-"


def export(options: argparse.Namespace) -> int:
    """Write the files and print one line; nothing is printed if they go to standard output."""
    from pca_events.exports import FORMATS, documented_detail_types

    if options.format == "pact":
        return _export_pacts(options)
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


def _export_pacts(options: argparse.Namespace) -> int:
    from pca_events.consumers.matrix import contracts_in
    from pca_events.consumers.pacts import write_pacts

    files = write_pacts(contracts_in(options.consumers or ["."]))
    if not files:
        raise BadInput("there is no contract file pca-events.yaml; pca-events init writes one")
    if options.output != _STANDARD_OUTPUT:
        write_folder(files, Path(options.output))
        print(f"wrote {options.output}: {', '.join(files)}")
    elif len(files) > 1:
        raise BadInput(f"these are {len(files)} pacts, too many for standard output; name a folder with --output")
    else:
        sys.stdout.write("".join(files.values()))
    return 0


_COLOURS: "dict[Effect, str]" = {"breaking": "red", "compatible": "green"}


def diff_schemas(options: argparse.Namespace) -> int:
    """Print the changes, the breaking ones first; exit status 1 if one of them is breaking."""
    from pca_events.schema_diff import diff, read_version

    changes = diff(read_version(options.old), read_version(options.new))
    counts = {effect: sum(change.effect == effect for change in changes) for effect in _COLOURS}
    hits = _hits(changes, options.consumers) if options.consumers else [([], []) for _ in changes]
    if options.format == "json":
        found = [
            {**asdict(change), "rules": hit[0], "consumers": hit[1]} for change, hit in zip(changes, hits, strict=True)
        ]
        print(json.dumps({"old": options.old, "new": options.new, **counts, "changes": found}, indent=2))
    else:
        _print_lines(changes, hits, f"{options.old} to {options.new}", counts)
    return 1 if counts["breaking"] else 0


_Hits = tuple[list[str], list[str]]
"""The rules and the consumers that a change affects, each in words."""


def _hits(changes: "list[Change]", paths: list[str]) -> list[_Hits]:
    """What each breaking change affects: rules by their places and names, consumers by their names and events.

    Raises:
        BadInput: a file of the consumers cannot be read.
    """
    from pca_events.check.rules import affected_rules, check
    from pca_events.consumers.matrix import affected_consumers, contracts_in
    from pca_events.infrastructure.files import read_paths

    contracts = contracts_in([path for path in paths if os.path.isdir(path) or path.endswith((".yaml", ".yml"))])
    files = {contract.file for contract in contracts}
    rules = check(read_paths([path for path in paths if path not in files]))
    if rules.unreadable:
        raise BadInput(f"{rules.unreadable[0].place} {rules.unreadable[0].message}")
    found: list[_Hits] = []
    for change in changes:
        if change.effect != "breaking":
            found.append(([], []))
            continue
        hit = affected_rules(rules, change.path, change.detail_types)
        consumers: dict[str, list[str]] = {}
        for each in affected_consumers(contracts, change.path, change.detail_types):
            consumers.setdefault(f"{each.contract.consumer} ({each.contract.file})", []).append(each.event)
        named = [f"{name}, which relies on {', '.join(events)}" for name, events in consumers.items()]
        found.append(([f"{each.rule.place} {each.rule.name}" for each in hit], named))
    return found


def _print_lines(changes: "list[Change]", hits: list[_Hits], way: str, counts: "dict[Effect, int]") -> None:
    out = console()
    for change, (rules, consumers) in zip(changes, hits, strict=True):
        place = f"{change.path} on {change.result}" if change.result else change.path
        lead = (f"{change.effect:<12}", _COLOURS[change.effect])
        out.paragraph(f"{change.title}  {place}  {change.reason}", lead=lead, indent=12)
        for rule in rules:
            out.line(f"{' ' * 12}hits {rule}")
        for consumer in consumers:
            out.paragraph(f"breaks {consumer}", lead=" " * 12, indent=14)
    words = ", ".join(f"{count} {effect}" for effect, count in counts.items())
    out.line(f"{len(changes)} changes from {way}: {words}")
