"""Functions of CloudFormation as an author writes them, for reasons that people read."""

import json
from typing import Any

from pca_events.infrastructure.model import Unknown

_LONGEST = 60


def written(name: str, argument: Any) -> str:
    """A function in its short form, on one line and cut where it is long: `!Select [0, !Ref Arns]`."""
    text = f"{_tag(name)} {''.join(_pieces(argument, _LONGEST))}"
    return f"{text[:_LONGEST]}..." if len(text) > _LONGEST else text


def _tag(name: str) -> str:
    return f"!{name.removeprefix('Fn::')}" if name else ""


def _pieces(value: Any, room: int) -> list[str]:
    """The text of a value, in pieces; what does not fit into the room is left out."""
    if isinstance(value, Unknown):
        return [value.reason]
    if isinstance(value, str):
        return [" ".join(value[:room].split())]
    if isinstance(value, list):
        return ["[", *_inner([("", held) for held in value[:room]], room), "]"]
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref", "Condition")):
        ((name, held),) = value.items()
        return [_tag(name), " ", *_pieces(held, room - 1)] if room > 0 else []
    if isinstance(value, dict):
        return ["{", *_inner(list(value.items())[:room], room), "}"]
    return [json.dumps(value)]


def _inner(pairs: list[tuple[str, Any]], room: int) -> list[str]:
    pieces: list[str] = []
    for key, held in pairs:
        if sum(map(len, pieces)) > room:
            break
        pieces += [", " if pieces else "", f"{key}: " if key else "", *_pieces(held, room - 1)]
    return pieces
