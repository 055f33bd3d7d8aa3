"""The number of scenarios, for every test that compares one; counted in the text of features/, without pytest."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from gherkin_tree import scenario_tags

FEATURES = Path(__file__).parents[2] / "features"


def scenario_count(*parts: str, tag: str = "") -> int:
    """Count the scenarios of the whole suite, or of a part of it; each example of an outline is one.

    Args:
        parts: features (`events/ca_creation`), or folders of them (`events`); the whole suite if not given.
        tag: counts only scenarios with this tag, written without its @.

    Raises:
        ValueError: one of the parts names no feature.
    """
    return sum((not parts or _is_in(feature, parts)) and (not tag or tag in tags) for feature, tags in _known(parts))


def features_in(*parts: str) -> set[str]:
    """Return the files of features or folders of them, as reports name them: `consumers/rules.feature`."""
    return {f"{feature}.feature" for feature, _ in _known(parts) if _is_in(feature, parts)}


def _known(parts: Sequence[str]) -> list[tuple[str, frozenset[str]]]:
    if unknown := [part for part in parts if not any(_is_in(feature, [part]) for feature, _ in _suite())]:
        raise ValueError(f"no feature or folder of features is called {', '.join(unknown)}")
    return _suite()


def _is_in(feature: str, parts: Sequence[str]) -> bool:
    return any(feature == part or feature.startswith(f"{part}/") for part in parts)


@cache
def _suite() -> list[tuple[str, frozenset[str]]]:
    return scenario_tags(FEATURES)
