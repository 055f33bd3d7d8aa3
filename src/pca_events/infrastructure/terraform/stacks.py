"""CloudFormation templates embedded in Terraform: the `template_body` of a stack or a stack set."""

import json
import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

from pca_events.infrastructure.model import Place, Reading, Unknown, Unreadable
from pca_events.infrastructure.partial_values import Composed, joined
from pca_events.infrastructure.source_tree import plain
from pca_events.infrastructure.terraform.functions import Encoded

STACKS = {"aws_cloudformation_stack", "aws_cloudformation_stack_set"}

_MARK = "\ue000{}\ue001"
_MARKED = re.compile("\ue000(\\d+)\ue001")


def read_stack(body: Any, address: str, place: Place, *, lines_known: bool) -> Reading:
    """Read the rules of a template; each is named after its stack: `aws_cloudformation_stack.pki/CrlFailed`.

    Args:
        body: the value of `template_body`.
        address: the address of the stack.
        place: the location of the first line of the template.
        lines_known: whether its lines are lines of that file.
    """
    from pca_events.infrastructure.detect_format import read_document_file

    text, holes = _text(body)
    if text is None:
        return Reading()
    reading = read_document_file(text, place.file, named=False)
    found = Reading(
        [_placed(_restored(rule, holes), place, lines_known) for rule in reading.rules],
        [_placed(fault, place, lines_known) for fault in reading.unreadable],
        [_placed(skipped, place, lines_known) for skipped in reading.skipped],
        [_placed(_restored(source, holes), place, lines_known) for source in reading.event_sources],
        [_placed(_restored(found, holes), place, lines_known) for found in reading.subscribers],
    )
    found.rules = [replace(rule, name=f"{address}/{rule.name}") for rule in found.rules]
    found.unreadable = [
        Unreadable(fault.place, f"template of {address}: {fault.message}") for fault in found.unreadable
    ]
    return found


def _text(body: Any) -> tuple[str | None, tuple[Unknown, ...]]:
    """The text of a template with a mark for each unknown part (hole), and the holes."""
    if isinstance(body, Encoded):
        body = body.text()
    if isinstance(body, Composed):
        marks = iter(range(len(body.holes)))
        return "".join(_MARK.format(next(marks)) if part is None else part for part in body.parts), body.holes
    if isinstance(body, dict) and not isinstance(body, Unknown):
        return json.dumps(plain(body), default=lambda value: getattr(value, "reason", "")), ()
    return (str(body), ()) if isinstance(body, str) else (None, ())


def _restored(value: Any, holes: tuple[Unknown, ...]) -> Any:
    """The value with its marks replaced by the holes."""
    if not holes:
        return value
    if isinstance(value, str):
        if not _MARKED.search(value):
            return value
        pieces = _MARKED.split(value)
        made = joined(holes[int(piece)] if at % 2 else piece for at, piece in enumerate(pieces))
        return plain(made)
    if isinstance(value, dict):
        return {_name(key, holes): _restored(held, holes) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_restored(held, holes) for held in value)
    if isinstance(value, Unknown):
        return replace(value, reason=_name(value.reason, holes), parts=tuple(_known_part(p) for p in value.parts))
    if is_dataclass(value) and not isinstance(value, type):
        changed = {field.name: _restored(getattr(value, field.name), holes) for field in fields(value)}
        named = {key: _name(getattr(value, key), holes) for key in ("name", "handler") if hasattr(value, key)}
        return replace(value, **(changed | named))
    return value


def _known_part(part: str | None) -> str | None:
    return None if part is not None and _MARKED.search(part) else part


def _name(text: str, holes: tuple[Unknown, ...]) -> str:
    """A text with its marks replaced by placeholders, for messages."""
    return _MARKED.sub(lambda found: f"${{{holes[int(found[1])].reason}}}", text)


def _placed(value: Any, place: Place, lines_known: bool) -> Any:
    """The value with locations in the Terraform file."""
    if isinstance(value, Place):
        return Place(place.file, place.line + value.line - 1) if lines_known else place
    if isinstance(value, tuple):
        return tuple(_placed(held, place, lines_known) for held in value)
    if isinstance(value, dict) or not is_dataclass(value) or isinstance(value, type | Unknown):
        return value
    changed = {field.name: _placed(getattr(value, field.name), place, lines_known) for field in fields(value)}
    by = place.line - 1
    if "last_line" in changed:
        changed["last_line"] = changed["last_line"] + by if lines_known else place.line
    if "lines" in changed:
        changed["lines"] = {path: line + by if lines_known else place.line for path, line in changed["lines"].items()}
    return replace(value, **changed)
