"""What a page contains: its text, ids, links and the files that it loads."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """A page.

    Attributes:
        ids: of its elements.
        links: the targets of its links.
        loaded: the addresses of scripts, styles and images.
        text: everything between the tags.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.ids += [named["id"] or ""] if "id" in named else []
        self.links += [named["href"] or ""] if tag == "a" and "href" in named else []
        if tag in ("script", "link", "img", "iframe", "source"):
            self.loaded += [named.get("src") or named.get("href") or ""]

    def handle_data(self, data: str) -> None:
        self.text += data


def pages(files: dict[str, str]) -> dict[str, Page]:
    """Return the pages of a site by their paths."""
    return {path: Page(text) for path, text in files.items() if path.endswith(".html")}
