"""The corrected EventBridge over its API, each test in an account of its own."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError

from pca_events.backends import Backend
from pca_events.backends.control_clients import trace_lines, trace_of

TIME = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHANNEL = "/_localstack/eventbridge/service-events"


class Account:
    """One account: its clients, and the queue that its rules send to."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.events = backend.client("events")
        self.services = backend.client("events", CHANNEL)
        self.sqs = backend.client("sqs")
        self.queue = self.queue_url("inbox")

    def queue_url(self, name: str) -> str:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": self.backend.queue_arn(name),
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        return str(self.sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"])

    def rule(self, name: str, pattern: Any, arn: str = "", bus: str = "default", **more: Any) -> str:
        answer = self.events.put_rule(Name=name, EventPattern=json.dumps(pattern), EventBusName=bus, **more)
        target = {"Id": "1", "Arn": arn or self.backend.queue_arn("inbox")}
        assert self.events.put_targets(Rule=name, EventBusName=bus, Targets=[target])["FailedEntryCount"] == 0
        return str(answer["RuleArn"])

    def entry(self, source: str = "mine", bus: str = "default", **detail: Any) -> dict[str, Any]:
        return {"Source": source, "DetailType": "d", "Detail": json.dumps(detail), "EventBusName": bus, "Time": TIME}

    def publish(self, *entries: dict[str, Any]) -> list[str]:
        return [entry["EventId"] for entry in self.events.put_events(Entries=list(entries))["Entries"]]

    def received(self, count: int) -> list[dict[str, Any]]:
        """Receive so many events, and return them sorted by id."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            answer = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=5)
            assert "Messages" in answer, f"only {len(found)} of {count} events arrived"
            found += [json.loads(message["Body"]) for message in answer["Messages"]]
        return sorted(found, key=lambda event: str(event["id"]))

    def trace(self, event_id: str) -> list[str]:
        return trace_lines(trace_of(self.backend, event_id)["rules"])


@pytest.fixture
def account(pca_backend: Backend, own_account: str) -> Account:
    return Account(replace(pca_backend, account=own_account))


def refused(call: Callable[..., Any], **words: Any) -> tuple[str, str]:
    """The code and the message with which a call is refused."""
    with pytest.raises(ClientError) as error:
        call(**words)
    found = error.value.response["Error"]
    return found["Code"], found["Message"]


def asked(backend: Backend, path: str, body: bytes | None = None) -> tuple[int, dict[str, Any]]:
    """The status and the JSON with which the control API refuses a request."""
    with pytest.raises(HTTPError) as error:
        urlopen(Request(backend.endpoint_url + path, data=body))  # noqa: S310
    with error.value as answer:
        return answer.code, json.loads(answer.read())


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ('{"source": "mine"}', '"source" must be an object or an array'),
        ('{"detail": {"result": [{"prefix": 1}]}}', "prefix match pattern must be a string"),
        ("[]", "Filter is not an object"),
        ("not json", "not valid JSON"),
    ],
)
def test_an_invalid_pattern_is_rejected_by_every_operation(account: Account, pattern: str, reason: str) -> None:
    event = json.dumps({"id": "1", "account": "1", "source": "a", "time": "t", "region": "r", "detail-type": "d"})
    bus = account.backend.bus_arn("default")
    for call, words in (
        (account.events.put_rule, {"Name": "r", "EventPattern": pattern}),
        (account.events.test_event_pattern, {"EventPattern": pattern, "Event": event}),
        (account.events.create_archive, {"ArchiveName": "a", "EventSourceArn": bus, "EventPattern": pattern}),
    ):
        code, message = refused(call, **words)
        assert (code, message.startswith("Event pattern is not valid. Reason: ")) == (
            "InvalidEventPatternException",
            True,
        )
        assert reason in message
    assert account.events.list_rules()["Rules"] == []


NAME = "n" * 65


@pytest.mark.parametrize(
    ("operation", "words", "code", "message"),
    [
        (
            "put_rule",
            {"Name": NAME, "EventPattern": "{}"},
            "ValidationException",
            f"1 validation error detected: Value '{NAME}' at 'name' failed to satisfy constraint: "
            "Member must have length less than or equal to 64",
        ),
        (
            "put_rule",
            {"Name": "a b", "EventPattern": '{"source": ["a"]}', "State": "ON"},
            "ValidationException",
            "2 validation errors detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy "
            r"regular expression pattern: [\.\-_A-Za-z0-9]+; Value 'ON' at 'state' failed to satisfy constraint: "
            "Member must satisfy enum value set: [ENABLED, DISABLED, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS]",
        ),
        (
            "put_rule",
            {"Name": "r", "EventPattern": '{"source": ["a"]}', "Description": "d" * 513},
            "ValidationException",
            f"1 validation error detected: Value '{'d' * 513}' at 'description' failed to satisfy constraint: "
            "Member must have length less than or equal to 512",
        ),
        (
            "create_archive",
            {"ArchiveName": "a" * 49, "EventSourceArn": "arn:aws:events:us-east-1:111122223333:event-bus/default"},
            "ValidationException",
            f"1 validation error detected: Value '{'a' * 49}' at 'archiveName' failed to satisfy constraint: "
            "Member must have length less than or equal to 48",
        ),
        (
            "put_rule",
            {"Name": "r", "EventPattern": json.dumps({"source": ["a" * 2_100]})},
            "LimitExceededException",
            "The requested resource exceeds the maximum number allowed.",
        ),
        (
            "put_rule",
            {
                "Name": "r",
                "EventPattern": '{"source": ["a"]}',
                "Tags": [{"Key": f"k{n}", "Value": "v"} for n in range(51)],
            },
            "LimitExceededException",
            "The requested resource exceeds the maximum number allowed.",
        ),
    ],
)
def test_constraints_and_quotas_are_enforced(
    account: Account, operation: str, words: dict[str, Any], code: str, message: str
) -> None:
    assert refused(getattr(account.events, operation), **words) == (code, message)


def test_a_bus_takes_300_rules_and_each_can_be_put_again(account: Account) -> None:
    pattern = '{"source": ["a"]}'
    for number in range(300):
        account.events.put_rule(Name=f"r{number}", EventPattern=pattern)
    account.events.put_rule(Name="r7", EventPattern='{"source": ["b"]}')
    code, _ = refused(account.events.put_rule, Name="one-more", EventPattern=pattern)
    assert code == "LimitExceededException"


def test_a_rule_takes_five_targets(account: Account) -> None:
    account.rule("r", {"source": ["mine"]})
    more = [{"Id": str(number), "Arn": account.backend.queue_arn("inbox")} for number in range(2, 7)]
    assert refused(account.events.put_targets, Rule="r", Targets=more)[0] == "LimitExceededException"


def test_rules_and_buses_in_use_are_not_deleted(account: Account) -> None:
    account.events.create_event_bus(Name="own")
    account.rule("r", {"source": ["mine"]}, bus="own")
    assert refused(account.events.delete_rule, Name="r", EventBusName="own") == (
        "ValidationException",
        "Rule can't be deleted since it has targets.",
    )
    assert refused(account.events.delete_event_bus, Name="own") == (
        "ValidationException",
        "EventBus can't be deleted since it has rules.",
    )
    account.events.remove_targets(Rule="r", EventBusName="own", Ids=["1"])
    account.events.delete_rule(Name="r", EventBusName="own")
    account.events.delete_event_bus(Name="own")


def test_each_entry_is_accepted_or_rejected_on_its_own(account: Account) -> None:
    account.rule("all", {"source": [{"exists": True}]})
    good = account.entry()
    answer = account.events.put_events(
        Entries=[
            account.entry("aws.acm-pca"),
            {**good, "DetailType": "x" * 129},
            {**good, "Detail": "[]"},
            {"Source": "mine", "DetailType": "d"},
            good,
        ]
    )
    assert answer["FailedEntryCount"] == 4
    codes = [entry.get("ErrorCode") for entry in answer["Entries"]]
    assert codes == ["NotAuthorizedForSourceException", "InvalidArgument", "MalformedDetail", "InvalidArgument", None]
    assert [event["id"] for event in account.received(1)] == [answer["Entries"][4]["EventId"]]


def test_the_size_of_a_request_counts_every_field(account: Account) -> None:
    half = account.entry(filler="x" * 550_000)
    assert account.events.put_events(Entries=[half])["FailedEntryCount"] == 0
    assert refused(account.events.put_events, Entries=[half, half]) == (
        "ValidationException",
        "Total size of the entries in the request is over the limit.",
    )


def test_an_aws_service_sends_through_its_channel_with_the_time_of_the_entry(account: Account) -> None:
    account.rule("ours", {"source": ["aws.acm-pca"]})
    account.rule("others", {"source": ["aws.s3"]})
    (sent,) = account.services.put_events(Entries=[account.entry("aws.acm-pca", result="success")])["Entries"]
    (event,) = account.received(1)
    assert event == {
        "version": "0",
        "id": sent["EventId"],
        "detail-type": "d",
        "source": "aws.acm-pca",
        "account": account.backend.account,
        "time": "2026-03-01T12:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {"result": "success"},
    }
    ours, attempt, others = account.trace(sent["EventId"])
    assert (ours, others) == (
        "rule ours: matched",
        'rule others: blocked; source: wrong value; wanted "aws.s3"; found "aws.acm-pca"',
    )
    assert attempt.endswith(": delivered")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "the body is not valid JSON"),
        (b"[]", '"Entries" is not a list of 1 to 10 entries'),
        (b'{"Entries": []}', '"Entries" is not a list of 1 to 10 entries'),
        (b'{"Entries": [1]}', "entry 1 is not an object"),
        (b'{"Entries": [{}, {"Source": 1}]}', "Source of entry 2 is not a string"),
        (b'{"Entries": [{"Resources": "a"}]}', "Resources of entry 1 is not a list of strings"),
        (b'{"Entries": [{"Time": "noon"}]}', "Time of entry 1 is not a time"),
    ],
)
def test_a_wrong_request_to_the_channel_is_answered_in_one_line(
    pca_backend: Backend, body: bytes, message: str
) -> None:
    status, told = asked(pca_backend, CHANNEL, body)
    assert (status, message in told["message"]) == (400, True), told


def test_an_invalid_account_and_an_unknown_event_are_rejected(pca_backend: Backend) -> None:
    assert asked(pca_backend, f"{CHANNEL}?account=1", b'{"Entries": [{}]}')[0] == 400
    assert asked(pca_backend, "/_localstack/eventbridge/trace?event-id=none")[0] == 404


def test_a_disabled_rule_is_silent_until_it_is_enabled(account: Account) -> None:
    account.rule("off", {"source": ["mine"]}, State="DISABLED")
    account.rule("on", {"source": ["mine"]})
    (first,) = account.publish(account.entry())
    assert account.trace(first)[0] == "rule off: disabled"
    account.events.enable_rule(Name="off")
    (second,) = account.publish(account.entry())
    assert [event["id"] for event in account.received(3)] == sorted([first, second, second])


def test_read_only_calls_of_cloudtrail_need_a_state_of_their_own(account: Account) -> None:
    pattern = {"detail-type": ["AWS API Call via CloudTrail"]}
    account.rule("enabled", pattern)
    account.rule("all", pattern, State="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
    call = {**account.entry("aws.acm-pca", readOnly=True), "DetailType": "AWS API Call via CloudTrail"}
    (sent,) = account.services.put_events(Entries=[call])["Entries"]
    enabled, every, _ = account.trace(sent["EventId"])
    assert enabled.startswith("rule enabled: read-only call; ")
    assert every == "rule all: matched"


@pytest.fixture
def archive(account: Account) -> str:
    """The ARN of an archive of the default bus, which keeps the events with result `failure`."""
    bus = account.backend.bus_arn("default")
    pattern = json.dumps({"detail": {"result": ["failure"]}})
    return str(
        account.events.create_archive(ArchiveName="kept", EventSourceArn=bus, EventPattern=pattern)["ArchiveArn"]
    )


def replay(account: Account, name: str, archive: str, start: datetime, end: datetime, **more: Any) -> dict[str, Any]:
    destination = {"Arn": account.backend.bus_arn("default"), **more}
    words = {"EventStartTime": start, "EventEndTime": end, "Destination": destination}
    return dict(account.events.start_replay(ReplayName=name, EventSourceArn=archive, **words))


def test_a_replay_sends_what_was_archived_again_and_archives_nothing_twice(account: Account, archive: str) -> None:
    account.rule("all", {"source": ["mine"]})
    other = account.rule("other", {"source": ["mine"], "replay-name": [{"exists": True}]})
    account.publish(account.entry(result="failure", n=1), account.entry(result="success", n=2))
    account.received(2)
    assert account.events.describe_archive(ArchiveName="kept")["EventCount"] == 1
    started = replay(account, "again", archive, TIME, TIME + timedelta(seconds=1))
    assert started["State"] == "STARTING"
    for event in account.received(2):  # one for each rule
        assert (event["replay-name"], event["detail"]["n"], event["time"]) == ("again", 1, "2026-03-01T12:00:00Z")
    assert account.events.describe_archive(ArchiveName="kept")["EventCount"] == 1
    replay(account, "filtered", archive, TIME, TIME + timedelta(seconds=1), FilterArns=[other])
    assert [event["replay-name"] for event in account.received(1)] == ["filtered"]
    assert account.events.describe_replay(ReplayName="again")["State"] == "COMPLETED"
    code, message = refused(account.events.cancel_replay, ReplayName="again")
    assert (code, "COMPLETED" in message) == ("IllegalStatusException", True)


def test_a_replay_of_another_time_sends_nothing(account: Account, archive: str) -> None:
    account.rule("all", {"source": ["mine"]})
    account.publish(account.entry(result="failure"))
    account.received(1)
    replay(account, "before", archive, TIME - timedelta(hours=2), TIME)
    replay(account, "then", archive, TIME, TIME + timedelta(hours=1))
    assert [event["replay-name"] for event in account.received(1)] == ["then"]


def test_invalid_replays_are_rejected_as_on_aws(account: Account, archive: str) -> None:
    hour, bus = timedelta(hours=1), account.backend.bus_arn("default")
    account.events.create_event_bus(Name="own")
    wrong = {
        "Replay taken already exists.": ("taken", archive, bus, TIME),
        "EventStartTime must be before EventEndTime.": ("a", archive, bus, TIME + 2 * hour),
        "Archive none does not exist.": ("b", archive.replace("kept", "none"), bus, TIME),
        "Cross event bus replay is not permitted.": ("c", archive, account.backend.bus_arn("own"), TIME),
    }
    replay(account, "taken", archive, TIME, TIME + hour)
    for reason, (name, source, destination, start) in wrong.items():
        words = {"EventStartTime": start, "EventEndTime": TIME + hour, "Destination": {"Arn": destination}}
        code, message = refused(account.events.start_replay, ReplayName=name, EventSourceArn=source, **words)
        assert message.endswith(reason)
        assert code == ("ResourceAlreadyExistsException" if name == "taken" else "ValidationException")


@pytest.mark.usefixtures("archive")
def test_an_updated_pattern_of_an_archive_decides_at_once(account: Account) -> None:
    account.rule("all", {"source": ["mine"]})
    account.events.update_archive(ArchiveName="kept", EventPattern='{"detail": {"result": ["success"]}}')
    account.publish(account.entry(result="failure"), account.entry(result="success"))
    account.received(2)
    assert account.events.describe_archive(ArchiveName="kept")["EventCount"] == 1


def test_an_event_goes_through_one_other_bus_and_no_further(account: Account) -> None:
    role = f"arn:aws:iam::{account.backend.account}:role/forwarder"
    for name in ("second", "third"):
        account.events.create_event_bus(Name=name)
    for source, target in (("default", "second"), ("second", "third")):
        account.events.put_rule(Name=target, EventPattern='{"source": ["aws.acm-pca"]}', EventBusName=source)
        forward = {"Id": "1", "Arn": account.backend.bus_arn(target), "RoleArn": role}
        account.events.put_targets(Rule=target, EventBusName=source, Targets=[forward])
    account.rule("on-second", {"source": ["aws.acm-pca"]}, bus="second")
    (sent,) = account.services.put_events(Entries=[account.entry("aws.acm-pca")])["Entries"]
    (event,) = account.received(1)
    assert (event["account"], event["source"]) == (account.backend.account, "aws.acm-pca")
    assert account.trace(sent["EventId"])[1].endswith(f": delivered as event {event['id']}")
    assert "does not forward" in account.trace(event["id"])[1]


def test_an_event_bus_of_another_account_needs_a_policy(account: Account) -> None:
    other = Account(replace(account.backend, account=f"{int(account.backend.account) ^ 1:012d}"))
    other.rule("all", {"source": ["mine"]})
    bus = other.backend.bus_arn("default")
    entries = [account.entry(), account.entry(bus=bus)]
    code, message = refused(account.events.put_events, Entries=entries)
    assert (code, "no resource-based policy allows the events:PutEvents action" in message) == (
        "AccessDeniedException",
        True,
    )
    other.events.put_permission(StatementId="s", Action="events:PutEvents", Principal=account.backend.account)
    _, sent = account.publish(*entries)
    (event,) = other.received(1)
    assert (event["id"], event["account"], event["region"]) == (sent, account.backend.account, "us-east-1")
    deny = {"Sid": "no", "Effect": "Deny", "Principal": "*", "Action": "events:*", "Resource": bus}
    policy = json.loads(other.events.describe_event_bus(Name="default")["Policy"])
    policy["Statement"].append(deny)
    other.events.put_permission(Policy=json.dumps(policy))
    assert "explicit deny" in refused(account.events.put_events, Entries=entries)[1]
