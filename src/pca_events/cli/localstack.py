"""`pca-events localstack`: runs the emulator in the foreground."""

import argparse

from pca_events.backends import ACCOUNT, REGION, EmbeddedLocalStack
from pca_events.errors import BackendError


def run(options: argparse.Namespace) -> int:
    """Run the emulator until Ctrl-C, and print the variables to export; exit status 130 before it is ready.

    Raises:
        BackendError: it did not start, or it exited.
    """
    emulator = EmbeddedLocalStack.of_this_process(stock=options.stock)
    try:
        backend = emulator.start(options.port)
        try:
            print(f"{backend.name}, is ready at {backend.endpoint_url}. To use it in another terminal:\n")
            print(
                f"  export AWS_ENDPOINT_URL={backend.endpoint_url} AWS_REGION={REGION} AWS_DEFAULT_REGION={REGION} "
                f"AWS_ACCESS_KEY_ID={ACCOUNT} AWS_SECRET_ACCESS_KEY=any\n"
            )
            print(f"Its log is {emulator.log}. Ctrl-C stops it.", flush=True)
            emulator.wait()
        except KeyboardInterrupt:
            print("\nstopped")
            return 0
        raise BackendError(emulator.last_words("exited"))
    finally:
        emulator.stop()
