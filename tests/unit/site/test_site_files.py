"""The living documentation as files: what each page holds, and what no page may hold."""

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from given import Run as Command
from jinja2 import UndefinedError
from message_suite import BASKET, STATUSES, lay, run_pytest

from pca_events import catalog
from pca_events.contract import fields, per_result, schema_of
from pca_events.locations import locate
from pca_events.messages import RECEIVED_EVENT, Evidence, Outcome, Run, our_features, read_features_alone, read_messages
from pca_events.site import Book, site
from pca_events.site.filters import json_markup, step_markup, visible
from pca_events.site.pages import environment
from pca_events.site.scenario_groups import overall
from pca_events.site.schema_links import line_in_schema

TOP = Path(__file__).parents[3]
EVENTS = [event.id for event in catalog.documented_events()]


@pytest.fixture(scope="module")
def alone() -> dict[str, str]:
    """The site of the features that nobody has run."""
    return site(Book(read_features_alone(our_features()), None))


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The messages of a small suite in which every outcome occurs."""
    folder = lay(tmp_path_factory.mktemp("suite"), basket=BASKET, statuses=STATUSES)
    assert run_pytest(folder, "--cucumber-messages", "run.ndjson", "-k", "not left_out").returncode == 1
    return folder / "run.ndjson"


@pytest.fixture(scope="module")
def run(messages: Path) -> Run:
    """The same, read."""
    return read_messages(messages)


class Page(HTMLParser):
    """What stands in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.asked_for: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        self.ids += [named["id"] or ""] if "id" in named else []
        if tag in ("script", "link", "img", "iframe", "source"):
            self.asked_for += [named.get("src") or named.get("href") or ""]

    def handle_data(self, data: str) -> None:
        self.text += data


def pages(files: dict[str, str]) -> dict[str, Page]:
    return {path: Page(text) for path, text in files.items() if path.endswith(".html")}


def test_every_event_has_a_page_with_its_facts(alone: dict[str, str]) -> None:
    for event in catalog.documented_events():
        said = Page(alone[f"events/{event.id}.html"]).text
        facts = [
            event.title,
            event.meaning,
            event.detail_type,
            event.what_to_do,
            event.origin["page"],
            event.reason or "",
        ]
        assert [fact for fact in facts if fact not in said] == []
        for field in fields(per_result(schema_of()[event.detail_type])[event.result]):
            assert field.path in said
            assert field.description in said


def test_each_silence_has_a_page(alone: dict[str, str]) -> None:
    for silence in catalog.never_sent():
        assert silence.when in Page(alone[f"never-sent/{silence.id}.html"]).text


def test_every_scenario_stands_on_the_whole(alone: dict[str, str]) -> None:
    said = re.sub(r"\s+", " ", Page(alone["all.html"]).text)
    features = sorted(locate("features").rglob("*.feature"))
    names = [
        line.partition(":")[2].strip()
        for file in features
        for line in file.read_text("utf-8").splitlines()
        if re.match(r"\s*Scenario( Outline)?:", line)
    ]
    assert len(names) > 100
    # An outline with one row stands there with the values of the row.
    assert [name for name in names if name not in said and name.partition("<")[0] not in said] == []


def test_no_page_asks_for_anything_from_elsewhere(alone: dict[str, str]) -> None:
    for path, page in pages(alone).items():
        outside = [asked for asked in page.asked_for if re.match(r"(https?:)?//", asked)]
        assert outside == [], path
    assert not re.search(r"url\((?!#)|@import|https?://", alone["site.css"] + alone["site.js"])


def test_no_page_has_an_id_twice(alone: dict[str, str]) -> None:
    for path, page in pages(alone).items():
        assert len(page.ids) == len(set(page.ids)), path


def test_without_a_run_nothing_is_called_proven(alone: dict[str, str]) -> None:
    for path, page in pages(alone).items():
        assert "proven by" not in page.text, path
        assert "✓" not in page.text.replace("✓outcome", ""), path
    assert "not run" in alone["badge.svg"]


