"""Ways from a name into its value: `local.a.b["c"][0]`."""

from dataclasses import dataclass
from typing import Any, Protocol

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import Reference


@dataclass(frozen=True)
class Step:
    """A step from a value into it: `.name`, `["key"]`, `[0]`."""

    key: Any
    text: str


class Names(Protocol):
    """What names stand for."""

    def named(self, root: str, steps: list[Step]) -> tuple[Any, list[Step]]:
        """What the beginning of `root.step.step` is, and the steps that are left to go."""

    def attribute(self, of: Reference, step: Step) -> Any:
        """What a step from a resource, or from what is known of it, leads to."""

    def every(self, of: Reference) -> Any:
        """The instances of a resource: a list, or an object of them by key; else Unknown."""


def follow(names: Names, value: Any, steps: list[Step]) -> Any:
    """Where these steps lead from a value.

    Raises:
        LookupError, TypeError: nowhere.
    """
    for step in steps:
        if isinstance(value, Reference):
            value = names.attribute(value, step)
        elif isinstance(value, Unknown):
            value = Unknown(value.reason + step.text if " " not in value.reason else value.reason)
        else:
            value = value[step.key]
    return value


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
