"""Reports in the formats of other tools; all are written from the same report."""

from collections.abc import Callable

from pca_events.check.report import CheckReport
from pca_events.lazy import function_of

__all__ = ["FORMATS"]

FORMATS: dict[str, Callable[[CheckReport], str]] = {
    "json": function_of(f"{__name__}.markdown", "render_json"),
    "sarif": function_of(f"{__name__}.sarif", "render"),
    "junit": function_of(f"{__name__}.ci", "render_junit"),
    "markdown": function_of(f"{__name__}.markdown", "render_markdown"),
    "github": function_of(f"{__name__}.ci", "render_github"),
}
"""The writer of each format, by its name on the command line; every text ends with a line end."""
