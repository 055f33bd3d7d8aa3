"""JSON paths in the syntax of EventBridge: `$.detail.result`, `$.resources[1]`, `$.detail-type`."""

import re
from typing import Any

from pca_events.errors import BadInput

Step = str | int

_STEP = re.compile(r"\.(?P<name>[\w-]+)|\[(?P<index>\d+)\]")


def get(document: Any, path: str) -> Any:
    """Return the value at the path.

    Raises:
        BadInput: the path is invalid, or the document has no value there.
    """
    found = document
    for step in _steps(path):
        found = _inside(found, step, path)
    return found


def put(document: Any, path: str, value: Any) -> None:
    """Set the value at the path; a missing field is added, and the index after the last one appends to a list."""
    parent, last = _parent(document, path)
    if isinstance(parent, list) and last == len(parent):
        parent.append(value)
    else:
        parent[last] = value


def remove(document: Any, path: str) -> Any:
    """Remove the value at the path and return it."""
    value = get(document, path)
    parent, last = _parent(document, path)
    del parent[last]
    return value


def leads_into(outer: str, inner: str) -> bool:
    """Return whether the value at a path is, or contains, the value at another: `$.resources`, `$.resources[0]`."""
    return inner == outer or inner.startswith((f"{outer}.", f"{outer}["))


def _parent(document: Any, path: str) -> tuple[Any, Step]:
    steps = _steps(path)
    if not steps:
        raise BadInput(f'"{path}" is the whole event; name a path in it, such as $.detail.result')
    parent = document
    for step in steps[:-1]:
        parent = _inside(parent, step, path)
    return parent, steps[-1]


def _inside(container: Any, step: Step, path: str) -> Any:
    try:
        return container[step]
    except (KeyError, IndexError, TypeError) as error:
        raise BadInput(f"there is no value at {path}") from error


def _steps(path: str) -> list[Step]:
    if not re.fullmatch(rf"\$(?:{_STEP.pattern})*".replace("?P<name>", "").replace("?P<index>", ""), path):
        raise BadInput(f'"{path}" is not a JSON path; write it as $.detail.result or $.resources[1]')
    return [int(step["index"]) if step["index"] else step["name"] for step in _STEP.finditer(path)]
