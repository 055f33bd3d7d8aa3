"""`pca-events completion`: the completion scripts for shells, which `shtab` generates from the arguments."""

import argparse
import sys
from pathlib import Path


def run(options: argparse.Namespace) -> int:
    """Print the script."""
    sys.stdout.write(script_of(options.shell).read_text("utf-8"))
    return 0


def script_of(shell: str) -> Path:
    """Return the path of the script for a shell; its test regenerates it with UPDATE_COMPLETION=1."""
    return Path(__file__).with_name(f"completion.{shell}")
