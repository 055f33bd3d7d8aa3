"""The Terraform files of one folder, after override files and `.tofu` files are applied."""

import os
import re
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Any

from pca_events import json_source
from pca_events.infrastructure.model import SourceLocation, Unreadable
from pca_events.infrastructure.source_tree import Object, json_tree
from pca_events.infrastructure.terraform.blocks import Block, Broken, blocks
from pca_events.infrastructure.terraform.instances import Declared
from pca_events.infrastructure.terraform.source_files import Lines, shifted
from pca_events.infrastructure.terraform.syntax import Body, Expression, json_body, parse_body

_LITERAL = re.compile(r'"([a-z0-9-]+)"')


class Providers:
    """The AWS providers that a module configures; providers passed by its caller are unknown.

    Args:
        files: the texts of its files, by path; JSON files are ignored.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self._regions: dict[str, str] = {}
        for file, text in files.items():
            if file.endswith((".tf", ".tofu")) and "provider" in text:
                self._read(text)

    def region_of(self, body: Body) -> str:
        """The Region of a resource with these arguments; empty if known only at deployment."""
        if own := body.arguments.get("region"):
            return _literal(own)
        chosen = body.arguments.get("provider")
        name = (chosen.text or str(chosen.json)).strip().strip('"') if chosen else "aws"
        return self._regions.get(name, "")

    def _read(self, text: str) -> None:
        for block in blocks(text):
            if isinstance(block, Broken) or block.kind != "provider" or block.labels != ("aws",):
                continue
            inner, line = block.inner
            arguments = parse_body(inner, line).arguments
            alias, region = arguments.get("alias"), arguments.get("region")
            self._regions[f"aws.{_literal(alias)}" if alias else "aws"] = _literal(region) if region else ""


def _literal(expression: Expression) -> str:
    found = _LITERAL.fullmatch(expression.text.strip())
    return found[1] if found else ""


_CONCERNS = re.compile(
    r"aws_cloudwatch_event_(?:rule|archive)|awscc_events(?:_rule|v2_)|aws_pipes_pipe|aws_cloudformation_stack"
    r"|terraform-aws-(?:modules/)?eventbridge"
)
_MODULE_WITH_PATTERN = re.compile(r"pattern|detail-type|[\"']aws\.", re.IGNORECASE)
_GIVEN = re.compile(r"^terraform\.tfvars(?:\.json)?$|\.auto\.tfvars(?:\.json)?$")
_OVERRIDE = re.compile(r"^(?:.*_)?override\.(?:tf|tofu)(?:\.json)?$")
_TOFU = re.compile(r"\.tofu(?=\.json$|$)")
_VALUES = (".tfvars", ".tfvars.json")
_DEPTHS = {"resource": 2, "data": 2, "variable": 1, "module": 1, "output": 1, "locals": 0}
_UNIQUE = {"resource", "data", "module", "variable", "output"}


def concerns_events(text: str) -> bool:
    """Whether a file itself mentions rules."""
    return _CONCERNS.search(text) is not None


class Folder:
    """The declarations in the files of a folder.

    Attributes:
        path: the folder.
        declared: the effective blocks, in the order of the files.
        given: the expressions that files assign to variables.
        faults: the syntax errors.
        duplicates: the blocks that are declared again, each with the first declaration.
        encrypted: whether one of the files is encrypted, so that missing values may exist there.
    """

    def __init__(self, path: str, texts: Mapping[str, str], lines: Lines, *, encrypted: bool = False) -> None:
        self.path = path
        self.encrypted = encrypted
        self.faults: list[Unreadable] = []
        self.declared: list[Declared] = []
        self.duplicates: list[tuple[Declared, Declared]] = []
        self._lines = lines
        self._texts = {file: text.removeprefix("\ufeff") for file, text in texts.items()}
        code = [file for file in _in_force(texts) if not file.endswith(_VALUES)]
        for file in code:
            if not _OVERRIDE.match(os.path.basename(file)):
                self.declared += self._blocks(file)
        self.by_address: dict[str, Declared] = {}
        for block in self.declared:
            if block.kind != "locals":
                self._take(block)
        for file in code:
            if _OVERRIDE.match(os.path.basename(file)):
                self._override(file)
        self.given = self._given()

    @property
    def files(self) -> list[str]:
        """The paths of its files."""
        return list(self._texts)

    @cached_property
    def providers(self) -> Providers:
        """Its AWS providers."""
        return Providers(self._texts)

    @property
    def concerns_events(self) -> bool:
        """Whether the folder may contain rules or pass patterns to a module."""
        if any(concerns_events(text) for text in self._texts.values()):
            return True
        calls = any(block.kind == "module" for block in self.declared)
        return calls and any(_MODULE_WITH_PATTERN.search(text) for text in self._texts.values())

    @property
    def local_sources(self) -> list[str]:
        """The paths of the local modules that it calls."""
        return [path for block in self.declared if block.kind == "module" and (path := self.source_folder(block))]

    def source_folder(self, block: Declared) -> str:
        """The folder of the module that a block calls; empty if the source is not a path."""
        written = block.body.arguments.get("source")
        text = written.json if written and not written.text else written.text.strip('"') if written else ""
        if not isinstance(text, str) or not text.startswith(("./", "../")):
            return ""
        return os.path.normpath(os.path.join(self.path, text.replace("//", "/")))

    def _take(self, block: Declared) -> None:
        first = self.by_address.setdefault(block.address, block)
        if first is not block and block.kind in _UNIQUE:
            self.duplicates.append((block, first))

    def _override(self, file: str) -> None:
        for block in self._blocks(file):
            changed = self.by_address.get(block.address) if block.kind != "locals" else None
            if changed is None:
                self.declared.append(block)
            else:
                changed.overrides.append(block)

    def _blocks(self, file: str) -> list[Declared]:
        """The blocks of a file; syntax errors are added to `faults`."""
        made: list[Declared] = []
        start = self._lines.start(file)
        try:
            for found in (_json_blocks if file.endswith(".json") else _hcl_blocks)(self._texts[file], start):
                if isinstance(found, Broken):
                    self._broken(file, found)
                else:
                    made.append(found)
        except json_source.InvalidLine as error:
            self._broken(file, error)
        return made

    def _broken(self, file: str, error: Broken | json_source.InvalidLine) -> None:
        self.faults.append(Unreadable(SourceLocation(file, error.line), str(error)))

    def _given(self) -> dict[str, Expression]:
        """The variable assignments in files: terraform.tfvars first, then *.auto.tfvars in alphabetical order."""
        found: dict[str, Expression] = {}
        names = {os.path.basename(file): file for file in self._texts}
        for name in sorted(filter(_GIVEN.search, names), key=lambda name: (".auto." in name, name)):
            file = names[name]
            try:
                body = _assignments(file, self._texts[file], self._lines.start(file))
            except json_source.InvalidLine as error:
                self._broken(file, error)
                continue
            for fault in body.faults:
                self.faults.append(Unreadable(self._lines.place(fault.line), str(fault)))
            found |= body.arguments
        return found


def _in_force(files: Mapping[str, str]) -> list[str]:
    """The effective files: a `.tofu` file replaces the `.tf` file of the same name."""
    replaced = {_TOFU.sub(".tf", file) for file in files if _TOFU.search(file)}
    return [file for file in files if file not in replaced]


def _hcl_blocks(text: str, start: int) -> Iterator[Declared | Broken]:
    for block in blocks(text):
        if isinstance(block, Broken):
            yield block
        elif block.kind in _DEPTHS:
            line, last = start + block.line, start + block.last_line
            yield Declared(block.kind, block.labels, line, last, partial(_parsed, block, start))


def _parsed(block: Block, start: int) -> Body:
    text, line = block.inner
    body = parse_body(text, start + line)
    return Body(start + block.line, body.arguments, body.nested, body.faults)


def _json_blocks(text: str, start: int) -> Iterator[Declared]:
    json_source.parse(text)
    tree, _ = json_tree(text)
    shifted(tree, start)
    for kind, held in tree.items() if isinstance(tree, Object) else ():
        depth = _DEPTHS.get(kind)
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


def _assignments(file: str, text: str, start: int) -> Body:
    if not file.endswith(".json"):
        return parse_body(text, start + 1)
    json_source.parse(text)
    tree, _ = json_tree(text)
    shifted(tree, start)
    return json_body(tree, start + 1)
