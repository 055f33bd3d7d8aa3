"""Paths that no output can be written to: one line with the path and the reason, exit status 2, and nothing written."""

from pathlib import Path

import pytest
from given import Run

TOP = Path(__file__).parents[3]
RULES = str(TOP / "examples" / "mistakes" / "13-result-failed.tf")
RECORDING = str(TOP / "examples" / "recordings" / "archive.jsonl")
COMMANDS: dict[str, tuple[str, ...]] = {
    "check --output": ("check", RULES, "--output", "json=OUT"),
    "check --baseline": ("check", RULES, "--update-baseline", "--baseline", "OUT"),
    "export to a file": ("export", "asyncapi", "--output", "OUT"),
    "export to a folder": ("export", "openapi", "--output", "OUT"),
    "site": ("site", "OUT"),
    "validate --report": ("validate", RECORDING, "--report", "OUT"),
    "verify --messages": ("verify", "envelope", "--messages", "OUT"),
    "verify --junit": ("verify", "envelope", "--junit", "OUT"),
}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(
    ("out", "reason"), [("loop", "Too many levels of symbolic links"), ("x" * 300, "File name too long")]
)
def test_a_path_that_cannot_be_written(command: Run, tmp_path: Path, name: str, out: str, reason: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    file = str(tmp_path / out)
    found = command(*(word.replace("OUT", file) for word in COMMANDS[name]))
    assert (found.returncode, found.stderr.count("\n")) == (2, 1), found.stderr
    assert found.stderr.startswith(f"pca-events: {file} cannot be written ({reason})")
    assert [path.name for path in tmp_path.iterdir()] == ["loop"]
    assert (tmp_path / "loop").is_symlink()
