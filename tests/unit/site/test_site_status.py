"""The counts on a site: proven, skipped, and when nothing is green."""

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from site_html import Page, pages

from pca_events import catalog
from pca_events.messages import FeatureRun, Outcome, Run, ScenarioRun, our_features, read_features_alone
from pca_events.site import SiteData, site
from pca_events.site.build import badge
from pca_events.site.filters import visible
from pca_events.site.scenario_groups import Status, overall

GREEN = "#146c43"


@pytest.fixture(scope="module")
def features() -> list[FeatureRun]:
    """The features of pca-events, without a run."""
    return list(read_features_alone(our_features()))


def with_outcomes(features: list[FeatureRun], outcome: dict[str, Outcome], rest: Outcome) -> list[FeatureRun]:
    """Give every scenario the outcome of the first feature name in its file, or the other one."""

    def ended(scenario: ScenarioRun) -> ScenarioRun:
        status = next((found for name, found in outcome.items() if name in scenario.uri), rest)
        return replace(scenario, status=status, reason="a known difference" if status == "skipped" else "")

    return [
        replace(feature, scenarios=tuple(ended(scenario) for scenario in feature.scenarios)) for feature in features
    ]


def complete(run: Run, features: list[FeatureRun]) -> SiteData:
    """The data of a complete, successful run of these features."""
    return SiteData(features, replace(run, features=tuple(features), success=True, stopped=""))


def test_without_a_run_nothing_is_marked_as_proven(without_run: dict[str, str]) -> None:
    for path, page in pages(without_run).items():
        assert "proven by" not in page.text, path
        assert path == "glossary.html" or "✓" not in page.text.replace("✓outcome", ""), path
    assert "not run" in without_run["badge.svg"]


def test_every_outcome_is_counted_and_every_reason_is_shown(run: Run) -> None:
    files = site(SiteData(run.features, run))
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


def test_every_page_shows_the_time_and_the_mode_of_the_run(run: Run) -> None:
    on_backend = replace(run, backend="LocalStack 4.13.1", mode="direct")
    for path, page in pages(site(SiteData(run.features, on_backend))).items():
        assert run.started.strftime("%H:%M UTC") in page.text, path
        assert "LocalStack 4.13.1, mode direct" in page.text, path


def test_a_run_without_a_backend_has_no_mode(run: Run) -> None:
    assert (run.backend, run.mode) == ("", "")
    assert ", mode " not in Page(site(SiteData(run.features, run))["index.html"]).text


def test_earlier_runs_are_shown_oldest_first(run: Run) -> None:
    earlier = [replace(run, started=run.started - timedelta(days=days)) for days in (1, 3, 2)]
    strip = re.findall(r'<li title="(\S+) ', site(SiteData(run.features, run, earlier))["index.html"])
    assert strip == sorted(strip)
    assert len(strip) == 4
    assert 'class="strip"' not in site(SiteData(run.features, run))["index.html"]


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        ({"passed": 9, "failed": 1, "skipped": 2}, "failed"),
        ({"passed": 9, "undefined": 1}, "undefined"),
        ({"passed": 1, "skipped": 9, "not run": 9}, "not run"),
        ({"passed": 9}, "passed"),
        ({"passed": 1, "skipped": 9}, "partly proven"),
        ({"passed": 9, "expected failure": 1}, "partly proven"),
        ({"expected failure": 1, "skipped": 1}, "expected failure"),
        ({"skipped": 1, "not run": 1}, "not run"),
        ({"skipped": 1}, "skipped"),
        ({}, "not run"),
    ],
)
def test_many_outcomes_have_one_status(counts: dict[Outcome, int], status: Status) -> None:
    assert overall(Counter(counts)) == status


def test_a_complete_run_that_passed_is_green(run: Run, features: list[FeatureRun]) -> None:
    data = complete(run, with_outcomes(features, {}, "passed"))
    total = data.counts.total()
    files = site(data)
    assert data.status == "passed"
    assert data.headline == f"{total} of {total} scenarios proven, none broken"
    assert GREEN in files["badge.svg"]
    assert {event.status for event in data.events} == {"passed"}


def test_skipped_scenarios_are_counted_and_never_green(run: Run, features: list[FeatureRun]) -> None:
    data = complete(run, with_outcomes(features, {"events/crl_generation": "skipped"}, "passed"))
    files = site(data)
    event = data.event("crl-generation-success")
    proven, skipped = event.counts["passed"], event.counts["skipped"]
    assert f"◐ {proven} proven, {skipped} skipped" in Page(files[event.page]).text
    assert data.event("ca-creation-success").status == "passed"
    assert data.status == "partly proven"
    passed, skipped, total = data.counts["passed"], data.counts["skipped"], data.counts.total()
    assert data.headline == f"{passed} of {total} scenarios proven, {skipped} skipped, none broken"
    assert GREEN not in files["badge.svg"]
    assert "a known difference" in Page(files["index.html"]).text
    assert f"Why {data.counts['skipped']} were skipped" in Page(files["index.html"]).text


@pytest.mark.parametrize(("stopped", "success"), [("interrupted after 9 of 10 scenarios", True), ("", False)])
def test_an_incomplete_or_failed_run_is_never_green(
    run: Run, features: list[FeatureRun], stopped: str, success: bool
) -> None:
    passed = with_outcomes(features, {}, "passed")
    data = SiteData(passed, replace(run, features=tuple(passed), stopped=stopped, success=success))
    assert data.status == "not run"
    files = site(data)
    assert GREEN not in files["badge.svg"]
    assert 'class="big passed"' not in files["index.html"]
    assert (stopped or "the run failed") in Page(files["index.html"]).text


def test_a_run_of_some_scenarios_is_never_green(run: Run, features: list[FeatureRun]) -> None:
    data = complete(run, with_outcomes(features, {"operations/": "passed"}, "not run"))
    assert data.status == "not run"
    assert data.headline.endswith(" run, none broken")
    assert GREEN not in site(data)["badge.svg"]


def test_the_matrix_shows_the_outcome_of_each_proof(run: Run, features: list[FeatureRun]) -> None:
    def states(data: SiteData) -> list[str]:
        return re.findall(r'<text class="state [a-z-]+"[^>]*>(.*?)</text>', site(data)["index.html"])

    count = len(catalog.documented_events())
    passed = states(complete(run, with_outcomes(features, {}, "passed")))
    assert passed == ["✓ proven"] * count + ["never fires"]
    failed = states(complete(run, with_outcomes(features, {}, "failed")))
    assert failed == ["✕ failed"] * count + ["never fires"]
    assert states(SiteData(features, None)) == ["○ not run"] * count + ["never fires"]


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ({"passed": 3}, "3 proven"),
        ({"passed": 3, "skipped": 2}, "3 proven, 2 skipped"),
        ({"passed": 3, "failed": 1}, "1 broken"),
        ({"passed": 3, "not run": 1}, "3 of 4 run"),
        ({}, "not run"),
    ],
)
def test_the_badge_has_the_outcome_of_the_run(counts: dict[Outcome, int], text: str) -> None:
    svg = badge(Counter(counts))
    assert f"<title>AWS Private CA events: {text}</title>" in svg
    assert (GREEN in svg) == (text == "3 proven")
