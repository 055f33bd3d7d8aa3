"""The rules of a live event bus, as the reader of a consumer's files would have found them."""

import json
from collections.abc import Iterator
from typing import Any

from pca_events.harness.session import Session
from pca_events.infrastructure.event_patterns import asks_for_read_only_calls
from pca_events.infrastructure.model import Place, Reading, Rule, Target


def read_bus(session: Session, bus: str) -> Reading:
    """Read the rules of an event bus with their targets; rules that have a schedule only are none."""
    place = Place(f"{session.backend.name}, event bus {bus}", 1)
    rules = [_rule(session, stored, bus, place) for stored in _rules(session, bus) if stored.get("EventPattern")]
    return Reading(rules)


def _rules(session: Session, bus: str) -> Iterator[dict[str, Any]]:
    for page in session.events.get_paginator("list_rules").paginate(EventBusName=bus):
        yield from page["Rules"]


def _rule(session: Session, stored: dict[str, Any], bus: str, place: Place) -> Rule:
    pages = session.events.get_paginator("list_targets_by_rule").paginate(Rule=stored["Name"], EventBusName=bus)
    targets = tuple(_target(target, place) for page in pages for target in page["Targets"])
    enabled = stored.get("State") != "DISABLED"
    pattern = json.loads(stored["EventPattern"])
    return Rule(
        place,
        1,
        stored["Name"],
        pattern,
        bus=bus,
        enabled=enabled,
        targets=targets,
        read_only_calls=asks_for_read_only_calls(stored.get("State")),
    )


def _target(stored: dict[str, Any], place: Place) -> Target:
    arn = stored["Arn"]
    return Target(
        place,
        stored["Id"],
        kind="api-destination" if ":api-destination/" in arn else arn.split(":")[2] if arn.startswith("arn:") else "",
        arn=arn,
        handler=arn.rpartition(":")[2],
        input_path=stored.get("InputPath"),
        input_paths=stored.get("InputTransformer", {}).get("InputPathsMap", {}),
        dead_letter="DeadLetterConfig" in stored,
        retry="RetryPolicy" in stored,
        role="RoleArn" in stored,
        message_group="MessageGroupId" in stored.get("SqsParameters", {}),
    )
