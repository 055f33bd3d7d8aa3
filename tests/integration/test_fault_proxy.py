"""A boto3 client observes each fault as described; without a fault the proxy changes nothing."""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from burst import RETRIED_WHEN_THROTTLED, SERVICES, burst, five_percent
from fault_proxy import Fault, FaultProxy
from faults import (
    NOTE,
    Message,
    When,
    altered,
    answered,
    calls_of,
    changed,
    cut,
    delayed,
    dropped,
    duplicated,
    garbled,
    gone,
    halved,
    hanging,
    inserted,
    lacking,
    misdelivered,
    note_of,
    refused,
    removed,
    reordered,
    reset,
    rewritten,
    signed,
    throttled,
    unrouted,
    whole,
)
from fuzzing import FACTOR

from pca_events import catalog
from pca_events.backends import ACCOUNT, REGION, Backend

pytest_plugins = ["integration_fixtures"]
pytestmark = pytest.mark.slow

RULES = ("first", "under-test", "last")
SUCCESS, FAILURE = (catalog.documented(f"ca-creation-{result}").event for result in ("success", "failure"))


def connect(url: str, service: str, attempts: int = 1, timeout: float = 20.0) -> Any:
    """Return a client that makes so many attempts, one if not given."""
    session = boto3.Session(ACCOUNT, "any", region_name=REGION)
    config = Config(retries={"total_max_attempts": attempts, "mode": "standard"}, read_timeout=timeout, proxies={})
    return session.client(service, endpoint_url=url, config=config)


