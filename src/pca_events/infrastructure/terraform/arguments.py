"""The values of the arguments of a block, and of the blocks within it."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.terraform.syntax import Body, Expression
from pca_events.infrastructure.terraform.traversal import items


class Values(Protocol):
    """Gives the values of expressions."""

    def value(self, expression: Expression, bound: Mapping[str, Any]) -> Any:
        """What an expression comes to with these names bound."""


class Arguments:
    """The values of a body's arguments; those of its nested blocks are lists of the same."""

    def __init__(self, values: Values, body: Body, bound: Mapping[str, Any]) -> None:
        self._values = values
        self._known: dict[str, Any] = {}
        self._body = body
        self._bound = bound

    def get(self, name: str) -> Any:
        """The value of an argument, or the nested blocks of this name; None where there is neither."""
        if name not in self._known:
            written = self._body.arguments.get(name)
            if written:
                self._known[name] = self._values.value(written, self._bound)
            else:
                self._known[name] = list(self._blocks(name)) or None
        return self._known[name]

    def put(self, name: str, value: Any) -> None:
        """Set the value of an argument that is known already."""
        self._known[name] = value

    def _blocks(self, name: str) -> Iterator["Arguments"]:
        for kind, labels, body in self._body.nested:
            if kind == name:
                yield Arguments(self._values, body, self._bound)
            elif kind == "dynamic" and labels == (name,):
                yield from self._dynamic(name, body)

    def _dynamic(self, name: str, body: Body) -> Iterator["Arguments"]:
        """The blocks of a `dynamic` one; a single one where it is not known how many there are."""
        each = body.arguments.get("for_each")
        iterator = body.arguments.get("iterator")
        word = (iterator.text or str(iterator.json)) if iterator else name
        try:
            found = items(self._values.value(each, self._bound)) if each else []
        except TypeError:
            found = [(Unknown(f"{word}.key"), Unknown(f"{word}.value"))]
        for kind, _, content in body.nested:
            for key, value in found if kind == "content" else ():
                bound = {**self._bound, word: {"key": key, "value": value}}
                yield Arguments(self._values, content, bound)
