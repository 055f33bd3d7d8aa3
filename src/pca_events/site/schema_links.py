"""Where a schema describes a field, by file and line."""

from functools import cache
from pathlib import PurePosixPath

from pca_events.contract import ENVELOPE
from pca_events.infrastructure.json_text import with_lines
from pca_events.infrastructure.source_tree import child
from pca_events.locations import locate


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
