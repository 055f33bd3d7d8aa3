"""The pages as HTML, rendered from templates with the data of the site, and the Markdown that they show.

The subset of Markdown that the pages of this project use: headings of two levels, paragraphs, lists of one level,
tables, fenced code; inline code, bold text and links.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pca_events.catalog import STAMPED
from pca_events.check.codes import CODES, Code
from pca_events.locations import locate
from pca_events.site.consumer_contracts import FILTERS as CONSUMER_FILTERS
from pca_events.site.consumer_contracts import PAGE as CONSUMER_CONTRACTS
from pca_events.site.filters import CLOUDTRAIL_PAGE, EVENTS_PAGE, FILTERS, anchor, visible
from pca_events.site.site_data import SiteData

_PIECE = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<bold>[^*]+)\*\*|\[(?P<text>(?:[^\]`]|`[^`]+`)+)\]\((?P<to>[^)\s]+)\)")
_FILE = re.compile(r"[\w-]+\.md")
_FENCE = "```"
_LANGUAGES = {"hcl": "Terraform", "yaml": "CloudFormation", "json": "JSON", "toml": "TOML", "console": "Terminal"}


@dataclass(frozen=True)
class Heading:
    """A heading below the title of its page.

    Attributes:
        id: of its element.
    """

    kind: ClassVar = "heading"
    text: Markup
    id: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    kind: ClassVar = "paragraph"
    text: Markup


@dataclass(frozen=True)
class Items:
    """An unordered list."""

    kind: ClassVar = "items"
    items: tuple[Markup, ...]


@dataclass(frozen=True)
class Table:
    """A table; each row has as many cells as the header."""

    kind: ClassVar = "table"
    header: tuple[Markup, ...]
    rows: tuple[tuple[Markup, ...], ...]


@dataclass(frozen=True)
class CodeBlock:
    """A code block.

    Attributes:
        language: in words, such as `Terraform`.
    """

    kind: ClassVar = "code"
    language: str
    text: str


Block = Heading | Paragraph | Items | Table | CodeBlock


@dataclass(frozen=True)
class Document:
    """A document: its title and the blocks below it."""

    title: Markup
    blocks: tuple[Block, ...]


def parse_markdown(markdown: str) -> Document:
    """Return a document.

    Raises:
        ValueError: the text does not begin with a title, text follows a heading without a blank line, or a code block
            has no end or an unknown language.
    """
    title, _, rest = markdown.partition("\n")
    if not title.startswith("# "):
        raise ValueError(f"expected a title as the first line, got {title!r}")
    return Document(_inline(title.removeprefix("# ")), tuple(_blocks(rest.split("\n"))))


def _blocks(lines: Iterable[str]) -> Iterator[Block]:
    left, held = iter(lines), list[str]()
    for line in left:
        if held and (not line or line.startswith(_FENCE)):
            yield _block(held)
            held = []
        if line.startswith(_FENCE):
            yield CodeBlock(_language(line), "\n".join(_until_fence(left)))
        elif line:
            held.append(line)
    if held:
        yield _block(held)


def _until_fence(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line == _FENCE:
            return
        yield line
    raise ValueError("a code block has no end")


def _language(fence: str) -> str:
    name = fence.removeprefix(_FENCE)
    if name not in _LANGUAGES:
        raise ValueError(f"{fence!r}: unknown language of a code block; known: {', '.join(_LANGUAGES)}")
    return _LANGUAGES[name]


def _block(lines: list[str]) -> Block:
    if lines[0].startswith("## "):
        (line,) = lines
        text = line.removeprefix("## ")
        return Heading(_inline(text), anchor(text))
    if lines[0].startswith("- "):
        items = re.split(r"^- ", "\n".join(lines), flags=re.MULTILINE)[1:]
        return Items(tuple(_inline(" ".join(item.split())) for item in items))
    if lines[0].startswith("|"):
        header, _, *rows = (tuple(_inline(cell.strip()) for cell in line.strip("|").split("|")) for line in lines)
        return Table(header, tuple(rows))
    return Paragraph(_inline(" ".join(lines)))


def _inline(text: str) -> Markup:
    """Return a line as HTML; links between Markdown files lead to the pages of the same name."""
    found, at = [], 0
    for match in _PIECE.finditer(text):
        found.append(visible(text[at : match.start()]))
        found.append(_element(match))
        at = match.end()
    return Markup("").join([*found, visible(text[at:])])


def _element(match: re.Match[str]) -> Markup:
    if match["code"]:
        return Markup("<code>{}</code>").format(visible(match["code"]))
    if match["bold"]:
        return Markup("<b>{}</b>").format(visible(match["bold"]))
    text, to = _inline(match["text"]), _target(match["to"])
    return Markup('<a href="{}">{}</a>').format(to, text) if to else text


def _target(to: str) -> str:
    """Return the target of a link on the site: a web address or a page of the same folder; empty for any other."""
    if to.startswith("https://"):
        return to
    file, mark, part = to.partition("#")
    if file and not _FILE.fullmatch(file):
        return ""
    page = "index.html" if file == "README.md" else file.replace(".md", ".html")
    return page + mark + part


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
    Page(
        CONSUMER_CONTRACTS,
        "Consumer contracts",
        "Which events the rules of consumers fire on, which handlers process them, and who relies on which event.",
        "consumer_contracts.html",
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
    environment.filters |= FILTERS | CONSUMER_FILTERS
    environment.globals |= {
        "stamped": STAMPED,
        "findings": FINDINGS,
        "events_page": EVENTS_PAGE,
        "cloudtrail_page": CLOUDTRAIL_PAGE,
    }
    return environment
