"""The configuration of a scenario: applied, changed, modified out of band and imported."""

from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from pytest_bdd import given, parsers, then, when

from pca_events import catalog
from pca_events.catalog import CatalogEntry, Event
from pca_events.harness import RULE_UNDER_TEST, ScenarioBus
from pca_events.harness.changes import SECOND_QUEUE, changed
from pca_events.harness.expectations import expect, expect_contract_met, expect_equal
from pca_events.harness.resources import LogGroup, QueuePolicy, Rule, Target
from pca_events.harness.resources.grants import GRANTING
from pca_events.harness.resources.plan import Change
from pca_events.harness.scenario_bus import Firing
from pca_events.pattern import EventPattern


@dataclass(frozen=True)
class Step:
    """One change of a configuration: its plan, and the events before and after it."""

    took: list[Change]
    before: list[str]
    after: list[str]


@given(parsers.parse('an applied configuration for the event "{event_id}"'), target_fixture="pca_subject")
def applied_configuration(pca_bus: ScenarioBus, event_id: str) -> CatalogEntry:
    """Apply bus, queue, policy, a rule for the event, and its target."""
    subject = catalog.documented(event_id)
    pca_bus.put_rule_under_test(RULE_UNDER_TEST, subject.pattern)
    expect_equal(_in_words(pca_bus.plan()), _in_words([]), "the plan after the configuration was applied")
    return subject


@given(parsers.parse('a rule created out of band for the event "{event_id}"'), target_fixture="pca_subject")
def rule_created_out_of_band(pca_bus: ScenarioBus, event_id: str) -> CatalogEntry:
    """Put a rule and its target that are not part of the configuration."""
    subject = catalog.documented(event_id)
    pca_bus.put_rule_under_test(RULE_UNDER_TEST, subject.pattern)
    for label in ("rule", "target"):
        del pca_bus.applied[label]
    return subject


@when(parsers.parse('the rule is changed out of band to match "{event_id}"'))
def change_rule_out_of_band(pca_bus: ScenarioBus, event_id: str) -> None:
    """Put another pattern without changing the configuration."""
    pca_bus.modify_out_of_band(Rule(pca_bus.name, RULE_UNDER_TEST, catalog.documented(event_id).pattern))


@when("the rule is imported")
def import_rule(pca_bus: ScenarioBus, pca_subject: CatalogEntry) -> None:
    """Add the definitions of the rule and its target to the configuration."""
    pca_bus.applied["rule"] = Rule(pca_bus.name, RULE_UNDER_TEST, pca_subject.pattern)
    pca_bus.applied["target"] = pca_bus.default_target(RULE_UNDER_TEST)


@when(parsers.parse("the {label} is deleted out of band"))
def delete_out_of_band(pca_bus: ScenarioBus, label: str) -> None:
    """Delete a resource without changing the configuration."""
    pca_bus.delete_out_of_band(label)


@when(parsers.parse("the configuration changes out of band: {change}"))
def change_out_of_band(pca_bus: ScenarioBus, change: str) -> None:
    """Change the backend without changing the configuration."""
    pca_bus.change_out_of_band(changed(pca_bus, change))


@when("the configuration is applied again")
def apply_again(pca_bus: ScenarioBus) -> None:
    """Apply the last applied configuration again."""
    pca_bus.apply(pca_bus.applied)


@when(parsers.parse("the configuration changes: {change}"), target_fixture="pca_step")
def change_configuration(pca_bus: ScenarioBus, pca_subject: CatalogEntry, change: str) -> Step:
    """Publish an event with each result, apply the change, and publish them again."""
    before = _arrivals(pca_bus, pca_subject)
    took = pca_bus.apply(changed(pca_bus, change))
    after = _arrivals(pca_bus, pca_subject)
    return Step(took, before, after)


@then(parsers.parse("the plan was to {plan}"))
def plan_was(pca_step: Step, plan: str) -> None:
    """Compare the plan of the change."""
    expect_equal(_in_words(pca_step.took), plan, "the plan of the change")


@then(parsers.parse("the plan is to {plan}"))
def plan_is(pca_bus: ScenarioBus, plan: str) -> None:
    """Compare the plan that would restore the configuration."""
    expect_equal(_in_words(pca_bus.plan()), plan, "the plan")


@then(parsers.parse('"{before}" arrives before the change and "{after}" after it'))
def arrived(pca_step: Step, before: str, after: str) -> None:
    """Compare the events that arrived, and the queue of each."""
    expect_equal(_list(pca_step.before), before, "the events before the change")
    expect_equal(_list(pca_step.after), after, "the events after the change")


@when(parsers.parse("{change} before any event is published"))
def change_first(pca_bus: ScenarioBus, change: str) -> None:
    """Apply a change without publishing any event."""
    pca_bus.apply(changed(pca_bus, change))


@then("the event arrives at the new target", target_fixture="pca_received")
def arrives(pca_bus: ScenarioBus, pca_published: dict[str, Event]) -> Event:
    """Wait, up to a deadline, for the event that another service forwards."""
    if not pca_bus.session.mode.delivers:
        pytest.skip("mode pattern-only: no event is delivered")
    group = pca_bus.applied.get("log-group")
    if isinstance(group, LogGroup):
        pca_bus.deliveries()
        found = [event for event in pca_bus.logged(group.name) if event.get("id") in pca_published]
        expect(bool(found), f"log group {group.name} does not contain the published event")
        return found[0]
    return pca_bus.arrived()


@then("the event arrives only after the change")
def arrived_after_the_change(pca_bus: ScenarioBus, pca_step: Step) -> None:
    """Expect no event before the change, and after it an event that another bus forwards, with any id."""
    expect_equal(_list(pca_step.before), "nothing", "the events before the change")
    if not pca_bus.session.mode.delivers:
        pytest.skip("mode pattern-only: no event is delivered")
    expect_contract_met(pca_bus.arrived(), "the forwarded event")


def _arrivals(bus: ScenarioBus, subject: CatalogEntry) -> list[str]:
    """Publish every event of the subject's detail-type; return each arrival in words."""
    kind = [event for event in catalog.documented_events() if event.detail_type == subject.detail_type]
    seen = len(bus.received)
    names = dict(zip(bus.publish(*(event.event for event in kind)), (event.id for event in kind), strict=True))
    return sorted(
        f"{names.get(delivery.event_id, '')}{_place(bus, delivery.queue)}"
        for delivery in bus.deliveries(_to_fire(bus, names))[seen:]
    )


def _to_fire(bus: ScenarioBus, published: Iterable[str]) -> set[Firing]:
    """Return the firings to wait for: those predicted by the pattern, if the target may receive complete events."""
    rule, target = bus.applied.get("rule"), bus.applied.get("target")
    if not (isinstance(rule, Rule) and isinstance(target, Target)) or target.options or rule.state != "ENABLED":
        return set()
    policies = [policy for policy in bus.applied.values() if isinstance(policy, QueuePolicy)]
    granting = [bus.queue_arn(policy.queue) for policy in policies if policy.state in GRANTING]
    if ":sqs:" in target.arn and target.arn not in granting:
        return set()
    pattern = EventPattern.parse(rule.pattern)
    return {(RULE_UNDER_TEST, stamped) for stamped in published if pattern.matches(bus.published[stamped])}


def _place(bus: ScenarioBus, queue: str) -> str:
    return "" if queue == bus.name else f" in {SECOND_QUEUE}"


def _in_words(changes: list[Change]) -> str:
    return ", ".join(map(str, changes)) or "change nothing"


def _list(arrived: list[str]) -> str:
    return ", ".join(arrived) or "nothing"
