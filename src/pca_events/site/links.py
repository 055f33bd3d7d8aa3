"""Links to further information: the line of a schema, the source of a scenario, the AWS documentation."""

import re
from functools import cache
from pathlib import PurePosixPath

from pca_events.contract import ENVELOPE
from pca_events.infrastructure.json_reader import with_lines
from pca_events.infrastructure.source_tree import child
from pca_events.locations import locate

USER_GUIDE = "https://docs.aws.amazon.com/privateca/latest/userguide"
EVENTS_REFERENCE = "https://docs.aws.amazon.com/eventbridge/latest/ref"

EVENTS_PAGE = f"{USER_GUIDE}/CloudWatchEvents.html"
"""The page of AWS that documents the events of AWS Private CA."""

CLOUDTRAIL_PAGE = f"{USER_GUIDE}/logging-using-cloudtrail-pca.html"

_SOURCE = re.compile(r"(?P<file>(?:[\w.+-]+/)*[\w.+-]+\.\w+)(?::(?P<line>[0-9]+))?")


def operation_page(operation: str) -> str:
    """Return the address of the API reference of an operation of AWS Private CA."""
    return f"https://docs.aws.amazon.com/privateca/latest/APIReference/API_{operation}.html"


def source_events_page(source: str) -> str:
    """Return the address of the page of the EventBridge reference about the events of a source such as `aws.acm`."""
    return f"{EVENTS_REFERENCE}/events-ref-{source.removeprefix('aws.')}.html"


def source_link(place: str, base: str) -> str:
    """Return the address of a line of a source file.

    Args:
        place: a file, from the top of the project, and a line: `steps/rules.py:12`.
        base: the address of the top of the project, such as `https://github.com/me/project/blob/main`; may be empty.

    Returns:
        The address; empty without a base, and for a file outside the project.
    """
    found = _SOURCE.fullmatch(place)
    if not base or found is None or ".." in place.split("/"):
        return ""
    return f"{base.rstrip('/')}/{found['file']}" + (f"#L{found['line']}" if found["line"] else "")


def line_in_schema(schema: str, path: str) -> str:
    """Return where a field of an event is described, as `schemas/events/ca-creation.schema.json:20`.

    Args:
        schema: the schema of its detail-type, from the top of the project.
        path: of the field: `$.detail.result`, `$.resources[0]`.
    """
    names = path.removeprefix("$.").partition("[")[0].split(".")
    for file in (schema, ENVELOPE):
        here = _tree(file)
        for name in names[:-1]:
            here = child(here, "properties", name)
        properties = child(here, "properties")
        if names[-1] in properties:
            return f"{file}:{properties.line_of(names[-1])}"
    return schema


@cache
def _tree(file: str) -> object:
    text = locate("schemas").joinpath(PurePosixPath(file).relative_to("schemas")).read_text("utf-8")
    return with_lines(text)[0]
