"""Terraform and OpenTofu, as it is written: all files of one folder are one module."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pca_events.infrastructure import json_text
from pca_events.infrastructure.model import Place, Reading, Unknown, Unreadable
from pca_events.infrastructure.source_tree import Object
from pca_events.infrastructure.terraform.blocks import Broken, blocks
from pca_events.infrastructure.terraform.destinations import GRANTS, NotByDefault
from pca_events.infrastructure.terraform.instances import Declared, Instance
from pca_events.infrastructure.terraform.lines import Lines, in_file, pattern_and_lines, shifted
from pca_events.infrastructure.terraform.lookup import Resource
from pca_events.infrastructure.terraform.module import module_resources
from pca_events.infrastructure.terraform.resources import READ, Resources
from pca_events.infrastructure.terraform.scope import ModuleNames
from pca_events.infrastructure.terraform.syntax import Expression, json_body, parse_block, parse_body

_CONCERNS = re.compile(r"aws_cloudwatch_event_rule|terraform-aws-(?:modules/)?eventbridge")
_GIVEN = re.compile(r"(?:^|[\\/])terraform\.tfvars(?:\.json)?$|\.auto\.tfvars(?:\.json)?$")


def concerns_events(text: str) -> bool:
    """Whether a file can have rules; a folder none of whose files can need not be read."""
    return _CONCERNS.search(text) is not None


def read_terraform(files: Mapping[str, str]) -> Reading:
    """Read one module.

    What is wrong within a block is told only where the block matters to a rule; braces, strings and heredocs that never
    end are told everywhere.

    Args:
        files: the text of all files of a folder, by path, those that give values to variables (`*.tfvars`) included.
    """
    module = _Module(files)
    if any(concerns_events(text) for text in files.values()):
        module.read_rules()
    return module.reading


class _Module:
    def __init__(self, files: Mapping[str, str]) -> None:
        self.reading = Reading()
        self._files = files
        self._lines = Lines(list(files))
        self._declared: list[Declared] = []
        for file, text in files.items():
            if not file.endswith((".tfvars", ".tfvars.json")):
                self._take(file, text)

    def read_rules(self) -> None:
        """Evaluate what the rules are made of."""
        names = ModuleNames(self._declared, self._given())
        try:
            self.reading.rules = Resources(self._resources(names)).rules()
        except RecursionError:
            concerned = next(file for file, text in self._files.items() if concerns_events(text))
            self.reading.unreadable.append(Unreadable(Place(concerned, 1), "is nested too deep"))
        self.reading.unreadable += [Unreadable(self._lines.place(line), why) for line, why in names.broken.items()]
        self.reading.unreadable.sort()

    def _take(self, file: str, text: str) -> None:
        """Take note of the blocks of a file, up to where it is broken."""
        read = _json_blocks if file.endswith(".json") else _hcl_blocks
        try:
            self._declared.extend(read(text.removeprefix("\ufeff"), self._lines.start(file)))
        except (Broken, json_text.NoJson) as error:
            self._broken(file, error)

    def _broken(self, file: str, error: Broken | json_text.NoJson) -> None:
        self.reading.unreadable.append(Unreadable(Place(file, error.line), str(error)))

    def _given(self) -> dict[str, Expression]:
        """What files give to variables: terraform.tfvars first, then those called .auto.tfvars by name."""
        found: dict[str, Expression] = {}
        for file in sorted(filter(_GIVEN.search, self._files), key=lambda name: (".auto." in name, name)):
            try:
                found |= _assignments(file, self._files[file])
            except (Broken, json_text.NoJson) as error:
                self._broken(file, error)
        return found

    def _resources(self, names: ModuleNames) -> Iterator[Resource]:
        """All instances of the resources that matter."""
        if self.reading.unreadable:
            nowhere = Place(next(iter(self._files)), 1)
            yield from (Resource(kind, "", nowhere, 1, NotByDefault({}, "")) for kind in GRANTS)
        for block in self._declared:
            kind = block.address.rpartition(".")[0]
            if block.kind == "module" and block.labels:
                yield from module_resources(names, block, self._lines)
            elif READ.fullmatch(kind):
                yield from (self._resource(names, kind, instance) for instance in names.instances(block))
                if kind in GRANTS and not names.instances(block):
                    yield self._not_by_default(names, kind, block)

    def _not_by_default(self, names: ModuleNames, kind: str, block: Declared) -> Resource:
        """A policy or a permission of which the defaults make no instance."""
        unknown = Unknown("each.value")
        bound = {"count": {"index": 0}, "each": {"key": Unknown("each.key"), "value": unknown}}
        values = names.arguments(Instance(block.address, block, names.body(block), bound))
        place = self._lines.place(block.line)
        return Resource(kind, block.address, place, in_file(block.last_line), NotByDefault(values, GRANTS[kind]))

    def _resource(self, names: ModuleNames, kind: str, instance: Instance) -> Resource:
        block = instance.declared
        values = names.arguments(instance)
        written = instance.body.arguments.get("event_pattern")

        def pattern() -> tuple[Any, Mapping[str, int]]:
            return pattern_and_lines(values.get("event_pattern"), written.first_line if written else block.line)

        return Resource(
            kind,
            instance.address,
            self._lines.place(block.line),
            in_file(block.last_line),
            values,
            pattern,
            tuple(instance.body.arguments),
        )


def _hcl_blocks(text: str, start: int) -> Iterator[Declared]:
    for block in blocks(text):
        line = start + block.line
        yield Declared(block.kind, block.labels, line, start + block.last_line, partial(parse_block, block.text, line))


def _json_blocks(text: str, start: int) -> Iterator[Declared]:
    json_text.parse(text)
    tree, _ = json_text.with_lines(text)
    shifted(tree, start)
    for kind, held in tree.items() if isinstance(tree, Object) else ():
        depth = {"resource": 2, "data": 2, "variable": 1, "module": 1, "locals": 0}.get(kind)
        if depth is not None:
            yield from _json_declared(kind, (), held, depth, tree.spans[kind])


def _json_declared(
    kind: str, labels: tuple[str, ...], value: Any, depth: int, span: tuple[int, int]
) -> Iterator[Declared]:
    if isinstance(value, list):
        for item in value:
            yield from _json_declared(kind, labels, item, depth, span)
    elif isinstance(value, Object) and depth:
        for name, held in value.items():
            yield from _json_declared(kind, (*labels, name), held, depth - 1, value.spans[name])
    elif isinstance(value, Object):
        yield Declared(kind, labels, *span, partial(json_body, value, span[0]))


def _assignments(file: str, text: str) -> Mapping[str, Expression]:
    if not file.endswith(".json"):
        return parse_body(text, 1).arguments
    json_text.parse(text)
    return json_body(json_text.with_lines(text)[0], 1).arguments
