"""From a name to its value: traversals, arguments of calls and blocks, and defaults of variable types."""

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
    """One step of a traversal: `.name`, `["key"]`, `[0]`."""

    key: Any
    text: str


@dataclass(frozen=True)
class Missing(Unknown):
    """A value that certainly does not exist, an error in Terraform; `try` continues with its next argument."""


class Absent(LookupError):
    """The target of a step certainly does not exist."""


class Names(Protocol):
    """Resolves names to values."""

    @property
    def files(self) -> "FilesBeside":
        """The files that functions can read."""

    def named(self, root: str, steps: list[Step]) -> tuple[Any, list[Step]]:
        """The value of the beginning of `root.step.step`, and the remaining steps."""

    def attribute(self, of: Reference, step: Step) -> Any:
        """The value of a step from a reference to a resource."""

    def every(self, of: Reference) -> Any:
        """The instances of a resource: a list, or an object of them by key; else Unknown."""

    def spend(self, steps: int = 1) -> bool:
        """Count evaluation steps; False if the limit is exceeded."""


def follow(names: Names, value: Any, steps: list[Step]) -> Any:
    """The value at the end of these steps.

    Raises:
        LookupError, TypeError: there is none; Absent if that is certain.
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
        TypeError: the value is neither a list nor an object.
    """
    if isinstance(value, dict):
        return sorted(value.items())
    if isinstance(value, list):
        return list(enumerate(value))
    raise TypeError("is neither a list nor an object")


def with_defaults(value: Any, kind: Node, evaluate: Callable[[Node], Any]) -> Any:
    """A value with the defaults of optional attributes filled in.

    Args:
        value: the value of a variable.
        kind: its type: `map(object({ enabled = optional(bool, true) }))`.
        evaluate: evaluates a default.
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
    """An object with new values and the same lines."""
    if not isinstance(value, Object):
        return held
    made = Object(value.line)
    for key, item in held.items():
        made.put(key, item, value.spans.get(key, (value.line, value.line)))
    return made


@dataclass(frozen=True)
class Referred(Reference):
    """A reference to a resource or module, with the module that declares it."""

    owner: "ModuleNames | None" = field(default=None, compare=False, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without the module: the receiving process does not evaluate references."""
        own = (self.reason, self.parts, self.meaning, self.meanings, self.reasons, self.names)
        return Reference, (*own, self.resource, self.attribute)


@dataclass(frozen=True)
class Given:
    """The value that a call assigns to a variable.

    Attributes:
        expression: the expression in the calling module.
        caller: the calling module; None for a `.tfvars` file.
        bound: the values of `each` and `count` there.
        strange: whether the call passes `providers`, so that its account and Region may differ.
        value: the value, if there is no expression.
    """

    expression: Expression | None = None
    caller: "ModuleNames | None" = None
    bound: Mapping[str, Any] = field(default_factory=dict)
    strange: bool = False
    value: Any = None


def without_meaning(value: Any) -> Any:
    """The value without its account and Region, for a call that may deploy to others."""
    if isinstance(value, Encoded):
        return Encoded(without_meaning(value.value))
    if isinstance(value, Composed):
        return replace(value, meanings=(), holes=tuple(replace(hole, meaning="") for hole in value.holes))
    if isinstance(value, Unknown):
        return replace(value, meaning="", meanings=())
    if isinstance(value, dict):
        return with_values(value, {key: without_meaning(held) for key, held in value.items()})
    return [without_meaning(held) for held in value] if isinstance(value, list) else value


class ExpressionValues(Protocol):
    """Evaluates expressions."""

    def value(self, expression: Expression, bound: Mapping[str, Any]) -> Any:
        """The value of an expression with these names bound."""


class Arguments:
    """The values of the arguments of a body; nested blocks are lists of `Arguments`."""

    def __init__(self, values: ExpressionValues, body: Body, bound: Mapping[str, Any]) -> None:
        self._values = values
        self._known: dict[str, Any] = {}
        self._body = body
        self._bound = bound

    def get(self, name: str) -> Any:
        """The value of an argument, or the nested blocks with this name; None if there is neither."""
        if name not in self._known:
            written = self._body.arguments.get(name)
            if written:
                self._known[name] = self._values.value(written, self._bound)
            else:
                self._known[name] = list(self._blocks(name)) or None
        return self._known[name]

    def put(self, name: str, value: Any) -> None:
        """Set the value of an argument."""
        self._known[name] = value

    def _blocks(self, name: str) -> Iterator["Arguments"]:
        for kind, labels, body in self._body.nested:
            if kind == name:
                yield Arguments(self._values, body, self._bound)
            elif kind == "dynamic" and labels == (name,):
                yield from self._dynamic(name, body)

    def _dynamic(self, name: str, body: Body) -> Iterator["Arguments"]:
        """The blocks of a `dynamic` block; a single one if their number is unknown."""
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
