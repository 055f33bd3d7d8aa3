"""The syntax tree of an expression; lines are relative to the first line of its text, which is 0."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression.

    Attributes:
        line: its first line.
        text: its source text on one line.
    """

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, a string, true, false or null."""

    value: Any


@dataclass(frozen=True, slots=True)
class Embedded(Node):
    """An expression in a template; its own lines begin at `line`."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """An `if` directive in a template."""

    condition: Node
    then: "tuple[str | Node, ...]"
    otherwise: "tuple[str | Node, ...]"


@dataclass(frozen=True, slots=True)
class Loop(Node):
    """A `for` directive in a template."""

    names: tuple[str, ...]
    over: Node
    parts: "tuple[str | Node, ...]"


@dataclass(frozen=True, slots=True)
class Template(Node):
    """A string with embedded expressions.

    Attributes:
        first: the line of its first character if its lines are lines of the file (a heredoc); else -1.
    """

    parts: tuple[str | Node, ...]
    first: int = -1


@dataclass(frozen=True, slots=True)
class Items(Node):
    """A list."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and a value of an object; a bare name as the key is a Literal."""

    key: Node
    value: Node
    line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Entries(Node):
    """An object."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function call; with `spread`, the last argument is a list of arguments."""

    name: str
    arguments: tuple[Node, ...]
    spread: bool


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A single name: the beginning of a path."""


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    """A step to an attribute, `.name`, or to an element, `.0`."""

    key: str | int


@dataclass(frozen=True, slots=True)
class Index(Node):
    """A step to an element: `[key]`."""

    key: Node


@dataclass(frozen=True, slots=True)
class Splat(Node):
    """The same steps applied to every element."""

    steps: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Path(Node):
    """Steps into a value."""

    root: Node
    steps: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """A conditional expression: `condition ? a : b`."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """A binary operator with its operands."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """A unary operator with its operand."""

    sign: str
    operand: Node


@dataclass(frozen=True, slots=True)
class For(Node):
    """A `for` expression: a list, or an object if it has a key; `grouped` collects the values of each key."""

    names: tuple[str, ...]
    over: Node
    key: Node | None
    value: Node
    condition: Node | None
    grouped: bool


def inner(node: Any) -> Iterator[Node]:
    """The node and all nodes in it."""
    waiting = [node]
    while waiting:
        held = waiting.pop()
        if isinstance(held, Node):
            yield held
        if isinstance(held, tuple):
            waiting += held
        elif isinstance(held, Node | Entry):
            waiting += [getattr(held, name) for name in held.__match_args__]
