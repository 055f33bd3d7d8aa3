"""The resources of a run on a backend: found by name in listings, and removed in the order of their dependencies."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pca_events.errors import BackendError, BadInput, Leak
from pca_events.harness.resources import KINDS, Archive, EventBus, Kind, LogGroup, Queue, Resource, Rule, Topic
from pca_events.harness.session import Session

LOG_GROUPS = "/aws/events/"
"""The prefix of a log group's name, before the name of the scenario."""

_SHORTEST_PREFIX = 4
_LONGEST_ARCHIVE_NAME = 48
_GONE_DEADLINE = 10.0  # seconds until a removed resource must have disappeared from the lists


@dataclass(frozen=True)
class Found:
    """One resource on the backend.

    Attributes:
        kind: rules, archives, topics, log-groups, queues or buses.
        arn: its ARN.
        created: when it was created; for a rule, its bus. None if the backend does not report it.
        resource: the resource, to be deleted.
        command: the AWS CLI command that removes it.
    """

    kind: Kind
    arn: str
    created: datetime | None
    resource: Resource
    command: str

    @property
    def name(self) -> str:
        """Its name; for a rule, that of its bus."""
        return str(getattr(self.resource, "bus" if self.kind == "rules" else "name"))


def find(session: Session, prefix: str, kinds: Iterable[Kind] = KINDS) -> list[Found]:
    """List everything whose name begins with the prefix, in the order of removal.

    Rules are found on buses of that name only: the default bus and its rules are never read.

    Raises:
        BadInput: the prefix has fewer than 4 characters, and could match resources of others.
    """
    if len(prefix) < _SHORTEST_PREFIX:
        raise BadInput(
            f'the prefix "{prefix}" is shorter than {_SHORTEST_PREFIX} characters; it could match resources of others'
        )
    wanted = set(kinds)
    buses = [bus for bus in _buses(session, prefix) if bus["Name"] != "default"] if wanted & {"rules", "buses"} else []
    found: list[Found] = []
    if "rules" in wanted:
        found += [rule for bus in buses for rule in _rules(session, bus)]
    if "archives" in wanted:
        found += [_archive(session, archive) for archive in _archives(session, prefix)]
    if "topics" in wanted:
        found += _topics(session, prefix)
    if "log-groups" in wanted:
        found += _log_groups(session, prefix)
    if "queues" in wanted:
        found += [
            _queue(session, url)
            for url in session.listed("sqs", "list_queues", "QueueUrls", QueueNamePrefix=prefix) or ()
        ]
    if "buses" in wanted:
        found += [_bus(session, bus) for bus in buses]
    return found


def left_behind(session: Session) -> list[Found]:
    """List everything that has the id of the session's run in its name.

    Raises:
        BackendError: the backend cannot list it.
    """
    try:
        return find(session, session.run.prefix)
    except (BotoCoreError, ClientError) as error:
        raise BackendError(f"{session.backend.name} cannot list the resources of the run ({error})") from error


def destroy(session: Session, name: str, kinds: Iterable[Kind] = KINDS) -> None:
    """Remove everything with that name, in the order target, rule, archive, queue, bus, and prove that it is gone.

    Also works if a scenario crashed before it recorded what it created.

    Raises:
        Leak: something is still listed at the deadline; the text names each ARN with the command that removes it.
    """
    for found in find(session, name, kinds):
        found.resource.delete(session)
    check_destroyed(session, name, kinds)


def check_destroyed(session: Session, name: str, kinds: Iterable[Kind] = KINDS) -> None:
    """Prove by listing that nothing with that name is left.

    Raises:
        Leak: something is still listed at the deadline; the text names each ARN with the command that removes it.
    """
    deadline = time.monotonic() + _GONE_DEADLINE
    while left := find(session, name, kinds):
        if time.monotonic() > deadline:
            raise Leak(_remedy(name, left))


