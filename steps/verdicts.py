"""What `check` says of a rule, beside what an event bus does with it."""

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


@when("its rules are checked, and put on the bus", target_fixture="checked")
def check_and_put(bus: ScenarioBus, reading: Reading) -> CheckReport:
    """Check the rules that were read, and put the pattern of each; the first is the rule under test."""
    report = check(reading)
    for label, rule in _labelled(report).items():
        put = bus.put_rule_under_test if label == RULE_UNDER_TEST else bus.put_observer_rule
        put(label, _as_deployed(bus, rule.rule.pattern))
    return report


@when(parsers.parse('each event of "{source}" is published'), target_fixture="published")
def publish_neighbours(bus: ScenarioBus, source: str) -> dict[str, Event]:
    """Publish an event of each detail-type of a neighbour: AWS's sample, or one with an empty detail without any."""
    (neighbour,) = [known for known in catalog.neighbours() if known.source == source]
    samples = {event["detail-type"]: event for event in neighbour.events}
    bare = {**catalog.documented_events()[0].event, "source": source, "resources": [], "detail": {}}
    events = [samples.get(each, {**bare, "detail-type": each}) for each in neighbour.detail_types]
    return dict(zip(bus.publish(*events), events, strict=True))


@when("its rules are migrated", target_fixture="subscribed")
def migrate_rules(bus: ScenarioBus, checked: CheckReport, tmp_path: Path) -> list[Subscribed]:
    """Read the migrated template again, and put the event source and each filter as a rule of its own."""
    migrations = migrate(checked.rules)
    template = tmp_path / "migrated.yaml"
    template.write_text(as_template(migrations), encoding="utf-8")
    report = check(read_paths([str(template)]))
    expect(not report.unreadable, f"could not be read: {'; '.join(map(str, report.unreadable))}")
    by_name = {found.rule.name: found for found in report.rules}
    (source,) = (found for found in report.rules if found.rule.kind == "event source")
    bus.put_observer_rule(_EVENT_SOURCE, source.rule.pattern)
    subscribed = [
        Subscribed(label, f"subscriber-{new.id}"[:64], by_name[new.id])
        for label, migration in zip(_labelled(checked), migrations, strict=True)
        for new in migration.subscribers
    ]
    for each in subscribed:
        bus.put_observer_rule(each.filter, each.checked.rule.pattern)
    return subscribed


@then("each rule fires on what check says, and on nothing else")
def fires_as_checked(bus: ScenarioBus, checked: CheckReport) -> None:
    """Compare what fired with the verdicts; nothing is claimed where one is "may", and of undocumented events."""
    ids = {stamped: id_of(event) for stamped, event in bus.published.items() if event["source"] == catalog.SOURCE}
    certain: set[Firing] = set()
    open_to_both: set[Firing] = set()
    for label, rule in _labelled(checked).items():
        fires = {verdict.event: verdict.fires for verdict in rule.verdicts}
        for stamped in bus.published:
            said = fires.get(ids.get(stamped, ""), "may")
            if said != "never":
                (certain if said == "always" else open_to_both).add((label, stamped))
    fired = {(delivery.rule, delivery.event_id) for delivery in bus.deliveries(certain)}
    expect_firings(bus, certain | (fired & open_to_both))


@then(parsers.parse('it fires on "{event_id}" once "{path}" is {value}'))
def fires_once(bus: ScenarioBus, event_id: str, path: str, value: str) -> None:
    """Publish, as the control, the event but for one value; the rule under test must fire on it, and on no more."""
    before = {(delivery.rule, delivery.event_id) for delivery in bus.deliveries()}
    control = catalog.documented(event_id).event
    json_path.put(control, path, phrases.value(value))
    (stamped,) = bus.publish(control)
    expect_firings(bus, before | {(RULE_UNDER_TEST, stamped)})


@then("each subscriber gets what its rule fires on")
def subscribers_get(bus: ScenarioBus, subscribed: list[Subscribed]) -> None:
    """Expect that the rule fires on what event source and filter both pass, and that `check` says the same."""
    ids = {stamped: id_of(event) for stamped, event in bus.published.items()}
    expected = {
        (label, stamped)
        for each in subscribed
        for stamped, event_id in ids.items()
        if event_id in each.checked.fires_on
        for label in (each.rule, each.filter, _EVENT_SOURCE)
    }
    fired: dict[str, set[str]] = {}
    for delivery in bus.deliveries(expected):
        fired.setdefault(delivery.rule, set()).add(ids[delivery.event_id])
    expect(bool(subscribed), "no rule was migrated, so nothing is shown")
    for each in subscribed:
        name = each.checked.rule.name
        passed = fired.get(_EVENT_SOURCE, set()) & fired.get(each.filter, set())
        expect_equal(sorted(passed), sorted(fired.get(each.rule, set())), f"the events that {name} gets")
        expect_equal(sorted(each.checked.fires_on), sorted(passed), f"the events that check says {name} gets")
        expect(bool(passed), f"{name} gets nothing, so nothing is shown")


def _labelled(report: CheckReport) -> dict[str, CheckedRule]:
    expect(bool(report.checked), "check reports no rule, so nothing is shown")
    return {f"rule-{n}" if n else RULE_UNDER_TEST: rule for n, rule in enumerate(report.checked)}


def _as_deployed(bus: ScenarioBus, pattern: Any) -> Any:
    """Return a pattern with the account and the Region of the deployment, which are those of its events."""
    match pattern:
        case Unknown(meaning="account" | "region" as meaning):
            if not bus.session.mode.delivers:  # nothing stamps the event, which keeps those of the sample
                return catalog.documented_events()[0].event[meaning]
            return getattr(bus.backend, meaning)
        case Unknown():
            pytest.fail(f"{pattern} is known only where the code is deployed")
        case dict():
            return {key: _as_deployed(bus, held) for key, held in pattern.items()}
        case list():
            return [_as_deployed(bus, held) for held in pattern]
    return pattern
