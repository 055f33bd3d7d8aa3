"""Plan and apply, on a real backend."""

from dataclasses import replace

import pytest

from pca_events import catalog
from pca_events.errors import PlanNotEmpty
from pca_events.harness import ScenarioBus, Session
from pca_events.harness.resources import Archive, Rule, Target

EVENTS = catalog.documented_events()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.id)
def test_applying_again_changes_nothing_for_every_rule_of_the_catalogue(
    pca_connection: Session, event: catalog.DocumentedEvent
) -> None:
    with ScenarioBus(pca_connection, "again") as bus:
        wanted = {
            **bus.applied,
            "rule": Rule(bus.name, "rule", event.pattern, description=event.meaning),
            "target": Target(bus.name, "rule", bus.queue_arn()),
        }
        assert [str(change) for change in bus.apply(wanted)] == ["create rule", "create target"]
        assert bus.apply(wanted) == []


def test_an_archive_is_created_and_deleted(pca_connection: Session) -> None:
    with ScenarioBus(pca_connection, "archive") as bus:
        archive = Archive(bus.name, bus.name, EVENTS[0].pattern)
        assert [str(change) for change in bus.plan({**bus.applied, "archive": archive})] == ["create archive"]
        archive.create(pca_connection, {})
        assert archive.read(pca_connection) == archive
        archive.delete(pca_connection)
        assert archive.read(pca_connection) is None


def test_a_backend_that_loses_state_is_detected(pca_connection: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScenarioBus(pca_connection, "forgets") as bus:
        bus.put_rule_under_test("rule", EVENTS[0].pattern)
        rule = bus.applied["rule"]
        assert isinstance(rule, Rule)
        monkeypatch.setattr(Rule, "update", lambda *_: None)
        with pytest.raises(PlanNotEmpty, match="is not as applied: update rule"):
            bus.apply({**bus.applied, "rule": replace(rule, description="never written")})


def test_deleting_twice_is_not_an_error(pca_connection: Session) -> None:
    with ScenarioBus(pca_connection, "twice") as bus:
        bus.put_rule_under_test("rule", EVENTS[0].pattern)
        for label in reversed(list(bus.applied)):
            bus.applied[label].delete(pca_connection)
            bus.applied[label].delete(pca_connection)
            assert bus.applied[label].read(pca_connection) is None