class Client:
    """Clients that never try again, with a bus and a queue; `first` and `last` send notes, `under-test` events."""

    def __init__(self, url: str) -> None:
        self.name = f"pca-faults-{uuid.uuid4()}"
        self.events, self.sqs = connect(url, "events"), connect(url, "sqs")
        self.channel = connect(f"{url}/_localstack/eventbridge/service-events", "events")
        self.events.create_event_bus(Name=self.name)
        self.queue = self.made_queue(self.name)
        for rule in RULES:
            self._put(rule)

    def made_queue(self, name: str) -> str:
        allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
        policy = json.dumps({"Statement": [allow]})
        return str(self.sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"])

    def _put(self, rule: str) -> None:
        target: dict[str, Any] = {"Id": "target", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.name}"}
        if rule != "under-test":
            template = json.dumps(note(rule, "<id>"))
            target["InputTransformer"] = {"InputPathsMap": {"id": "$.id"}, "InputTemplate": template}
        pattern = json.dumps({"source": ["aws.acm-pca"], "detail": {"result": ["success"]}})
        self.events.put_rule(Name=rule, EventBusName=self.name, EventPattern=pattern)
        self.events.put_targets(Rule=rule, EventBusName=self.name, Targets=[target])

    def publish(self, *events: dict[str, Any]) -> list[str]:
        entries = [
            {
                "EventBusName": self.name,
                "Source": event["source"],
                "DetailType": event["detail-type"],
                "Time": event["time"],
                "Resources": event["resources"],
                "Detail": json.dumps(event["detail"]),
            }
            for event in events
        ]
        return [entry["EventId"] for entry in self.channel.put_events(Entries=entries)["Entries"]]

    def receive(self, wait: int = 0, queue: str = "") -> list[dict[str, Any]]:
        """Return the messages of one ReceiveMessage, with their bodies as JSON."""
        answer = self.sqs.receive_message(
            QueueUrl=queue or self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=wait, AttributeNames=["All"]
        )
        return [{**message, "Body": json.loads(message["Body"])} for message in answer.get("Messages", [])]

    def messages(self, count: int) -> list[dict[str, Any]]:
        """Return the first messages, and the remaining ones."""
        got: list[dict[str, Any]] = []
        deadline = time.monotonic() + 10
        while len(got) < count and time.monotonic() < deadline:
            got += self.receive(wait=1)
        return got + self.receive()

    def bodies(self, count: int) -> list[Any]:
        return [message["Body"] for message in self.messages(count)]

    def ids(self, count: int) -> list[str]:
        """Return of which events the first messages are."""
        return [body.get(NOTE, body)["id"] for body in self.bodies(count)]

    def rules(self, count: int) -> list[str]:
        """Return of which rules the first messages are, in the order in which they came."""
        return [body.get(NOTE, {"rule": "under-test"})["rule"] for body in self.bodies(count)]


@pytest.fixture
def client(proxy: FaultProxy) -> Client:
    return Client(proxy.url)


def note(rule: str, event_id: str) -> dict[str, dict[str, str]]:
    return {NOTE: {"rule": rule, "id": event_id}}


def ghost(seen: Message) -> dict[str, dict[str, str]]:
    return note("ghost", seen.body[NOTE]["id"])


def relabelled(body: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return note("other", body[NOTE]["id"])


def event(stamped: str, **changes: Any) -> dict[str, Any]:
    return {**SUCCESS, "version": "0", "id": stamped, "account": ACCOUNT, "region": REGION} | changes


def test_without_a_fault_everything_passes(proxy: FaultProxy, client: Client, pca_backend: Backend) -> None:
    (stamped,) = client.publish(SUCCESS)
    assert client.bodies(3) == [note("first", stamped), event(stamped), note("last", stamped)]
    assert proxy.published == {stamped: event(stamped)}
    assert proxy.made == [client.name, client.name]
    assert proxy.calls["PutRule"] == len(RULES)
    direct, through = pca_backend.client("events"), client.events
    answers = [asked.describe_event_bus(Name=client.name) for asked in (direct, through)]
    headers = [set(answer.pop("ResponseMetadata")["HTTPHeaders"]) for answer in answers]
    assert answers[0] == answers[1]
    assert headers[0] == headers[1]


def test_every_protocol_passes(proxy: FaultProxy, client: Client) -> None:
    body = "Zoë".encode() * 40_000
    s3 = connect(proxy.url, "s3")
    s3.create_bucket(Bucket=client.name)
    s3.put_object(Bucket=client.name, Key="a key/ü", Body=body)
    assert s3.get_object(Bucket=client.name, Key="a key/ü")["Body"].read() == body
    assert s3.head_object(Bucket=client.name, Key="a key/ü")["ContentLength"] == len(body)
    s3.delete_object(Bucket=client.name, Key="a key/ü")
    s3.delete_bucket(Bucket=client.name)
    assert connect(proxy.url, "sts").get_caller_identity()["Account"] == ACCOUNT
    assert connect(proxy.url, "acm-pca").list_certificate_authorities()["ResponseMetadata"]["HTTPStatusCode"] == 200
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.events.describe_rule(Name="none", EventBusName=client.name)
    for path in ("/_localstack/health", "/_localstack/acm-pca"):
        with urlopen(proxy.url + path) as answer:  # noqa: S310
            assert json.loads(answer.read())
    asked = ("GetCallerIdentity", "ListCertificateAuthorities", "GET /_localstack/health", f"PUT /{client.name}")
    assert [proxy.calls[operation] for operation in asked] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("fault", "rules"),
    [
        pytest.param(lambda: dropped(When(whole)), ["first", "last"], id="whole"),
        pytest.param(lambda: dropped(When(note_of("first", "last"))), ["under-test"], id="notes"),
        pytest.param(lambda: dropped(When(times=2)), ["last"], id="the next two"),
        pytest.param(lambda: dropped(When(skip=1, times=1)), ["first", "last"], id="the second"),
        pytest.param(lambda: dropped(When(every=2)), ["under-test"], id="every other"),
        pytest.param(lambda: duplicated(When(whole)), ["first", "under-test", "under-test", "last"], id="duplicated"),
        pytest.param(
            lambda: changed(When(note_of("first")), relabelled), ["other", "under-test", "last"], id="other rule"
        ),
        pytest.param(lambda: inserted(When(note_of("last")), ghost), [*RULES[:2], "ghost", "last"], id="unknown rule"),
        pytest.param(reordered, ["last", "under-test", "first"], id="reordered"),
        pytest.param(lambda: reordered(at_a_time=1), ["last", "under-test", "first"], id="reordered, one at a time"),
    ],
)
def test_the_affected_messages(proxy: FaultProxy, client: Client, fault: Callable[[], Fault], rules: list[str]) -> None:
    proxy.add(fault())
    client.publish(SUCCESS)
    assert client.rules(len(rules)) == rules


@pytest.mark.parametrize(
    ("fault", "path", "found"),
    [
        (lambda: altered(When(whole), "$.detail.result", "failed"), "detail", {"result": "failed"}),
        (lambda: altered(When(whole), "$.version", 0), "version", 0),
        (lambda: altered(When(whole), "$.note", "Zoë"), "note", "Zoë"),
        (lambda: removed(When(whole), "$.detail.result"), "detail", {}),
        (lambda: changed(When(whole), lambda body: {**body, "time": None}), "time", None),
    ],
    ids=["altered", "retyped", "added", "removed", "changed"],
)
def test_received_messages(
    proxy: FaultProxy, client: Client, fault: Callable[[], Fault], path: str, found: object
) -> None:
    proxy.add(fault())
    (stamped,) = client.publish(SUCCESS)
    assert client.bodies(3)[1] == event(stamped) | {path: found}


@pytest.mark.parametrize("another_id", [False, True])
def test_a_duplicate_has_the_same_message_id_or_another(proxy: FaultProxy, client: Client, another_id: bool) -> None:
    proxy.add(dropped(When(note_of("first", "last"))), duplicated(When(), another_id=another_id))
    client.publish(SUCCESS)
    one, two = client.messages(2)
    assert one["Body"] == two["Body"]
    assert (one["MessageId"] != two["MessageId"]) == another_id
    entries = [{"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]} for number, each in enumerate((one, two))]
    answer = client.sqs.delete_message_batch(QueueUrl=client.queue, Entries=entries)
    assert len(answer["Successful"]) == 2


def test_a_fault_applies_to_every_delivery_of_a_message(proxy: FaultProxy, client: Client) -> None:
    proxy.add(dropped(When(whole, times=1)))
    client.sqs.set_queue_attributes(QueueUrl=client.queue, Attributes={"VisibilityTimeout": "0"})
    client.publish(SUCCESS)
    assert set(client.rules(9)) == {"first", "last"}


def test_a_delayed_message_arrives_two_seconds_late_and_ends_a_long_poll(proxy: FaultProxy, client: Client) -> None:
    proxy.add(delayed(When(whole)))
    began = time.monotonic()
    client.publish(SUCCESS)
    assert client.rules(2) == ["first", "last"]
    assert client.receive() == []
    (late,) = client.receive(wait=10)
    assert "detail-type" in late["Body"]
    assert time.monotonic() - began > 1.9


def test_a_message_arrives_in_another_queue(proxy: FaultProxy, client: Client) -> None:
    other = client.made_queue(f"{client.name}-other")
    proxy.add(misdelivered(When(whole), lambda queue: f"{queue}-other"))
    client.publish(SUCCESS)
    assert client.rules(2) == ["first", "last"]
    (strayed,) = client.receive(queue=other)
    assert "detail-type" in strayed["Body"]
    client.sqs.delete_queue(QueueUrl=other)


def test_an_entry_that_never_reaches_the_bus(proxy: FaultProxy, client: Client) -> None:
    proxy.add(unrouted(When(times=1)))
    first, second = client.publish(SUCCESS, SUCCESS)
    assert set(client.ids(3)) == {second}
    assert set(proxy.published) == {second} != {first}
    proxy.clear()
    proxy.add(unrouted(When()))
    client.publish(SUCCESS)
    assert client.receive(wait=1) == []


def test_an_entry_that_is_altered_before_the_bus(proxy: FaultProxy, client: Client) -> None:
    proxy.add(rewritten(When(skip=1), lambda event: {**event, "detail": {"result": "failed"}}))
    first, _ = client.publish(SUCCESS, SUCCESS)
    assert client.ids(3) == [first] * 3


@pytest.mark.parametrize("service", SERVICES)
def test_boto3_retries_throttling(proxy: FaultProxy, service: str) -> None:
    proxy.add(throttled(When(signed, times=2)))
    asked = _read(connect(proxy.url, service, attempts=3))
    assert asked["ResponseMetadata"]["RetryAttempts"] == 2


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(("status", "code"), [(400, "AnyCode"), (500, "InternalFailure"), (503, "ServiceUnavailable")])
def test_an_error_is_read_in_every_protocol(proxy: FaultProxy, service: str, status: int, code: str) -> None:
    proxy.add(refused(When(signed), status, code))
    with pytest.raises(ClientError, match=f"{code} by a fault of the proxy") as refusal:
        _read(connect(proxy.url, service))
    assert refusal.value.response["Error"]["Code"] == code
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize("processed", [False, True])
def test_an_error_comes_before_the_effect_or_after_it(proxy: FaultProxy, client: Client, processed: bool) -> None:
    proxy.add(refused(When(calls_of("PutEvents")), 500, "InternalException", processed=processed))
    with pytest.raises(ClientError, match="InternalException"):
        client.publish(SUCCESS)
    assert bool(client.receive(wait=1)) == processed


def test_a_reset(proxy: FaultProxy, client: Client) -> None:
    proxy.add(reset(When(times=2)))
    for _ in range(2):
        with pytest.raises(ConnectionClosedError) as lost:
            client.events.list_rules()
        assert "Connection reset by peer" in str(lost.value.kwargs["error"])
    client.events.list_rules()
    proxy.add(reset(When(calls_of("PutEvents")), processed=True))
    with pytest.raises(ConnectionClosedError):
        client.publish(SUCCESS)
    assert len(client.bodies(3)) == 3


def test_half_an_answer(proxy: FaultProxy) -> None:
    events = connect(proxy.url, "events")
    proxy.add(cut(When(times=1)))
    with pytest.raises(ConnectionClosedError) as lost:
        events.list_event_buses()
    assert "IncompleteRead" in str(lost.value.kwargs["error"])
    events.list_event_buses()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(halved, id="halved"),
        pytest.param(garbled, id="garbled"),
        pytest.param(lambda when: lacking(when, "$.EventBuses"), id="lacking"),
        pytest.param(lambda when: answered(when, lambda _: {}), id="empty"),
    ],
)
def test_boto3_reads_an_invalid_response_as_an_empty_one(proxy: FaultProxy, fault: Callable[[When], Fault]) -> None:
    events = connect(proxy.url, "events")
    proxy.add(fault(When(times=1)))
    assert list(events.list_event_buses()) == ["ResponseMetadata"]
    assert events.list_event_buses()["EventBuses"]


def test_a_message_without_a_body(proxy: FaultProxy, client: Client) -> None:
    proxy.add(lacking(When(calls_of("ReceiveMessage"), times=1), "$.Messages[0].Body"))
    client.sqs.send_message(QueueUrl=client.queue, MessageBody="{}")
    (message,) = client.sqs.receive_message(QueueUrl=client.queue)["Messages"]
    assert "Body" not in message


def test_a_hanging_answer(proxy: FaultProxy) -> None:
    proxy.add(hanging(When(times=1), seconds=1.0))
    impatient = connect(proxy.url, "events", timeout=0.2)
    with pytest.raises(ReadTimeoutError):
        impatient.list_event_buses()
    impatient.list_event_buses()


def test_a_backend_that_is_gone(proxy: FaultProxy) -> None:
    events = connect(proxy.url, "events")
    proxy.add(gone(When(calls_of("ListEventBuses"), skip=1)))
    events.list_event_buses()
    with pytest.raises(ConnectionClosedError):
        events.list_event_buses()
    for service in ("events", "sqs", "sts"):
        with pytest.raises(EndpointConnectionError):
            _read(connect(proxy.url, service))


BURSTS = [
    (service, code, status)
    for service in SERVICES
    for code, status in (("ThrottlingException", None), ("InternalFailure", 500), ("SlowDown", 503))
    if status is None or service == "events" or FACTOR > 1
]
"""Every service with every error by night; by day each error, and each service, at least once."""


def test_five_percent_are_one_call_in_twenty(proxy: FaultProxy) -> None:
    events = connect(proxy.url, "events")
    proxy.add(refused(When(calls_of("ListEventBuses"), every=20), 503, "ServiceUnavailable"))
    statuses = _statuses(events.list_event_buses, 41)
    assert [number for number, status in enumerate(statuses) if status == 503] == [0, 20, 40]


@pytest.mark.slow
@pytest.mark.parametrize(("service", "code", "status"), BURSTS)
def test_microburst_returns_errors_that_boto3_retries(
    pca_backend: Backend, service: str, code: str, status: int | None
) -> None:
    with burst(pca_backend.endpoint_url, five_percent([service], code, status)) as running:
        client = connect(running.url, service, attempts=2)
        if status is None and service not in RETRIED_WHEN_THROTTLED:
            with pytest.raises(ClientError, match=r"\(AWS.SimpleQueueService.ThrottlingException\)"):
                _read(client)
        else:
            assert _read(client)["ResponseMetadata"]["RetryAttempts"] == 1
        assert [fired.action for fired in running.microburst.fired] == [f"error:{code}"]


def test_five_percent_of_microburst_are_one_call_in_twenty(pca_backend: Backend) -> None:
    with burst(pca_backend.endpoint_url, five_percent(["sqs"], "ServiceUnavailable", 503)) as running:
        statuses = _statuses(connect(running.url, "sqs").list_queues, 41)
    assert [number for number, status in enumerate(statuses) if status == 503] == [0, 20, 40]


def _statuses(call: Callable[[], dict[str, Any]], count: int) -> list[int]:
    """Make a call many times, and return the HTTP status of each answer."""
    found = []
    for _ in range(count):
        try:
            answer = call()
        except ClientError as error:
            answer = dict(error.response)
        found.append(answer["ResponseMetadata"]["HTTPStatusCode"])
    return found


def _read(client: Any) -> dict[str, Any]:
    """Make a call that reads something, of whichever service."""
    calls = {
        "events": "list_rules",
        "sqs": "list_queues",
        "acm-pca": "list_certificate_authorities",
        "sns": "list_topics",
        "s3": "list_buckets",
        "logs": "describe_log_groups",
        "sts": "get_caller_identity",
    }
    answer: dict[str, Any] = getattr(client, calls[client.meta.service_model.endpoint_prefix])()
    return answer
