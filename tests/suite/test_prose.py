"""Plain English, as far as a list of phrases can keep it."""

import prose
import pytest


def test_no_text_has_a_phrase_to_avoid() -> None:
    assert [f'{place} "{phrase}": {instead}' for place, phrase, instead in prose.found()] == []


@pytest.mark.parametrize(
    ("line", "phrase"),
    [
        ("recorded events are held against the contract", "held against"),
        ("the value is no text", "is no text"),
        ("What is skipped is told with its reason", "is told"),
        ("None where there is none", "None where"),
        ("# the rule is told", "is told"),
        ("def test_what_is_young_is_kept() -> None:", "test_what_is_young_is_kept"),
        ("def test_recent_resources_are_kept() -> None:", ""),
        ("a plain sentence", ""),
    ],
)
def test_a_phrase_to_avoid_is_found(line: str, phrase: str) -> None:
    found = [found for _, found, _ in prose.phrases_in(line)]
    assert found[:1] == ([phrase] if phrase else [])


def test_every_kind_of_text_is_searched() -> None:
    kinds = {file.suffix for file in prose.texts()}
    assert kinds == {".md", ".feature", ".py", ".tf"}
