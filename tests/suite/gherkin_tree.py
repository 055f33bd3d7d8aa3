"""The feature files as trees, read without pytest-bdd, which hides what the checks need."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

SCENARIO_ID = "id:"
"""The prefix of the tag that contains the ID of a scenario."""

_PLACEHOLDER = re.compile(r"<([^<>]+)>")
_TYPES = {"Context": "given", "Action": "when", "Outcome": "then"}


@dataclass(frozen=True)
class Step:
    """One step of a rendered scenario: its kind (given, when, then) and its text."""

    kind: str
    text: str


@dataclass(frozen=True)
class Scenario:
    """A scenario or an outline as written, with its place."""

    feature: str
    line: int
    name: str
    node: dict[str, Any]

    @property
    def place(self) -> str:
        """Where it stands: file and line."""
        return f"{self.feature}:{self.line}"

    @property
    def ids(self) -> list[str]:
        """What its tags `@id:...` hold."""
        names = [tag["name"].removeprefix("@") for tag in self.node["tags"]]
        return [name.removeprefix(SCENARIO_ID) for name in names if name.startswith(SCENARIO_ID)]

    @property
    def kinds(self) -> list[str]:
        """The kinds of its steps; And and But take the kind of the step before."""
        kinds: list[str] = []
        for step in self.node["steps"]:
            kinds.append(_TYPES.get(step["keywordType"]) or (kinds[-1] if kinds else "given"))
        return kinds

    @property
    def placeholders(self) -> set[str]:
        """What stands in angle brackets in its name and steps."""
        return set(_PLACEHOLDER.findall(self.name)) | set(_PLACEHOLDER.findall(" ".join(_texts(self.node["steps"]))))

    @property
    def columns(self) -> list[set[str]]:
        """The columns of each of its Examples tables."""
        return [{cell["value"] for cell in table["tableHeader"]["cells"]} for table in self.node.get("examples", [])]

    @property
    def rows(self) -> int:
        """How many tests it makes: the rows of its tables, or one."""
        return sum(len(table["tableBody"]) for table in self.node["examples"]) if self.node["examples"] else 1


def scenarios(features: Path) -> list[Scenario]:
    """Return every scenario and outline below the folder, as written."""
    return [
        Scenario(file.relative_to(features).as_posix(), node["location"]["line"], node["name"], node)
        for file in sorted(features.rglob("*.feature"))
        for node in _scenario_nodes(_document(file)["feature"])
    ]


def rendered_steps(features: Path) -> dict[Step, str]:
    """Return every step as it runs, with the values of its row in place, and its location."""
    steps: dict[Step, str] = {}
    for file in sorted(features.rglob("*.feature")):
        for pickle in Compiler().compile(_document(file)):
            for step in pickle["steps"]:
                place = f"{file.relative_to(features).as_posix()}:{pickle['location']['line']}"
                steps.setdefault(Step(_TYPES[step["type"]], step["text"]), place)
    return steps


def scenario_tags(features: Path) -> list[tuple[str, frozenset[str]]]:
    """Return, for each test that the features make, its feature and its tags, those of feature, rule and row included.

    A feature is named by its path below the folder, without the suffix: `events/ca_creation`. Tags are without their @.
    """
    return [
        (
            file.relative_to(features).with_suffix("").as_posix(),
            frozenset(tag["name"].removeprefix("@") for tag in pickle["tags"]),
        )
        for file in sorted(features.rglob("*.feature"))
        for pickle in Compiler().compile(_document(file))
    ]


def tags(features: Path) -> set[str]:
    """Return every tag in use, without its @."""
    return {tag["name"].removeprefix("@") for file in features.rglob("*.feature") for tag in _tags(_document(file))}


def _document(file: Path) -> Any:
    return {**Parser().parse(file.read_text("utf-8")), "uri": str(file)}


def _scenario_nodes(parent: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for child in parent["children"]:
        if "rule" in child:
            yield from _scenario_nodes(child["rule"])
        elif "scenario" in child:
            yield child["scenario"]


def _tags(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield from node.get("tags", [])
        for value in node.values():
            yield from _tags(value)
    elif isinstance(node, list):
        for value in node:
            yield from _tags(value)


def _texts(node: Any) -> Iterator[str]:
    """Every text of steps, with their tables and doc strings."""
    if isinstance(node, list):
        for part in node:
            yield from _texts(part)
    elif isinstance(node, dict):
        for key in ("text", "value", "content"):
            if isinstance(node.get(key), str):
                yield node[key]
        yield from _texts([value for value in node.values() if isinstance(value, dict | list)])
