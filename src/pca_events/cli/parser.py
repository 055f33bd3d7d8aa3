"""The command line: the parser of every command without importing the command, its help, and completion scripts."""

import argparse
import shutil
import sys
import textwrap
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from pca_events import __version__
from pca_events.cli import COMMANDS
from pca_events.cli.help import HELP
from pca_events.wording import did_you_mean, nearest

if TYPE_CHECKING:
    from pathlib import Path

    from _typeshed import SupportsWrite


_NARROWEST, _WIDEST = 13, 100  # columns; argparse does not narrow its text to less than 11


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line and suggest the nearest name."""

    def describe(self, command: str) -> None:
        """Add the description, examples and exit statuses of a command to its help, once it has its arguments."""
        known = HELP[command]
        places = self._get_positional_actions()
        self.usage = " ".join(["%(prog)s [options]", *(self._format_place(action) for action in places)])
        examples = "\n".join(f"  {example}" for example in known.examples)
        statuses = "\n".join(f"  {status:<4}{meaning}" for status, meaning in known.statuses.items())
        self.formatter_class = argparse.RawDescriptionHelpFormatter
        width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST) - 2
        self.description = textwrap.fill(known.description, width)
        self.epilog = f"examples:\n{examples}\n\nexit status:\n{statuses}"

    def _format_place(self, action: argparse.Action) -> str:
        return self._get_formatter()._format_args(action, action.dest)

    def unknown(self, words: list[str]) -> NoReturn:
        """Exit with an error about words that no argument takes.

        Raises:
            SystemExit: always, with status 2.
        """
        word = words[0]
        if not word.startswith("-"):
            self.error(f'unexpected argument "{word}"')
        option = word.partition("=")[0]
        meant = nearest(option, [name for action in self._actions for name in action.option_strings])
        self.error(f"unknown option {option}" + (f"; did you mean {meant}?" if meant else ""))

    def error(self, message: str) -> NoReturn:
        """Exit with the usage and the message.

        Raises:
            SystemExit: always, with status 2.
        """
        self.exit(2, f"{self.format_usage()}{self.prog}: {message}\n")

    def _print_message(self, message: str, file: "SupportsWrite[str] | None" = None) -> None:
        # argparse ignores errors when it writes its help.
        (file or sys.stderr).write(message)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        # argparse lists every choice and leaves the search to the reader.
        if action.choices is not None and value not in action.choices:
            advice = did_you_mean(str(value), map(str, action.choices)) or f"see {self.prog} --help"
            if isinstance(action, argparse._SubParsersAction):
                raise argparse.ArgumentError(None, f'unknown command "{value}"; {advice}')
            raise argparse.ArgumentError(action, f'"{value}" is not supported; {advice}')


_GROUPS = {
    "options": ("list", "show", "sample", "validate", "mutate", "export"),
    "options.rules": ("check", "explain", "diff"),
    "options.handlers": ("init", "verify-consumer", "matrix", "test-handler"),
    "options.runs": (
        "verify",
        "site",
        "calibrate",
        "sweep",
        "localstack",
        "watch",
        "fail",
        "clock",
        "deliver",
        "completion",
    ),
}
"""The module that has the arguments of each command."""


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
    importlib.import_module(f"pca_events.cli.{group}").ARGUMENTS[command](parser)


def print_completion(options: argparse.Namespace) -> int:
    """Print the script."""
    sys.stdout.write(script_of(options.shell).read_text("utf-8"))
    return 0


def script_of(shell: str) -> "Path":
    """Return the path of the script for a shell, which tests/suite/completion_script.py generates."""
    from pathlib import Path

    return Path(__file__).with_name(f"completion.{shell}")
