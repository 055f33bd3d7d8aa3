"""The two Terraform syntaxes, HCL and JSON, as one structure: bodies with arguments and nested blocks."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pca_events.infrastructure.source_tree import Object
from pca_events.infrastructure.terraform.blocks import Argument, Block, Broken, items
from pca_events.infrastructure.terraform.expressions import parse
from pca_events.infrastructure.terraform.nodes import Entries, Entry, Items, Literal, Node
from pca_events.infrastructure.terraform.templates import as_value, template

_SHOWN = 80

DEEPEST_BLOCK = 30
"""The maximum nesting depth of blocks."""


@dataclass(frozen=True)
class Expression:
    """The expression of an argument.

    Attributes:
        text: its source text; empty in JSON.
        line: its first line, numbered across all files.
        json: the value of a `.tf.json` file.
    """

    text: str
    line: int
    json: Any = None

    @property
    def written(self) -> str:
        """The beginning of its text on one line, for messages."""
        text = " ".join((self.text or json.dumps(self.json, default=str)).split())
        return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."

    @property
    def node(self) -> Node:
        """Its syntax tree.

        Raises:
            Broken: it has a syntax error.
        """
        if not self.text:
            return _json_node(self.json, self.line)
        try:
            return parse(self.text)
        except Broken as error:
            raise Broken(self.line + error.line - 1, str(error)) from None


@dataclass(frozen=True)
class Body:
    """The content of a block.

    Attributes:
        line: the first line of the block.
        arguments: its arguments by name.
        nested: its nested blocks, each with type and labels.
        faults: the syntax errors in it.
    """

    line: int
    arguments: dict[str, Expression] = field(default_factory=dict)
    nested: list[tuple[str, tuple[str, ...], "Body"]] = field(default_factory=list)
    faults: list[Broken] = field(default_factory=list)

    def overridden(self, other: "Body") -> "Body":
        """This body with the arguments and nested blocks of an override file applied."""
        kinds = {kind for kind, _, _ in other.nested}
        kept = [held for held in self.nested if held[0] not in kinds]
        arguments = self.arguments | other.arguments
        return Body(self.line, arguments, kept + other.nested, self.faults + other.faults)


def parse_body(text: str, line: int, depth: int = 0) -> Body:
    """Parse the body of one block, or a file of assignments, that begins on this line."""
    body = Body(line)
    for item in items(text, line):
        if isinstance(item, Argument):
            if item.name in body.arguments:
                body.faults.append(Broken(item.line, f'duplicate argument "{item.name}"'))
            body.arguments.setdefault(item.name, Expression(item.text.strip(), item.line))
        elif isinstance(item, Block):
            inside, begins = item.inner
            if depth == DEEPEST_BLOCK:
                body.faults.append(Broken(item.line, "is nested too deeply"))
                continue
            nested = parse_body(inside, begins, depth + 1)
            body.nested.append((item.kind, item.labels, nested))
            body.faults.extend(nested.faults)
        else:
            body.faults.append(item)
    return body


def json_body(value: Any, line: int) -> Body:
    """The body of an object in a `.tf.json` file; nested blocks are arguments with object values."""
    body = Body(line)
    for name, held in value.items() if isinstance(value, dict) else ():
        at = value.line_of(name) if isinstance(value, Object) else line
        body.arguments[name] = Expression("", at, held)
    return body


def _json_node(value: Any, base: int, line: int | None = None) -> Node:
    """The node of a JSON value, in which every string is a template."""
    at = 0 if line is None else line - base
    if isinstance(value, dict):
        return Entries(at, "{...}", tuple(_json_entries(value, base)))
    if isinstance(value, list):
        return Items(at, "[...]", tuple(_json_node(held, base, line) for held in value))
    if isinstance(value, str):
        return as_value(at, value, template(value))
    return Literal(at, str(value), value)


def _json_entries(value: dict[str, Any], base: int) -> Iterator[Entry]:
    for key, held in value.items():
        line = value.line_of(key) if isinstance(value, Object) else base
        yield Entry(Literal(0, key, key), _json_node(held, base, line), line - base, line - base)
