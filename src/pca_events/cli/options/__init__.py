"""Readers of option values, and options that several commands share."""

import argparse
from collections.abc import Callable
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


def age(words: str) -> Any:
    """Read an age such as 90m, as a timedelta."""
    import re
    from datetime import timedelta

    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    match = re.fullmatch(r"(\d+)([smhd])", words)
    if match is None:
        raise argparse.ArgumentTypeError(f'"{words}" is not an age; write it as 90m, 2h or 1d')
    return timedelta(**{units[match[2]]: int(match[1])})


def resource_kinds(words: str) -> tuple[str, ...]:
    """Read a list of kinds of resources, separated by commas."""
    from pca_events.harness.resources import KINDS

    kinds = tuple(words.split(","))
    if unknown := set(kinds) - set(KINDS):
        raise argparse.ArgumentTypeError(
            f"{', '.join(sorted(unknown))} is not a kind of resource; known: {', '.join(KINDS)}"
        )
    return kinds


def add_format(parser: Parser, more: str = "") -> None:
    """Add `--format`."""
    words = "default: %(default)s" + (f"; {more}" if more else "")
    parser.add_argument("--format", choices=("text", "json"), default="text", help=words)


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
