"""What was found about a consumer's rules, in the formats of other tools; every one is made from the same report."""

from collections.abc import Callable

from pca_events.consumers.formats import github, json_format, junit, markdown, sarif
from pca_events.consumers.report import CheckReport

__all__ = ["FORMATS"]

FORMATS: dict[str, Callable[[CheckReport], str]] = {
    "json": json_format.render,
    "sarif": sarif.render,
    "junit": junit.render,
    "markdown": markdown.render,
    "github": github.render,
}
"""What writes each format, by the name that the command knows it by; every text ends with a line end."""
