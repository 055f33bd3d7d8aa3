"""A whole template with the snippets that it includes (`AWS::Include`) and its nested templates."""

import contextlib
from typing import Any

from pca_events import json_source
from pca_events.infrastructure.checked_tree import TreeFiles, UnreadableFile
from pca_events.infrastructure.cloudformation.other_patterns import read_custom_bus, read_filters, read_sam
from pca_events.infrastructure.cloudformation.template import Stack, is_cloudformation, read_resources
from pca_events.infrastructure.model import Reading, SourceLocation, Unknown, Unreadable
from pca_events.infrastructure.partial_values import Composed, marked, unmarked
from pca_events.infrastructure.source_tree import Object, Text, child, json_tree, moved, on_one_line

MOST_VALUES = 100_000
"""The maximum number of values that one template may include."""

_TRANSFORM = "Fn::Transform"


def with_includes(document: Object, files: TreeFiles) -> Object:
    """A template with its snippets inserted; snippets in S3 or outside the checked tree are left out."""
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
        from pca_events.infrastructure import yaml_reader

        try:
            text = self._files.text_of(location)
            if text is None:
                return None
            if text.lstrip().startswith("{"):
                json_source.parse(text)
                documents = [json_tree(text)[0]]
            else:
                documents = yaml_reader.load(text, location).documents
        except (UnreadableFile, json_source.InvalidLine):
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


_WITH_TEMPLATE = ("AWS::CloudFormation::StackSet", "AWS::CloudFormation::Stack")
_DEEPEST = 5


def read_template(document: Object, file: str, prefix: str = "", depth: int = 0) -> Reading:
    """Read all parts of a template that concern events.

    Args:
        document: the template.
        file: the file that contains it.
        prefix: the start of each rule name: `StackSet/`.
        depth: the number of enclosing templates.
    """
    stack = Stack(document, file, prefix)
    reading = read_stack(stack)
    for name, held in stack.template.resources.items():
        if held.get("Type") not in _WITH_TEMPLATE or depth >= _DEEPEST:
            continue
        properties = stack.template.properties(name)
        if isinstance(properties, Object) and (body := properties.get("TemplateBody")) is not None:
            place = SourceLocation(file, properties.line_of("TemplateBody"))
            reading.add(read_template_body(body, place, f"{prefix}{name}/", depth + 1))
    return reading


def read_stack(stack: Stack) -> Reading:
    """Read the rules, archives, filters and subscribers of one template, without nested templates."""
    reading = read_resources(stack)
    for read in (read_sam, read_filters, read_custom_bus):
        reading.add(read(stack))
    return reading


def read_template_body(body: Any, place: SourceLocation, prefix: str, depth: int = 0) -> Reading:
    """Read a template that is a value in other infrastructure code: a YAML or JSON string, or an object.

    Lines are the lines of the file if the string carries them (`Text`), else the line of `place`.
    """
    if isinstance(body, Composed) and (text := marked(body)) is not None:
        return _read_text(Text(text, body.line) if body.line else text, body.holes, place, prefix, depth)
    if isinstance(body, str):
        return _read_text(body, (), place, prefix, depth)
    if isinstance(body, Object) and is_cloudformation(body):
        return read_template(body, place.file, prefix, depth)
    return Reading()


def _read_text(text: str, holes: tuple[Unknown, ...], place: SourceLocation, prefix: str, depth: int) -> Reading:
    line = text.line if isinstance(text, Text) else 0
    documents, faults = _documents(str(text), place)
    reading = Reading()
    for fault in faults:
        where = SourceLocation(place.file, fault.place.line + line - 1) if line else place
        reading.unreadable.append(Unreadable(where, fault.message))
    for document in documents:
        placed = moved(document, line - 1) if line else on_one_line(document, place.line)
        if is_cloudformation(placed):
            reading.add(read_template(unmarked(placed, holes), place.file, prefix, depth))
    return reading


def _documents(text: str, place: SourceLocation) -> tuple[list[Any], list[Unreadable]]:
    if text.lstrip().startswith("{"):
        with contextlib.suppress(json_source.InvalidLine):
            json_source.parse(text)
            tree, twice = json_tree(text)
            return [tree], [
                Unreadable(SourceLocation(place.file, line), f'duplicate key "{key}"') for line, key in twice
            ]
    from pca_events.infrastructure import yaml_reader

    loaded = yaml_reader.load(text, place.file)
    return loaded.documents, loaded.unreadable
