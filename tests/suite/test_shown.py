"""The pages show the output of the commands."""

import pytest
import terminal_image
from shown import TOP, commands, is_shown, printed

NAMES = ("README.md", "docs/check.md", "docs/commands.md", "docs/consumers.md", "docs/tutorial.md")
PAGES = [(TOP / name).read_text("utf-8") for name in NAMES]
SHOWN = [(name, *shown) for name, page in zip(NAMES, PAGES, strict=True) for shown in commands(page)]


def test_the_pages_show_commands() -> None:
    assert len(SHOWN) == sum(page.count("```console") for page in PAGES) > 12


@pytest.mark.parametrize(
    ("line", "shown"),
    [(line, shown) for _, line, shown in SHOWN],
    ids=[f"{name}: {line.replace('pca-events ', '')}" for name, line, _ in SHOWN],
)
def test_a_page_shows_what_is_printed(line: str, shown: str) -> None:
    assert is_shown(shown, printed(line)), printed(line)


def test_a_page_shows_more_than_omissions() -> None:
    assert all(set(shown.splitlines()) - {"...", "(exit status 1)"} for _, _, shown in SHOWN)


def test_the_picture_shows_what_is_printed() -> None:
    stored = (TOP / "docs" / "images" / "check-matrix.svg").read_text("utf-8")
    assert stored == terminal_image.picture(), "python tests/suite/regenerate.py matrix"


@pytest.mark.parametrize(
    ("shown", "text", "expected"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n", "a\nb\n", False),
        ("...\nb\n", "a\nb\n", True),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\nc\n...\n", "a\nb\nc\nd\n", True),
        ("a\n...\nx\n...\n", "a\nb\nc\nd\n", False),
        ("...\nc\n", "a\nb\nc\nd\n", False),
        ("b\n...\n", "a\nb\n", False),
        ("a\nb\n...\nb\n", "a\nb\n", False),
    ],
)
def test_lines_may_be_left_out(shown: str, text: str, expected: bool) -> None:
    assert is_shown(shown, text) is expected
