"""Runs the tests with random inputs again and again with new seeds, until a time is over: `python until.py SECONDS`.

Ends with the first failure, whose seed it prints; `tox -e fuzz` runs it with PCA_FUZZ_SECONDS, 300 by default.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).parent
FACTOR = os.environ.get("PCA_FUZZ_FACTOR", "5")


def main() -> int:
    """Return 1 if a test failed, otherwise 0."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 300.0
    seed = int(os.environ.get("PCA_FUZZ_SEED") or time.time())
    ends, rounds = time.monotonic() + seconds, 0
    while rounds == 0 or time.monotonic() < ends:
        environment = {**os.environ, "PCA_FUZZ_FACTOR": FACTOR, "PCA_FUZZ_SEED": str(seed)}
        words = ["-q", "-n", "logical", "-m", "fuzz or hypothesis", "--hypothesis-seed", str(seed), str(TESTS)]
        ran = subprocess.run([sys.executable, "-m", "pytest", *words], env=environment)
        rounds += 1
        if ran.returncode:
            again = f"PCA_FUZZ_FACTOR={FACTOR} PCA_FUZZ_SEED={seed} python tests/fuzz/until.py 0"
            sys.stdout.write(f"seed {seed} failed in round {rounds}; again: {again}\n")
            return 1
        seed += 1
    sys.stdout.write(f"{rounds} rounds without a failure, seeds up to {seed - 1}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
