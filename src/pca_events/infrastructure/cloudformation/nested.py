"""A whole template: its own rules, those that SAM makes, and those of templates that are written within it."""

from typing import Any

from pca_events.infrastructure import json_text, yaml_text
from pca_events.infrastructure.cloudformation.custom_bus import read_custom_bus
from pca_events.infrastructure.cloudformation.filters import read_filters
from pca_events.infrastructure.cloudformation.sam import read_sam
from pca_events.infrastructure.cloudformation.template import Stack, is_cloudformation, read_resources
from pca_events.infrastructure.model import Place, Reading, Unknown, Unreadable
from pca_events.infrastructure.partial_values import Composed, marked, unmarked
from pca_events.infrastructure.source_tree import Object, Text, on_one_line

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
    # Empty lines in front make the lines of the inner text those of the file.
    padded = "\n" * (line - 1) + text if line else text
    documents, faults = _documents(padded, place)
    reading = Reading(unreadable=[fault if line else Unreadable(place, fault.message) for fault in faults])
    for document in documents:
        document = unmarked(document, holes) if line else unmarked(on_one_line(document, place.line), holes)
        if is_cloudformation(document):
            reading.add(read_template(document, place.file, prefix, depth))
    return reading


def _documents(text: str, place: Place) -> tuple[list[Any], list[Unreadable]]:
    if not text.lstrip().startswith("{"):
        loaded = yaml_text.load(text, place.file)
        return loaded.documents, loaded.unreadable
    try:
        json_text.parse(text)
        tree, _ = json_text.with_lines(text)
    except json_text.NoJson:
        loaded = yaml_text.load(text, place.file)
        return loaded.documents, loaded.unreadable
    return [tree], []
