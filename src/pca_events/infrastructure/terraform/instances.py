"""Blocks and their instances by `count` and `for_each`: those that exist by default, and all that may exist."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.terraform import nodes
from pca_events.infrastructure.terraform.blocks import Broken
from pca_events.infrastructure.terraform.functions import decoded
from pca_events.infrastructure.terraform.references import Given
from pca_events.infrastructure.terraform.syntax import Body, Expression
from pca_events.infrastructure.terraform.values import short

MOST_INSTANCES = 1000
"""The maximum number of instances of one resource that are distinguished."""


@dataclass
class Declared:
    """A block of a module.

    Attributes:
        address: its address: `aws_sqs_queue.dlq`, `data.aws_iam_policy_document.dlq`.
        labels: `("aws_sqs_queue", "dlq")`.
        line, last_line: its lines, numbered across all files.
        parse: returns its body.
        overrides: the blocks of override files that modify it.
    """

    kind: str
    labels: tuple[str, ...]
    line: int
    last_line: int
    parse: Callable[[], Body]
    overrides: list["Declared"] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The address by which other blocks refer to it."""
        words = self.labels if self.kind == "resource" else (self.kind, *self.labels)
        return ".".join(words)

    @cached_property
    def body(self) -> Body:
        """The body after overrides are applied."""
        body = self.parse()
        for other in self.overrides:
            body = body.overridden(other.body)
        return body


@dataclass(frozen=True)
class Instance:
    """One instance of a block; a block without `count` and `for_each` has exactly one.

    Attributes:
        address: with `["key"]` or `[0]`; with `["*"]` or `[*]` if the instances are unknown.
        bound: the values of `each` and `count`.
        off: why it is not deployed by default, as in the code; empty if it is deployed.
    """

    address: str
    declared: Declared
    body: Body
    bound: Mapping[str, Any] = field(default_factory=dict)
    off: str = ""


def for_each(block: Declared, body: Body, over: Any, off: str = "") -> list[Instance]:
    """The instances for a set or an object; a single one, `["*"]`, if the keys are unknown.

    Args:
        block: the block.
        body: its body.
        over: the value of `for_each`.
        off: why they are not deployed by default, as in the code; empty if they are deployed.
    """
    if isinstance(over, list) and all(isinstance(item, str) for item in over):
        over = {item: item for item in over}
    if not isinstance(over, dict) or not over or len(over) > MOST_INSTANCES:
        bound = {"each": {"key": Unknown("each.key"), "value": Unknown("each.value")}}
        return [Instance(f'{block.address}["*"]', block, body, bound, off)]
    return [
        Instance(f'{block.address}["{key}"]', block, body, {"each": {"key": key, "value": value}}, off)
        for key, value in over.items()
    ]


def counted(block: Declared, body: Body, count: Any, off: str = "") -> list[Instance]:
    """The instances for a number; a single one, `[*]`, if the number is unknown.

    For zero there is one instance that is off.
    """
    if isinstance(count, str) and count.isdigit():
        count = int(count)
    if count == 0 and not isinstance(count, bool):
        return [Instance(f"{block.address}[0]", block, body, {"count": {"index": 0}}, off)]
    if not isinstance(count, int) or not 0 <= count <= MOST_INSTANCES:
        return [Instance(f"{block.address}[*]", block, body, {"count": {"index": Unknown("count.index")}})]
    return [Instance(f"{block.address}[{at}]", block, body, {"count": {"index": at}}) for at in range(count)]


_MOST_LOCALS = 50


class Variables(Protocol):
    """The variables and locals of a module."""

    def locals(self) -> Mapping[str, Expression]:
        """The expressions of the locals, by name."""

    def variable(self, name: str, /) -> Any:
        """The value of a variable."""


def depends_on(names: Variables, expression: Expression) -> str:
    """The variables that an expression depends on, directly or through locals, as in the code.

    If some of them are false, empty, zero or null, only those: they are the cause of the empty result.
    """
    found = _variables_of(names, expression)
    empty = [text for text, name in found.items() if not decoded(names.variable(name))]
    return ", ".join(empty or found)


def _variables_of(names: Variables, expression: Expression) -> dict[str, str]:
    """The names of the variables, by their text in the code."""
    found: dict[str, str] = {}
    waiting, seen = [expression], set[str]()
    while waiting and len(seen) < _MOST_LOCALS:
        try:
            paths = [node for node in nodes.inner(waiting.pop().node) if isinstance(node, nodes.Path)]
        except Broken:
            continue
        for path in paths:
            step = path.steps[0]
            if not isinstance(step, nodes.Attribute):
                continue
            name = str(step.key)
            if path.root.text == "var":
                found[short(path.text)] = name
            elif path.root.text == "local" and name not in seen:
                seen.add(name)
                waiting += [held for held in [names.locals().get(name)] if held]
    return found


_DEEPEST = 50
_COLLECTING = {"merge", "concat", "flatten", "toset", "tomap", "tolist", "setunion", "values"}
_NOTHING: Mapping[str, Any] = {}


class Scope(Protocol):
    """The variables and locals of a module."""

    given: Mapping[str, Given]

    def part(self, node: nodes.Node, line: int, bound: Mapping[str, Any]) -> Any:
        """The value of a part of an expression that begins on this line."""

    def locals(self) -> Mapping[str, Expression]:
        """The expressions of the locals, by name."""

    def default_of(self, name: str, /) -> Expression | None:
        """The expression of the default of a variable."""

    def typed(self, name: str, value: Any, /) -> Any:
        """The value of a variable with the defaults of its type applied."""


def widest(names: Scope, expression: Expression, *, off: bool) -> Any:
    """The largest collection that an expression may evaluate to; its value if that is known.

    For an unknown condition, the branch with more items counts. The items themselves keep their values.

    Args:
        names: the module of the expression.
        expression: the value of `for_each`.
        off: whether false conditions are treated as true too.
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
            return Unknown("an expression that does not parse")

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
        """The widest value of a local or variable, from its expression."""
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
