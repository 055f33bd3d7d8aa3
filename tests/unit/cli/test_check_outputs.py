"""The outputs of `check`, and the errors if they cannot be written."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from checking import Project, rule
from required import cannot_run

FULL = Path("/dev/full")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.write("rules.tf", rule())
    return made


def shell(project: Project, line: str) -> "subprocess.CompletedProcess[str]":
    """Run a line of bash in which `check` is the command."""
    bash = shutil.which("bash")
    if bash is None:
        cannot_run("bash is not installed, and the redirections are those of bash")
    words = f'check() {{ "{sys.executable}" -m pca_events check "$@"; }}; {line}'
    return subprocess.run([bash, "-c", words], cwd=project.folder, capture_output=True, text=True)


def test_one_run_writes_several_formats(project: Project) -> None:
    ran = project.check(
        "rules.tf", "--output", "sarif=out/a.sarif", "--output", "json=b.json", "--output", "text=c.txt"
    )
    assert (ran.returncode, ran.stderr) == (1, "")
    assert json.loads((project.folder / "out/a.sarif").read_text())["version"] == "2.1.0"
    assert json.loads((project.folder / "b.json").read_text()) == json.loads(
        project.check("rules.tf", "--format", "json").stdout
    )
    assert (project.folder / "c.txt").read_text() == ran.stdout == project.check("rules.tf").stdout


def test_standard_output_is_a_dash(project: Project) -> None:
    ran = project.check("rules.tf", "--output", "json=-", "--output", "markdown=m.md")
    assert ran.stdout == project.check("rules.tf", "--format", "json").stdout
    assert (project.folder / "m.md").read_text() == project.check("rules.tf", "--format", "markdown").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--output", "json"], '"json" is not FORMAT=FILE; write for example sarif=pca-events.sarif'),
        (["--output", "json="], '"json=" is not FORMAT=FILE'),
        (["--output", "sarf=x"], 'there is no format "sarf"; did you mean "sarif"?'),
        (["--output", "json=-", "--output", "sarif=-"], "two reports would go to standard output"),
        (["--output", "json=-", "--format", "text"], "two reports would go to standard output"),
        (["--output", "json=a", "--output", "sarif=./a"], "two reports would go to ./a"),
        (["--output", "json=a", "--migrate"], "--migrate prints a template, not a report"),
        (["--output", "json=."], ". is a folder, but a report is one file"),
        (["--output", "json=rules.tf/a"], "rules.tf/a cannot be written"),
        (["--output", "json=/proc/none/a"], "/proc/none/a cannot be written"),
    ],
)
def test_unwritable_output_is_detected_before_the_work(project: Project, words: list[str], said: str) -> None:
    ran = project.check("rules.tf", *words)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr.splitlines()[-1]
    assert "Traceback" not in ran.stderr


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_one_line(project: Project) -> None:
    for form in ("text", "json", "github"):
        ran = shell(project, f"check rules.tf --format {form} > /dev/full")
        assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
        assert ran.stderr.startswith("pca-events: standard output cannot be written (No space left on device)")
    ran = shell(project, "check rules.tf --output json=/dev/full")
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)


def test_a_reader_that_closes_the_pipe_does_not_change_the_verdict(project: Project) -> None:
    project.write("many.tf", "\n".join(rule(f"r{number}") for number in range(300)))
    ran = shell(project, "check many.tf | head -1; echo ${PIPESTATUS[0]}")
    assert (ran.stdout.splitlines()[-1], ran.stderr) == ("1", "")


def test_a_closed_standard_output_is_one_line(project: Project) -> None:
    ran = shell(project, "check rules.tf >&-")
    assert (ran.returncode, ran.stderr.count("\n"), "is closed" in ran.stderr) == (2, 1, True)
    assert shell(project, "check - <&-").stderr == "pca-events: standard input is closed\n"


def test_a_symbolic_link_is_kept(project: Project) -> None:
    project.write("there.json", "old")
    (project.folder / "link.json").symlink_to("there.json")
    project.check("rules.tf", "--output", "json=link.json")
    assert (project.folder / "link.json").is_symlink()
    assert json.loads((project.folder / "there.json").read_text())["rules"]
