"""The syntax tree of a feature, as a gherkinDocument holds it."""

from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]


def scenario_nodes(document: Node) -> Iterator[tuple[str, Node]]:
    """Yield each scenario and outline with the name of its rule, empty where it stands in none."""
    for child in document.get("feature", {}).get("children", []):
        if "rule" in child:
            for grandchild in child["rule"]["children"]:
                if "scenario" in grandchild:
                    yield child["rule"]["name"], grandchild["scenario"]
        elif "scenario" in child:
            yield "", child["scenario"]


def step_nodes(document: Node) -> Iterator[Node]:
    """Yield each step, those of backgrounds included."""
    for child in document.get("feature", {}).get("children", []):
        for container in (child, *child.get("rule", {}).get("children", [])):
            for kind in ("background", "scenario"):
                yield from container.get(kind, {}).get("steps", [])
