"""`pca-events localstack`: the emulator in the foreground, for a developer."""

import argparse
import signal
from typing import Any

from pca_events.backends import EmbeddedLocalStack
from pca_events.backends.backend import ACCOUNT, REGION

_DEFAULT_PORT = 4566


def add_to(commands: Any) -> None:
    """Add this command to the parser's commands."""
    parser = commands.add_parser("localstack", help="run the embedded LocalStack in the foreground until Ctrl-C")
    parser.add_argument(
        "--port",
        type=int,
        default=_DEFAULT_PORT,
        help="the loopback port to listen on (default: %(default)s)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Start the emulator, say how to reach it, and end it with Ctrl-C."""
    emulator = EmbeddedLocalStack.of_this_process()
    try:
        backend = emulator.start(options.port)
        print(f"{backend.name}, is ready at {backend.endpoint_url}. To use it in another terminal:\n")
        print(
            f"  export AWS_ENDPOINT_URL={backend.endpoint_url} AWS_REGION={REGION} AWS_DEFAULT_REGION={REGION} "
            f"AWS_ACCESS_KEY_ID={ACCOUNT} AWS_SECRET_ACCESS_KEY=any\n"
        )
        print(f"Its log is {emulator.log}. Ctrl-C ends it.", flush=True)
        emulator.wait()
    except KeyboardInterrupt:
        print("\nended")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        emulator.stop()
    return 0
