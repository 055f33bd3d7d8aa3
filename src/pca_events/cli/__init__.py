"""The command `pca-events`."""

import argparse
import sys
from collections.abc import Sequence

from pca_events import __version__
from pca_events.cli import calibrate, localstack, sweep, verify
from pca_events.errors import PcaEventsError

INPUT_UNREADABLE = 2
_INTERRUPTED = 130


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 all is well, 1 a contract is broken, 2 unusable input."""
    parser = argparse.ArgumentParser(
        prog="pca-events",
        description="Contracts and a test harness for the events that AWS Private CA sends to Amazon EventBridge.",
    )
    parser.add_argument("--version", action="version", version=f"pca-events {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (verify, calibrate, sweep, localstack):
        command.add_to(commands)
    options = parser.parse_args(words)
    try:
        status: int = options.run(options)
    except PcaEventsError as error:
        print(f"pca-events: {error}", file=sys.stderr)
        return INPUT_UNREADABLE
    except KeyboardInterrupt:
        return _INTERRUPTED
    return status
