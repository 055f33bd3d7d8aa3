"""The arguments of every command, parsed without importing the commands."""

import argparse
from collections.abc import Collection, Sequence

from pca_events import __version__
from pca_events.cli import COMMANDS
from pca_events.cli.parser import Parser

_GROUPS = {
    "rules": ("check", "explain", "diff"),
    "events": ("list", "show", "sample", "validate", "mutate", "export"),
    "runs": ("verify", "site", "calibrate", "sweep", "localstack", "watch", "completion"),
}
"""The module of `options` that has the arguments of each command."""


def parsed(words: Sequence[str]) -> argparse.Namespace:
    """Parse a command line; `command` is the name of its command.

    Raises:
        SystemExit: help was printed, or the words cannot be used.
    """
    chosen = next((word for word in words if not word.startswith("-")), None)
    parser, by_name = parser_with({chosen} & COMMANDS.keys())
    options, rest = parser.parse_known_args(words)
    if rest and options.command == "check":
        rest = _more_paths(options, rest)
    if rest:
        by_name[options.command].unknown(rest)
    return options


def _more_paths(options: argparse.Namespace, rest: list[str]) -> list[str]:
    """Take the paths after options, which argparse leaves over if others come before them; return the rest."""
    end = rest.index("--") if "--" in rest else len(rest)
    options.paths += [word for word in rest[:end] if not word.startswith("-") or word == "-"] + rest[end + 1 :]
    return [word for word in rest[:end] if word.startswith("-") and word != "-"]


def parser_with(complete: Collection[str | None]) -> tuple[Parser, dict[str, Parser]]:
    """Return the parser of the command line, and that of each command.

    Args:
        complete: the commands whose arguments are added; adding those of the others takes time.
    """
    parser = Parser(
        prog="pca-events",
        description="Contracts and a test harness for the events that AWS Private CA sends to Amazon EventBridge.",
        epilog="pca-events COMMAND --help shows the options of a command, with examples and exit statuses.",
    )
    parser.add_argument("--version", action="version", version=f"pca-events {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    by_name = {name: commands.add_parser(name, help=summary) for name, summary in COMMANDS.items()}
    for name in complete:
        if name is not None:
            _add_arguments(by_name[name], name)
            by_name[name].describe(name)
    return parser, by_name


def _add_arguments(parser: Parser, command: str) -> None:
    """Import the arguments of a command and add them to its parser."""
    import importlib

    group = next(name for name, commands in _GROUPS.items() if command in commands)
    importlib.import_module(f"pca_events.cli.options.{group}").ARGUMENTS[command](parser)
