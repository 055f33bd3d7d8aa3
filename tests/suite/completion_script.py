"""Prints the completion of a shell, generated from the arguments: `python tests/suite/completion_script.py bash`."""

import os
import sys

import shtab

from pca_events.catalog import documented_events, never_sent
from pca_events.cli import COMMANDS
from pca_events.cli.parser import parser_with

_OF_FILES = {"FILE", "PATH", "FEATURE", "OLD", "NEW", "FILE|EVENT"}


def completion(shell: str) -> str:
    """Return the script for a shell, which completes commands, options, files and the ids of events."""
    os.environ["COLUMNS"] = "100"  # the width of the help texts in it
    parser, by_name = parser_with(COMMANDS)
    for command in by_name.values():
        for action in command._actions:
            if action.metavar in _OF_FILES:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
            elif action.metavar == "DIR":
                action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
            elif action.metavar == "EVENT":
                action.choices = [entry.id for entry in (*documented_events(), *never_sent())]
    return shtab.complete(parser, shell)


if __name__ == "__main__":
    sys.stdout.write(completion(sys.argv[1]))
