"""From a name to its value: traversals, the arguments of a call and of a block, and defaults that a type gives."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import Composed, Reference
from pca_events.infrastructure.source_tree import Object
from pca_events.infrastructure.terraform.functions import Encoded
from pca_events.infrastructure.terraform.nodes import Call, Entries, Literal, Node
from pca_events.infrastructure.terraform.syntax import Body, Expression

if TYPE_CHECKING:
    from pca_events.infrastructure.terraform.source_files import FilesBeside
if TYPE_CHECKING:
    from pca_events.infrastructure.terraform.scope import ModuleNames


@dataclass(frozen=True)
class Step:
    """A step from a value into it: `.name`, `["key"]`, `[0]`."""

    key: Any
    text: str


@dataclass(frozen=True)
class Missing(Unknown):
    """What is not there for certain, so that Terraform would refuse it; `try` goes on to its next argument."""


class Absent(LookupError):
    """A step leads nowhere for certain."""


class Names(Protocol):
    """What names stand for."""

    @property
    def files(self) -> "FilesBeside":
        """The files that functions can read."""

    def named(self, root: str, steps: list[Step]) -> tuple[Any, list[Step]]:
        """What the beginning of `root.step.step` is, and the steps that are left to go."""

    def attribute(self, of: Reference, step: Step) -> Any:
        """What a step from a resource, or from what is known of it, leads to."""

    def every(self, of: Reference) -> Any:
        """The instances of a resource: a list, or an object of them by key; else Unknown."""

    def spend(self) -> bool:
        """Count a step of the evaluation; False once there have been too many."""


def follow(names: Names, value: Any, steps: list[Step]) -> Any:
    """Where these steps lead from a value.

    Raises:
        LookupError, TypeError: nowhere; Absent where that is certain.
    """
    for step in steps:
        if isinstance(value, Reference):
            value = names.attribute(value, step)
        elif isinstance(value, Unknown):
            kind = Missing if isinstance(value, Missing) else Unknown
            value = kind(value.reason + step.text if " " not in value.reason else value.reason)
        else:
            value = _element(value, step.key)
    return value


def _element(value: Any, key: Any) -> Any:
    if isinstance(key, Unknown):
        raise TypeError("the key is not known")
    if isinstance(value, dict):
        name = key if isinstance(key, str) else str(key)
        if name not in value:
            raise Absent(name)
        return value[name]
    if isinstance(value, list):
        at = int(key) if isinstance(key, int) or (isinstance(key, str) and key.isdigit()) else None
        if at is None or not 0 <= at < len(value):
            raise Absent(str(key))
        return value[at]
    if value is None or isinstance(value, str | int | float):
        raise Absent(str(key))
    raise TypeError("has no elements")


def items(value: Any) -> list[tuple[Any, Any]]:
    """The keys and values of an object, or the indexes and values of a list.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(value, dict):
        return sorted(value.items())
    if isinstance(value, list):
        return list(enumerate(value))
    raise TypeError("is neither a list nor an object")


def with_defaults(value: Any, kind: Node, evaluate: Callable[[Node], Any]) -> Any:
    """A value with the attributes that its type gives where they are left out.

    Args:
        value: the value of a variable.
        kind: its type: `map(object({ enabled = optional(bool, true) }))`.
        evaluate: gives the value of a default.
    """
    if not isinstance(kind, Call) or not kind.arguments or value is None or isinstance(value, Unknown):
        return value
    inner = kind.arguments[0]
    if kind.name == "optional":
        return with_defaults(value, inner, evaluate)
    if kind.name in ("list", "set") and isinstance(value, list):
        return [with_defaults(held, inner, evaluate) for held in value]
    if kind.name == "map" and isinstance(value, dict):
        return with_values(value, {key: with_defaults(held, inner, evaluate) for key, held in value.items()})
    if kind.name == "object" and isinstance(value, dict) and isinstance(inner, Entries):
        return with_values(value, _completed(value, inner, evaluate))
    return value


def _completed(value: dict[str, Any], kind: Entries, evaluate: Callable[[Node], Any]) -> dict[str, Any]:
    made = dict(value)
    for entry in kind.entries:
        name = entry.key.value if isinstance(entry.key, Literal) else None
        if not isinstance(name, str):
            continue
        optional = entry.value if isinstance(entry.value, Call) and entry.value.name == "optional" else None
        held = value.get(name)
        if held is None and optional:
            held = evaluate(optional.arguments[1]) if len(optional.arguments) > 1 else None
        if name in value or optional:
            made[name] = with_defaults(held, entry.value, evaluate)
    return made


def with_values(value: dict[str, Any], held: dict[str, Any]) -> dict[str, Any]:
    """An object with other values on the same lines."""
    if not isinstance(value, Object):
        return held
    made = Object(value.line)
    for key, item in held.items():
        made.put(key, item, value.spans.get(key, (value.line, value.line)))
    return made


@dataclass(frozen=True)
class Referred(Reference):
    """A reference to a resource or module that knows in which module that is."""

    owner: "ModuleNames | None" = field(default=None, compare=False, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave the module behind: the process that asked for the rules does not evaluate them."""
        own = (self.reason, self.parts, self.meaning, self.meanings, self.reasons, self.names)
        return Reference, (*own, self.resource, self.attribute)


@dataclass(frozen=True)
class Given:
    """What a call gives to a variable.

    Attributes:
        expression: as it is written in the calling module.
        caller: that module; None for a file of values.
        bound: what `each` and `count` stand for there.
        strange: whether the call has providers of its own, so that its account and Region may be others.
        value: what it comes to, where there is no expression.
    """

    expression: Expression | None = None
    caller: "ModuleNames | None" = None
    bound: Mapping[str, Any] = field(default_factory=dict)
    strange: bool = False
    value: Any = None


def without_meaning(value: Any) -> Any:
    """The same for another account and Region than those of the caller."""
    if isinstance(value, Encoded):
        return Encoded(without_meaning(value.value))
    if isinstance(value, Composed):
        return replace(value, meanings=(), holes=tuple(replace(hole, meaning="") for hole in value.holes))
    if isinstance(value, Unknown):
        return replace(value, meaning="", meanings=())
    if isinstance(value, dict):
        return with_values(value, {key: without_meaning(held) for key, held in value.items()})
    return [without_meaning(held) for held in value] if isinstance(value, list) else value


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
