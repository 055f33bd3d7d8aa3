"""The pages as HTML, each rendered from a template with the data of the site."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pca_events.catalog import STAMPED
from pca_events.check.codes import CODES, Code
from pca_events.locations import locate
from pca_events.site.filters import CLOUDTRAIL_PAGE, EVENTS_PAGE, FILTERS
from pca_events.site.markdown import Document, parse_markdown
from pca_events.site.site_data import SiteData

FINDINGS = "findings/index.html"


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        path: from the top of the site.
        title: of the page.
        summary: what it is about, in a sentence.
        template: the name of its template.
        values: what the template needs in addition to the data of the site.
    """

    path: str
    title: str
    summary: str
    template: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The relative path from the page to the top of the site."""
        return "../" * self.path.count("/")


_OVERVIEW = Page(
    "index.html", "Overview", "The documented events of AWS Private CA, and what is proven about them.", "start.html"
)
_REFERENCE = (
    Page(
        "not-documented.html",
        "Expiry and other events that do not exist",
        "AWS documents no event that a CA or a certificate will expire; what to use instead.",
        "not_documented.html",
    ),
    Page(
        "neighbours.html",
        "Related events",
        "Events about private certificates that other sources send, and events that CloudTrail sends.",
        "neighbours.html",
    ),
    Page("glossary.html", "Glossary", "What proven, mode, control event and other terms mean.", "glossary.html"),
    Page("divergences.html", "Divergences", "Known differences between backends and AWS.", "divergences.html"),
    Page("all.html", "All on one page", "Every event and every scenario.", "all.html"),
)


def pages(data: SiteData) -> Iterator[tuple[Page, str]]:
    """Return each page with its HTML."""
    templates = environment()
    for page in _pages(data):
        yield page, templates.get_template(page.template).render(data=data, page=page, **page.values)


def static(name: str) -> str:
    """Return a file that is the same for every site: `site.css`, `site.js`."""
    return files(__package__).joinpath("static", name).read_text(encoding="utf-8")


def _pages(data: SiteData) -> Iterator[Page]:
    yield _OVERVIEW
    for before, event, after in zip([None, *data.events], data.events, [*data.events[1:], None], strict=False):
        values = {"event": event, "before": before, "after": after}
        yield Page(event.page, event.entry.title, event.entry.meaning, "event.html", values)
    for one in data.never_sent:
        title = f"Never sent: {one.entry.title}"
        yield Page(one.page, title, one.entry.when, "never_sent.html", {"never_sent": one})
    for topic in data.topics:
        yield Page(topic.page, topic.title, topic.summary, "topic.html", {"topic": topic})
    yield from _REFERENCE
    yield from _findings(list(CODES.values()))


def _findings(codes: Sequence[Code]) -> Iterator[Page]:
    summary = "Every finding of pca-events check, with a wrong and a right rule."
    values: dict[str, Any] = {"document": _document("README"), "crumbs": [], "before": None, "after": None}
    yield Page(FINDINGS, "Findings of check", summary, "document.html", values)
    for before, code, after in zip([None, *codes], codes, [*codes[1:], None], strict=False):
        values = {
            "document": _document(code.name),
            "crumbs": [("index.html", "Findings of check")],
            "before": before,
            "after": after,
        }
        yield Page(f"findings/{code.name}.html", code.title, code.meaning, "document.html", values)


@cache
def _document(name: str) -> Document:
    return parse_markdown((locate("finding_pages") / f"{name}.md").read_text("utf-8"))


@cache
def environment() -> Environment:
    """Return the template environment: text is escaped, and an undefined name is an error."""
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    environment.globals |= {
        "stamped": STAMPED,
        "findings": FINDINGS,
        "events_page": EVENTS_PAGE,
        "cloudtrail_page": CLOUDTRAIL_PAGE,
    }
    return environment
