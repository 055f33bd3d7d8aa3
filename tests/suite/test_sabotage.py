"""Where the bus, the rule or the queue is broken, no scenario about documented events passes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fuzzing import FACTOR

from pca_events.backends import Backend
from pca_events.harness import ScenarioBus, Session, events, pca_scenario, scenario_bus
from pca_events.harness.events import Publisher
from pca_events.harness.pca_scenario import PcaScenario
from pca_events.harness.resources import Rule
from pca_events.pytest_plugin.suite.outcomes import NullListener
from pca_events.pytest_plugin.suite.run import run_suite
from pca_events.suite_report import RunReport

pytestmark = pytest.mark.slow

EVERY_EXAMPLE = FACTOR > 1
SELECTED = [] if EVERY_EXAMPLE else ["-p", "one_example"]
"""The steps of an outline are the same for all its examples: one is enough by day."""

MANY = 80 if EVERY_EXAMPLE else 20  # scenarios that fail, at least; those with a known difference from AWS are skipped
MANY_OPERATIONS = 20 if EVERY_EXAMPLE else 12


@pytest.fixture
def run(pca_backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Callable[[], RunReport]:
    """Run every scenario about documented events on a backend; a dead bus is given up soon."""
    monkeypatch.setattr(scenario_bus, "_DEADLINE", 0.01)
    monkeypatch.setattr(events, "_LONGEST_POLL", 0)
    monkeypatch.setattr(scenario_bus, "_GRACE", 0.0)
    return lambda: run_suite(
        pca_backend, NullListener(), ["-m", "backend and documented and not operations", *SELECTED]
    )


@pytest.fixture
def call(pca_backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Callable[[], RunReport]:
    """Run every scenario in which an operation sends a documented event; a silent bus is given up soon."""
    monkeypatch.setattr(pca_scenario, "_DEADLINE", 0.05)
    monkeypatch.setattr(pca_scenario, "_LONGEST_POLL", 0)
    return lambda: run_suite(
        pca_backend, NullListener(), ["-m", "operations and documented and not never_sent", *SELECTED]
    )


def all_failed(report: RunReport, at_least: int = MANY) -> None:
    passed = [f"{result.name} ({result.row})" for result in report.results if result.verdict == "passed"]
    assert passed == []
    assert report.broken == []
    assert len(report.failures) >= at_least


def test_a_dead_bus(run: Callable[[], RunReport], monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Publisher._entry
    monkeypatch.setattr(Publisher, "_entry", lambda bus, event: {**entry(bus, event), "EventBusName": "default"})
    all_failed(run())


def test_a_misspelt_rule(run: Callable[[], RunReport], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenario_bus, "_DEADLINE", 10)
    put = Rule._put

    def misspelt(rule: Rule, session: Session, **more: object) -> None:
        pattern = rule.pattern if rule.name == "witness" else {**rule.pattern, "source": ["aws.acm-pcq"]}
        put(replace(rule, pattern=pattern), session, **more)

    monkeypatch.setattr(Rule, "_put", misspelt)
    all_failed(run())


def test_a_lost_queue(run: Callable[[], RunReport], monkeypatch: pytest.MonkeyPatch) -> None:
    publish = ScenarioBus.publish

    def lose(bus: ScenarioBus, *events: dict[str, object]) -> list[str]:
        bus.delete_out_of_band("queue")
        return publish(bus, *events)

    monkeypatch.setattr(ScenarioBus, "publish", lose)
    all_failed(run())


def test_a_misspelt_rule_of_a_caller(call: Callable[[], RunReport], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pca_scenario, "_PATTERN", {"source": ["aws.acm-pcq"]})
    all_failed(call(), MANY_OPERATIONS)


@pytest.mark.parametrize("mishap", ["drop", "duplicate"])
def test_a_simulator_that_loses_or_duplicates_events(
    call: Callable[[], RunReport], monkeypatch: pytest.MonkeyPatch, mishap: str
) -> None:
    monkeypatch.setattr(pca_scenario, "_DEADLINE", 10)
    called = PcaScenario.call

    def mislaid(made: PcaScenario, operation: str, **changes: Any) -> dict[str, Any]:
        made.simulator.set("delivery", **{mishap: 1})
        try:
            return called(made, operation, **changes)
        finally:
            made.simulator.set("delivery", **{mishap: 0})

    monkeypatch.setattr(PcaScenario, "call", mislaid)
    all_failed(call(), MANY_OPERATIONS)
