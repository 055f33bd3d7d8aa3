"""The pages of the documentation: every link leads somewhere, and the index has every page."""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PACKAGE = TOP / "src" / "pca_events"
ARCHITECTURE = [TOP / "ARCHITECTURE.md", *sorted((TOP / "docs" / "architecture").glob("*.md"))]
PAGES = sorted(
    [*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md"), *(TOP / "examples").rglob("*.md")]
    + [TOP / name / "README.md" for name in ("benchmarks", "features", "requirements")]
)


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def unknown_modules(text: str) -> list[str]:
    """The modules of the package, and names in them, that a text has and the package has not."""
    named = re.findall(r"`(?:pca_events\.)?([a-z_]+(?:\.[a-z_]+)+)`", text)
    return [name for name in named if (PACKAGE / name.split(".")[0]).is_dir() and not is_known(name)]


def is_known(name: str) -> bool:
    """Whether a name is that of a module, a package, or what a module defines; `events.json` is a file of the site."""
    file = PACKAGE.joinpath(*name.split("."))
    above, _, last = name.rpartition(".")
    module = PACKAGE.joinpath(*above.split(".")).with_suffix(".py")
    defined = module.exists() and re.search(rf"^(?:def|class) {last}\b", module.read_text("utf-8"), re.MULTILINE)
    return file.is_dir() or file.with_suffix(".py").exists() or bool(defined) or name == "events.json"


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


@pytest.mark.parametrize("page", ARCHITECTURE, ids=[page.name for page in ARCHITECTURE])
def test_every_module_that_is_named_exists(page: Path) -> None:
    assert unknown_modules(page.read_text("utf-8")) == []


def test_an_unknown_module_is_found() -> None:
    text = (
        "`harness.run`, `iam_policy.evaluation`, `check.rules.check`, `events.json`, `harness.none`, `cli.parser.none`"
    )
    assert unknown_modules(text) == ["harness.none", "cli.parser.none"]


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
