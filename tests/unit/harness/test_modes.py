"""A rewritten rule matches a rewritten event if and only if the original rule matches the original event."""

import json
from typing import Any

import pytest

from pca_events import catalog
from pca_events.harness import ScenarioBus, Session
from pca_events.harness.run import AliasMode

ALIAS = AliasMode()
SOURCES = ["aws.acm-pca", "aws.acmpca", "acm-pca", "aws.acm", "AWS.acm-pca", "my.aws.acm-pca", "aws."]
CONDITIONS: list[Any] = [
    "aws.acm-pca",
    "acm-pca",
    {"prefix": "aws."},
    {"prefix": "aws.acm"},
    {"suffix": "acm-pca"},
    {"suffix": "aws.acm-pca"},
    {"wildcard": "aws.*pca"},
    {"anything-but": "aws.acm-pca"},
    {"anything-but": ["aws.acm", "acm-pca"]},
    {"anything-but": {"prefix": "aws.acm"}},
    {"exists": True},
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=json.dumps)
def test_the_verdict_is_kept(pca_connection: Session, condition: Any) -> None:
    pattern = {"source": [condition], "detail": {"result": ["success"]}}
    for source in SOURCES:
        event = {**catalog.documented("ca-creation-success").event, "source": source}
        verdicts = [
            pca_connection.events.test_event_pattern(EventPattern=json.dumps(p), Event=json.dumps(e))["Result"]
            for p, e in ((pattern, event), (ALIAS.outgoing_pattern(pattern), ALIAS.outgoing_event(event)))
        ]
        assert verdicts[0] == verdicts[1], source


@pytest.mark.parametrize("condition", CONDITIONS, ids=json.dumps)
def test_rewritten_sources_can_be_restored(condition: Any) -> None:
    pattern = {"$or": [{"source": [condition]}, {"detail": {"source": ["aws.left-alone"]}}], "source": [condition]}
    assert ALIAS.incoming_pattern(ALIAS.outgoing_pattern(pattern)) == pattern
    assert ALIAS.outgoing_pattern(pattern)["$or"][1] == pattern["$or"][1]


def test_an_alias_source_is_accepted_by_aws() -> None:
    event = catalog.documented("ca-creation-success").event
    assert event["source"].startswith("aws.")
    assert not ALIAS.outgoing_event(event)["source"].startswith("aws.")
    assert ALIAS.incoming_event(ALIAS.outgoing_event(event)) == event


def test_in_the_mode_alias_aws_is_never_named_to_the_backend(pca_connection: Session) -> None:
    session = Session(pca_connection.backend, pca_connection.run, "alias")
    sent: list[str] = []
    for client in (session.events, session.sqs):
        client.meta.events.register("before-send.*.*", lambda request, **_: sent.append(str(request.body)))
    event = catalog.documented("crl-generation-success")
    with ScenarioBus(session, "alias") as bus:
        bus.put_rule_under_test("rule", event.pattern)
        bus.publish(event.event)
        (delivery,) = bus.deliveries()
    assert delivery.event is not None
    assert delivery.event["source"] == "aws.acm-pca"
    puts = [body for body in sent if "DetailType" in body]
    assert puts
    assert all("pca-events.aws.acm-pca" in body for body in puts)
    assert not any('"Source": "aws.' in body for body in sent)
