"""The completion of commands and options in a shell."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import shtab
from required import cannot_run

from pca_events.catalog import documented_events, never_sent
from pca_events.cli import COMMANDS
from pca_events.cli.options.runs import SHELLS
from pca_events.cli.parser import parser_with, script_of

_OF_FILES = {"FILE", "PATH", "FEATURE", "OLD", "NEW", "FILE|EVENT"}


def made(shell: str) -> str:
    parser, by_name = parser_with(COMMANDS)
    for command in by_name.values():
        for action in command._actions:
            if action.metavar in _OF_FILES:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
            elif action.metavar == "DIR":
                action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
            elif action.metavar == "EVENT":
                action.choices = [entry.id for entry in (*documented_events(), *never_sent())]
    return shtab.complete(parser, shell)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_generated_from_the_arguments(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    if os.environ.get("UPDATE_COMPLETION"):
        script_of(shell).write_text(made(shell), "utf-8")
    assert script_of(shell).read_text("utf-8") == made(shell), "run this test with UPDATE_COMPLETION=1"


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
