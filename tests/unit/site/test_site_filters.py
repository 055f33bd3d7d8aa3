"""The filters of the templates, and the places that pages link to."""

import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from site_html import Page

from pca_events import catalog
from pca_events.contract import fields, per_result, schema_of
from pca_events.site.filters import json_markup, line_in_schema, source_link, step_markup, visible, whole
from pca_events.site.pages import environment

TOP = Path(__file__).parents[3]
EVENTS = [event.id for event in catalog.documented_events()]


def test_templates_escape_text_and_reject_undefined_names() -> None:
    assert environment().from_string("{{ it }}").render(it="<b>") == "&lt;b&gt;"
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nothing }}").render()


def test_invisible_characters_are_shown_by_their_code_point() -> None:
    assert visible("a\u202eb<\x00") == 'a<span class="unseen">U+202E</span>b&lt;<span class="unseen">U+0000</span>'
    assert visible("two\nlines") == "two\nlines"
    assert visible("\ud800").unescape() == '<span class="unseen">U+D800</span>'


def test_json_is_coloured_and_escaped() -> None:
    made = json_markup({"id": "1", "detail": {"<b>": ['"</pre>"', 1.5, None, "\u202e"]}}, ["id"])
    assert '<mark class="stamped">' in made
    assert "<b>" not in made
    assert "</pre>" not in made
    assert '<span class="unseen">U+202E</span>' in made
    assert re.sub(r"<[^>]+>", "", made).count("\n") == 10


def test_values_of_a_step_are_marked() -> None:
    assert step_markup('the <event> is "a <b>"') == (
        'the <span class="value">&lt;event&gt;</span> is <span class="value">&#34;a &lt;b&gt;&#34;</span>'
    )


def test_dates_and_versions_do_not_break() -> None:
    assert whole("LocalStack 4.13.1, <b>") == 'LocalStack <span class="whole">4.13.1,</span> &lt;b&gt;'
    assert whole("x1" * 100) == "x1" * 100


@pytest.mark.parametrize(
    ("place", "link"),
    [
        ("steps/rules.py:12", "https://git.example/p/steps/rules.py#L12"),
        ("features/a.feature", "https://git.example/p/features/a.feature"),
        ("../outside.py:1", ""),
        ("/usr/lib/site-packages/steps.py:1", ""),
        ("steps/<script>.py:1", ""),
        ("", ""),
    ],
)
def test_a_source_link_stays_below_its_address(place: str, link: str) -> None:
    assert source_link(place, "https://git.example/p/") == link
    assert source_link(place, "") == ""


@pytest.mark.parametrize("event_id", EVENTS)
def test_a_field_leads_to_the_line_of_its_schema(event_id: str) -> None:
    event = catalog.documented(event_id)
    schema = schema_of()[event.detail_type]
    for field in fields(per_result(schema)[event.result]):
        file, _, line = line_in_schema(schema, field.path).partition(":")
        written = (TOP / file).read_text("utf-8").splitlines()[int(line) - 1]
        name = field.path.partition("[")[0].rpartition(".")[2]
        assert written.strip().startswith(f'"{name}": '), f"{file}:{line} is {written}"


def test_the_places_on_a_page_exist(without_run: dict[str, str]) -> None:
    named = set(re.findall(r"\b(?:features|schemas)/[\w/.-]+:\d+", Page(without_run["all.html"]).text))
    assert len(named) > 100
    for place in named:
        file, _, line = place.partition(":")
        written = (TOP / file).read_text("utf-8").splitlines()[int(line) - 1].strip()
        assert re.match(r'Scenario|\||"', written), place