def test_the_same_messages_give_the_same_bytes(messages: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        line = [sys.executable, "-m", "pca_events", "site", str(tmp_path / name), "--messages", str(messages)]
        assert subprocess.run(line).returncode == 0
    found = [
        {
            file.relative_to(tmp_path / name): file.read_bytes()
            for file in (tmp_path / name).rglob("*")
            if file.is_file()
        }
        for name in ("one", "other")
    ]
    assert len(found[0]) > 20
    assert found[0] == found[1]


def test_every_outcome_is_counted_and_told(run: Run) -> None:
    files = site(Book(run.features, run))
    counts = json.loads(files["events.json"])["counts"]
    assert set(counts) == {"passed", "failed", "undefined", "skipped", "expected failure", "not run"}
    said = Page(files["own.html"]).text
    for feature in run.features:
        for scenario in feature.scenarios:
            if scenario.status not in ("passed", "not run"):
                assert visible(scenario.reason).unescape() in said, scenario.name
    broken = counts["failed"] + counts["undefined"]
    run_count = sum(counts.values()) - counts["not run"]
    assert f"{run_count} of {sum(counts.values())} run, {broken} broken" in Page(files["index.html"]).text
    assert f"{broken} broken" in files["badge.svg"]


def test_a_page_says_when_on_what_and_in_which_mode(run: Run) -> None:
    for path, page in pages(site(Book(run.features, run))).items():
        assert run.started.strftime("%H:%M UTC") in page.text, path
        assert "mode direct" in page.text, path


def test_earlier_runs_stand_in_a_strip_the_oldest_first(run: Run) -> None:
    earlier = [replace(run, started=run.started - timedelta(days=days)) for days in (1, 3, 2)]
    strip = re.findall(r'<li title="(\S+) ', site(Book(run.features, run, earlier))["index.html"])
    assert strip == sorted(strip)
    assert len(strip) == 4
    assert 'class="strip"' not in site(Book(run.features, run))["index.html"]


def test_the_search_knows_events_fields_scenarios_steps_and_findings(alone: dict[str, str]) -> None:
    index = json.loads(alone["search.js"].removeprefix("window.searchIndex = ").removesuffix(";\n"))
    assert {kind for kind, *_ in index} == {"event", "never sent", "page", "field", "scenario", "step", "finding"}
    found = {(kind, name): place for kind, name, _, place in index}
    assert found["field", "$.detail.reason"] == "events/crl-generation-failure-s3-permissions.html#detail-reason"
    ids = {path: set(page.ids) for path, page in pages(alone).items()}
    for kind, name, _, place in index:
        path, _, within = place.partition("#")
        assert not within or within in ids[path], f"{kind} {name}: {place}"


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ({"passed": 9, "failed": 1, "skipped": 2}, "failed"),
        ({"passed": 9, "undefined": 1}, "undefined"),
        ({"passed": 1, "skipped": 9, "not run": 9}, "not run"),
        ({"passed": 1, "skipped": 9}, "passed"),
        ({"expected failure": 1, "skipped": 1}, "expected failure"),
        ({"skipped": 1, "not run": 1}, "not run"),
        ({"skipped": 1}, "skipped"),
        ({}, "not run"),
    ],
)
def test_many_outcomes_are_as_bad_as_the_worst(counts: dict[Outcome, int], outcome: Outcome) -> None:
    assert overall(Counter(counts)) == outcome


def test_what_a_template_is_given_is_text() -> None:
    assert environment().from_string("{{ it }}").render(it="<b>") == "&lt;b&gt;"
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nothing }}").render()


def test_what_nobody_can_see_is_shown_by_its_code() -> None:
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


def test_values_of_a_step_are_set_off() -> None:
    assert step_markup('the <event> is "a <b>"') == (
        'the <span class="value">&lt;event&gt;</span> is <span class="value">&#34;a &lt;b&gt;&#34;</span>'
    )


