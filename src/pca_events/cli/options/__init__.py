"""Readers of option values, options that several commands share, and the arguments of the commands about events."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pca_events.cli.parser import Parser

_MOST_WORKERS = 64
_MOST_DIGITS = 18


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return a reader of whole numbers between two bounds."""

    def read(words: str) -> int:
        bounds = f"write {least} or more" if most is None else f"write {least} to {most}"
        if not words.removeprefix("-").isdecimal() or len(words) > _MOST_DIGITS:
            raise argparse.ArgumentTypeError(f'"{words}" is not a whole number; {bounds}')
        if int(words) < least or (most is not None and int(words) > most):
            raise argparse.ArgumentTypeError(f'"{words}" is out of range; {bounds}')
        return int(words)

    return read


def change(words: str) -> tuple[str, Any]:
    """Read `PATH=VALUE`, whose value is JSON or plain text."""
    import json

    path, equals, text = words.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f'"{words}" has no value; write it as $.detail.result=failed')
    try:
        return (path if path.startswith("$") else f"$.{path}"), json.loads(text)
    except ValueError:
        return (path if path.startswith("$") else f"$.{path}"), text


def size(words: str) -> int:
    """Read a size such as 500MB, in bytes."""
    import re

    match = re.fullmatch(r"([0-9]{1,18})([KMGT]?)i?B?", words, re.IGNORECASE)
    if match is None:
        raise argparse.ArgumentTypeError(f'"{words}" is not a size; write it as 500MB or 4GB')
    return int(match[1]) << {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}[match[2].upper()]


def workers(words: str) -> str:
    """Read a number of processes, or `auto`."""
    if words != "auto" and not (words.isdecimal() and 1 <= int(words) <= _MOST_WORKERS):
        raise argparse.ArgumentTypeError(f'"{words}" is not a number of workers; write 1 to {_MOST_WORKERS}, or auto')
    return words


_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def age(words: str) -> Any:
    """Read an age such as 90m, as a timedelta."""
    return _time(words, f'"{words}" is not an age; write it as 90m, 2h or 1d')


def duration(words: str) -> Any:
    """Read a duration such as 30m or +30m, as a timedelta."""
    return _time(words.removeprefix("+"), f'"{words}" is not a duration; write it as 90s, 30m, 2h or 7d')


def _time(words: str, otherwise: str) -> Any:
    import re
    from datetime import timedelta

    match = re.fullmatch(r"([0-9]{1,9})([smhd])", words)
    if match is None:
        raise argparse.ArgumentTypeError(otherwise)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def account(words: str) -> str:
    """Read the id of an account."""
    import re

    if not re.fullmatch("[0-9]{12}", words):
        raise argparse.ArgumentTypeError(f'"{words}" is not an account; write its twelve digits')
    return words


def run_id(words: str) -> str:
    """Read the id of a run; an empty one would select every run."""
    import re

    if not re.fullmatch(r"[0-9a-f]{8}", words):
        raise argparse.ArgumentTypeError(f'"{words}" is not the id of a run, which has eight hexadecimal digits')
    return words


def resource_kinds(words: str) -> tuple[str, ...]:
    """Read a list of kinds of resources, separated by commas."""
    from pca_events.harness.resources import SWEPT_KINDS

    kinds = tuple(words.split(","))
    if unknown := set(kinds) - set(SWEPT_KINDS):
        raise argparse.ArgumentTypeError(
            f"{', '.join(sorted(unknown))} is not a kind of resource; known: {', '.join(SWEPT_KINDS)}"
        )
    return kinds


def switches(words: str) -> tuple[str, ...]:
    """Read a list of services to switch on, separated by commas."""
    from pca_events.service_switches import read_switches

    try:
        return read_switches(words)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def add_format(parser: Parser, more: str = "") -> None:
    """Add `--format`."""
    words = "default: %(default)s" + (f"; {more}" if more else "")
    parser.add_argument("--format", choices=("text", "json"), default="text", help=words)


def add_form(parser: Parser) -> None:
    """Add `--as`."""
    from pca_events.handlers.wrapping import FORMS

    words = f"how the event is delivered: {', '.join(FORMS)} (default: %(default)s, the event itself)"
    parser.add_argument("--as", dest="form", metavar="FORM", choices=FORMS, default="lambda", help=words)


