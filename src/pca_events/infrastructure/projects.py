"""Projects whose infrastructure is a program: it is never run, and what it generates is to be checked instead."""

import json
import os
from typing import Any

from pca_events.infrastructure.model import Place, Skipped
from pca_events.infrastructure.read_text import Refused, text_of

CODE = (
    ".ts",
    ".tsx",
    ".mts",
    ".cts",
    ".js",
    ".jsx",
    ".mjs",
    ".cjs",
    ".py",
    ".go",
    ".java",
    ".kt",
    ".cs",
    ".fs",
    ".rb",
    ".rs",
    ".scala",
    ".swift",
    ".sh",
    ".ps1",
)
"""How the names of program code end."""

IS_CODE = (
    'is program code, which check does not run; for CDK run "cdk synth" and check cdk.out, otherwise check '
    'the template that the program generates, or what "aws events describe-rule" prints'
)

_CDK = "cdk.json"
_PULUMI = ("Pulumi.yaml", "Pulumi.yml")


def is_project(path: str) -> bool:
    """Whether a file says, by its name, that the folder holds a project of CDK or Pulumi."""
    return os.path.basename(path) in (_CDK, *_PULUMI)


def unread_program(path: str) -> Skipped | None:
    """Say what is not read of a project, and what to check instead; None where all of it can be read."""
    try:
        text = text_of(path, always=True) or ""
    except Refused:
        return None
    if os.path.basename(path) in _PULUMI:
        return None if _is_yaml_program(text) else _skipped(path, "a Pulumi program", _DEPLOYED)
    output = os.path.join(os.path.dirname(path), _output(text))
    if os.path.isdir(output):
        return None
    return _skipped(path, "a CDK project that is not synthesized", f'run "cdk synth" and check {output}')


_DEPLOYED = 'check what "aws events describe-rule" prints, or write the event patterns as JSON files and check those'


def _skipped(path: str, what: str, remedy: str) -> Skipped:
    return Skipped(Place(path, 1), what, remedy)


def _output(text: str) -> str:
    """The folder that `cdk synth` writes to, relative to the project."""
    try:
        settings: Any = json.loads(text)
    except (ValueError, RecursionError):
        return "cdk.out"
    output = settings.get("output") if isinstance(settings, dict) else None
    return output if isinstance(output, str) and output else "cdk.out"


def _is_yaml_program(text: str) -> bool:
    from pca_events.infrastructure import yaml_text
    from pca_events.infrastructure.source_tree import child

    documents = yaml_text.load(text, "").documents
    runtime = child(documents[0]).get("runtime") if documents else None
    return (child(runtime).get("name") if isinstance(runtime, dict) else runtime) == "yaml"
