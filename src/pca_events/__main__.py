"""`python -m pca_events` is `pca-events`."""

import sys

from pca_events.cli import main

sys.exit(main())
