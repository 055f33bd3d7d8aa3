"""Patterns and events as JSON documents: read and written without loss of keys or digits."""

import json
from collections.abc import Mapping
from typing import Any

from pca_events.json_source import InvalidJson, Members, WrittenNumber, read_exactly, read_members


def text_of(pattern: Mapping[str, Any]) -> str:
    """Return the compact JSON text of a pattern.

    Raises:
        InvalidJson: it contains a value that JSON cannot represent.
    """
    try:
        return json.dumps(pattern, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_mapping)
    except RecursionError:
        raise InvalidJson("The pattern is nested too deep") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidJson(f"The pattern contains a value that JSON cannot represent: {error}") from None


def read(text: str) -> Any:
    """Read a pattern, with Members for objects and WrittenNumbers for all numbers but integers.

    Raises:
        InvalidJson: the text is not valid JSON.
    """
    return read_members(text, "The pattern")


def plain(document: Any) -> Any:
    """Convert the Members of a document to dicts; of arrays with the same path the last one counts."""
    if isinstance(document, Members):
        made: dict[str, Any] = {}
        for name, value in document:
            inner = plain(value)
            before = made.get(name)
            made[name] = {**before, **inner} if isinstance(before, dict) and isinstance(inner, dict) else inner
        return made
    return [plain(item) for item in document] if isinstance(document, list) else document


def compact(value: Any) -> str:
    """Return the compact JSON text of a plain document, each WrittenNumber as it was written."""
    if isinstance(value, Mapping):
        members = ",".join(f"{compact(name)}:{compact(inner)}" for name, inner in value.items())
        return f"{{{members}}}"
    if isinstance(value, list):
        return f"[{','.join(map(compact, value))}]"
    return value.text if isinstance(value, WrittenNumber) else json.dumps(value, ensure_ascii=False)


def read_event(text: str) -> dict[str, Any]:
    """Read an event, with WrittenNumbers for all numbers but integers, so that no digit is lost.

    Raises:
        InvalidJson: the text is not a JSON object.
    """
    event = read_exactly(text, "The event")
    if not isinstance(event, dict):
        raise InvalidJson("The event is not a JSON object")
    return event


def _mapping(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} {value!r}"[:100])
