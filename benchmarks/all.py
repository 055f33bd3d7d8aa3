"""Every benchmark of this folder, one after another; what fails makes the whole fail.

    python benchmarks/all.py [--small]

`--small` takes about a minute. Its numbers mean nothing: it shows that no benchmark rots.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
HELPERS = {"all.py", "counting.py", "emulators.py"}


def main() -> int:
    """Run them, and return 1 if one has failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="each in a small size")
    words = ["--small"] if parser.parse_args().small else []
    failed = []
    for file in sorted(HERE.glob("*.py")):
        if file.name not in HELPERS:
            print(f"== {file.name} {' '.join(words)}", flush=True)
            began = time.perf_counter()
            status = subprocess.run([sys.executable, file, *words]).returncode
            print(f"== {file.name}: exit status {status}, {time.perf_counter() - began:.1f} s", flush=True)
            failed += [file.name] if status else []
    print(f"failed: {', '.join(failed)}" if failed else "every benchmark runs")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
