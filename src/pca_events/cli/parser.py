"""The parser of the command line: help with examples and exit statuses, and errors that say what may be meant."""

import argparse
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Any, NoReturn

from pca_events.cli.command_help import HELP
from pca_events.wording import did_you_mean, nearest

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

_WIDEST = 100


class Parser(argparse.ArgumentParser):
    """argparse, with errors of one line that suggest the nearest name."""

    def describe(self, command: str) -> None:
        """Add what a command does, its examples and its exit statuses to its help, once it has its arguments."""
        known = HELP[command]
        places = self._get_positional_actions()
        self.usage = " ".join(["%(prog)s [options]", *(self._format_place(action) for action in places)])
        examples = "\n".join(f"  {example}" for example in known.examples)
        statuses = "\n".join(f"  {status:<4}{meaning}" for status, meaning in known.statuses.items())
        self.formatter_class = argparse.RawDescriptionHelpFormatter
        self.description = textwrap.fill(known.description, min(shutil.get_terminal_size().columns, _WIDEST) - 2)
        self.epilog = f"examples:\n{examples}\n\nexit status:\n{statuses}"

    def _format_place(self, action: argparse.Action) -> str:
        return self._get_formatter()._format_args(action, action.dest)

    def unknown(self, words: list[str]) -> NoReturn:
        """End with what is wrong with words that no argument takes.

        Raises:
            SystemExit: always, with status 2.
        """
        word = words[0]
        if not word.startswith("-"):
            self.error(f'unexpected argument "{word}"')
        option = word.partition("=")[0]
        meant = nearest(option, [name for action in self._actions for name in action.option_strings])
        self.error(f"there is no option {option}" + (f"; did you mean {meant}?" if meant else ""))

    def error(self, message: str) -> NoReturn:
        """End with the usage and the message.

        Raises:
            SystemExit: always, with status 2.
        """
        self.exit(2, f"{self.format_usage()}{self.prog}: {message}\n")

    def _print_message(self, message: str, file: "SupportsWrite[str] | None" = None) -> None:
        # argparse is silent where its help cannot be written.
        (file or sys.stderr).write(message)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        # argparse lists every choice and leaves the search to the reader.
        if action.choices is not None and value not in action.choices:
            advice = did_you_mean(str(value), map(str, action.choices)) or f"see {self.prog} --help"
            if isinstance(action, argparse._SubParsersAction):
                raise argparse.ArgumentError(None, f'there is no command "{value}"; {advice}')
            raise argparse.ArgumentError(action, f'"{value}" is not supported; {advice}')
