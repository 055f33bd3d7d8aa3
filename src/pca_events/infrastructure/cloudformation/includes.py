"""Snippets that a template includes by `AWS::Include`, where they lie beside it. Source: "AWS::Include transform"."""

from typing import Any

from pca_events.infrastructure import json_text
from pca_events.infrastructure.read_text import Refused
from pca_events.infrastructure.source_tree import Object, child, on_one_line
from pca_events.infrastructure.tree_files import TreeFiles

MOST_VALUES = 100_000
"""How many values one template may include, all in all."""

_TRANSFORM = "Fn::Transform"


def with_includes(document: Object, files: TreeFiles) -> Object:
    """A template with its snippets in their places; those that lie in S3 or outside of the checked tree stay out."""
    return _Includes(files).object(document)


class _Includes:
    def __init__(self, files: TreeFiles) -> None:
        self._files = files
        self._snippets: dict[str, tuple[Object, int] | None] = {}
        self._room = MOST_VALUES

    def within(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.within(held) for held in value]
        return self.object(value) if isinstance(value, Object) else value

    def object(self, value: Object) -> Object:
        snippet = self._snippet(value.get(_TRANSFORM))
        made = Object(value.line, value.file)
        for key, held in value.items():
            if snippet is None or key != _TRANSFORM:
                made.put(key, self.within(held), value.spans[key])
        for key, held in (snippet or {}).items():
            span = value.spans[_TRANSFORM]
            made.put(key, on_one_line(held, span[0]), span)
        return made

    def _snippet(self, transform: Any) -> Object | None:
        location = child(transform, "Parameters").get("Location")
        if child(transform).get("Name") != "AWS::Include" or not isinstance(location, str) or "://" in location:
            return None
        if location not in self._snippets:
            self._snippets[location] = self._read(location)
        found = self._snippets[location]
        if found is None or found[1] > self._room:
            return None
        self._room -= found[1]
        return found[0]

    def _read(self, location: str) -> tuple[Object, int] | None:
        from pca_events.infrastructure import yaml_text

        try:
            text = self._files.text_of(location)
            if text is None:
                return None
            if text.lstrip().startswith("{"):
                json_text.parse(text)
                documents = [json_text.with_lines(text)[0]]
            else:
                documents = yaml_text.load(text, location).documents
        except (Refused, json_text.NoJson):
            return None
        if len(documents) != 1 or not isinstance(documents[0], Object):
            return None
        return documents[0], _size(documents[0])


def _size(value: Any) -> int:
    waiting, count = [value], 0
    while waiting:
        held = waiting.pop()
        count += 1
        waiting += held.values() if isinstance(held, dict) else held if isinstance(held, list) else ()
    return count
