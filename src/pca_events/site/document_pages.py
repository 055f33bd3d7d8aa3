"""The pages about the findings of `check`, from the Markdown files that are its documentation."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pca_events.check.codes import CODES, Code
from pca_events.locations import locate
from pca_events.site.markdown import Prose, prose

INDEX = "findings/index.html"


@dataclass(frozen=True)
class FindingPage:
    """A kind of finding."""

    code: Code
    prose: Prose

    @property
    def page(self) -> str:
        """The page, from the top of the site."""
        return f"findings/{self.code.name}.html"


@cache
def finding_pages() -> tuple[FindingPage, ...]:
    """Return the page of each code, in the order in which the codes are documented."""
    return tuple(FindingPage(code, prose(text)) for code, text in _texts())


@cache
def findings_index() -> Prose:
    """Return what lists them all, and says how to suppress one."""
    return prose((locate("finding_pages") / "README.md").read_text("utf-8"))


def _texts() -> Iterator[tuple[Code, str]]:
    for code in CODES.values():
        yield code, (locate("finding_pages") / f"{code.name}.md").read_text("utf-8")
