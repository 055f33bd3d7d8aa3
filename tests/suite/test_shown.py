"""What the pages show is what the commands print."""

import pytest
from shown import TOP, commands, printed

PAGE = (TOP / "docs" / "commands.md").read_text("utf-8")


def test_the_page_shows_commands() -> None:
    assert len(commands(PAGE)) == PAGE.count("```console") > 8


@pytest.mark.parametrize(("words", "shown"), commands(PAGE), ids=[words for words, _ in commands(PAGE)])
def test_a_page_shows_what_is_printed(words: str, shown: str) -> None:
    assert printed(words) == shown
