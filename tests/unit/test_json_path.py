"""JSON paths in events."""

import re
from typing import Any

import pytest

from pca_events import json_path
from pca_events.errors import BadInput


@pytest.fixture
def document() -> dict[str, Any]:
    return {"detail-type": "t", "detail": {"result": "success"}, "resources": ["a", "b"]}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.detail-type", "t"),
        ("$.detail.result", "success"),
        ("$.resources[1]", "b"),
        ("$.resources", ["a", "b"]),
    ],
)
def test_get(document: dict[str, Any], path: str, value: object) -> None:
    assert json_path.get(document, path) == value


def test_the_root_is_the_whole_document(document: dict[str, Any]) -> None:
    assert json_path.get(document, "$") is document


def test_put_changes_adds_and_appends(document: dict[str, Any]) -> None:
    json_path.put(document, "$.detail.result", "failure")
    json_path.put(document, "$.detail.reason", "why")
    json_path.put(document, "$.resources[2]", "c")
    json_path.put(document, "$.resources[0]", "z")
    assert document == {
        "detail-type": "t",
        "detail": {"result": "failure", "reason": "why"},
        "resources": ["z", "b", "c"],
    }


def test_remove_returns_the_removed_value(document: dict[str, Any]) -> None:
    assert json_path.remove(document, "$.resources[0]") == "a"
    assert json_path.remove(document, "$.detail") == {"result": "success"}
    assert document == {"detail-type": "t", "resources": ["b"]}


@pytest.mark.parametrize("path", ["$.nothing", "$.resources[2]", "$.detail.result.more", "$.detail[0]"])
def test_a_path_without_a_value(document: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput, match=re.escape(f"there is no value at {path}")):
        json_path.get(document, path)


@pytest.mark.parametrize("path", ["", "detail.result", "$detail", "$.", "$..detail", "$.a[b]", "$.a b", "$.a[-1]"])
def test_an_invalid_path(document: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput, match="is not a JSON path; write it as"):
        json_path.get(document, path)


def test_the_root_can_be_neither_removed_nor_replaced(document: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="is the whole event"):
        json_path.remove(document, "$")
