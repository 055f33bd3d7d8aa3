"""The pages of the documentation: every link leads somewhere, and the index has every page."""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PAGES = sorted(
    [*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md"), *(TOP / "examples").rglob("*.md")]
    + [TOP / name / "README.md" for name in ("benchmarks", "features", "requirements")]
)


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page: Path) -> list[str]:
    """The links of a page, within the project, that lead nowhere."""
    found = []
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", page.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        other = page.parent / target if target else page
        missing = not other.exists() or (anchor and other.suffix == ".md" and anchor not in anchors(other))
        found += [f"{target}#{anchor}" if anchor else target] if missing else []
    return found


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(TOP).as_posix() for page in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    assert dead_links(page) == []


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(TOP).as_posix() for page in PAGES])
def test_every_file_of_the_project_that_is_named_exists(page: Path) -> None:
    named = re.findall(
        r"`((?:src|tests|steps|schemas|calibration|benchmarks|features)/[\w/.-]+\.\w+)`", page.read_text("utf-8")
    )
    assert [name for name in named if not (TOP / name).exists()] == []


def test_the_index_has_every_page() -> None:
    index = (TOP / "docs" / "README.md").read_text("utf-8")
    pages = {page.relative_to(TOP / "docs").as_posix() for page in (TOP / "docs").glob("**/*.md")}
    listed_elsewhere = {page for page in pages if page.startswith(("decisions/", "findings/")) or page == "README.md"}
    assert pages - listed_elsewhere <= set(re.findall(r"\]\(([\w/-]+\.md)", index))


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One thing\n[a](page.md#one-thing) [b](none.md) [c](#other) [d](https://example.com/x)\n", "utf-8"
    )
    assert dead_links(page) == ["none.md", "#other"]
