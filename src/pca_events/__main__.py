"""The entry point of the command `pca-events` and of `python -m pca_events`."""

from pca_events.interrupts import die_at_once

die_at_once()  # before any other import, so that Ctrl-C ends them without a traceback

import sys  # noqa: E402

from pca_events.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
