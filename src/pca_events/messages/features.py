"""Features as Cucumber Messages have them: source, syntax tree and pickles, read by Cucumber's own parser."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gherkin.ast_builder import AstBuilder
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler
from gherkin.stream.id_generator import IdGenerator

from pca_events.locations import locate
from pca_events.messages.syntax_tree import tree_of

Envelope = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a scenario stands: the uri of its feature, its line, and which row of all its Examples, from 0."""

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
    pickles: dict[Place, dict[str, Any]]


def our_uri(file: Path) -> str:
    """Return how one of our own features is named: `features/events/ca_creation.feature`."""
    return f"features/{file.relative_to(locate('features')).as_posix()}"


def our_features() -> dict[str, str]:
    """Return what each of our own features says, by its uri."""
    return {our_uri(file): file.read_text("utf-8") for file in sorted(locate("features").rglob("*.feature"))}


def read_features(texts: Mapping[str, str], ids: IdGenerator) -> Features:
    """Parse the features and compile their pickles.

    Args:
        texts: what each feature says, by its uri.
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


def _by_place(document: dict[str, Any], pickles: list[dict[str, Any]]) -> dict[Place, dict[str, Any]]:
    lines = {its_id: node["location"]["line"] for its_id, (node, _) in tree_of(document).scenarios.items()}
    rows: Counter[str] = Counter()
    found = {}
    for pickle in pickles:
        scenario = pickle["astNodeIds"][0]
        found[Place(document["uri"], lines[scenario], rows[scenario])] = pickle
        rows[scenario] += 1
    return found
