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
        ("none is none of them", ""),
        ("a plain sentence", ""),
    ],
)
def test_a_phrase_to_avoid_is_found(line: str, phrase: str) -> None:
    assert [found for _, found, _ in prose.phrases_in(line)] == ([phrase] if phrase else [])


def test_every_kind_of_text_is_searched() -> None:
    kinds = {file.suffix for file in prose.texts()}
    assert kinds == {".md", ".feature", ".py", ".tf"}
