"""The pages about findings: uniform, true of what `check` finds, and the same on the site."""

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from markupsafe import Markup

from pca_events.check.codes import CODES, GROUPS, OF_SUPPRESSIONS
from pca_events.check.configuration import read_configuration
from pca_events.check.report import CheckReport
from pca_events.check.rules import check
from pca_events.check.suppressions.baseline import compare, read_baseline, with_stale
from pca_events.check.suppressions.comments import IgnoreComments, without_ignored
from pca_events.check.suppressions.ignore_entries import without_entries
from pca_events.infrastructure.files import read_paths
from pca_events.site import SiteData, site
from pca_events.site.pages import Block, CodeBlock, Document, Heading, Items, Paragraph, Table, parse_markdown

PAGES = Path(__file__).parents[3] / "docs" / "findings"
HEADINGS = ["What it means", "Why it matters", "Wrong", "Right", "How to suppress it", "AWS documentation"]
LEFT_OUT = {"no-target", "no-dead-letter-queue", "no-retry-policy"}
"""What the examples omit because it does not matter."""
TOGETHER = {"resource-by-id": {"never-fires"}}
"""Codes that are always found with another one."""
FILES = {"Terraform": "main.tf", "CloudFormation": "template.yaml"}
SETTINGS = {"TOML": "pca-events.toml", "JSON": "baseline.json"}
"""Examples of text beside rules."""
MOST_LINES = 90


def page_of(code: str) -> Document:
    return parse_markdown((PAGES / f"{code}.md").read_text("utf-8"))


def under(page: Document, heading: str) -> list[Block]:
    """The blocks below a heading."""
    at = next(n for n, block in enumerate(page.blocks) if isinstance(block, Heading) and block.text == heading)
    below: list[Block] = []
    for block in page.blocks[at + 1 :]:
        if isinstance(block, Heading):
            break
        below.append(block)
    return below


def code_under(page: Document, heading: str) -> CodeBlock:
    (block,) = (block for block in under(page, heading) if isinstance(block, CodeBlock))
    return block


def checked(block: CodeBlock, folder: Path) -> CheckReport:
    """What is found in an example; beside settings stands the wrong rule of `only-some`."""
    folder.mkdir()
    if block.language in SETTINGS:
        return checked_with(block, checked(code_under(page_of("only-some"), "Wrong"), folder / "rules"), folder)
    file = folder / FILES[block.language]
    file.write_text(block.text + "\n", "utf-8")
    report = without_ignored(check(read_paths([str(file)])))
    assert report.unreadable == []
    assert report.checked
    return report


def checked_with(block: CodeBlock, report: CheckReport, folder: Path) -> CheckReport:
    file = folder / SETTINGS[block.language]
    file.write_text(block.text, "utf-8")
    reading = read_paths([str(folder / "rules")])
    if block.language == "JSON":
        baseline = read_baseline(str(file))
        compared = compare(report, baseline, reading, lambda _: True)
        return with_stale(compared.report, baseline, compared.stale)
    today = datetime.now(tz=UTC).date()
    return without_entries(report, read_configuration(str(file)).ignore, reading, today, whole=True)


def codes(report: CheckReport) -> set[str]:
    return {finding.code for finding in report.findings}


def serious(report: CheckReport) -> set[str]:
    return {str(finding.code) for finding in report.findings if finding.level != "note"} - LEFT_OUT


@pytest.mark.parametrize("code", CODES)
def test_a_page_has_the_facts_of_its_code(code: str) -> None:
    page, known = page_of(code), CODES[code]
    first, second = page.blocks[:2]
    assert page.title == known.title
    assert isinstance(first, Paragraph)
    assert unescape(first.text.striptags()) == f"{code} · {levels(code)}"
    assert isinstance(second, Paragraph)
    assert unescape(second.text.striptags()) == known.meaning
    assert [block.text for block in page.blocks if isinstance(block, Heading)] == HEADINGS
    assert (PAGES / f"{code}.md").read_text("utf-8").count("\n") <= MOST_LINES


def levels(code: str) -> str:
    *most, last = CODES[code].levels
    return f"{', '.join(most)} or {last}" if most else last


@pytest.mark.parametrize("code", CODES)
def test_a_page_names_its_source_at_aws(code: str) -> None:
    (links,) = under(page_of(code), "AWS documentation")
    assert isinstance(links, Items)
    addresses = [re.findall(r'href="([^"]+)"', item) for item in links.items]
    assert all(len(one) == 1 and one[0].startswith("https://docs.aws.amazon.com/") for one in addresses)


@pytest.mark.parametrize("code", CODES)
def test_the_wrong_rule_gives_the_code_and_the_right_one_does_not(code: str, tmp_path: Path) -> None:
    page = page_of(code)
    wrong, right = (checked(code_under(page, heading), tmp_path / heading) for heading in ("Wrong", "Right"))
    assert code in codes(wrong)
    assert serious(wrong) <= {code} | TOGETHER.get(code, set())
    assert code not in codes(right)
    assert serious(right) == set()


