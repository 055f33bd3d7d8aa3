"""Terragrunt files: locals and inputs, including those of the files that they include or read.

Source: "HCL blocks: include" and "HCL functions" in the Terragrunt documentation.
"""

import os
import re
from functools import cached_property, partial
from typing import Any

from pca_events.infrastructure.checked_tree import UnreadableFile, text_of
from pca_events.infrastructure.model import Reading, Skipped, SourceLocation, Unknown, Unreadable
from pca_events.infrastructure.source_tree import Object
from pca_events.infrastructure.terraform.folder import Folder
from pca_events.infrastructure.terraform.instances import Declared
from pca_events.infrastructure.terraform.module_calls import PublicModule, given_patterns, is_public_module, rules_given
from pca_events.infrastructure.terraform.module_tree import Evaluation, ModuleFolders
from pca_events.infrastructure.terraform.reader import read_root
from pca_events.infrastructure.terraform.references import Given
from pca_events.infrastructure.terraform.resources import Resources
from pca_events.infrastructure.terraform.scope import ModuleNames
from pca_events.infrastructure.terraform.source_files import FilesBeside
from pca_events.infrastructure.terraform.syntax import Body, parse_body

_USUAL = "terragrunt.hcl"
_MOST_FILES = 50
_MOST_FOLDERS = 50


class TerragruntUnit:
    """A file with the files that it includes.

    Attributes:
        names: its locals.
    """

    def __init__(
        self, text: str, file: str, folders: ModuleFolders, others: "dict[str, TerragruntUnit] | None" = None
    ) -> None:
        """Parse a file.

        Args:
            text: its content.
            file: its path.
            folders: the modules of the checked tree.
            others: the files that are already included or read, by real path.
        """
        self._folder, self._folders = os.path.dirname(file), folders
        self._others = {} if others is None else others
        self._others[os.path.realpath(file)] = self
        self._inputs: dict[str, Any] | None = None
        self._body = parse_body(text.removeprefix("\ufeff"), folders.lines.start(file) + 1)
        files = FilesBeside(folders.tree, folders.lines, self._folder)
        files.functions |= {
            "find_in_parent_folders": self._above,
            "get_terragrunt_dir": lambda: ".",
            "read_terragrunt_config": self._config,
        }
        module = Folder(self._folder, {}, folders.lines)
        module.declared = [
            Declared("locals", (), held.line, held.line, partial(_itself, held))
            for kind, _, held in self._body.nested
            if kind == "locals"
        ]
        self.names = ModuleNames(module, Evaluation(folders, self._folder, files), {})

    def faults(self) -> list[tuple[int, str]]:
        """The errors, by line."""
        found = [(fault.line, str(fault)) for fault in self._body.faults]
        return found + list(self.names.evaluation.faults.items())

    def line_of_inputs(self) -> int:
        """The line of the inputs, or the first line of the file if it has none."""
        written = self._body.arguments.get("inputs")
        return written.line if written else self._body.line

    def inputs(self) -> dict[str, Any]:
        """The inputs merged over those of included files."""
        made: dict[str, Any] = Object(self._body.line)
        for unit, deep in self._included.values():
            made = _over(made, unit.inputs(), deep=deep)
        written = self._body.arguments.get("inputs")
        own = self.names.value(written, self._exposed()) if written else {}
        return (
            _over(made, own, deep=any(deep for _, deep in self._included.values())) if isinstance(own, dict) else made
        )

    def source(self) -> str:
        """The source of the module; empty if unknown."""
        for kind, _, held in self._body.nested:
            if kind == "terraform" and (written := held.arguments.get("source")):
                value = self.names.value(written, self._exposed())
                return value if isinstance(value, str) else ""
        others = (unit for unit, _ in self._included.values() if unit is not self and not unit._included)
        return next((found for unit in others if (found := unit.source())), "")

    def values(self) -> dict[str, Any]:
        """The values visible to other files: locals and inputs."""
        known = {name: self.names.value(held, {}) for name, held in self.names.locals().items()}
        return {"locals": known, "inputs": self.inputs()}

    def _exposed(self) -> dict[str, Any]:
        return {"include": {name: unit.values() for name, (unit, _) in self._included.items() if name}}

    @cached_property
    def _included(self) -> "dict[str, tuple[TerragruntUnit, bool]]":
        """The included files by label, and whether their inputs are merged deeply."""
        found = {}
        for kind, labels, held in self._body.nested:
            written = held.arguments.get("path") if kind == "include" else None
            unit = self._unit(self.names.value(written, {})) if written else None
            strategy = held.arguments.get("merge_strategy")
            merge = self.names.value(strategy, {}) if strategy else "shallow"
            if unit is not None and merge != "no_merge":
                found[labels[0] if labels else ""] = (unit, merge == "deep")
        return found

    def _unit(self, path: Any) -> "TerragruntUnit | None":
        if not isinstance(path, str) or "\0" in path:
            return None
        file = os.path.normpath(os.path.join(self._folder, path))
        real = os.path.realpath(file)
        if real in self._others:
            return self._others[real]
        if len(self._others) >= _MOST_FILES or not self._folders.tree.holds(file):
            return None
        try:
            text = text_of(file, always=True) or ""
        except UnreadableFile:
            return None
        return TerragruntUnit(text, file, self._folders, self._others)

    def _config(self, path: Any, *_: Any) -> dict[str, Any]:
        unit = self._unit(path)
        if unit is None:
            raise ValueError("is not in the checked tree")
        return unit.values()

    def _above(self, name: Any = _USUAL, *_: Any) -> str:
        """The path of a file in the nearest parent folder that contains it."""
        if isinstance(name, Unknown):
            raise TypeError("the name is not known")
        above = "."
        for _count in range(_MOST_FOLDERS):
            above = os.path.join(above, "..")
            found = os.path.join(self._folder, above, name)
            if not self._folders.tree.holds(os.path.join(self._folder, above)):
                break
            if os.path.isfile(found):
                return os.path.normpath(os.path.join(above, name))
        raise ValueError("is not in the checked tree")


