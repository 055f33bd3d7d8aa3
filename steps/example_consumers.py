"""The example consumers with their contract files, from the rule in the code to the state of the handler."""

import importlib.util
import json
import os
import random
import shutil
import sys
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when

from pca_events.catalog import Event, id_of
from pca_events.consumers.claimed_rules import checked_rules, find_rule, target_options
from pca_events.consumers.contract_file import ConsumerContract, HandlerClaim, read_contract
from pca_events.consumers.links import ConsumerReport
from pca_events.consumers.verify import verify_consumer
from pca_events.handlers.environment import Outcome
from pca_events.handlers.state import Change
from pca_events.handlers.wrapping import wrapped_text
from pca_events.harness import RULE_UNDER_TEST, ScenarioBus
from pca_events.harness.events import DISORDERS
from pca_events.harness.expectations import expect, expect_equal
from pca_events.harness.undelivered import settled
from pca_events.locations import locate

CLAIMED = "claimed"
"""The label of a rule with the same pattern, whose target receives the id of each event."""


@dataclass(frozen=True)
class Handled:
    """What a handler made of deliveries: in the disorder, and of each payload once."""

    outcomes: list[Outcome]
    change: Change
    of_each_once: Change
    payloads: int


@given(parsers.parse('the example consumer "{name}"'), target_fixture="pca_contract")
def example_consumer(name: str, monkeypatch: pytest.MonkeyPatch) -> ConsumerContract:
    """Read the contract file of an example, or of its broken twin: `crl-alerting/broken`.

    Its commands start the Python that runs the suite, which has the packages that they import.
    """
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable), prepend=os.pathsep)
    return read_contract(str(locate("examples") / name))


@given("its rule on the bus with the input of its target")
def put_rule(pca_bus: ScenarioBus, pca_contract: ConsumerContract) -> None:
    """Put the rule of the contract file as the rule under test, and the same pattern again, to know the events."""
    (claim,) = pca_contract.rules
    rule = find_rule(claim, checked_rules(pca_contract))
    assert rule is not None
    options = target_options(rule, pca_contract.handler_of(claim))
    assert not isinstance(options, str)
    pca_bus.put_rule_under_test(RULE_UNDER_TEST, rule.rule.pattern)
    target = replace(pca_bus.default_target(RULE_UNDER_TEST), options=dict(options))
    pca_bus.apply({**pca_bus.applied, "target": target})
    pca_bus.put_observer_rule(CLAIMED, rule.rule.pattern)


@when(parsers.parse("its handler receives the deliveries {disorder}"), target_fixture="pca_handled")
def handle(
    pca_bus: ScenarioBus, pca_contract: ConsumerContract, pca_published: dict[str, Event], disorder: str
) -> Handled:
    """Deliver what the target received to the handler, in its runtime; and each payload once to another one."""
    (handler,) = pca_contract.handlers
    _skip_unless_it_runs(handler, pca_bus)
    if disorder == "as received":
        for stamped in pca_published:
            settled(pca_bus, stamped)
    pca_bus.deliveries()
    arrived = [delivery.event for delivery in pca_bus.arrivals if delivery.rule == RULE_UNDER_TEST]
    expect(bool(arrived), "the target received nothing, so the comparison proves nothing")
    test = handler.test(pca_bus.backend.endpoint_url)
    about = next(iter(pca_published.values()))
    payloads = [wrapped_text(json.dumps(each), about, test.plan.form) for each in arrived]
    disturbed = list(DISORDERS[disorder](payloads, random.Random(pca_bus.session.run.seed)))  # noqa: S311
    once = list({json.dumps(payload, sort_keys=True): payload for payload in payloads}.values())
    expect(len(disturbed) > len(once), "no delivery was made twice, so the comparison proves nothing")
    outcomes, change = test.effect_of(disturbed)
    return Handled(outcomes, change, test.effect_of(once)[1], len(once))


def _skip_unless_it_runs(handler: HandlerClaim, bus: ScenarioBus) -> None:
    program = handler.settings.get("command", "").partition(" ")[0]
    if program and shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    if not program:
        _skip_without_runtime()
    if handler.settings.get("record") and not bus.backend.is_localstack:
        pytest.skip(f"{bus.backend.name} is not an emulator; the calls of a handler are passed on to emulators only")


def _skip_without_runtime() -> None:
    if importlib.util.find_spec("awslambdaric") is None:
        pytest.skip("awslambdaric is not installed; install pca-events with the extra [handlers]")


@when("the consumer is verified", target_fixture="pca_verified")
def verified(pca_contract: ConsumerContract) -> ConsumerReport:
    """Verify the code of its rules, and test its handlers."""
    if pca_contract.handlers:
        _skip_without_runtime()
    return verify_consumer(pca_contract)


@then("its rule fires only on the events of the contract file")
def fires_as_claimed(pca_bus: ScenarioBus, pca_contract: ConsumerContract, pca_published: dict[str, Event]) -> None:
    """Compare the events that fired the rule with those in `fires-on`; its target received as many."""
    (claim,) = pca_contract.rules
    claimed = {stamped for stamped, event in pca_published.items() if id_of(event) in claim.fires_on}
    deliveries = pca_bus.deliveries({(CLAIMED, stamped) for stamped in claimed})
    fired = [id_of(pca_published[delivery.event_id]) for delivery in deliveries if delivery.rule == CLAIMED]
    expect_equal(sorted(fired), sorted(claim.fires_on), f"the events on which {claim.name} fires")
    received = {json.dumps(delivery.event) for delivery in deliveries if delivery.rule == RULE_UNDER_TEST}
    expect_equal(len(received), len(claim.fires_on), "the number of events that its target received")


@then("its handler changes its state once for each event")
def once_for_each(pca_handled: Handled) -> None:
    """Expect that every invocation succeeds, and that duplicates add nothing to the state."""
    failed = [str(outcome) for outcome in pca_handled.outcomes if not outcome.succeeded]
    expect(not failed, f"the handler failed: {'; '.join(failed)}")
    expect(bool(pca_handled.of_each_once.items), "the handler changed nothing, so the comparison proves nothing")
    expect_equal(_sorted(pca_handled.change), _sorted(pca_handled.of_each_once), "the state after duplicates")


def _sorted(change: Change) -> Any:
    return sorted(Counter(change.items).items())


@then(parsers.parse('verify-consumer finds "{finding}"'))
def finds(pca_verified: ConsumerReport, finding: str) -> None:
    """Expect that this finding is the only reason for the exit status 1."""
    links = [link.told for chain in pca_verified.chains for link in chain.links if link.verdict == "broken"]
    faults = [
        each.code for report in pca_verified.handlers.values() for each in report.findings if each.level == "error"
    ]
    codes = {told.rpartition("(")[2].rstrip(")") for told in links} | set(faults)
    expect_equal(sorted(codes), [finding], "the findings")
    expect_equal(pca_verified.exit_status, 1, "the exit status")
