"""Ways from a name into its value: `local.a.b["c"][0]`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import Reference

if TYPE_CHECKING:
    from pca_events.infrastructure.terraform.files_beside import FilesBeside


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