def _itself(body: Body) -> Body:
    return body


def _over(below: Any, above: Any, *, deep: bool) -> Any:
    """The merged entries of two objects; the second has precedence."""
    made = Object(getattr(above, "line", 0) or getattr(below, "line", 0))
    for held in (below, above):
        for key, value in held.items():
            span = held.spans.get(key) if isinstance(held, Object) else None
            both = deep and isinstance(made.get(key), dict) and isinstance(value, dict)
            made.put(key, _over(made[key], value, deep=True) if both else value, span or (made.line, made.line))
    return made


ADDRESS = "inputs"

_DIRECTIVE = re.compile(r"^[ \t]*\{\{.*\}\}[ \t\r]*$", re.MULTILINE)
"""A line of a boilerplate template that generates Terragrunt code."""


def read_terragrunt(text: str, file: str, folders: ModuleFolders) -> tuple[Reading, set[str]]:
    """Read a file with its includes; return the real path of its module folder too, if it is in the tree.

    Args:
        text: its content.
        file: its path.
        folders: the modules of the checked tree.
    """
    unit = TerragruntUnit(text, file, folders)
    inputs = unit.inputs()
    if unit.faults() and _DIRECTIVE.search(text):
        what = [Skipped(SourceLocation(file, 1), "a template for Terragrunt code", "render it and check the result")]
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
    # Terragrunt passes inputs as environment variables, over which `.tfvars` files take precedence.
    given = {name: Given(value=held) for name, held in value.items()}
    given |= {name: Given(expression) for name, expression in folder.given.items()}
    reading = read_root(ModuleNames(folder, evaluation, given))
    reading.unreadable += folder.faults
    return reading, {os.path.realpath(path), *evaluation.folders_called}
