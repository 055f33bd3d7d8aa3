"""Terragrunt: the inputs that a `terragrunt.hcl` gives to a module."""

import os
import re
from typing import Any

from pca_events.infrastructure.model import Place, Reading, Skipped, Unreadable
from pca_events.infrastructure.source_tree import Object
from pca_events.infrastructure.terraform.files_beside import FilesBeside
from pca_events.infrastructure.terraform.given_patterns import given_patterns, rules_given
from pca_events.infrastructure.terraform.module import PublicModule, is_public_module
from pca_events.infrastructure.terraform.module_tree import Evaluation, ModuleFolders
from pca_events.infrastructure.terraform.reader import read_root
from pca_events.infrastructure.terraform.references import Given
from pca_events.infrastructure.terraform.resources import Resources
from pca_events.infrastructure.terraform.scope import ModuleNames
from pca_events.infrastructure.terraform.terragrunt_unit import TerragruntUnit

ADDRESS = "inputs"

_DIRECTIVE = re.compile(r"^\s*\{\{.*\}\}\s*$", re.MULTILINE)
"""A line of the templates that boilerplate makes Terragrunt code of."""


def read_terragrunt(text: str, file: str, folders: ModuleFolders) -> tuple[Reading, set[str]]:
    """Read a file with those that it includes; and the real path of the folder of its module, if that is in the tree.

    Args:
        text: what is in it.
        file: its path.
        folders: the modules of the checked tree.
    """
    unit = TerragruntUnit(text, file, folders)
    inputs = unit.inputs()
    if unit.faults() and _DIRECTIVE.search(text):
        what = [Skipped(Place(file, 1), "a template of Terragrunt code", "fill it in, and check what it becomes")]
        return Reading(skipped=what if "pattern" in text else []), set()
    found, called = Reading(), set[str]()
    if inputs:
        line = unit.line_of_inputs()
        spans = inputs.spans if isinstance(inputs, Object) else {}
        spans = {key: spans.get(key, (line, line)) for key in inputs}
        found, called = _given(inputs, unit.source(), (line, line), spans, unit.names)
    found.unreadable += [Unreadable(folders.lines.place(line), why) for line, why in unit.faults()]
    return found, called


def _given(
    value: dict[str, Any], source: str, span: tuple[int, int], spans: dict[str, tuple[int, int]], names: ModuleNames
) -> tuple[Reading, set[str]]:
    folders = names.evaluation.folders
    if is_public_module(source):
        made = PublicModule(value.get, ADDRESS, span, folders.lines).resources()
        return Reading(Resources(made).rules()), set()
    path = re.sub(r"\?.*", "", source).replace("//", "/")
    path = os.path.normpath(os.path.join(names.folder.path, path)) if path.startswith(("./", "../")) else ""
    folder = folders.folder(path) if path else None
    if folder is None:
        found = given_patterns(value, spans)
        return Reading(list(rules_given(ADDRESS, value.get, found, spans, folders.lines))), set()
    evaluation = Evaluation(folders, path, FilesBeside(folders.tree, folders.lines, path))
    # Terragrunt hands inputs over as environment variables, which files of values take precedence over.
    given = {name: Given(value=held) for name, held in value.items()}
    given |= {name: Given(expression) for name, expression in folder.given.items()}
    reading = read_root(ModuleNames(folder, evaluation, given))
    reading.unreadable += folder.faults
    return reading, {os.path.realpath(path), *evaluation.folders_called}
