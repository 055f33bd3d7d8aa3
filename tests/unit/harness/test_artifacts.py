"""What is kept of a scenario."""

import json
from pathlib import Path

from pca_events import catalog
from pca_events.harness import ScenarioBus, Session
from pca_events.harness.session import Artifacts

EVENT = catalog.documented("ca-creation-success")


def test_requests_answers_plans_and_events_are_kept(pca_connection: Session, tmp_path: Path) -> None:
    evidence = Artifacts(pca_connection, pca_connection.bus_clients)
    with ScenarioBus(pca_connection, "kept") as bus:
        bus.put_rule_under_test("rule", EVENT.pattern)
        bus.apply({label: bus.applied[label] for label in ("bus", "queue", "policy", "rule")})
        bus.apply(bus.applied | {"target": bus.default_target("rule")})
        (published,) = bus.publish(EVENT.event)
        bus.deliveries()
    file = evidence.write(tmp_path / "new", "a/b [c]: <d>", bus.name, bus.outcome())
    pca_connection.events.list_rules()
    kept = json.loads(file.read_text("utf-8"))
    assert file.name == f"a-b-c-d--{bus.name[-8:]}.json"
    assert kept["plans"] == [["delete target"], ["create target"]]
    assert [delivery["event_id"] for delivery in kept["received"]] == [published]
    assert kept["received"][0]["event"]["detail"] == {"result": "success"}
    operations = [call["operation"] for call in kept["calls"]]
    assert operations[0] == "CreateEventBus"
    assert operations[-1] == "ListQueues", "the proof of destruction comes last, and nothing after it"
    (put,) = [call for call in kept["calls"] if call["operation"] == "PutEvents"]
    assert put["request"]["Entries"][0]["DetailType"] == EVENT.detail_type
    assert put["response"]["Entries"] == [{"EventId": published}]
