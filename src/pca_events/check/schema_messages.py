"""Settings that people write, compared with their JSON Schema: each violation in words, with the path of its key."""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pca_events.wording import did_you_mean

KeyPath = tuple[str | int, ...]
"""The keys and indexes that lead to a value: `("ignore", 0, "code")`."""

_MOST_SHOWN = 40
_EXPECTED = {
    "anyOf": "a string or an array of strings",
    "format": "a date such as 2027-01-31",
    "pattern": "a date such as 2027-01-31",
}
_SIZES = {
    "maxItems": "has too many items; 1,000 are read",
    "maxLength": "has too many characters",
    "minItems": "is empty; remove it, or add a value",
    "minLength": "is empty; remove it, or add a value",
}
_KINDS = {
    "array": "an array",
    "boolean": "true or false",
    "integer": "a whole number",
    "object": "a table",
    "string": "a string",
}


class SettingsSchema:
    """A schema of settings.

    Args:
        path: the schema, which refers to no other file.
        whole: what the settings are called: `the configuration`.
        keys: what the keys of an object are called, by its path; otherwise `key`.
    """

    def __init__(self, path: Path, whole: str, keys: Mapping[KeyPath, str] | None = None) -> None:
        self._path = path
        self._whole = whole
        self._key_names = keys or {}

    def violations(self, settings: Any) -> Iterator[tuple[KeyPath, str]]:
        """Yield each violation with the path of its key.

        Raises:
            ValueError, OverflowError: the settings contain a number that JSON does not have.
        """
        for error in self._validator.iter_errors(settings):
            yield from self._in_words(error)

    @cached_property
    def _schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = json.loads(self._path.read_text("utf-8"))
        return schema

    @cached_property
    def _validator(self) -> Any:
        from pca_events.contract.fast_validator import compiled

        return compiled(self._schema)

    def _in_words(self, error: Any) -> Iterator[tuple[KeyPath, str]]:
        path: KeyPath = tuple(error.instance_path)
        kind, key = error.kind, dotted(path) or self._whole
        if kind.name == "additionalProperties":
            what = self._key_names.get(path, "key")
            for name in kind.unexpected:
                advice = did_you_mean(name, self._keys(path)) or "see docs"
                yield (*path, name), f'unknown {what} "{name}"; {advice}'
        elif kind.name == "required":
            yield path, f'{key} needs the key "{kind.property}"'
        elif kind.name == "enum":
            yield path, f"{key}: {_shown(error.instance)} is not supported; {_nearest_of(error)}"
        elif kind.name in _SIZES:
            yield path, f"{key} {_SIZES[kind.name]}"
        elif kind.name == "type":
            yield path, f"{key}: expected {_KINDS[kind.types[0]]}, found {_shown(error.instance)}"
        elif kind.name in _EXPECTED:
            yield path, f"{key}: expected {self._expected(path, kind.name)}, found {_shown(error.instance)}"
        else:
            yield path, f"{key}: {error.message}"

    def _expected(self, path: KeyPath, kind: str) -> str:
        """Return what the schema itself says is expected, in `x-expected`, or what that kind usually means."""
        return str(self._at(path).get("x-expected") or _EXPECTED[kind])

    def _keys(self, path: KeyPath) -> list[str]:
        """Return the allowed keys of an object."""
        return list(self._at(path).get("properties", ()))

    def _at(self, path: KeyPath) -> dict[str, Any]:
        """Return the part of the schema for a path; empty if it has none of its own."""
        found: dict[str, Any] = self._schema
        for part in path:
            found = found.get("items", {}) if isinstance(part, int) else found.get("properties", {}).get(part, {})
            if "$ref" in found:
                found = self._schema["$defs"][found["$ref"].rpartition("/")[2]]
        return found


def dotted(path: KeyPath) -> str:
    """Return a path as people write it: `ignore[0].code`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _nearest_of(error: Any) -> str:
    return did_you_mean(str(error.instance), error.kind.options)


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
