"""Conditions of a CloudFormation template: true, false, or not known without deploying."""

from collections.abc import Callable
from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.source_tree import Object

Truth = bool | Unknown


class Conditions:
    """The conditions by name; each is worked out once."""

    def __init__(self, definitions: Object, resolve: Callable[[Any], Any]) -> None:
        self._definitions = definitions
        self._resolve = resolve
        self._known: dict[str, Truth] = {}

    def holds(self, name: Any) -> Truth:
        """Whether a condition is true by the parameters' defaults."""
        if not isinstance(name, str):
            return Unknown("a condition that is no name")
        if name not in self._known:
            self._known[name] = unknown = Unknown(f"condition {name}")
            truth = self._truth(self._definitions.get(name))
            self._known[name] = truth if isinstance(truth, bool) else unknown
        return self._known[name]

    def _truth(self, value: Any) -> Truth:
        if not isinstance(value, Object) or len(value) != 1:
            return Unknown("a condition that is none")
        ((name, argument),) = value.items()
        if name == "Condition":
            return self.holds(argument)
        if not isinstance(argument, list):
            return Unknown(name)
        if name == "Fn::Equals" and len(argument) == 2:
            return _equal(*(self._resolve(held) for held in argument))
        truths = [self._truth(held) for held in argument]
        if name == "Fn::Not" and len(truths) == 1:
            return not truths[0] if isinstance(truths[0], bool) else truths[0]
        if name in ("Fn::And", "Fn::Or"):
            return _all_or_any(truths, decisive=name == "Fn::Or")
        return Unknown(name)


def _equal(first: Any, second: Any) -> Truth:
    for value in (first, second):
        if isinstance(value, Unknown | list | dict):
            return value if isinstance(value, Unknown) else Unknown("a list")
    return _text(first) == _text(second)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _all_or_any(truths: list[Truth], *, decisive: bool) -> Truth:
    """One decisive value decides; else one that is not known leaves the whole unknown."""
    if any(truth is decisive for truth in truths):
        return decisive
    return next((truth for truth in truths if isinstance(truth, Unknown)), not decisive)
