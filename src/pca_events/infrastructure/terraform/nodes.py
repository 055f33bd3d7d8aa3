"""The syntax tree of an expression; a line is counted from the first line of its text, which is 0."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression.

    Attributes:
        line: where it begins.
        text: what the author wrote, in one line.
    """

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, a text, true, false or null."""

    value: Any


@dataclass(frozen=True, slots=True)
class Embedded(Node):
    """An expression within a template; its own lines begin at `line`."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """A part of a template that is there on a condition."""

    condition: Node
    then: "tuple[str | Node, ...]"
    otherwise: "tuple[str | Node, ...]"


@dataclass(frozen=True, slots=True)
class Loop(Node):
    """A part of a template that is repeated."""

    names: tuple[str, ...]
    over: Node
    parts: "tuple[str | Node, ...]"


@dataclass(frozen=True, slots=True)
class Template(Node):
    """A text with expressions in it.

    Attributes:
        first: the line of its first character where its lines are lines of the file (a heredoc); else -1.
    """

    parts: tuple[str | Node, ...]
    first: int = -1


@dataclass(frozen=True, slots=True)
class Items(Node):
    """A list."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of an object, with its value; a bare name is a Literal."""

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
    """A call of a function; with `spread`, the last argument is a list of arguments."""

    name: str
    arguments: tuple[Node, ...]
    spread: bool


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name that stands alone: the beginning of a path."""


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
    """The same steps from every element."""

    steps: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Path(Node):
    """Steps into a value."""

    root: Node
    steps: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """One of two values."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """An operator between two values."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """An operator before a value."""

    sign: str
    operand: Node


@dataclass(frozen=True, slots=True)
class For(Node):
    """A list, or with a key an object, made of each element of another; `grouped` collects values of one key."""

    names: tuple[str, ...]
    over: Node
    key: Node | None
    value: Node
    condition: Node | None
    grouped: bool


def inner(node: Any) -> Iterator[Node]:
    """A node and all nodes within it."""
    waiting = [node]
    while waiting:
        held = waiting.pop()
        if isinstance(held, Node):
            yield held
        if isinstance(held, tuple):
            waiting += held
        elif isinstance(held, Node | Entry):
            waiting += [getattr(held, name) for name in held.__match_args__]
