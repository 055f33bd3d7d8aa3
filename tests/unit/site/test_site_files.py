"""The files of the living documentation: what each page contains, and what no page may contain."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from given import Run as Command
from site_html import Page, pages

from pca_events import catalog
from pca_events.calibrate.recorded import ledgers
from pca_events.contract import fields, per_result, schema_of
from pca_events.harness.run import MODES
from pca_events.locations import locate
from pca_events.messages import RECEIVED_EVENT, Attachment, Run
from pca_events.site import SiteData, site

TOP = Path(__file__).parents[3]
EVENTS = [event.id for event in catalog.documented_events()]


def test_every_event_has_a_page_with_its_facts(without_run: dict[str, str]) -> None:
    for event in catalog.documented_events():
        said = Page(without_run[f"events/{event.id}.html"]).text
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


def test_each_outcome_without_an_event_has_a_page(without_run: dict[str, str]) -> None:
    for one in catalog.never_sent():
        assert one.when in Page(without_run[f"never-sent/{one.id}.html"]).text


def test_every_scenario_is_on_the_page_with_everything(without_run: dict[str, str]) -> None:
    said = re.sub(r"\s+", " ", Page(without_run["all.html"]).text)
    features = sorted(locate("features").rglob("*.feature"))
    names = [
        line.partition(":")[2].strip()
        for file in features
        for line in file.read_text("utf-8").splitlines()
        if re.match(r"\s*Scenario( Outline)?:", line)
    ]
    assert len(names) > 100
    # An outline with one row is shown with the values of the row.
    assert [name for name in names if name not in said and name.partition("<")[0] not in said] == []


def test_no_page_loads_anything_from_another_host(without_run: dict[str, str]) -> None:
    for path, page in pages(without_run).items():
        outside = [address for address in page.loaded if re.match(r"(https?:)?//", address)]
        assert outside == [], path
    assert not re.search(r"url\((?!#)|@import|https?://", without_run["site.css"] + without_run["site.js"])


def test_no_page_has_a_duplicate_id(without_run: dict[str, str]) -> None:
    for path, page in pages(without_run).items():
        assert len(page.ids) == len(set(page.ids)), path


def test_every_link_inside_the_site_has_a_target(without_run: dict[str, str]) -> None:
    found = pages(without_run)
    for path, page in found.items():
        for link in page.links:
            file, _, within = link.partition("#")
            if file.startswith("https:"):
                continue
            target = (Path("/") / path).parent.joinpath(file).resolve().relative_to("/").as_posix() if file else path
            assert target in without_run, f"{path}: {link}"
            assert not within or within in found[target].ids, f"{path}: {link}"


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


@pytest.mark.slow
def test_the_messages_in_a_site_make_the_same_site(messages: Path, tmp_path: Path) -> None:
    for name, source in (("one", messages), ("other", tmp_path / "one" / "messages.ndjson.gz")):
        line = [sys.executable, "-m", "pca_events", "site", str(tmp_path / name), "--messages", str(source)]
        assert subprocess.run(line).returncode == 0
    for name in ("index.html", "own.html", "messages.ndjson.gz"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_bad_options_are_reported_before_anything_is_run(command: Command, tmp_path: Path) -> None:
    def refused(*words: str) -> str:
        ran = command(*words)
        assert ran.returncode == 2, ran.stdout + ran.stderr
        assert ran.stderr.count("\n") == 1
        return ran.stderr

    (tmp_path / "file").write_text("kept")
    (tmp_path / "broken.ndjson").write_text("{}\n{")
    (tmp_path / "broken.gz").write_bytes(b"\x1f\x8b\x08")
    assert "is a file, but the site is a folder" in refused("verify", "--site", str(tmp_path / "file"))
    assert "is not a folder; create it first" in refused("verify", "--site", str(tmp_path / "no" / "site"))
    assert "broken.ndjson:2: is not valid JSON" in refused(
        "verify", "--site", str(tmp_path / "site"), "--earlier", str(tmp_path / "broken.ndjson")
    )
    assert "broken.gz is damaged gzip" in refused(
        "site", str(tmp_path / "site"), "--messages", str(tmp_path / "broken.gz")
    )
    assert "no such folder; name a folder with rules" in refused(
        "site", str(tmp_path / "site"), "--consumers", str(tmp_path / "none")
    )
    for url in ("main", "ftp://host/a", "javascript:alert(1)", 'https://host/"onclick=', "https://host/ a"):
        assert "not a web address" in refused("site", str(tmp_path / "site"), "--source-url", url)
    assert "cannot be read" in refused("site", str(tmp_path / "site"), "--messages", str(tmp_path / "none"))
    assert (tmp_path / "file").read_text() == "kept"
    assert not (tmp_path / "site").exists()


def test_other_files_in_the_folder_are_kept(command: Command, tmp_path: Path) -> None:
    (tmp_path / "CNAME").write_text("docs.example")
    assert command("site", str(tmp_path)).returncode == 0
    assert (tmp_path / "CNAME").read_text() == "docs.example"
    assert (tmp_path / "index.html").is_file()


def test_consumers_are_shown_only_if_they_are_given(without_run: dict[str, str]) -> None:
    for path, page in pages(without_run).items():
        assert "consumers" not in page.ids, path
        assert "--consumers" not in page.text or path == "consumer-contracts.html", path


def test_examples_are_labelled_among_the_rules_of_consumers(tmp_path: Path) -> None:
    (tmp_path / "rules.json").write_text('{"detail-type": ["ACM Private CA Creation"], "source": ["aws.acm-pca"]}')
    files = site(SiteData([], None, consumers=[locate("example_mistakes"), tmp_path]))
    page = re.sub(r"\s+", " ", re.sub(r"<wbr>", "", files["events/ca-creation-failure.html"]))
    rows = re.findall(r"<tr><td class=\"name\">(.*?)</tr>", page.partition('id="consumers"')[2])
    places = {
        re.sub("<[^>]+>", "", row.rpartition("<code>")[2]): "example" in row.partition("</td>")[0] for row in rows
    }
    assert places[next(place for place in places if "mistakes/37-source-only.tf:" in place)] is True
    assert places[next(place for place in places if "rules.json:" in place)] is False
    assert "fires on this event" in Page(files["events/crl-generation-success.html"]).text


def test_sources_are_linked_only_below_the_address_that_is_given(run: Run, without_run: dict[str, str]) -> None:
    base = "https://git.example/team/rules/blob/main"
    linked = Page(site(SiteData(run.features, run, source_url=base + "/"))["own.html"]).links
    scenario = run.features[0].scenarios[0]
    assert f"{base}/{scenario.uri}#L{scenario.scenario_line}" in linked
    assert any(link.startswith(f"{base}/test_suite.py#L") for link in linked)
    assert not any("git.example" in link for page in pages(without_run).values() for link in page.links)


def test_a_page_of_an_event_shows_the_reason_of_that_event_only(without_run: dict[str, str]) -> None:
    reasons = {event.id: event.reason for event in catalog.documented_events() if event.reason}
    for event_id, reason in reasons.items():
        row = without_run[f"events/{event_id}.html"].partition('id="detail-reason"')[2].partition("</tr>")[0]
        assert [other for other in reasons.values() if other in row] == [reason]


def test_patterns_of_fields_are_in_words_with_the_regular_expression_behind(without_run: dict[str, str]) -> None:
    html = without_run["events/ca-creation-success.html"]
    html = re.sub(r'<span class="whole">(.*?)</span>', r"\1", html)
    shown = dict(re.findall(r'<details class="pattern"><summary>(.*?)</summary><code class="small">(.*?)</code>', html))
    assert shown["12 digits"] == "^[0-9]{12}$"
    assert shown["a UUID in lowercase"].startswith("^[0-9a-f]{8}-")
    assert re.findall(r"<code class=\"small\">(\^.*?)</code>", re.sub(r"<details.*?</details>", "", html)) == []


def test_the_sidebar_has_events_first_and_the_harness_last(without_run: dict[str, str]) -> None:
    side = without_run["index.html"].partition('<nav class="side"')[2].partition("</nav>")[0]
    assert re.findall("<h2>(.*?)</h2>", side)[-3:] == ["Never sent", "About the events", "Test harness"]
    harness = side.partition("Test harness")[2]
    for page in ("routing.html", "lifecycle.html", "calibration.html", "divergences.html"):
        assert f'href="{page}"' in harness
    for never in catalog.never_sent():
        assert f'href="never-sent/{never.id}.html"' in side
    assert 'href="not-documented.html"' in side


def test_divergences_are_counted_for_each_backend(without_run: dict[str, str]) -> None:
    text = Page(without_run["divergences.html"]).text
    names = {
        "corrected-localstack": "the corrected LocalStack",
        "localstack": "stock LocalStack",
        "ministack": "MiniStack",
        "moto-server": "moto server",
    }
    for ledger in ledgers():
        assert f"On {names[ledger.product]} {ledger.version}" in text
        assert f", {len(ledger.divergences) or 'none'} of the " in text


def test_the_glossary_explains_every_mode(without_run: dict[str, str]) -> None:
    mode = without_run["glossary.html"].partition('<h2 id="mode">')[2].partition("<h2")[0]
    assert re.findall("<b>(.*?)</b>", mode) == list(MODES)


def test_neighbours_are_listed_with_the_pages_of_aws(without_run: dict[str, str]) -> None:
    page = Page(without_run["neighbours.html"])
    for one in catalog.neighbours():
        assert all(text in page.text for text in (one.source, one.title, *one.detail_types))
        name = one.source.removeprefix("aws.")
        assert f"https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-{name}.html" in page.links
    assert all(twin.detail_type in page.text for twin in catalog.cloudtrail_twins())


def test_events_that_do_not_exist_have_an_alternative(without_run: dict[str, str]) -> None:
    page = without_run["not-documented.html"]
    rows = re.findall(r'<tr id="([a-z-]+)"><td><b>.*?</b></td><td>(.*?)</td></tr>', page)
    assert {"expiry", "renewal", "ocsp", "deletion-of-a-ca"} <= {name for name, _ in rows}
    assert all(text.startswith("AWS documents no event") and text.endswith(".") for _, text in rows)


def test_scenarios_are_collapsed_unless_they_are_broken(run: Run) -> None:
    html = site(SiteData(run.features, run))["own.html"]
    for status, opening in re.findall(
        r'<article class="scenario card is-([a-z-]+)" id="[^"]+">\s*(<details[^>]*>)', html
    ):
        assert (opening == "<details open>") == (status in ("failed", "undefined"))


@pytest.mark.parametrize("body", ["not JSON", "[1]", "null", "[" * 100_000, '{"detail-type": 1, "detail": []}'])
def test_an_attachment_that_is_not_an_event_is_ignored(run: Run, body: str) -> None:
    attached = Attachment("application/json", RECEIVED_EVENT, body)
    feature = run.features[0]
    step = replace(feature.scenarios[0].steps[0], text=f'"{EVENTS[0]}"', attachments=(attached,))
    scenario = replace(feature.scenarios[0], steps=(step,))
    files = site(SiteData([replace(feature, scenarios=(scenario,))], run))
    assert "As received in the last run" not in files[f"events/{EVENTS[0]}.html"]
