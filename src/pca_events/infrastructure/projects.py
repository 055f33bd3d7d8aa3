"""Projects defined in program code, which is never run; their generated output is checked instead."""

import json
import os
from typing import Any

from pca_events.infrastructure.checked_tree import UnreadableFile, text_of
from pca_events.infrastructure.model import Skipped, SourceLocation

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
"""The file name suffixes of program code."""

IS_CODE = (
    'is program code, which check does not run; for CDK run "cdk synth" and check cdk.out, otherwise check '
    'the template that the program generates, or the output of "aws events describe-rule"'
)

_CDK = "cdk.json"
_CDKTF = "cdktf.json"
_SERVERLESS = ("serverless.ts", "serverless.js", "serverless.cjs", "serverless.mjs")
_PULUMI = ("Pulumi.yaml", "Pulumi.yml")


def is_project(path: str) -> bool:
    """Whether the name of a file indicates a project defined in program code."""
    return os.path.basename(path) in (_CDK, _CDKTF, *_SERVERLESS, *_PULUMI)


def unread_program(path: str) -> Skipped | None:
    """Report the part of a project that is not read, and what to check instead; None if all of it is read."""
    try:
        text = text_of(path, always=True) or ""
    except UnreadableFile:
        return None
    name, folder = os.path.basename(path), os.path.dirname(path)
    if name in _PULUMI:
        return None if _is_yaml_program(text) else _skipped(path, "a Pulumi program", _DEPLOYED)
    if name in _SERVERLESS:
        made = os.path.join(folder, ".serverless")
        return _skipped(path, "a Serverless service that is program code", f'run "serverless package" and check {made}')
    tool, kind = ("cdktf", "CDK for Terraform") if name == _CDKTF else ("cdk", "CDK")
    output = os.path.join(folder, _output(text, f"{tool}.out"))
    if os.path.isdir(output):
        return None
    return _skipped(path, f"a {kind} project that is not synthesized", f'run "{tool} synth" and check {output}')


_DEPLOYED = 'check the output of "aws events describe-rule", or save the event patterns as JSON files and check them'


def _skipped(path: str, what: str, remedy: str) -> Skipped:
    return Skipped(SourceLocation(path, 1), what, remedy)


def _output(text: str, usual: str) -> str:
    """The output folder of the project, relative to the project."""
    try:
        settings: Any = json.loads(text)
    except (ValueError, RecursionError):
        return usual
    output = settings.get("output") if isinstance(settings, dict) else None
    return output if isinstance(output, str) and output else usual


def _is_yaml_program(text: str) -> bool:
    from pca_events.infrastructure import yaml_reader
    from pca_events.infrastructure.source_tree import child

    documents = yaml_reader.load(text, "").documents
    runtime = child(documents[0]).get("runtime") if documents else None
    return (child(runtime).get("name") if isinstance(runtime, dict) else runtime) == "yaml"