def remedies(session: Session, bus: str, rules: Iterable[str]) -> str:
    """Return a message with the rules left on a bus, each with the command that removes it."""
    arn = session.backend.bus_arn(bus).replace(":event-bus/", ":rule/")
    return _remedy(bus, [_rule(session, {"Name": bus}, {"Name": name, "Arn": f"{arn}/{name}"}) for name in rules])


def _remedy(name: str, left: list[Found]) -> str:
    listed = "\n".join(f"  {found.arn}\n    {found.command}" for found in left)
    return f"{len(left)} resources of {name} are left after its removal; remove them with\n{listed}"


def _topics(session: Session, prefix: str) -> list[Found]:
    arns = [topic["TopicArn"] for topic in session.listed("sns", "list_topics", "Topics") or ()]
    return [
        Found("topics", arn, None, Topic(name, ""), _at(session, f"aws sns delete-topic --topic-arn {arn}"))
        for arn in arns
        if (name := arn.rpartition(":")[2]).startswith(prefix)
    ]


def _log_groups(session: Session, prefix: str) -> list[Found]:
    groups = session.listed("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=f"{LOG_GROUPS}{prefix}")
    return [
        Found(
            "log-groups",
            group["arn"],
            datetime.fromtimestamp(group["creationTime"] / 1000, UTC),
            LogGroup(group["logGroupName"]),
            _at(session, f"aws logs delete-log-group --log-group-name {group['logGroupName']}"),
        )
        for group in groups or ()
    ]


def _archives(session: Session, prefix: str) -> list[dict[str, Any]]:
    if len(prefix) > _LONGEST_ARCHIVE_NAME:
        return []  # AWS rejects the prefix
    return session.listed("events", "list_archives", "Archives", NamePrefix=prefix) or []


def _buses(session: Session, prefix: str) -> list[dict[str, Any]]:
    return session.listed("events", "list_event_buses", "EventBuses", NamePrefix=prefix) or []


def _rules(session: Session, bus: dict[str, Any]) -> Iterator[Found]:
    return (_rule(session, bus, rule) for rule in session.rules(bus["Name"]) or ())


def _rule(session: Session, bus: dict[str, Any], rule: dict[str, Any]) -> Found:
    where = f"--event-bus-name {bus['Name']}"
    command = (
        f"aws events remove-targets --rule {rule['Name']} {where} --ids target && "
        f"aws events delete-rule --name {rule['Name']} {where}"
    )
    resource = Rule(bus["Name"], rule["Name"], {})
    return Found("rules", rule["Arn"], bus.get("CreationTime"), resource, _at(session, command))


def _archive(session: Session, archive: dict[str, Any]) -> Found:
    name = archive["ArchiveName"]
    arn = session.backend.archive_arn(name)
    command = _at(session, f"aws events delete-archive --archive-name {name}")
    return Found("archives", arn, archive.get("CreationTime"), Archive("", name, {}), command)


def _queue(session: Session, url: str) -> Found:
    name = url.rpartition("/")[2]
    command = _at(session, f"aws sqs delete-queue --queue-url {url}")
    return Found("queues", session.backend.queue_arn(name), None, Queue(name), command)


def _bus(session: Session, bus: dict[str, Any]) -> Found:
    command = _at(session, f"aws events delete-event-bus --name {bus['Name']}")
    return Found("buses", bus["Arn"], bus.get("CreationTime"), EventBus(bus["Name"]), command)


def created(session: Session, found: Found) -> datetime | None:
    """Ask the backend when a resource was created; None if it is gone or the backend does not report it."""
    if isinstance(found.resource, Queue):
        url = session.sqs.get_queue_url(QueueName=found.resource.name)["QueueUrl"]
        answer = session.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["CreatedTimestamp"])
        return datetime.fromtimestamp(int(answer["Attributes"]["CreatedTimestamp"]), UTC)
    return found.created


def _at(session: Session, command: str) -> str:
    return " && ".join(f"{part} --endpoint-url {session.backend.endpoint_url}" for part in command.split(" && "))
