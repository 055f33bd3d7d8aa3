"""`pca-events localstack`: the emulator in the foreground, for a developer."""

import argparse

from pca_events.backends import ACCOUNT, REGION, EmbeddedLocalStack
from pca_events.errors import BackendError


def run(options: argparse.Namespace) -> int:
    """Start the emulator, say how to reach it, and end it with Ctrl-C; exit status 0 then, 130 before it was ready.

    Raises:
        BackendError: it did not come up, or it ended by itself.
    """
    emulator = EmbeddedLocalStack.of_this_process()
    try:
        backend = emulator.start(options.port)
        try:
            print(f"{backend.name}, is ready at {backend.endpoint_url}. To use it in another terminal:\n")
            print(
                f"  export AWS_ENDPOINT_URL={backend.endpoint_url} AWS_REGION={REGION} AWS_DEFAULT_REGION={REGION} "
                f"AWS_ACCESS_KEY_ID={ACCOUNT} AWS_SECRET_ACCESS_KEY=any\n"
            )
            print(f"Its log is {emulator.log}. Ctrl-C ends it.", flush=True)
            emulator.wait()
        except KeyboardInterrupt:
            print("\nended")
            return 0
        raise BackendError(emulator.last_words("ended by itself"))
    finally:
        emulator.stop()
