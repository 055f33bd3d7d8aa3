"""Terraform's two syntaxes, HCL and JSON, in one shape: bodies with arguments and nested blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lark import Tree
from lark.exceptions import LarkError, UnexpectedCharacters, UnexpectedToken

from pca_events.infrastructure.source_tree import Object
from pca_events.infrastructure.terraform.blocks import Broken

LARGEST = 256 * 1024
"""The longest text that is parsed, in characters: no rule, queue or policy comes near it."""
_LONGEST_BLANK = 4096

Node = Tree[Any]


@dataclass(frozen=True)
class Expression:
    """What stands to the right of an argument's name.

    Attributes:
        node: a syntax tree of HCL, or a value of JSON.
        text: the text that the tree was made of.
        line: the line that this text begins on, counted on through all files of a module.
    """

    node: Any
    text: str
    line: int

    @property
    def first_line(self) -> int:
        """Where it begins."""
        return line_of(self.node, self.line)


@dataclass(frozen=True)
class Body:
    """What stands between the braces of a block.

    Attributes:
        line: where the block begins.
        arguments: by name.
        nested: the blocks within it, each with its type and labels.
    """

    line: int
    arguments: dict[str, Expression] = field(default_factory=dict)
    nested: list[tuple[str, tuple[str, ...], "Body"]] = field(default_factory=list)


def line_of(node: Any, line: int) -> int:
    """The line of a syntax tree whose text begins on a line; JSON has that one line only."""
    meta = getattr(node, "meta", None)
    return line if meta is None or meta.empty else int(line + meta.line - 1)


def parse_body(text: str, line: int) -> Body:
    """Parse the text of one block, or of a file of assignments, that begins on a line.

    Raises:
        Broken: it is no HCL.
    """
    try:
        return _body(_parsed(text), text, line)
    except Broken as error:
        raise Broken(line + error.line - 1, str(error)) from None


def parse_block(text: str, line: int) -> Body:
    """Parse the text of one block, and give what is in it.

    Raises:
        Broken: it is no HCL.
    """
    return parse_body(text, line).nested[0][2]


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Expression:
    """Parse an expression that stands alone, such as what a template has between `${` and `}`.

    Raises:
        Broken: it is none.
    """
    argument = parse_body(f"x = {text}", 1).arguments.get("x")
    if argument is None:
        raise Broken(1, "expected an expression")
    return argument


def json_body(value: Any, line: int) -> Body:
    """The body that an object of a `.tf.json` file is; its blocks are arguments that have objects."""
    body = Body(line)
    for name, held in value.items() if isinstance(value, dict) else ():
        at = value.line_of(name) if isinstance(value, Object) else line
        body.arguments[name] = Expression(held, "", at)
    return body


def trees(node: Node) -> list[Node]:
    """What a syntax tree is made of, without punctuation, comments and line ends."""
    return [child for child in node.children if isinstance(child, Tree) and child.data != "new_line_or_comment"]


def source_text(node: Any, text: str) -> str:
    """What the author wrote, in one line."""
    if not isinstance(node, Tree) or node.meta.empty:
        return str(node)
    return " ".join(re.sub(r"\s(?:#|//)[^\n]*", "", text[node.meta.start_pos : node.meta.end_pos]).split())


def _parsed(text: str) -> Node:
    import hcl2  # building its parser takes longer than most commands run

    if len(text) > LARGEST:
        raise Broken(1, f"has {len(text):,} characters in one block; more than {LARGEST:,} are not parsed")
    if max((len(blank[0]) for blank in re.finditer(r"\s\s+", text)), default=0) > _LONGEST_BLANK:
        raise Broken(1, "has thousands of blank lines in one block")
    try:
        return hcl2.parses_to_tree(text)
    except (UnexpectedToken, UnexpectedCharacters) as error:
        raise Broken(max(1, error.line), f"does not parse: did not expect {_unexpected(error)}") from None
    except LarkError:
        raise Broken(1, "does not parse") from None
    except RecursionError:
        raise Broken(1, "is nested too deep") from None


def _unexpected(error: UnexpectedToken | UnexpectedCharacters) -> str:
    shown = error.token.value if isinstance(error, UnexpectedToken) else error.char
    first = str(shown).strip().partition("\n")[0][:40]
    return f"`{first}`" if first.isprintable() and first else "the end of this line"


def _body(tree: Node, text: str, line: int) -> Body:
    found = tree.children[0] if tree.data == "start" else tree
    body = Body(line)
    for child in trees(found):
        if child.data == "attribute":
            name, expression = trees(child)
            body.arguments[_word(name)] = Expression(expression, text, line)
        elif child.data == "block":
            body.nested.append(_block(child, text, line))
    return body


def _block(tree: Node, text: str, line: int) -> tuple[str, tuple[str, ...], Body]:
    *words, inner = trees(tree)
    names = [_word(word) for word in words]
    body = _body(inner, text, line)
    return names[0], tuple(names[1:]), Body(line_of(tree, line), body.arguments, body.nested)


def _word(node: Node) -> str:
    """The text of an identifier, or of a quoted label."""
    return "".join(_words(node)).strip('"')


def _words(node: Node) -> Iterator[str]:
    for child in node.children:
        yield from _words(child) if isinstance(child, Tree) else [str(child)]
