"""The site in a real browser, as readers use it."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from required import cannot_run
from visiting import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow

KINDS = (
    "index.html",
    "events/crl-generation-failure-s3-permissions.html",
    "events/ca-creation-success.html",
    "never-sent/certificate-already-revoked.html",
    "operations.html",
    "calibration.html",
    "divergences.html",
    "glossary.html",
    "neighbours.html",
    "not-documented.html",
    "findings/index.html",
    "findings/queue-policy.html",
)
OF_BOTH = ("index.html", "events/ca-creation-success.html", "own.html", "all.html")
PHONE = 360  # pixels
COLOURS = ["color-contrast", "link-in-text-block"]


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


class Seen(NamedTuple):
    """What a browser reports about a page."""

    headings: int
    ids: list[str]
    links: list[str]
    wanted_width: int


@pytest.fixture(scope="module")
def seen(green: Path, red: Path, browser: "Browser") -> dict[Path, Seen]:
    """Every page of both sites, opened once on a phone without errors or warnings."""
    context = browser.new_context(viewport={"width": PHONE, "height": 740})
    visit = Visit(context.new_page())
    found = {}
    for file in [*pages(green), *pages(red)]:
        page = visit.open(file)
        assert visit.troubles == [], file
        ids = page.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
        links = page.eval_on_selector_all(
            "a[href]", "all => all.map(one => new URL(one.getAttribute('href'), location.href).href)"
        )
        width = page.evaluate("document.documentElement.scrollWidth")
        found[file] = Seen(page.locator("h1").count(), ids, links, width)
    context.close()
    return found


def test_every_page_loads_without_errors(seen: dict[Path, Seen], visit: Visit) -> None:
    for file, found in seen.items():
        assert found.headings == 1, file
        visit.open(file)
        assert visit.troubles == [], file


def test_every_link_leads_somewhere(seen: dict[Path, Seen]) -> None:
    for file, found in seen.items():
        assert len(found.ids) == len(set(found.ids)), f"{file} has a duplicate id"
    links = {(file, *link.partition("#")) for file, found in seen.items() for link in found.links}
    for file, path, _, place in links:
        if path.startswith("https:"):
            assert path.startswith("https://docs.aws.amazon.com/"), f"{file} leads to {path}"
            continue
        target = Path(path.removeprefix("file://"))
        assert target.exists(), f"{file} leads to {target}"
        assert not place or place in seen[target].ids, f"{file} leads to {target}#{place}"


@pytest.mark.parametrize(
    "words", ["reason", "crl bucket", "certificate-issuance-failure", "is published", "archive", "never-fires"]
)
def test_search_finds_an_entry_and_opens_its_page(green: Path, visit: Visit, words: str) -> None:
    page = visit.open(green / "events" / "ca-creation-success.html")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.locator(".search input").fill(words)
    first = page.locator(".search li a").first
    first.wait_for()
    assert all(word in first.text_content().lower() for word in words.split())
    target = first.get_attribute("href")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{str(target).removeprefix('../')}")
    place = page.url.partition("#")[2]
    assert not place or page.locator(f"[id='{place}']").is_visible()


@pytest.mark.parametrize("words", ["bucket policy", "PutObject", "dead-letter", "terraform", "expire"])
def test_search_finds_words_in_the_text_of_a_page(green: Path, visit: Visit, words: str) -> None:
    page = visit.open(green / "index.html")
    page.locator(".search input").fill(words)
    first = page.locator(".search li a").first
    first.wait_for()
    target = str(first.get_attribute("href"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{target}")
    text = str(page.locator("main").text_content()).lower()
    assert all(word in text for word in words.lower().split())


def test_search_shows_a_query_without_results(green: Path, visit: Visit) -> None:
    page = visit.open(green / "index.html")
    page.locator(".search input").fill("zebra")
    page.get_by_text('No results for "zebra"').wait_for()
    page.keyboard.press("Escape")
    assert page.locator(".search li").count() == 0


def test_copy_buttons_copy(green: Path, visit: Visit) -> None:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit.open(green / "events" / "crl-generation-failure-internal.html")
    tabs = page.locator(".tabs").nth(1)
    for name in ("Event pattern", "Terraform", "CloudFormation", "AWS CLI"):
        tabs.get_by_role("tab", name=name).click()
        panel = tabs.get_by_role("tabpanel").and_(page.locator(":visible"))
        panel.get_by_role("button").click()
        panel.get_by_text("Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == panel.locator("pre").text_content()
        assert "Failed to generate CRL. Internal failure." in copied


def test_tabs_follow_the_arrow_keys(green: Path, visit: Visit) -> None:
    page = visit.open(green / "events" / "ca-creation-success.html")
    page.get_by_role("tab", name="As received in the last run").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="Sample").get_attribute("aria-selected") == "true"
    page.get_by_role("tab", name="Sample").press("ArrowLeft")
    assert page.locator("mark.stamped").first.is_visible()


def test_the_theme_is_switched_and_remembered(green: Path, visit: Visit) -> None:
    page = visit.open(green / "index.html")
    colour = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(colour)
    page.locator("button.theme").click()
    after = page.evaluate(colour)
    assert before != after
    page = visit.open(green / "events" / "ca-creation-success.html")
    assert page.evaluate(colour) == after
    page.locator("button.theme").click()
    assert page.evaluate(colour) == before


def test_a_phone_never_scrolls_sideways(seen: dict[Path, Seen]) -> None:
    for file, found in seen.items():
        assert found.wanted_width <= PHONE, file


def test_a_phone_shows_that_pictures_scroll(green: Path, browser: "Browser") -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": 740})
    page = context.new_page()
    for name in ("index.html", "operations.html"):
        page.goto((green / name).as_uri())
        for picture in page.locator(".picture").all():
            assert picture.locator(".hint").is_visible()
            scroll = picture.locator(".scroll")
            assert scroll.evaluate("it => it.scrollWidth > it.clientWidth")
            scroll.focus()
            page.keyboard.press("ArrowRight")
            page.wait_for_function("it => it.scrollLeft > 0", arg=scroll.element_handle())
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.locator(".hint:visible").count() == 0
    context.close()


def test_a_phone_shows_divergences_as_cards_with_unbroken_dates(green: Path, browser: "Browser") -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": 740})
    page = context.new_page()
    page.goto((green / "divergences.html").as_uri())
    table = page.locator("table.divergences")
    assert table.locator("thead").is_hidden()
    for cell in table.locator("td").all():
        label = cell.evaluate("it => getComputedStyle(it, '::before').content")
        assert label == f'"{cell.get_attribute("data-label")}"'
        assert cell.evaluate("it => it.clientWidth") > PHONE * 0.7
    for whole in page.locator("main .whole").all():
        assert whole.evaluate("it => it.getClientRects().length") == 1
    context.close()


def test_the_sidebar_stays_in_view(green: Path, visit: Visit) -> None:
    page = visit.open(green / "lifecycle.html")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    current = page.locator("nav.side [aria-current]")
    box = current.bounding_box()
    assert box is not None
    assert 0 < box["y"] < 900
    assert current.text_content().strip().endswith("Lifecycle")


def test_a_scenario_opens_on_a_click_and_for_a_link_to_it(green: Path, visit: Visit) -> None:
    page = visit.open(green / "events" / "ca-creation-success.html")
    scenario = page.locator("article.scenario").first
    steps = scenario.locator(".steps")
    assert steps.is_hidden()
    scenario.locator("summary").first.click()
    assert steps.is_visible()
    other = page.locator("details.other article.scenario").last
    place = other.get_attribute("id")
    page.evaluate(f"location.hash = '{place}'")
    other.locator(".steps").wait_for()


@pytest.mark.parametrize("name", ["all.html", "events/crl-generation-failure-s3-permissions.html"])
def test_print_gives_a4_pages(green: Path, visit: Visit, name: str) -> None:
    page = visit.open(green / name)
    page.emulate_media(media="print")
    assert page.locator("nav.side").is_hidden()
    assert page.locator(".tabs section").last.is_visible()
    pdf = page.pdf(prefer_css_page_size=True)
    sizes = {tuple(round(float(number)) for number in box.split()) for box in _boxes(pdf)}
    assert sizes == {(0, 0, 595, 842)}


def _boxes(pdf: bytes) -> list[str]:
    return [found.decode() for found in re.findall(rb"/MediaBox \[([^\]]+)\]", pdf)]


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", PHONE)])
@pytest.mark.parametrize("which", ["green", "red"])
def test_axe_finds_nothing_serious(green: Path, red: Path, visit: Visit, which: str, theme: str, width: int) -> None:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        cannot_run("axe-playwright-python is missing: requirements/browser.txt has it")
    # The theme changes only colours.
    options = {"preload": False, "resultTypes": ["violations"]} | ({"runOnly": COLOURS} if theme == "dark" else {})
    site, names = (green, KINDS) if which == "green" else (red, OF_BOTH)
    visit.page.emulate_media(color_scheme=theme)
    visit.page.set_viewport_size({"width": width, "height": 900})
    for name in names:
        page = visit.open(site / name)
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
        found = Axe().run(page, options=options).response["violations"]
        serious = [
            (one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")
        ]
        assert serious == [], name


def test_a_hostile_event_is_shown_as_text(red: Path, visit: Visit) -> None:
    page = visit.open(red / "events" / "ca-creation-success.html")
    shown = page.get_by_role("tabpanel", name="As received in the last run").locator("pre").text_content()
    assert "<img src=x onerror=alert(2)>" in shown
    assert "U+202Eevil" in shown
    assert "x" * 3000 in shown
    assert page.locator("img[src=x]").count() == 0


def test_each_outcome_has_its_own_mark(red: Path, visit: Visit) -> None:
    page = visit.open(red / "own.html")
    said = {
        article.locator("h4").text_content(): article.locator(".chip").text_content().strip()
        for article in page.locator("article.scenario").all()
    }
    assert said == {
        "It passes": "✓ passed",
        "It fails <img src=x onerror=alert(3)>": "✕ failed",
        "Nothing defines its step": "? undefined",
        "It is skipped": "\N{MINUS SIGN} skipped",
        "It fails as expected": "≈ expected failure",
        "Its fixture breaks": "✕ failed",
        "Its fixture does not close": "✕ failed",
        "The sum of <one> and <other>": "✕ 1 passed, 1 failed",
        '"ca-creation-success" with what nobody should show': "✓ passed",
        "A step has a text and a table": "✓ passed",
    }
    assert (
        "the queue is still there"
        in page.locator("article", has_text="does not close").locator(".message").first.text_content()
    )


def test_a_site_without_script_is_complete(green: Path, browser: "Browser") -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((green / "events" / "ca-creation-success.html").as_uri())
    assert all(section.is_visible() for section in page.locator(".tabs section").all())
    assert page.locator("nav.side a").first.is_visible()
    context.close()
