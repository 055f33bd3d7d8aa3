"""The command `pca-events`."""

import argparse
import importlib
import sys
from collections.abc import Sequence

from pca_events import __version__
from pca_events.errors import PcaEventsError

COMMANDS = (
    "check",
    "explain",
    "list",
    "show",
    "sample",
    "validate",
    "mutate",
    "diff",
    "export",
    "verify",
    "site",
    "calibrate",
    "sweep",
    "localstack",
    "watch",
)
"""Each is a module of this package; only the one that is asked for is loaded."""

INPUT_UNREADABLE = 2
_INTERRUPTED = 130


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 all is well, 1 a contract is broken, 2 unusable input."""
    given = sys.argv[1:] if words is None else words
    parser = argparse.ArgumentParser(
        prog="pca-events",
        description="Contracts and a test harness for the events that AWS Private CA sends to Amazon EventBridge.",
    )
    parser.add_argument("--version", action="version", version=f"pca-events {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in given[:1] if given and given[0] in COMMANDS else COMMANDS:
        importlib.import_module(f"pca_events.cli.{name}").add_to(commands)
    options = parser.parse_args(given)
    try:
        status: int = options.run(options)
    except PcaEventsError as error:
        print(f"pca-events: {error}", file=sys.stderr)
        return INPUT_UNREADABLE
    except BrokenPipeError:  # `| head` has read enough
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return _INTERRUPTED
    return status
