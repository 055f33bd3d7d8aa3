"""Steps that compare the verdicts of `check` with an event bus."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import parsers, then, when

from pca_events import catalog, json_path, phrases
from pca_events.catalog import Event, id_of
from pca_events.check.migration import as_template, migrate
from pca_events.check.report import CheckedRule, CheckReport
from pca_events.check.rules import check
from pca_events.harness import RULE_UNDER_TEST, ScenarioBus
from pca_events.harness.expectations import expect, expect_equal, expect_firings
from pca_events.harness.scenario_bus import Firing
from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Reading, Unknown

_EVENT_SOURCE = "event-source"


@dataclass(frozen=True)
class Subscribed:
    """A subscriber as `check` reads it, with the labels of its filter and of its Classic rule on the bus."""

    rule: str
    filter: str
    checked: CheckedRule


@when("its rules are checked and put on the bus", target_fixture="pca_checked")
def check_and_put(pca_bus: ScenarioBus, pca_reading: Reading) -> CheckReport:
    """Check the rules that were read, and put each on the event bus; the first is the rule under test."""
    report = check(pca_reading)
    for label, rule in _labelled(report).items():
        put = pca_bus.put_rule_under_test if label == RULE_UNDER_TEST else pca_bus.put_observer_rule
        put(label, _as_deployed(pca_bus, rule.rule.pattern))
    return report


@when(parsers.parse('each event of "{source}" is published'), target_fixture="pca_published")
def publish_neighbours(pca_bus: ScenarioBus, source: str) -> dict[str, Event]:
    """Publish an event of each detail-type of a related service: the sample from AWS, or one with empty detail."""
    (neighbour,) = [known for known in catalog.neighbours() if known.source == source]
    samples = {event["detail-type"]: event for event in neighbour.events}
    bare = {**catalog.documented_events()[0].event, "source": source, "resources": [], "detail": {}}
    events = [samples.get(each, {**bare, "detail-type": each}) for each in neighbour.detail_types]
    return dict(zip(pca_bus.publish(*events), events, strict=True))


@when("its rules are migrated", target_fixture="pca_subscribed")
def migrate_rules(pca_bus: ScenarioBus, pca_checked: CheckReport, tmp_path: Path) -> list[Subscribed]:
    """Read the migrated template, and put the event source and each filter as a separate rule."""
    migrations = migrate(pca_checked.rules)
    template = tmp_path / "migrated.yaml"
    template.write_text(as_template(migrations), encoding="utf-8")
    report = check(read_paths([str(template)]))
    expect(not report.unreadable, f"check could not read: {'; '.join(map(str, report.unreadable))}")
    by_name = {found.rule.name: found for found in report.rules}
    (source,) = (found for found in report.rules if found.rule.kind == "event source")
    pca_bus.put_observer_rule(_EVENT_SOURCE, source.rule.pattern)
    subscribed = [
        Subscribed(label, f"subscriber-{new.id}"[:64], by_name[new.id])
        for label, migration in zip(_labelled(pca_checked), migrations, strict=True)
        for new in migration.subscribers
    ]
    for each in subscribed:
        pca_bus.put_observer_rule(each.filter, each.checked.rule.pattern)
    return subscribed


@then("each rule fires exactly on the events that check predicts")
def fires_as_checked(pca_bus: ScenarioBus, pca_checked: CheckReport) -> None:
    """Compare the firings with the verdicts; a verdict of "may" and an undocumented event allow both results."""
    ids = {stamped: id_of(event) for stamped, event in pca_bus.published.items() if event["source"] == catalog.SOURCE}
    certain: set[Firing] = set()
    open_to_both: set[Firing] = set()
    for label, rule in _labelled(pca_checked).items():
        fires = {verdict.event: verdict.fires for verdict in rule.verdicts}
        for stamped in pca_bus.published:
            said = fires.get(ids.get(stamped, ""), "may")
            if said != "never":
                (certain if said == "always" else open_to_both).add((label, stamped))
    fired = {(delivery.rule, delivery.event_id) for delivery in pca_bus.deliveries(certain)}
    expect_firings(pca_bus, certain | (fired & open_to_both))


@then(parsers.parse('the rule under test fires on "{event_id}" with "{path}" set to {value}'))
def fires_once(pca_bus: ScenarioBus, event_id: str, path: str, value: str) -> None:
    """Publish the event with one value changed as the control event; the rule under test must fire on it only."""
    before = {(delivery.rule, delivery.event_id) for delivery in pca_bus.deliveries()}
    control = catalog.documented(event_id).event
    json_path.put(control, path, phrases.value(value))
    (stamped,) = pca_bus.publish(control)
    expect_firings(pca_bus, before | {(RULE_UNDER_TEST, stamped)})


@then("each subscriber receives the events of its Classic rule")
def subscribers_get(pca_bus: ScenarioBus, pca_subscribed: list[Subscribed]) -> None:
    """Expect the same events from the rule, from event source and filter together, and from `check`."""
    ids = {stamped: id_of(event) for stamped, event in pca_bus.published.items()}
    expected = {
        (label, stamped)
        for each in pca_subscribed
        for stamped, event_id in ids.items()
        if event_id in each.checked.fires_on
        for label in (each.rule, each.filter, _EVENT_SOURCE)
    }
    fired: dict[str, set[str]] = {}
    for delivery in pca_bus.deliveries(expected):
        fired.setdefault(delivery.rule, set()).add(ids[delivery.event_id])
    expect(bool(pca_subscribed), "no rule was migrated, so the comparison proves nothing")
    for each in pca_subscribed:
        name = each.checked.rule.name
        passed = fired.get(_EVENT_SOURCE, set()) & fired.get(each.filter, set())
        expect_equal(sorted(passed), sorted(fired.get(each.rule, set())), f"the events that {name} receives")
        expect_equal(sorted(each.checked.fires_on), sorted(passed), f"the events that check predicts for {name}")
        expect(bool(passed), f"{name} receives no event, so the comparison proves nothing")


def _labelled(report: CheckReport) -> dict[str, CheckedRule]:
    expect(bool(report.checked), "check reports no rule, so the comparison proves nothing")
    return {f"rule-{n}" if n else RULE_UNDER_TEST: rule for n, rule in enumerate(report.checked)}


def _as_deployed(bus: ScenarioBus, pattern: Any) -> Any:
    """Return the pattern with the account and the Region of the backend, which the bus stamps on its events."""
    match pattern:
        case Unknown(meaning="account" | "region" as meaning):
            if not bus.session.mode.delivers:  # without a bus, the event keeps the account and Region of the sample
                return catalog.documented_events()[0].event[meaning]
            return getattr(bus.backend, meaning)
        case Unknown():
            pytest.fail(f"{pattern} is known only after deployment")
        case dict():
            return {key: _as_deployed(bus, held) for key, held in pattern.items()}
        case list():
            return [_as_deployed(bus, held) for held in pattern]
    return pattern
