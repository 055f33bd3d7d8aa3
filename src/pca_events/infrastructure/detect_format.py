"""Detects the format of a JSON or YAML file and passes it to the matching reader."""

import os
import re
from dataclasses import dataclass
from typing import Any

from pca_events import json_source
from pca_events.infrastructure import single_files
from pca_events.infrastructure.checked_tree import CODE, IS_CODE, CheckedTree, TreeFiles, looks_like_ours
from pca_events.infrastructure.cloudformation.nested import read_template, with_includes
from pca_events.infrastructure.cloudformation.template import is_cloudformation
from pca_events.infrastructure.custom_event_bus import is_api_answer, read_api_answer
from pca_events.infrastructure.model import Reading, Skipped, SourceLocation, Unreadable
from pca_events.infrastructure.serverless.service import is_serverless, read_serverless
from pca_events.infrastructure.single_files import is_pulumi, read_pulumi
from pca_events.infrastructure.source_tree import json_tree
from pca_events.infrastructure.terraform.plan import is_terraform_plan, read_terraform_plan

NONE_OF_OURS = (
    "is not in a format that check reads: Terraform, a Terraform plan as JSON, CloudFormation, SAM, CDK, "
    "Serverless Framework, Pulumi YAML, an event pattern, the output of describe-rule or list-rules"
)
_CHIEF_KEYS = {
    "$or",
    "EventBusArn",
    "EventPattern",
    "EventSources",
    "Resources",
    "Rules",
    "Subscribers",
    "detail",
    "detail-type",
    "planned_values",
    "provider",
    "source",
}
_PATTERN = re.compile(r"""["']?\b([eE]vent_?[pP]attern)["']?\s*:""")
_OURS = re.compile(r"acm.?pca|private.?ca\b", re.IGNORECASE)
"""What an invalid pattern in a file that was not named explicitly must mention to be reported."""


@dataclass(frozen=True)
class _Source:
    """A file with its text, whether the user named it, and the tree that it may refer to."""

    file: str
    text: str
    named: bool
    tree: CheckedTree


def read_document_file(text: str, file: str, *, named: bool, tree: CheckedTree | None = None) -> Reading:
    """Read a file; an unsupported format is reported only if the user named the file.

    Args:
        text: its content.
        file: its name.
        named: whether the user named it.
        tree: the checked tree, to which its references are limited; its own folder by default.
    """
    if file.endswith(CODE):
        return _faults(file, [(1, IS_CODE)], named)
    source = _Source(file, text, named, tree or CheckedTree.of([file]))
    reading = _read_json(source) if _is_json(text, file) else _read_yaml(source)
    if reading is None:
        return _none_of_ours(text, file, named=named)
    return reading


def _none_of_ours(text: str, file: str, *, named: bool) -> Reading:
    """Report a file in an unsupported format if the user named it or if it seems to contain a Private CA pattern."""
    if named:
        message = NONE_OF_OURS if text.strip() else "is empty"
        return Reading(unreadable=[Unreadable(SourceLocation(file, 1), message)])
    if (key := _PATTERN.search(text)) and _OURS.search(text):
        line = text.count("\n", 0, key.start()) + 1
        what = f"an event pattern ({key[1]}) in a format that check does not support"
        return Reading(
            skipped=[Skipped(SourceLocation(file, line), what, "save the pattern as a JSON file and check it")]
        )
    return Reading()


def _is_json(text: str, file: str) -> bool:
    """Whether a file is JSON by its name or its content; YAML may also begin with a brace."""
    if file.endswith(".json") and text.strip():
        return True
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json_source.parse(text)
    except json_source.InvalidLine:
        return False
    return True


def _read_json(source: _Source) -> Reading | None:
    text, file, named = source.text, source.file, source.named
    try:
        document = json_source.parse(text)
        if is_terraform_plan(document):
            return read_terraform_plan(document, file, text)
        if not isinstance(document, dict) or not (named or _CHIEF_KEYS & document.keys()):
            return None
        tree, twice = json_tree(text)
    except json_source.InvalidLine as fault:
        return _faults(file, [(fault.line, str(fault))], named or looks_like_ours(text))
    reading = _read(tree, source)
    if twice and (reading is not None or looks_like_ours(text)):
        reading = reading or Reading()
        reading.add(_faults(file, [(line, f'duplicate key "{key}"') for line, key in twice], True))
    return reading


def _faults(file: str, faults: list[tuple[int, str]], reported: bool) -> Reading:
    return Reading(unreadable=[Unreadable(SourceLocation(file, line), why) for line, why in faults] if reported else [])


def _read_yaml(source: _Source) -> Reading | None:
    from pca_events.infrastructure import yaml_reader

    text, file, named = source.text, source.file, source.named
    loaded = yaml_reader.load(text, file)
    found = [_read(document, source) for document in loaded.documents]
    readings = [reading for reading in found if reading is not None]
    faults = loaded.unreadable if readings or named or looks_like_ours(text) else []
    if not readings and not faults:
        return None
    whole = Reading(unreadable=list(faults))
    for reading in readings:
        whole.add(reading)
    return whole


def _read(tree: Any, source: _Source) -> Reading | None:
    text, file, named = source.text, source.file, source.named
    last_line = text.rstrip().count("\n") + 1
    files = TreeFiles(source.tree, os.path.dirname(file))
    if is_cloudformation(tree):
        return read_template(with_includes(tree, files) if "AWS::Include" in text else tree, file)
    if is_serverless(tree):
        return read_serverless(tree, file, files)
    if is_pulumi(tree):
        return read_pulumi(tree, file)
    if is_api_answer(tree):
        return read_api_answer(tree, file, last_line)
    if single_files.is_rule_output(tree):
        return single_files.read_rule_output(tree, file, last_line)
    if single_files.is_sound_pattern(tree) or (single_files.is_pattern(tree) and (named or _OURS.search(text))):
        return single_files.read_pattern_file(tree, file, last_line)
    return None
