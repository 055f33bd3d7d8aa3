"""Why `count` or `for_each` makes nothing by default."""

from collections.abc import Mapping
from typing import Any, Protocol

from pca_events.infrastructure.terraform import nodes
from pca_events.infrastructure.terraform.blocks import Broken
from pca_events.infrastructure.terraform.functions import decoded
from pca_events.infrastructure.terraform.syntax import Expression
from pca_events.infrastructure.terraform.values import short

_MOST_LOCALS = 50


class Variables(Protocol):
    """The variables and locals of a module."""

    def locals(self) -> Mapping[str, Expression]:
        """The expressions of the locals, by name."""

    def variable(self, name: str, /) -> Any:
        """The value of a variable."""


def depends_on(names: Variables, expression: Expression) -> str:
    """The variables that an expression depends on, through locals too, as they are written.

    Those that are false, empty, zero or null where there are any: they are what makes it none.
    """
    found = _variables_of(names, expression)
    empty = [text for text, name in found.items() if not decoded(names.variable(name))]
    return ", ".join(empty or found)


def _variables_of(names: Variables, expression: Expression) -> dict[str, str]:
    """The names of the variables by what is written."""
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
