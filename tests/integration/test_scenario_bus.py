"""The bus of a scenario: what it rejects and proves, and that it leaves nothing behind."""

import contextlib
import json
import re
import socket
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from pca_events import catalog
from pca_events.backends import Backend
from pca_events.backends import backend as backend_module
from pca_events.errors import BackendError, BusSilent, InvalidPattern, Leak, PublishError
from pca_events.harness import RunId, ScenarioBus, Session, resources, scenario_bus
from pca_events.harness.aws_errors import aws_error_of
from pca_events.harness.resources import inventory

CREATED = catalog.documented("ca-creation-success")
FAILED = catalog.documented("ca-creation-failure")


def listed(connection: Session, name: str) -> list[str]:
    """What the backend lists under a name."""
    buses = connection.events.list_event_buses(NamePrefix=name)["EventBuses"]
    queues = connection.sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [])
    return [str(name) for name in (*(bus["Name"] for bus in buses), *queues)]


def test_a_name_says_which_run_made_it() -> None:
    run = RunId("0a1b2c3d")
    assert run.new_name().startswith("pca-events-0a1b2c3d-")
    assert run.new_name() != run.new_name()


def test_the_same_seed_and_worker_give_the_same_names() -> None:
    def names(worker: str) -> list[str]:
        run = RunId("0a1b2c3d", "seed", worker)
        return [run.new_name() for _ in range(3)]

    assert names("gw0") == names("gw0")
    assert not set(names("gw0")) & set(names("gw1"))


def test_tags_hold_what_aws_allows() -> None:
    tags = RunId("0a1b2c3d").tags('x[a"<b>]' + "y" * 300)
    assert tags.pop("pca-events:created").endswith("Z")
    assert tags == {"pca-events:run": "0a1b2c3d", "pca-events:scenario": ("x a  b  " + "y" * 300)[:256]}


def test_created_resources_are_tagged_and_removed_afterwards(pca_connection: Session) -> None:
    with ScenarioBus(pca_connection, "tagged") as bus:
        bus.put_rule_under_test("rule", CREATED.pattern)
        arns = [bus.backend.bus_arn(bus.name), bus.backend.bus_arn(bus.name).replace(":event-bus/", ":rule/") + "/rule"]
        tagged = [pca_connection.events.list_tags_for_resource(ResourceARN=arn)["Tags"] for arn in arns]
        queue = pca_connection.sqs.list_queue_tags(QueueUrl=pca_connection.queue_url(bus.name))["Tags"]
        for tags in ({tag["Key"]: tag["Value"] for tag in tagged[0]}, {t["Key"]: t["Value"] for t in tagged[1]}, queue):
            assert tags.pop("pca-events:created") < datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ.")
            assert tags == {"pca-events:run": pca_connection.run.value, "pca-events:scenario": "tagged"}
    assert listed(pca_connection, bus.name) == []


def test_a_rule_that_is_put_late_still_precedes_the_catch_all_rule(pca_connection: Session) -> None:
    with ScenarioBus(pca_connection, "late") as bus:
        bus.put_observer_rule("first", CREATED.pattern)
        (before,) = bus.publish(CREATED.event)
        bus.put_observer_rule("second", CREATED.pattern)
        (after,) = bus.publish(CREATED.event)
        fired = {(delivery.rule, delivery.event_id) for delivery in bus.deliveries()}
    assert fired == {("first", before), ("first", after), ("second", after)}


def test_more_events_than_one_call_takes(pca_connection: Session) -> None:
    with ScenarioBus(pca_connection, "many") as bus:
        bus.put_rule_under_test("rule", CREATED.pattern)
        published = bus.publish(*(CREATED.event for _ in range(23)))
        assert sorted(delivery.event_id for delivery in bus.deliveries()) == sorted(published)
    assert len(set(published)) == 23


def test_an_entry_that_the_bus_rejects(pca_connection: Session) -> None:
    with ScenarioBus(pca_connection, "refused") as bus, pytest.raises(PublishError, match=r"\w+: .* for {"):
        bus.publish({**CREATED.event, "detail-type": ""})


def test_a_pattern_that_eventbridge_rejects_is_never_sent_to_put_rule(pca_connection: Session) -> None:
    with ScenarioBus(pca_connection, "invalid") as bus:
        with pytest.raises(InvalidPattern, match=re.escape('EventBridge rejects the pattern {"source": "text"}')):
            bus.put_rule_under_test("rule", {"source": "text"})
        assert pca_connection.events.list_rules(EventBusName=bus.name)["Rules"] == []


