"""A folder with rules in which `pca-events check` runs, for the tests of its options."""

import subprocess
import sys
from pathlib import Path

RULE = """\
resource "aws_cloudwatch_event_rule" "%s" {
  event_pattern = jsonencode({ source = ["aws.acm-pca"], detail = { result = ["%s"] } })
}
"""


def rule(name: str = "audit", result: str = "failed") -> str:
    """A rule of Terraform without a target; with the result `failed` it never fires."""
    return RULE % (name, result)


class Project:
    """A folder in which files are written and the command runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> Path:
        """Write a file; its folders are made."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def check(self, *words: str, given: str | None = None, within: str = ".") -> "subprocess.CompletedProcess[str]":
        """Run `pca-events check` in the folder, or in one within it."""
        line = [sys.executable, "-m", "pca_events", "check", *words]
        return subprocess.run(line, cwd=self.folder / within, input=given, capture_output=True, text=True)

    def codes(self, *words: str, given: str | None = None, within: str = ".") -> list[str]:
        """The findings of a run, in GitHub's format, each as `file:line code`."""
        ran = self.check("--format", "github", *words, given=given, within=within)
        assert ran.returncode < 2, ran.stderr + ran.stdout
        return findings(ran.stdout)


def findings(annotations: str) -> list[str]:
    """The findings that annotations name, each as `file:line code`."""
    found = []
    for line in annotations.splitlines():
        about, _, _ = line.partition(" ")[2].partition("::")
        said = dict(part.partition("=")[::2] for part in about.split(","))
        if "file" in said:
            found.append(f"{said['file']}:{said['line']} {said['title'].rpartition('%3A ')[2]}")
    return sorted(found)
