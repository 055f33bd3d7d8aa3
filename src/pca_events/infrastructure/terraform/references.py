"""What one module of Terraform knows of another: references to its resources, and the values that a call gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import Composed, Reference
from pca_events.infrastructure.terraform.functions import Encoded
from pca_events.infrastructure.terraform.syntax import Expression
from pca_events.infrastructure.terraform.types import with_values

if TYPE_CHECKING:
    from pca_events.infrastructure.terraform.scope import ModuleNames


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
