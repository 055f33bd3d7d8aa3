"""A whole template: its own rules, those that SAM makes, and those of templates that are written within it."""

import contextlib
from typing import Any

from pca_events.infrastructure import json_text
from pca_events.infrastructure.cloudformation.custom_bus import read_custom_bus
from pca_events.infrastructure.cloudformation.filters import read_filters
from pca_events.infrastructure.cloudformation.sam import read_sam
from pca_events.infrastructure.cloudformation.template import Stack, is_cloudformation, read_resources
from pca_events.infrastructure.model import Place, Reading, Unknown, Unreadable
from pca_events.infrastructure.partial_values import Composed, marked, unmarked
from pca_events.infrastructure.source_tree import Object, Text, moved, on_one_line

_WITH_TEMPLATE = ("AWS::CloudFormation::StackSet", "AWS::CloudFormation::Stack")
_DEEPEST = 5


def read_template(document: Object, file: str, prefix: str = "", depth: int = 0) -> Reading:
    """Read everything of a template that concerns events.

    Args:
        document: the template.
        file: where it stands.
        prefix: what the names of its rules begin with: `StackSet/`.
        depth: within how many templates it is written.
    """
    stack = Stack(document, file, prefix)
    reading = read_stack(stack)
    for name, held in stack.template.resources.items():
        if held.get("Type") not in _WITH_TEMPLATE or depth >= _DEEPEST:
            continue
        properties = stack.template.properties(name)
        if isinstance(properties, Object) and (body := properties.get("TemplateBody")) is not None:
            place = Place(file, properties.line_of("TemplateBody"))
            reading.add(read_template_body(body, place, f"{prefix}{name}/", depth + 1))
    return reading


def read_stack(stack: Stack) -> Reading:
    """Read the rules, archives, filters and subscribers of one template, without templates within it."""
    reading = read_resources(stack)
    for read in (read_sam, read_filters, read_custom_bus):
        reading.add(read(stack))
    return reading


def read_template_body(body: Any, place: Place, prefix: str, depth: int = 0) -> Reading:
    """Read a template that is a value of other infrastructure code: a text of YAML or JSON, or an object.

    Lines are those of the file where the text knows them (`Text`), else all that of `place`.
    """
    if isinstance(body, Composed) and (text := marked(body)) is not None:
        return _read_text(Text(text, body.line) if body.line else text, body.holes, place, prefix, depth)
    if isinstance(body, str):
        return _read_text(body, (), place, prefix, depth)
    if isinstance(body, Object) and is_cloudformation(body):
        return read_template(body, place.file, prefix, depth)
    return Reading()


def _read_text(text: str, holes: tuple[Unknown, ...], place: Place, prefix: str, depth: int) -> Reading:
    line = text.line if isinstance(text, Text) else 0
    documents, faults = _documents(str(text), place)
    reading = Reading()
    for fault in faults:
        where = Place(place.file, fault.place.line + line - 1) if line else place
        reading.unreadable.append(Unreadable(where, fault.message))
    for document in documents:
        placed = moved(document, line - 1) if line else on_one_line(document, place.line)
        if is_cloudformation(placed):
            reading.add(read_template(unmarked(placed, holes), place.file, prefix, depth))
    return reading


def _documents(text: str, place: Place) -> tuple[list[Any], list[Unreadable]]:
    if text.lstrip().startswith("{"):
        with contextlib.suppress(json_text.NoJson):
            json_text.parse(text)
            return [json_text.with_lines(text)[0]], []
    from pca_events.infrastructure import yaml_text

    loaded = yaml_text.load(text, place.file)
    return loaded.documents, loaded.unreadable
