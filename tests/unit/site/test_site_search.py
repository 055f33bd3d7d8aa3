"""The search index: entries, the full text behind them, and the places that they lead to."""

import json

import pytest
from site_html import pages

from pca_events.site.build import sections


def index_of(files: dict[str, str]) -> list[list[str]]:
    found: list[list[str]] = json.loads(files["search.js"].removeprefix("window.searchIndex = ").removesuffix(";\n"))
    return found


def found_by(files: dict[str, str], query: str) -> list[str]:
    """Return the places that a query finds, as the script of the site compares them."""
    return [
        place
        for kind, name, context, place, text in index_of(files)
        if all(word in f"{kind} {name} {context} {text}".lower() for word in query.lower().split())
    ]


def test_every_entry_leads_to_a_place_of_the_site(without_run: dict[str, str]) -> None:
    index = index_of(without_run)
    kinds = {"event", "never sent", "page", "section", "field", "scenario", "step", "finding"}
    assert {kind for kind, *_ in index} == kinds
    found = {(kind, name): place for kind, name, _, place, _ in index}
    assert found["field", "$.detail.reason"] == "events/crl-generation-failure-s3-permissions.html#detail-reason"
    ids = {path: set(page.ids) for path, page in pages(without_run).items()}
    for kind, name, _, place, _ in index:
        assert name, place
        path, _, within = place.partition("#")
        assert not within or within in ids[path], f"{kind} {name}: {place}"


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("bucket policy", "events/crl-generation-failure-s3-permissions.html#behaviour"),
        ("PutObject", "events/crl-generation-failure-s3-permissions.html"),
        ("dead-letter", "findings/no-dead-letter-queue.html"),
        ("terraform", "events/ca-creation-success.html#catch-it"),
        ("expire", "not-documented.html"),
        ("NotAfter", "not-documented.html"),
        ("control event", "glossary.html#control-event"),
        ("TestEventPattern", "glossary.html#mode"),
        ("aws.pca-connector-scep", "neighbours.html#other-sources"),
    ],
)
def test_the_full_text_is_found(without_run: dict[str, str], query: str, place: str) -> None:
    assert place in found_by(without_run, query)


def test_the_page_with_everything_is_not_indexed(without_run: dict[str, str]) -> None:
    assert not any(place.startswith("all.html") for _, _, _, place, _ in index_of(without_run))


def test_words_of_an_entry_occur_once(without_run: dict[str, str]) -> None:
    for kind, name, _, _, text in index_of(without_run):
        words = text.split()
        assert len(words) == len(set(words)), f"{kind} {name}"
    assert len(without_run["search.js"]) < 400_000


def test_a_page_is_divided_at_headings_and_scenarios_with_an_id() -> None:
    found = sections(
        "<nav>side</nav><main id='content'><p>first<br>line</p>"
        '<h2 id="a">A <b>b</b></h2><p>second</p><h2>not a place</h2>'
        '<article id="c"><h4>C</h4>third<footer>place</footer></article><button>Copy</button></main><p>after</p>'
    )
    assert [(one.id, one.title) for one in found] == [("", ""), ("a", "A b"), ("c", "")]
    assert [one.text for one in found] == ["first line", "A b second not a place", "C third"]
