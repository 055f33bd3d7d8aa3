"""Evaluates Terraform expressions as far as possible without running Terraform."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import Reference, joined
from pca_events.infrastructure.sizes import size_of
from pca_events.infrastructure.source_tree import Object
from pca_events.infrastructure.terraform import nodes
from pca_events.infrastructure.terraform.blocks import Broken
from pca_events.infrastructure.terraform.functions import binary, call, decoded, negated, text_of
from pca_events.infrastructure.terraform.nodes import Node
from pca_events.infrastructure.terraform.references import Absent, Missing, Names, Step, follow, items
from pca_events.infrastructure.terraform.source_files import ENCRYPTED, EncryptedValue
from pca_events.infrastructure.terraform.syntax import Expression
from pca_events.infrastructure.terraform.templates import template

MOST_STEPS = 200_000
"""The maximum number of steps for one argument: the expressions that are evaluated, and the sizes of values."""

MOST_VALUES = 50_000
"""The maximum size of a value; a larger one is unknown."""

_PER_STEP = 32  # values of an argument or of a result, or characters that are decoded
_WRONG = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_LONGEST = 80


@dataclass(frozen=True)
class _At:
    """The context of an expression: its first line, the bound names, and whether other names exist."""

    line: int
    bound: Mapping[str, Any]
    closed: bool = False


class Evaluator:
    """Evaluates expressions."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._spend = names.spend
        self._steps = 0
        self._depth = 0

    def node(self, node: Node, line: int, bound: Mapping[str, Any]) -> Any:
        """The value of a part of an expression that begins on this line."""
        return self._value(node, _At(line, bound))

    def value(self, expression: Expression, bound: Mapping[str, Any]) -> Any:
        """The value of an expression; Unknown if it cannot be determined.

        Raises:
            Broken: it has a syntax error or is nested too deeply.
        """
        if not self._depth:
            self._steps = 0
        self._depth += 1
        try:
            return self._value(expression.node, _At(expression.line, bound))
        except RecursionError:
            raise Broken(expression.line, "is nested too deeply") from None
        finally:
            self._depth -= 1

    def _value(self, node: Node, at: _At) -> Any:
        if not self._has_room(1):
            return Unknown(short(node.text))
        try:
            return _READERS[type(node)](self, node, at)
        except EncryptedValue:
            return Unknown(ENCRYPTED)
        except Absent:
            return Missing(short(node.text))
        except _WRONG:
            return Unknown(short(node.text))

    def _has_room(self, steps: int) -> bool:
        self._steps += steps
        return self._steps <= MOST_STEPS and self._spend(steps)

    def _count(self, value: Any, steps: int = 0) -> Any:
        """Return a value after its size was counted; an exception if it is too large or no steps are left."""
        count = size(value)
        if not self._has_room(steps + count // _PER_STEP) or count > MOST_VALUES:
            raise ValueError("is too large")
        return value

    def _text(self, value: Any) -> str | Unknown:
        return text_of(self._count(value))

    def _literal(self, node: nodes.Literal, at: _At) -> Any:  # noqa: ARG002
        return node.value

    def _name(self, node: nodes.Name, at: _At) -> Any:
        return self._named(node.text, [], at)

    def _items(self, node: nodes.Items, at: _At) -> Any:
        return [self._value(held, at) for held in node.items]

    def _entries(self, node: nodes.Entries, at: _At) -> Any:
        made = Object(at.line + node.line)
        for entry in node.entries:
            key = self._text(self._value(entry.key, at))
            if isinstance(key, Unknown):
                raise TypeError("the key is not known")
            made.put(key, self._value(entry.value, at), (at.line + entry.line, at.line + entry.last_line))
        return made

    def _conditional(self, node: nodes.Conditional, at: _At) -> Any:
        known = self._value(node.condition, at)
        if isinstance(known, Unknown):
            first, second = self._value(node.then, at), self._value(node.otherwise, at)
            return first if self._count(first) == self._count(second) else Unknown(short(node.text))
        return self._value(node.then if known in (True, "true") else node.otherwise, at)

    def _binary(self, node: nodes.Binary, at: _At) -> Any:
        left = self._count(self._value(node.left, at))
        return binary(node.sign, left, lambda: self._count(self._value(node.right, at)))

    def _unary(self, node: nodes.Unary, at: _At) -> Any:
        return negated(node.sign, self._value(node.operand, at))

    def _call(self, node: nodes.Call, at: _At) -> Any:
        if node.name in ("try", "can"):
            return self._first_there(node, at)
        arguments = [self._count(self._value(held, at)) for held in node.arguments]
        if node.spread:
            arguments[-1:] = arguments[-1]
        return self._count(self._called(node, arguments))

    def _called(self, node: nodes.Call, arguments: list[Any]) -> Any:
        if node.name == "templatefile":
            return self.rendered(self._names.files.text(arguments[0]), arguments[1])
        if node.name == "templatestring":
            return self.rendered(arguments[0], arguments[1])
        if node.name in self._names.files.functions:
            return self._names.files.call(node.name, arguments)
        if node.name in ("jsondecode", "yamldecode") and isinstance(arguments[0], str):
            self._count(None, len(arguments[0]) // _PER_STEP)
        return call(node.name, [self._every(held) for held in arguments])

    def _every(self, value: Any) -> Any:
        """The instances of a resource that is referenced as a whole, if they are known."""
        if isinstance(value, Reference) and not value.attribute:
            every = self._names.every(value)
            return value if isinstance(every, Unknown) else every
        return value

    def _first_there(self, node: nodes.Call, at: _At) -> Any:
        """Evaluate `try` (the first argument that has a value) or `can` (whether it has a value)."""
        for argument in node.arguments:
            value = self._value(argument, at)
            if isinstance(value, Missing):
                continue
            if isinstance(value, Unknown) and not isinstance(value, Reference):
                raise TypeError("it is not known whether it exists")
            return value if node.name == "try" else True
        if node.name == "can":
            return False
        raise Absent(node.text)

    def rendered(self, text: Any, variables: Any) -> Any:
        """A template rendered with these variables.

        Raises:
            TypeError, ValueError: the template or the variables are unknown, or the template has a syntax error.
        """
        if isinstance(text, Unknown) or not isinstance(text, str) or not isinstance(variables, dict):
            raise TypeError("the template or its variables are not known")
        try:
            parts = template(text)
        except Broken as error:
            raise ValueError("does not parse") from error
        line = getattr(text, "line", 0)
        return self._joined(parts, _At(line, variables, closed=True), line)

    def _template(self, node: nodes.Template, at: _At) -> Any:
        return self._joined(node.parts, at, at.line + node.first if node.first >= 0 else 0)

    def _joined(self, parts: Sequence[str | Node], at: _At, line: int) -> Any:
        return self._count(joined(self._pieces(parts, at), line))

    def _pieces(self, parts: Sequence[str | Node], at: _At) -> Iterator[str | Unknown]:
        for part in parts:
            if isinstance(part, str):
                yield part
            elif isinstance(part, nodes.Choice):
                known = self._value(part.condition, at)
                if isinstance(known, Unknown):
                    yield Unknown(known.reason)
                else:
                    yield from self._pieces(part.then if known in (True, "true") else part.otherwise, at)
            elif isinstance(part, nodes.Loop):
                yield from self._looped(part, at)
            else:
                yield self._text(self._value(part, at))

    def _looped(self, part: nodes.Loop, at: _At) -> Iterator[str | Unknown]:
        over = self._value(part.over, at)
        if isinstance(over, Unknown):
            yield Unknown(over.reason)
            return
        for bound in _bindings(part.names, over):
            self._count(None, 1)
            yield from self._pieces(part.parts, replace(at, bound={**at.bound, **bound}))

    def _embedded(self, node: nodes.Embedded, at: _At) -> Any:
        return self._value(node.inner, replace(at, line=at.line + node.line))

    def _path(self, node: nodes.Path, at: _At) -> Any:
        steps = list(node.steps)
        plain: list[Step] = []
        while steps and not isinstance(steps[0], nodes.Splat):
            plain.append(self._step(steps.pop(0), at))
        if isinstance(node.root, nodes.Name):
            value = self._named(node.root.text, plain, at)
        else:
            value = follow(self._names, self._value(node.root, at), plain)
        return self._splat(value, steps, at) if steps else value

    def _splat(self, value: Any, steps: list[Node], at: _At) -> Any:
        splat, *others = steps
        inner = [self._step(step, at) for step in splat.steps] if isinstance(splat, nodes.Splat) else []
        value = self._every(value)
        if isinstance(value, dict) and value and all(isinstance(held, Reference) for held in value.values()):
            value = list(value.values())
        if isinstance(value, Unknown):
            raise TypeError("the number is not known")
        held = value if isinstance(value, list) else [] if value is None else [value]
        self._count(None, len(held))
        found: Any = [follow(self._names, item, inner) for item in held]
        if others and isinstance(others[0], nodes.Splat):
            return self._splat(found, others, at)
        return follow(self._names, found, [self._step(step, at) for step in others])

    def _step(self, node: Node, at: _At) -> Step:
        if isinstance(node, nodes.Attribute):
            text = f".{node.key}" if isinstance(node.key, str) else f"[{node.key}]"
            return Step(node.key, text)
        if not isinstance(node, nodes.Index):
            raise TypeError("not an index or attribute name")
        key = self._value(node.key, at)
        if isinstance(key, Unknown):
            return Step(key, f"[{node.key.text}]")
        return Step(key, f'["{key}"]' if isinstance(key, str) else f"[{key}]")

    def _named(self, root: str, steps: list[Step], at: _At) -> Any:
        if root in at.bound:
            return follow(self._names, at.bound[root], steps)
        if at.closed:
            raise Absent(root)
        value, rest = self._names.named(root, steps)
        return follow(self._names, value, rest)

    def _for(self, node: nodes.For, at: _At) -> Any:
        over = self._every(self._value(node.over, at))
        each = [replace(at, bound={**at.bound, **bound}) for bound in _bindings(node.names, over)]
        kept = [within for within in each if node.condition is None or self._is_kept(node.condition, within)]
        if node.key is None:
            return [self._value(node.value, within) for within in kept]
        made = Object(at.line + node.line)
        for within in kept:
            key = self._text(self._value(node.key, within))
            if isinstance(key, Unknown):
                raise TypeError("the key is not known")
            value = self._value(node.value, within)
            if not node.grouped:
                made.put(key, value, (made.line, made.line))
            elif key in made:
                made[key].append(value)
            else:
                made.put(key, [value], (made.line, made.line))
        return made

    def _is_kept(self, condition: Node, at: _At) -> bool:
        """Whether an element is kept; if its condition is unknown, it is."""
        kept = self._value(condition, at)
        return isinstance(kept, Unknown) or kept in (True, "true")


_READERS: dict[type[Node], Any] = {
    nodes.Literal: Evaluator._literal,
    nodes.Name: Evaluator._name,
    nodes.Items: Evaluator._items,
    nodes.Entries: Evaluator._entries,
    nodes.Conditional: Evaluator._conditional,
    nodes.Binary: Evaluator._binary,
    nodes.Unary: Evaluator._unary,
    nodes.Call: Evaluator._call,
    nodes.Template: Evaluator._template,
    nodes.Embedded: Evaluator._embedded,
    nodes.Path: Evaluator._path,
    nodes.For: Evaluator._for,
}


def _bindings(names: Sequence[str], over: Any) -> Iterator[dict[str, Any]]:
    """The values of the names in a `for` expression, element by element."""
    for key, held in items(over):
        yield {names[-1]: held} | ({names[0]: key} if len(names) == 2 else {})


def short(text: str) -> str:
    """The beginning of a text, for messages."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def size(value: Any) -> int:
    """The size of a value, up to `MOST_VALUES` + 1."""
    return 1 if value is None or isinstance(value, bool | int | float) else size_of(value, MOST_VALUES, decoded)
