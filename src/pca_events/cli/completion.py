"""`pca-events completion`: what completes commands and options in a shell; `shtab` has made it from the arguments."""

import argparse
import sys
from pathlib import Path


def run(options: argparse.Namespace) -> int:
    """Print the script."""
    sys.stdout.write(script_of(options.shell).read_text("utf-8"))
    return 0


def script_of(shell: str) -> Path:
    """Return where the script for a shell lies; its test writes it again where UPDATE_COMPLETION=1."""
    return Path(__file__).with_name(f"completion.{shell}")