@pytest.mark.parametrize("code", sorted(CODES.keys() - OF_SUPPRESSIONS))
def test_the_comment_suppresses_the_finding(code: str, tmp_path: Path) -> None:
    page = page_of(code)
    comment = code_under(page, "How to suppress it").text
    assert re.fullmatch(rf"# pca-events: ignore {code} \S.+", comment)
    wrong = code_under(page, "Wrong")
    before = checked(wrong, tmp_path / "before")
    found = next(one for one in before.checked if code in {finding.code for finding in one.findings})
    lines = wrong.text.split("\n")
    lines.insert(found.rule.place.line - 1, comment)
    after = checked(CodeBlock(wrong.language, "\n".join(lines)), tmp_path / "after")
    assert codes(before) - codes(after) == {code}
    assert codes(after) <= codes(before)


@pytest.mark.parametrize("code", sorted(OF_SUPPRESSIONS))
def test_pages_of_insuppressible_findings_say_so(code: str) -> None:
    (text,) = under(page_of(code), "How to suppress it")
    assert isinstance(text, Paragraph)
    assert "A comment cannot suppress it." in text.text
    assert 'href="index.html#suppressing-findings"' in text.text


def test_the_documented_ways_to_suppress_exist(tmp_path: Path) -> None:
    index = parse_markdown((PAGES / "README.md").read_text("utf-8"))
    comment, settings = (block for block in under(index, "Suppressing findings") if isinstance(block, CodeBlock))
    (tmp_path / "infra" / "platform").mkdir(parents=True)
    (tmp_path / "pca-events.toml").write_text(settings.text, "utf-8")
    configuration = read_configuration(str(tmp_path / "pca-events.toml"))
    assert configuration.levels == {"no-retry-policy": "off", "no-dead-letter-queue": "error"}
    (entry,) = configuration.ignore
    assert entry.is_for_file(str(tmp_path / "infra" / "platform" / "main.tf"))
    (tmp_path / "main.tf").write_text(comment.text + "\n", "utf-8")
    (ignore,) = IgnoreComments().of_file(str(tmp_path / "main.tf"))
    assert set(ignore.codes) <= set(CODES)
    assert ignore.reason


def test_the_index_lists_every_code_in_its_group() -> None:
    index = parse_markdown((PAGES / "README.md").read_text("utf-8"))
    for name, group in GROUPS.items():
        table = next(block for block in under(index, name) if isinstance(block, Table))
        rows = [[unescape(cell.striptags()) for cell in row] for row in table.rows]
        assert rows == [[code.name, levels(code.name), code.meaning] for code in group]
        assert [re.findall(r'href="([^"]+)"', row[0]) for row in table.rows] == [
            [f"{code.name}.html"] for code in group
        ]


def test_the_site_has_the_same_pages() -> None:
    files = site(SiteData([], None))
    for code, known in CODES.items():
        html = files[f"findings/{code}.html"]
        assert f"<h1>{known.title}</h1>" in html
        for heading in ("Wrong", "Right"):
            assert code_under(page_of(code), heading).text in unescape(re.sub(r"<[^>]+>", "", html))
        assert f'"finding","{code}"' in files["search.js"]
        assert f'href="{code}.html"' in files["findings/index.html"]
    assert 'href="findings/index.html"' in files["index.html"]
    assert 'aria-current="page"' in files["findings/index.html"]


def test_markdown_becomes_blocks() -> None:
    page = parse_markdown(
        "# A `title`\n\nOne **bold**\nline.\n\n## Below it\n\n- first\n  goes on - here\n- [second](other.md#there)\n\n"
        "| a | b |\n|---|---|\n| 1 | `<2>` |\n\n```hcl\na = 1\n\nb = 2\n```\nAfter"
    )
    assert page.title == "A <code>title</code>"
    assert page.blocks == (
        Paragraph(Markup("One <b>bold</b> line.")),
        Heading(Markup("Below it"), "below-it"),
        Items((Markup("first goes on - here"), Markup('<a href="other.html#there">second</a>'))),
        Table((Markup("a"), Markup("b")), ((Markup("1"), Markup("<code>&lt;2&gt;</code>")),)),
        CodeBlock("Terraform", "a = 1\n\nb = 2"),
        Paragraph(Markup("After")),
    )


@pytest.mark.parametrize(
    ("link", "html"),
    [
        ("[x](README.md)", '<a href="index.html">x</a>'),
        ("[`x`](a-b.md)", '<a href="a-b.html"><code>x</code></a>'),
        ("[x](#part)", '<a href="#part">x</a>'),
        ("[x](https://docs.aws.amazon.com/?a=1&b)", '<a href="https://docs.aws.amazon.com/?a=1&amp;b">x</a>'),
        ("[x](../check.md)", "x"),
        ("[x](javascript:alert)", "x"),
        ("[x](http://example.com)", "x"),
        ("<script>", "&lt;script&gt;"),
    ],
)
def test_links_lead_to_existing_pages(link: str, html: str) -> None:
    (block,) = parse_markdown(f"# t\n\n{link}").blocks
    assert isinstance(block, Paragraph)
    assert str(block.text) == html


@pytest.mark.parametrize("text", ["no title", "# t\n```hcl\nopen", "# t\n```cobol\n```", "# t\n\n## a\nb"])
def test_unread_files_are_errors(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_markdown(text)
