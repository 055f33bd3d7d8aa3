"""The pages as HTML: each made from a template and the book."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pca_events.catalog import STAMPED
from pca_events.site.document_pages import INDEX as FINDINGS
from pca_events.site.document_pages import finding_pages, findings_index
from pca_events.site.filters import FILTERS
from pca_events.site.site_data import Book


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        path: from the top of the site.
        title: of the page.
        summary: what it is about, in a sentence.
        template: makes it.
        shown: what the template is given beside the book.
    """

    path: str
    title: str
    summary: str
    template: str
    shown: dict[str, Any]

    @property
    def root(self) -> str:
        """The way from the page to the top of the site."""
        return "../" * self.path.count("/")


def pages(book: Book) -> Iterator[tuple[str, str]]:
    """Return the path and the HTML of each page."""
    for page in _pages(book):
        yield page.path, environment().get_template(page.template).render(book=book, page=page, **page.shown)


def static(name: str) -> str:
    """Return a file that is the same for every site: `site.css`, `site.js`."""
    return files(__package__).joinpath("static", name).read_text(encoding="utf-8")


def _pages(book: Book) -> Iterator[Page]:
    yield Page(
        "index.html",
        "Overview",
        "The documented events of AWS Private CA, and what is proven of them.",
        "start.html",
        {},
    )
    for before, event, after in zip([None, *book.events], book.events, [*book.events[1:], None], strict=False):
        shown = {"event": event, "before": before, "after": after}
        yield Page(event.page, event.entry.title, event.entry.meaning, "event.html", shown)
    for silence in book.silences:
        yield Page(
            silence.page, f"Never sent: {silence.entry.title}", silence.entry.when, "silence.html", {"silence": silence}
        )
    for topic in book.topics:
        yield Page(topic.page, topic.title, topic.summary, "topic.html", {"topic": topic})
    yield from _findings()
    yield Page("divergences.html", "Divergences", "Where backends do otherwise than AWS.", "divergences.html", {})
    yield Page("all.html", "All on one page", "Every event and every scenario.", "all.html", {})


def _findings() -> Iterator[Page]:
    index, found = findings_index(), finding_pages()
    summary = "Every finding of pca-events check, with a wrong and a right rule."
    yield Page(
        FINDINGS, "Findings", summary, "prose.html", {"prose": index, "crumbs": [], "before": None, "after": None}
    )
    for before, one, after in zip([None, *found], found, [*found[1:], None], strict=False):
        shown = {"prose": one.prose, "crumbs": [("index.html", "Findings")], "before": before, "after": after}
        yield Page(one.page, one.code.title, one.code.meaning, "prose.html", shown)


@cache
def environment() -> Environment:
    """Return what makes pages of templates: text is escaped, and a name that is not known is an error."""
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    environment.globals |= {"stamped": STAMPED, "findings": FINDINGS}
    return environment
