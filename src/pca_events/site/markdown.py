"""Markdown read into blocks for the templates: the subset that the pages of this project use.

Headings of two levels, paragraphs, lists of one level, tables, fenced code; inline code, bold text and links.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from pca_events.site.filters import anchor, visible

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