@pytest.mark.parametrize("event_id", EVENTS)
def test_a_field_is_traced_to_the_line_that_describes_it(event_id: str) -> None:
    event = catalog.documented(event_id)
    schema = schema_of()[event.detail_type]
    for field in fields(per_result(schema)[event.result]):
        file, _, line = line_in_schema(schema, field.path).partition(":")
        written = (TOP / file).read_text("utf-8").splitlines()[int(line) - 1]
        name = field.path.partition("[")[0].rpartition(".")[2]
        assert written.strip().startswith(f'"{name}": '), f"{file}:{line} is {written}"


def test_the_places_that_a_page_names_are_there(alone: dict[str, str]) -> None:
    named = set(re.findall(r"\b(?:features|schemas)/[\w/.-]+:\d+", Page(alone["all.html"]).text))
    assert len(named) > 100
    for place in named:
        file, _, line = place.partition(":")
        written = (TOP / file).read_text("utf-8").splitlines()[int(line) - 1].strip()
        assert re.match(r'Scenario|\||"', written), place


@pytest.mark.slow
def test_the_messages_that_a_site_carries_make_it_again(messages: Path, tmp_path: Path) -> None:
    for name, source in (("one", messages), ("other", tmp_path / "one" / "messages.ndjson.gz")):
        line = [sys.executable, "-m", "pca_events", "site", str(tmp_path / name), "--messages", str(source)]
        assert subprocess.run(line).returncode == 0
    for name in ("index.html", "own.html", "messages.ndjson.gz"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_what_cannot_be_made_is_told_before_anything_is_run(command: Command, tmp_path: Path) -> None:
    def refused(*words: str) -> str:
        ran = command(*words)
        assert ran.returncode == 2, ran.stdout + ran.stderr
        assert ran.stderr.count("\n") == 1
        return ran.stderr

    (tmp_path / "file").write_text("kept")
    (tmp_path / "broken.ndjson").write_text("{}\n{")
    (tmp_path / "broken.gz").write_bytes(b"\x1f\x8b\x08")
    assert "is a file, but the site is a folder" in refused("verify", "--site", str(tmp_path / "file"))
    assert "is no folder; make it first" in refused("verify", "--site", str(tmp_path / "no" / "site"))
    assert "broken.ndjson:2: is no JSON" in refused(
        "verify", "--site", str(tmp_path / "site"), "--earlier", str(tmp_path / "broken.ndjson")
    )
    assert "broken.gz is broken gzip" in refused(
        "site", str(tmp_path / "site"), "--messages", str(tmp_path / "broken.gz")
    )
    assert "there is no such folder" in refused("site", str(tmp_path / "site"), "--consumers", str(tmp_path / "none"))
    assert "cannot be read" in refused("site", str(tmp_path / "site"), "--messages", str(tmp_path / "none"))
    assert (tmp_path / "file").read_text() == "kept"
    assert not (tmp_path / "site").exists()


def test_other_files_in_the_folder_stay(command: Command, tmp_path: Path) -> None:
    (tmp_path / "CNAME").write_text("docs.example")
    consumers = str(TOP / "examples" / "mistakes")
    assert command("site", str(tmp_path), "--consumers", consumers).returncode == 0
    assert (tmp_path / "CNAME").read_text() == "docs.example"
    relied_on = Page((tmp_path / "events" / "ca-creation-failure.html").read_text("utf-8"))
    assert "mistakes/37-source-only.tf:" in relied_on.text


@pytest.mark.parametrize("body", ["no JSON", "[1]", "null", "[" * 100_000, '{"detail-type": 1, "detail": []}'])
def test_what_is_attached_as_an_event_and_is_none_is_passed_over(run: Run, body: str) -> None:
    attached = Evidence("application/json", RECEIVED_EVENT, body)
    feature = run.features[0]
    step = replace(feature.scenarios[0].steps[0], text=f'"{EVENTS[0]}"', attachments=(attached,))
    scenario = replace(feature.scenarios[0], steps=(step,))
    files = site(Book([replace(feature, scenarios=(scenario,))], run))
    assert "As received in the last run" not in files[f"events/{EVENTS[0]}.html"]
