"""What the pages show is what the commands print."""

import pytest
from shown import TOP, commands, printed

PAGES = [(TOP / "docs" / name).read_text("utf-8") for name in ("commands.md", "check.md")]
SHOWN = [shown for page in PAGES for shown in commands(page)]


def test_the_pages_show_commands() -> None:
    assert len(SHOWN) == sum(page.count("```console") for page in PAGES) > 12


@pytest.mark.parametrize(("line", "shown"), SHOWN, ids=[line.replace("pca-events ", "") for line, _ in SHOWN])
def test_a_page_shows_what_is_printed(line: str, shown: str) -> None:
    assert printed(line) == shown
