"""The EventBridge resources: event bus, rule, target and archive."""

from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import ClientError

from pca_events.harness.aws_errors import or_none
from pca_events.harness.resources.plan import Tags, tag_list
from pca_events.harness.session import Pattern, Session

TARGET_ID = "target"
"""The id of the target of each rule that the harness creates."""


@dataclass(frozen=True)
class EventBus:
    """An event bus."""

    name: str

    @property
    def key(self) -> str:
        """Its name."""
        return f"event-bus/{self.name}"

    def create(self, session: Session, tags: Tags) -> None:
        """Create the bus; it may exist already if an earlier attempt of the same call was not answered."""
        try:
            session.events.create_event_bus(Name=self.name, Tags=tag_list(tags))
        except session.events.exceptions.ResourceAlreadyExistsException as error:
            if not error.response["ResponseMetadata"].get("RetryAttempts"):
                raise

    def read(self, session: Session) -> "EventBus | None":
        """Return the bus of this name."""
        return None if session.rules(self.name) is None else self

    def update(self, session: Session) -> None:
        """Do nothing: a bus has no other attributes here."""

    def delete(self, session: Session) -> None:
        """Remove the bus, after its rules, as EventBridge requires."""
        try:
            or_none(session.events.delete_event_bus, Name=self.name)
        except ClientError:  # it has rules
            for rule in session.rules(self.name) or ():
                Rule(self.name, rule["Name"], {}).delete(session)
            or_none(session.events.delete_event_bus, Name=self.name)


@dataclass(frozen=True)
class Rule:
    """A rule on a bus; its state is ENABLED or DISABLED."""

    bus: str
    name: str
    pattern: Pattern
    state: str = "ENABLED"
    description: str = ""

    @property
    def key(self) -> str:
        """Its bus and name."""
        return f"rule/{self.bus}/{self.name}"

    def create(self, session: Session, tags: Tags) -> None:
        """Put the rule, after TestEventPattern has accepted its pattern."""
        self._put(session, Tags=tag_list(tags))

    def read(self, session: Session) -> "Rule | None":
        """Return the rule of this bus and name."""
        for found in session.rules(self.bus) or ():
            if found["Name"] == self.name:
                pattern = session.original(found["EventPattern"])
                return replace(self, pattern=pattern, state=found["State"], description=found.get("Description", ""))
        return None

    def update(self, session: Session) -> None:
        """Put the rule again; PutRule replaces everything."""
        self._put(session)

    def delete(self, session: Session) -> None:
        """Remove the rule, after its targets, as EventBridge requires."""
        where = {"Rule": self.name, "EventBusName": self.bus}
        or_none(session.events.remove_targets, **where, Ids=[TARGET_ID])
        try:
            or_none(session.events.delete_rule, Name=self.name, EventBusName=self.bus)
        except ClientError:  # it has another target
            found = or_none(session.events.list_targets_by_rule, **where)
            if targets := found and found["Targets"]:
                or_none(session.events.remove_targets, **where, Ids=[target["Id"] for target in targets])
            or_none(session.events.delete_rule, Name=self.name, EventBusName=self.bus)

    def _put(self, session: Session, **more: Any) -> None:
        session.events.put_rule(
            Name=self.name,
            EventBusName=self.bus,
            EventPattern=session.validated(self.pattern),
            State=self.state,
            Description=self.description,
            **more,
        )


@dataclass(frozen=True)
class Target:
    """The target of a rule: its ARN, and in `options` the other members of PutTargets (InputPath, ...)."""

    bus: str
    rule: str
    arn: str
    options: dict[str, Any] = field(default_factory=dict)
    id: str = TARGET_ID

    @property
    def key(self) -> str:
        """Its bus, rule and id."""
        return f"target/{self.bus}/{self.rule}/{self.id}"

    def create(self, session: Session, tags: Tags) -> None:  # noqa: ARG002
        """Put the target."""
        self.update(session)

    def read(self, session: Session) -> "Target | None":
        """Return the rule's target of this id."""
        if self.rule not in [rule["Name"] for rule in session.rules(self.bus) or ()]:
            return None
        found = session.read("events", "list_targets_by_rule", Rule=self.rule, EventBusName=self.bus)
        for target in found["Targets"] if found else ():
            if target["Id"] == self.id:
                options = {name: value for name, value in target.items() if name not in ("Id", "Arn")}
                return replace(self, arn=target["Arn"], options=options)
        return None

    def update(self, session: Session) -> None:
        """Put the target again; PutTargets replaces the one with the same id."""
        target = {"Id": self.id, "Arn": self.arn, **self.options}
        answer = session.events.put_targets(Rule=self.rule, EventBusName=self.bus, Targets=[target])
        if answer["FailedEntryCount"]:
            failed = answer["FailedEntries"][0]
            error = {"Code": failed["ErrorCode"], "Message": failed.get("ErrorMessage", "")}
            raise ClientError({"Error": error}, "PutTargets")

    def delete(self, session: Session) -> None:
        """Remove the target."""
        or_none(session.events.remove_targets, Rule=self.rule, EventBusName=self.bus, Ids=[self.id])


@dataclass(frozen=True)
class Archive:
    """An archive of the events of a bus, with a retention in days."""

    bus: str
    name: str
    pattern: Pattern
    days: int = 1

    @property
    def key(self) -> str:
        """Its name."""
        return f"archive/{self.name}"

    def create(self, session: Session, tags: Tags) -> None:  # noqa: ARG002
        """Create the archive; archives have no tags."""
        session.events.create_archive(
            ArchiveName=self.name,
            EventSourceArn=session.backend.bus_arn(self.bus),
            EventPattern=session.validated(self.pattern),
            RetentionDays=self.days,
        )

    def read(self, session: Session) -> "Archive | None":
        """Return the archive of this name."""
        found = or_none(session.events.describe_archive, ArchiveName=self.name)
        return found and replace(
            self,
            bus=found["EventSourceArn"].rpartition("/")[2],
            pattern=session.original(found["EventPattern"]),
            days=found["RetentionDays"],
        )

    def update(self, session: Session) -> None:
        """Update pattern and retention."""
        session.events.update_archive(
            ArchiveName=self.name, EventPattern=session.validated(self.pattern), RetentionDays=self.days
        )

    def delete(self, session: Session) -> None:
        """Remove the archive."""
        or_none(session.events.delete_archive, ArchiveName=self.name)
