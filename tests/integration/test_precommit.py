"""The hook of .pre-commit-hooks.yaml, run by pre-commit itself in a repository of a user."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from checking import Project, rule
from required import cannot_run

TOP = Path(__file__).parents[2]
HOOK = "pca-events-check"


def git(folder: Path, *words: str) -> str:
    program = shutil.which("git")
    if program is None:
        cannot_run("git is not installed, and pre-commit takes hooks from git repositories")
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    return subprocess.run([program, *who, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def committed(folder: Path) -> str:
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all")
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture
def hooks(tmp_path: Path) -> tuple[Path, str]:
    """A repository with our hook as it is, but run from the environment of the tests instead of being installed."""
    (hook,) = yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text("utf-8"))
    folder = tmp_path / "hooks"
    folder.mkdir()
    (folder / ".pre-commit-hooks.yaml").write_text(yaml.safe_dump([{**hook, "language": "system"}]))
    return folder, committed(folder)


@pytest.fixture
def project(tmp_path: Path, hooks: tuple[Path, str]) -> Project:
    """A repository that uses the hook for its folder `infra`."""
    made = Project(tmp_path / "project")
    made.write("infra/rules.tf", rule())
    made.write("infra/README.md", "Rules.")
    hook = {"id": HOOK, "args": ["infra"]}
    made.write(
        ".pre-commit-config.yaml",
        yaml.safe_dump({"repos": [{"repo": str(hooks[0]), "rev": hooks[1], "hooks": [hook]}]}),
    )
    committed(made.folder)
    return made


def pre_commit(project: Project, *words: str) -> "subprocess.CompletedProcess[str]":
    pytest.importorskip("pre_commit")
    commands = project.folder.parent / "bin"
    commands.mkdir(exist_ok=True)
    stub = commands / "pca-events"
    stub.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pca_events "$@"\n')
    stub.chmod(0o755)
    home = {"PRE_COMMIT_HOME": str(project.folder.parent / "home"), "PRE_COMMIT_COLOR": "never"}
    environment = {**os.environ, **home, "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}"}
    line = [sys.executable, "-m", "pre_commit", "run", *words]
    return subprocess.run(line, cwd=project.folder, env=environment, capture_output=True, text=True)


def test_the_hook_fails_on_an_error_and_passes_without(project: Project) -> None:
    ran = pre_commit(project, "--all-files")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert f"- hook id: {HOOK}\n- exit code: 1\n" in ran.stdout
    assert "infra/rules.tf" in ran.stdout
    assert "never fires" in ran.stdout
    project.write("infra/rules.tf", rule(result="failure"))
    git(project.folder, "add", "--all")
    ran = pre_commit(project)
    assert (ran.returncode, ran.stdout.rstrip().endswith("Passed")) == (0, True), ran.stdout


def test_the_hook_runs_for_files_that_may_hold_rules_only(project: Project) -> None:
    project.write("infra/README.md", "The rules.")
    git(project.folder, "add", "--all")
    ran = pre_commit(project)
    assert (ran.returncode, ran.stdout.rstrip().endswith("Skipped")) == (0, True), ran.stdout
    project.write("infra/values.json", "{}")
    git(project.folder, "add", "--all")
    assert pre_commit(project).returncode == 1, "the whole folder is checked, not only what has changed"


def test_the_hook_uses_the_configuration_of_the_repository(project: Project) -> None:
    project.write("pca-events.toml", '[levels]\nnever-fires = "warning"\n')
    git(project.folder, "add", "--all")
    assert pre_commit(project, "--all-files").returncode == 0
    project.write("pca-events.toml", 'exclud = ["x"]\n')
    ran = pre_commit(project, "--all-files")
    assert (ran.returncode, 'did you mean "exclude"?' in ran.stdout) == (1, True)
