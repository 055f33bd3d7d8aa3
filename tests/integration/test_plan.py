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
    connection: Session, event: catalog.DocumentedEvent
) -> None:
    with ScenarioBus(connection, "again") as bus:
        wanted = {
            **bus.applied,
            "rule": Rule(bus.name, "rule", event.pattern, description=event.meaning),
            "target": Target(bus.name, "rule", bus.queue_arn()),
        }
        assert [str(change) for change in bus.apply(wanted)] == ["create rule", "create target"]
        assert bus.apply(wanted) == []


def test_an_archive_is_created_and_deleted(connection: Session) -> None:
    with ScenarioBus(connection, "archive") as bus:
        archive = Archive(bus.name, bus.name, EVENTS[0].pattern)
        assert [str(change) for change in bus.plan({**bus.applied, "archive": archive})] == ["create archive"]
        archive.create(connection, {})
        assert archive.read(connection) == archive
        archive.delete(connection)
        assert archive.read(connection) is None


def test_a_backend_that_loses_state_is_detected(connection: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScenarioBus(connection, "forgets") as bus:
        bus.put_rule_under_test("rule", EVENTS[0].pattern)
        rule = bus.applied["rule"]
        assert isinstance(rule, Rule)
        monkeypatch.setattr(Rule, "update", lambda *_: None)
        with pytest.raises(PlanNotEmpty, match="is not as applied: update rule"):
            bus.apply({**bus.applied, "rule": replace(rule, description="never written")})


def test_deleting_twice_is_not_an_error(connection: Session) -> None:
    with ScenarioBus(connection, "twice") as bus:
        bus.put_rule_under_test("rule", EVENTS[0].pattern)
        for label in reversed(list(bus.applied)):
            bus.applied[label].delete(connection)
            bus.applied[label].delete(connection)
            assert bus.applied[label].read(connection) is None
