"""The hook as pre-commit installs it: the base package only, from this checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from required import cannot_run

TOP = Path(__file__).parents[2]
RULE = """\
resource "aws_cloudwatch_event_rule" "audit" {
  event_pattern = jsonencode({ source = ["aws.acm-pca"], detail = { result = ["failed"] } })
}
"""


@pytest.mark.slow
def test_the_hook_works_as_pre_commit_installs_it(tmp_path: Path) -> None:
    git = shutil.which("git")
    if git is None or not (TOP / ".git").exists():
        cannot_run("git, or the repository of this project, is not here, and pre-commit takes hooks from repositories")
    pytest.importorskip("pre_commit")
    project = tmp_path / "project"
    project.mkdir()
    (project / "rules.tf").write_text(RULE)
    subprocess.run([git, "init", "--quiet"], cwd=project, check=True)
    subprocess.run([git, "add", "--all"], cwd=project, check=True)
    line = [sys.executable, "-m", "pre_commit", "try-repo", str(TOP), "pca-events-check", "--all-files"]
    settings = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "PRE_COMMIT_COLOR": "never"}
    ran = subprocess.run(line, cwd=project, env={**os.environ, **settings}, capture_output=True, text=True)
    if "An unexpected error has occurred" in ran.stdout and "pip" in ran.stdout:
        cannot_run("pip cannot install the base package here, which needs a package index")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "- exit code: 1\n" in ran.stdout
    assert "rules.tf:2: error: never fires: detail.result" in ran.stdout
    assert "Traceback" not in ran.stdout
