"""The completion of commands and options in a shell."""

import shutil
import subprocess
from pathlib import Path

import pytest
from completion_script import completion
from required import cannot_run

from pca_events.cli.options.runs import SHELLS
from pca_events.cli.parser import script_of


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_generated_from_the_arguments(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert script_of(shell).read_text("utf-8") == completion(shell), "python tests/suite/regenerate.py completion"


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        (["pca-events", "ch"], {"check"}),
        (["pca-events", "check", "--requ"], {"--require-rules"}),
        (["pca-events", "check", "--format", "sa"], {"sarif"}),
        (["pca-events", "show", "ca-creation-f"], {"ca-creation-failure"}),
    ],
)
def test_bash_completes(typed: list[str], completed: set[str]) -> None:
    bash = shutil.which("bash")
    if bash is None:
        cannot_run("bash is missing")
    words = " ".join(f"'{word}'" for word in typed)
    program = f"""
        source {script_of("bash")}
        COMP_WORDS=({words}); COMP_CWORD={len(typed) - 1}; COMP_LINE="{" ".join(typed)}"
        "$(complete -p pca-events | sed 's/.*-F \\([^ ]*\\).*/\\1/')" pca-events
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    ran = subprocess.run([bash, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parent)
    assert set(ran.stdout.split()) == completed, ran.stderr