def test_a_bus_without_its_catch_all_rule_is_not_silent(
    pca_connection: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenario_bus, "_DEADLINE", 0.2)
    with ScenarioBus(pca_connection, "starved") as bus:
        bus.put_rule_under_test("rule", CREATED.pattern)
        bus.publish(FAILED.event)
        bus.deliveries()
        pca_connection.events.remove_targets(Rule="witness", EventBusName=bus.name, Ids=["target"])
        bus.publish(FAILED.event)
        with pytest.raises(BusSilent, match=r"did not receive 1 of 2 events"):
            bus.deliveries()


def test_a_failed_scenario_leaves_nothing_behind(pca_connection: Session) -> None:
    bus = ScenarioBus(pca_connection, "fails")
    with contextlib.suppress(ZeroDivisionError), bus:
        bus.put_rule_under_test("rule", CREATED.pattern)
        raise ZeroDivisionError
    assert listed(pca_connection, bus.name) == []


def test_a_scenario_that_cannot_start_leaves_nothing_behind(
    pca_connection: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = ScenarioBus(pca_connection, "half made")
    monkeypatch.setattr(bus, "_tags", {"pca-events:run": "x" * 300})
    monkeypatch.setattr(pca_connection.sqs, "create_queue", _refuse)
    with pytest.raises(ClientError), bus:
        pass
    assert listed(pca_connection, bus.name) == []


def test_leftover_resources_are_listed_with_the_command_that_removes_them(
    pca_connection: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory, "_GONE_DEADLINE", 0.05)
    with ScenarioBus(pca_connection, "leaks") as bus:
        bus.put_rule_under_test("rule", CREATED.pattern)
        with monkeypatch.context() as broken:
            for kind in (resources.EventBus, resources.Queue, resources.Rule):
                broken.setattr(kind, "delete", lambda *_: None)
            with pytest.raises(Leak) as told:
                inventory.destroy(pca_connection, bus.name)
        url = pca_connection.queue_url(bus.name)
        at = f"--endpoint-url {pca_connection.backend.endpoint_url}"
        rule = f"--event-bus-name {bus.name}"
        assert str(told.value).splitlines() == [
            f"4 resources of {bus.name} are left after its removal; remove them with",
            f"  arn:aws:events:us-east-1:111122223333:rule/{bus.name}/rule",
            f"    aws events remove-targets --rule rule {rule} --ids target {at} && "
            f"aws events delete-rule --name rule {rule} {at}",
            f"  arn:aws:sqs:us-east-1:111122223333:{bus.name}",
            f"    aws sqs delete-queue --queue-url {url} {at}",
            f"  arn:aws:sqs:us-east-1:111122223333:{bus.name}-witness",
            f"    aws sqs delete-queue --queue-url {url}-witness {at}",
            f"  arn:aws:events:us-east-1:111122223333:event-bus/{bus.name}",
            f"    aws events delete-event-bus --name {bus.name} {at}",
        ]
    assert listed(pca_connection, bus.name) == []


def test_the_queue_lets_eventbridge_send(pca_connection: Session) -> None:
    with ScenarioBus(pca_connection, "policy") as bus:
        url = pca_connection.sqs.get_queue_url(QueueName=bus.name)["QueueUrl"]
        policy = pca_connection.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"][
            "Policy"
        ]
    (statement,) = json.loads(policy)["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Resource"] == pca_connection.backend.queue_arn(bus.name)


def _refuse(**_: object) -> None:
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "CreateQueue")


@pytest.mark.parametrize("failure", ["closed", "timeout", "credentials"])
def test_other_errors_never_count_as_a_rejection(failure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if failure == "timeout":
            listener.listen()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        monkeypatch.setattr(backend_module, "_PATIENCE", 0.2)
        client = Backend("none", "localstack", "0", url).client("events")
        if failure == "credentials":
            error = ClientError({"Error": {"Code": "InvalidClientTokenId", "Message": "no"}}, "PutRule")
            monkeypatch.setattr(client, "list_rules", _raiser(error))
        with pytest.raises((BotoCoreError, BackendError)):
            aws_error_of(lambda: client.list_rules())


def test_a_rejection_has_an_operation_and_a_code(pca_connection: Session) -> None:
    refused = aws_error_of(lambda: pca_connection.events.describe_rule(Name="none"))
    assert refused is not None
    assert (refused.operation, refused.code) == ("DescribeRule", "ResourceNotFoundException")
    assert aws_error_of(lambda: pca_connection.events.list_rules()) is None


def _raiser(error: Exception) -> Callable[..., None]:
    def fail(**_: object) -> None:
        raise error

    return fail


def test_the_catch_all_rule_is_the_last_to_receive_an_event(pca_connection: Session) -> None:
    everyone = {f"rule-{number}" for number in range(20)}
    with ScenarioBus(pca_connection, "order") as bus:
        for label in everyone:
            bus.put_observer_rule(label, CREATED.pattern)
        for _ in range(5):
            (published,) = bus.publish(CREATED.event)
            fired = {delivery.rule for delivery in bus.deliveries() if delivery.event_id == published}
            assert fired == everyone
