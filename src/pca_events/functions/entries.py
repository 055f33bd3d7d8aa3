"""The functions of a LocalStack: read from `--function`, and given to it in a variable of its environment."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from pca_events.errors import BadInput
from pca_events.handlers.entry import Handler, Limits, read_command, read_entry
from pca_events.service_switches import FUNCTIONS

TIME_LIMIT = 30
"""Seconds of an invocation, by default; the three of AWS are too few for a machine that is busy."""
MEMORY_LIMIT = 512
"""MB of an invocation, by default."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_COMMAND = "command:"


def read_functions(entries: Iterable[str], limits: Limits, folder: Path | None = None) -> dict[str, Handler]:
    """Read `NAME=ENTRY` and `NAME=command:WORDS`.

    Args:
        entries: the entry is that of `read_entry`, the words are those of `read_command`.
        limits: of an invocation.
        folder: by default the current directory.

    Raises:
        BadInput: one has another form, a name occurs twice, there is no such file, or it cannot be run here.
    """
    from pca_events.handlers.environment import environment_for  # a server, which only functions need

    found: dict[str, Handler] = {}
    for each in entries:
        name, equals, entry = each.partition("=")
        if not equals or not _NAME.fullmatch(name):
            example = "renew=app:handler, or 'renew=command:node handler.mjs'"
            raise BadInput(
                f'"{each}" is not a function; write a name of letters, digits, - and _ and its code: {example}'
            )
        if name in found:
            raise BadInput(f"there are two functions with the name {name}; give each another name")
        if entry.startswith(_COMMAND):
            found[name] = read_command(entry.removeprefix(_COMMAND), folder, limits)
        else:
            found[name] = read_entry(entry, folder, limits)
        environment_for(found[name])
    return found


def variables_of(functions: Mapping[str, Handler]) -> dict[str, str]:
    """Return the environment of a LocalStack with these functions; nothing without functions."""
    if not functions:
        return {}
    described = {name: {**asdict(handler), "folder": str(handler.folder)} for name, handler in functions.items()}
    return {FUNCTIONS: json.dumps(described)}


def functions_here(environment: Mapping[str, str] = os.environ) -> dict[str, Handler]:
    """Return the functions of the LocalStack whose environment this is."""
    described = json.loads(environment.get(FUNCTIONS) or "{}")
    return {
        name: Handler(
            Path(each["folder"]), each["module"], each["function"], tuple(each["command"]), Limits(**each["limits"])
        )
        for name, each in described.items()
    }
