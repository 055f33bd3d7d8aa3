"""Features as Cucumber Messages: source, syntax tree and pickles, read by Cucumber's own parser."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gherkin.ast_builder import AstBuilder
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler
from gherkin.stream.id_generator import IdGenerator

from pca_events.locations import locate

Envelope = dict[str, Any]


@dataclass(frozen=True)
class ScenarioKey:
    """The key of a scenario: the uri of its feature, its line, and the index of the row in all its Examples, from 0."""

    uri: str
    line: int
    row: int


@dataclass(frozen=True)
class Features:
    """The features of a run.

    Attributes:
        envelopes: source, gherkinDocument and pickles of each, in the order of the uris.
        pickles: each pickle by its place, in the same order.
    """

    envelopes: list[Envelope]
    pickles: dict[ScenarioKey, dict[str, Any]]


def our_uri(file: Path) -> str:
    """Return the uri of one of our own features: `features/events/ca_creation.feature`."""
    return f"features/{file.relative_to(locate('features')).as_posix()}"


def our_features() -> dict[str, str]:
    """Return the text of each of our own features, by its uri."""
    return {our_uri(file): file.read_text("utf-8") for file in sorted(locate("features").rglob("*.feature"))}


def read_features(texts: Mapping[str, str], ids: IdGenerator) -> Features:
    """Parse the features and compile their pickles.

    Args:
        texts: the text of each feature, by its uri.
        ids: makes the ids of nodes and pickles.
    """
    features = Features([], {})
    for uri, text in sorted(texts.items()):
        document: Any = {**Parser(AstBuilder(ids)).parse(text), "uri": uri}
        pickles: Any = Compiler(ids).compile(document)
        source = {"uri": uri, "data": text, "mediaType": "text/x.cucumber.gherkin+plain"}
        features.envelopes.extend([{"source": source}, {"gherkinDocument": document}])
        features.envelopes.extend({"pickle": pickle} for pickle in pickles)
        features.pickles.update(_by_place(document, pickles))
    return features


def _by_place(document: dict[str, Any], pickles: list[dict[str, Any]]) -> dict[ScenarioKey, dict[str, Any]]:
    lines = {its_id: node["location"]["line"] for its_id, (node, _) in tree_of(document).scenarios.items()}
    rows: Counter[str] = Counter()
    found = {}
    for pickle in pickles:
        scenario = pickle["astNodeIds"][0]
        found[ScenarioKey(document["uri"], lines[scenario], rows[scenario])] = pickle
        rows[scenario] += 1
    return found


Node = dict[str, Any]


@dataclass(frozen=True)
class Tree:
    """The nodes that pickles refer to, by id.

    Attributes:
        scenarios: each scenario and outline, with the name of its rule, empty if it has none.
        rows: each row of Examples, with its Examples.
        steps: each step, and whether it is in a Background.
    """

    scenarios: dict[str, tuple[Node, str]]
    rows: dict[str, tuple[Node, Node]]
    steps: dict[str, tuple[Node, bool]]


def tree_of(document: Node) -> Tree:
    """Return the tree of a gherkinDocument; empty if it has no feature."""
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
    """The nodes that contain a background or a scenario, with the name of their rule."""
    for child in document.get("feature", {}).get("children", []):
        if "rule" in child:
            yield from ((grandchild, child["rule"]["name"]) for grandchild in child["rule"]["children"])
        else:
            yield child, ""


def _rows(scenario: Node) -> dict[str, tuple[Node, Node]]:
    return {row["id"]: (row, table) for table in scenario["examples"] for row in table.get("tableBody", [])}
