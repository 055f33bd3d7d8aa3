"""The commands of the base package, each with the exit status that it must end with; run as a script, it tries them.

`tox -e base-py314` runs it where nothing but the base is installed, so it needs no pytest.
"""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from pca_events.catalog import documented
from pca_events.cli import EXTRAS

TOP = Path(__file__).parents[2]
_PATTERN = "examples/infrastructure/json/crl-failed.json"
COMMANDS: list[tuple[int, list[str]]] = [
    (1, ["check", "examples/infrastructure", "examples/mistakes"]),
    (0, ["explain", "--pattern", _PATTERN, "--event", "crl-generation-failure-internal"]),
    (0, ["list"]),
    (0, ["show", "certificate-issuance-failure"]),
    (0, ["sample", "all"]),
    (0, ["validate", "-"]),
    (0, ["mutate", "--variants", "10"]),
    (0, ["export", "asyncapi"]),
    (0, ["diff", "schemas", "schemas"]),
    (0, ["completion", "bash"]),
]


def ran(words: list[str], **more: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command at the top of the project, with an event as standard input if it reads that."""
    given = json.dumps(documented("ca-creation-success").sample) if "-" in words else ""
    program = [sys.executable, "-m", "pca_events", *words]
    return subprocess.run(program, cwd=TOP, input=given, capture_output=True, text=True, **more)  # type: ignore[call-overload,no-any-return]


if __name__ == "__main__":
    there = sorted(name for name in EXTRAS if find_spec(name))
    assert not there, f"more than the base is installed: {there}"
    for status, words in COMMANDS:
        found = ran(words)
        assert (found.returncode, found.stderr) == (status, ""), f"{words}: {found}"
        assert found.stdout, words
        sys.stdout.write(f"pca-events {' '.join(words)}: {len(found.stdout.splitlines())} lines\n")
