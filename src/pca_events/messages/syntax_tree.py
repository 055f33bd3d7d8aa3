"""The syntax tree of a feature, as a gherkinDocument holds it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Node = dict[str, Any]


@dataclass(frozen=True)
class Tree:
    """What pickles refer to, by id.

    Attributes:
        scenarios: each scenario and outline, with the name of its rule, empty where it stands in none.
        rows: each row of Examples, with its Examples.
        steps: each step, and whether it stands in a Background.
    """

    scenarios: dict[str, tuple[Node, str]]
    rows: dict[str, tuple[Node, Node]]
    steps: dict[str, tuple[Node, bool]]


def tree_of(document: Node) -> Tree:
    """Return the tree of a gherkinDocument; an empty one where there is no feature in it."""
    tree = Tree({}, {}, {})
    for container, rule in _containers(document):
        background, scenario = container.get("background"), container.get("scenario")
        if background:
            tree.steps.update({step["id"]: (step, True) for step in background["steps"]})
        if scenario:
            tree.scenarios[scenario["id"]] = scenario, rule
            tree.steps.update({step["id"]: (step, False) for step in scenario["steps"]})
            tree.rows.update(_rows(scenario))
    return tree


def _containers(document: Node) -> Iterator[tuple[Node, str]]:
    """What holds a background or a scenario, with the name of the rule around it."""
    for child in document.get("feature", {}).get("children", []):
        if "rule" in child:
            yield from ((grandchild, child["rule"]["name"]) for grandchild in child["rule"]["children"])
        else:
            yield child, ""


def _rows(scenario: Node) -> dict[str, tuple[Node, Node]]:
    return {row["id"]: (row, table) for table in scenario["examples"] for row in table.get("tableBody", [])}
