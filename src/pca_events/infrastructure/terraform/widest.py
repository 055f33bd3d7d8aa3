"""What `for_each` may go over: with conditions that are not known, or in spite of those that leave it empty."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.terraform import nodes
from pca_events.infrastructure.terraform.blocks import Broken
from pca_events.infrastructure.terraform.references import Given
from pca_events.infrastructure.terraform.syntax import Expression

_DEEPEST = 50
_COLLECTING = {"merge", "concat", "flatten", "toset", "tomap", "tolist", "setunion", "values"}
_NOTHING: Mapping[str, Any] = {}


class Scope(Protocol):
    """The variables and locals of a module."""

    given: Mapping[str, Given]

    def part(self, node: nodes.Node, line: int, bound: Mapping[str, Any]) -> Any:
        """What a part of an expression that begins on a line comes to."""

    def locals(self) -> Mapping[str, Expression]:
        """The expressions of the locals, by name."""

    def default_of(self, name: str, /) -> Expression | None:
        """The expression of the default of a variable."""

    def typed(self, name: str, value: Any, /) -> Any:
        """A value of a variable with the attributes that its type adds."""


def widest(names: Scope, expression: Expression, *, off: bool) -> Any:
    """The largest collection that an expression may come to; its plain value where that is known.

    A condition that is not known counts as the one that leaves more. What stands within the items keeps its value.

    Args:
        names: the module that it stands in.
        expression: the value of `for_each`.
        off: take conditions that are known to be false for true as well.
    """
    return _Widest(off).of(names, expression, _NOTHING, _DEEPEST)


class _Widest:
    def __init__(self, off: bool) -> None:
        self._off = off
        self._found: dict[tuple[int, str, str], Any] = {}

    def of(self, names: Scope, expression: Expression, bound: Mapping[str, Any], depth: int) -> Any:
        try:
            return self._value(names, expression.node, expression.line, bound, depth)
        except (Broken, RecursionError):
            return Unknown("what does not parse")

    def _value(self, names: Scope, node: nodes.Node, line: int, bound: Mapping[str, Any], depth: int) -> Any:
        if not depth:
            return names.part(node, line, bound)
        if isinstance(node, nodes.Conditional):
            return self._either(names, node, line, bound, depth - 1)
        if isinstance(node, nodes.Call) and node.name in _COLLECTING:
            held = (self._value(names, argument, line, bound, depth - 1) for argument in node.arguments)
            known = tuple(map(nodes.Literal, _lines(node), _texts(node), held))
            return names.part(replace(node, arguments=known), line, bound)
        if isinstance(node, nodes.For):
            over = nodes.Literal(node.over.line, node.over.text, self._value(names, node.over, line, bound, depth - 1))
            return names.part(replace(node, over=over, condition=None if self._off else node.condition), line, bound)
        if isinstance(node, nodes.Path) and len(node.steps) == 1 and node.root.text in ("local", "var"):
            return self._named(names, node, line, bound, depth - 1)
        return names.part(node, line, bound)

    def _either(self, names: Scope, node: nodes.Conditional, line: int, bound: Mapping[str, Any], depth: int) -> Any:
        condition = names.part(node.condition, line, bound)
        open_ = self._off or isinstance(condition, Unknown)
        branches = [node.then, node.otherwise] if condition in (True, "true") or open_ else [node.otherwise, node.then]
        first = self._value(names, branches[0], line, bound, depth)
        if not open_:
            return first
        second = self._value(names, branches[1], line, bound, depth)
        if first in ({}, [], None):
            return second
        return first if second in ({}, [], None) else names.part(node, line, bound)

    def _named(self, names: Scope, node: nodes.Path, line: int, bound: Mapping[str, Any], depth: int) -> Any:
        step = node.steps[0]
        if not isinstance(step, nodes.Attribute) or not isinstance(step.key, str):
            return names.part(node, line, bound)
        key = (id(names), node.root.text, step.key)
        if key not in self._found:
            self._found[key] = names.part(node, line, bound)
            self._found[key] = self._behind(names, node.root.text, step.key, self._found[key], depth)
        return self._found[key]

    def _behind(self, names: Scope, root: str, name: str, plain: Any, depth: int) -> Any:
        """The widest value of a local or variable, from the expression that gives it."""
        if root == "local":
            written = names.locals().get(name)
            return self.of(names, written, _NOTHING, depth) if written else plain
        given = names.given.get(name)
        if given is None:
            default = names.default_of(name)
            return names.typed(name, self.of(names, default, _NOTHING, depth)) if default else plain
        if given.expression is None or given.caller is None or given.strange:
            return plain
        return names.typed(name, self.of(given.caller, given.expression, given.bound, depth))


def _lines(node: nodes.Call) -> list[int]:
    return [argument.line for argument in node.arguments]


def _texts(node: nodes.Call) -> list[str]:
    return [argument.text for argument in node.arguments]