def add_workers(parser: Parser, words: str) -> None:
    """Add `--workers`."""
    parser.add_argument("-n", "--workers", metavar="N", type=workers, default="auto", help=words)


def add_max_unpacked(parser: Parser) -> None:
    """Add `--max-unpacked`."""
    parser.add_argument(
        "--max-unpacked",
        metavar="SIZE",
        type=size,
        help="maximum unpacked size of one gzip file, such as 4GB (default: 20 times its size, at least 1 GB)",
    )


def _list(parser: Parser) -> None:
    add_format(parser)


def _show(parser: Parser) -> None:
    from pca_events.rule_snippets import NOTATIONS

    parser.add_argument("event", metavar="EVENT", help="the id of the event, as `pca-events list` prints it")
    add_format(parser)
    parser.add_argument("--rule", choices=tuple(NOTATIONS), help="print only the rule, in this notation")


def _sample(parser: Parser) -> None:
    from pca_events.events import KINDS, PARTITIONS

    parser.add_argument("event", metavar="EVENT", help="the id of a documented event; all: one of each")
    parser.add_argument("--account", metavar="ID", help="twelve digits (default: 111122223333)")
    parser.add_argument("--region", help="such as eu-central-1 (default: one of the partition)")
    parser.add_argument("--partition", choices=tuple(PARTITIONS), help="default: that of the Region")
    parser.add_argument("--count", type=whole_number(1), metavar="N", help="how many (default: 1; all: one of each)")
    parser.add_argument("--seed", metavar="S", help="the same seed gives the same events")
    add_form(parser)
    parser.add_argument(
        "--set",
        dest="changes",
        action="append",
        default=[],
        type=change,
        metavar="PATH=VALUE",
        help="set a value, JSON or plain text, at a JSON path: $.detail.result=failed; repeatable",
    )
    parser.add_argument(
        "--broken",
        metavar="KIND[:PATH]",
        help=f"violate the contract in this way, at this JSON path or a random one; kinds: {', '.join(KINDS)}",
    )


def _validate(parser: Parser) -> None:
    parser.add_argument(
        "files", nargs="+", metavar="FILE|DIR", help="a file, a folder of recordings, or - for standard input"
    )
    parser.add_argument("--closed", action="store_true", help="report fields that the contract does not define")
    parser.add_argument(
        "--verbose", action="store_true", help="print the regular expression and the schema of each violation"
    )
    parser.add_argument("--report", metavar="FILE", type=Path, help="write the report as JSON, for --merge")
    parser.add_argument(
        "--merge", action="store_true", help="each FILE is a report that --report wrote; print their total"
    )
    add_max_unpacked(parser)
    add_format(parser)
    add_workers(parser, "number of processes (default: one per core)")


def _mutate(parser: Parser) -> None:
    parser.add_argument(
        "--variants",
        type=whole_number(0),
        default=10_000,
        metavar="N",
        help="number of valid events (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=whole_number(0), default=0, metavar="S", help="seed of the valid events (default: %(default)s)"
    )
    add_format(parser)


def _export(parser: Parser) -> None:
    from pca_events.exports import FORMATS

    summaries = "; ".join(f"{name}: {known.summary}" for name, known in FORMATS.items())
    summaries += "; pact: the pacts of consumers with AWS Private CA, in a folder"
    parser.add_argument("format", metavar="FORMAT", choices=(*FORMATS, "pact"), help=summaries)
    parser.add_argument(
        "--output",
        metavar="FILE",
        default="-",
        help="output file, or folder for openapi and pact (default: standard output)",
    )
    parser.add_argument(
        "--consumers",
        metavar="PATH",
        action="append",
        help="with pact: a contract file, or a folder with contract files (default: the current one); repeatable",
    )


ARGUMENTS: dict[str, Callable[[Parser], None]] = {
    "list": _list,
    "show": _show,
    "sample": _sample,
    "validate": _validate,
    "mutate": _mutate,
    "export": _export,
}
"""What adds the arguments of each command."""
