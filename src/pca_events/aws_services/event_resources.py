"""The resources AWS::Events::* of CloudFormation, in place of those of LocalStack.

LocalStack has no archives, updates nothing, changes patterns, and leaves the rules of other buses than the default one.
"""

import json
from collections.abc import Mapping
from typing import Any

from localstack.services.cloudformation.provider_utils import generate_default_name
from localstack.services.cloudformation.resource_provider import ResourceRequest

from pca_events.aws_services.private_ca_resources import (
    Done,
    Model,
    Resource,
    chosen,
    done,
    ignored,
    removed_tags,
    schema,
)

_LONGEST_NAME = 64
_GONE = "ResourceNotFoundException"


def _named(request: ResourceRequest[Model], name: str) -> str:
    """The name that a template gives, that the resource has already, or a new one."""
    given = request.desired_state.get(name) or (request.previous_state or {}).get(name)
    return str(given or generate_default_name(request.stack_name, request.logical_resource_id)[:_LONGEST_NAME])


def _as_json(value: Any) -> Any:
    """A property that is JSON as text: templates have it as an object, or as text."""
    return value if isinstance(value, str) else json.dumps(value)


class Rule(Resource):
    """A rule with its targets."""

    TYPE = "AWS::Events::Rule"
    SCHEMA = schema(TYPE, "Id", "Name", "EventBusName", read_only=("Arn", "Id"))

    def create(self, request: ResourceRequest[Model]) -> Done:
        """Put the rule and its targets."""
        model, events = request.desired_state, request.aws_client_factory.events
        name, on_bus = _named(request, "Name"), chosen(model, "EventBusName")
        asked = chosen(model, "ScheduleExpression", "State", "Description", "RoleArn", "Tags")
        if model.get("EventPattern") is not None:
            asked["EventPattern"] = _as_json(model["EventPattern"])
        arn = events.put_rule(Name=name, **on_bus, **asked)["RuleArn"]
        targets = model.get("Targets") or []
        wanted = {target["Id"] for target in targets}
        there = events.list_targets_by_rule(Rule=name, **on_bus)["Targets"]
        if gone := [target["Id"] for target in there if target["Id"] not in wanted]:
            events.remove_targets(Rule=name, **on_bus, Ids=gone)
        if targets:
            _refuse_failed(events.put_targets(Rule=name, **on_bus, Targets=targets))
        identity = "|".join([*on_bus.values(), name])
        return done({**model, "Name": name, "Arn": arn, "Id": identity})

    def update(self, request: ResourceRequest[Model]) -> Done:
        """Put the rule again, and remove the targets that the template no longer has."""
        return self.create(request)

    def delete(self, request: ResourceRequest[Model]) -> Done:
        """Remove the targets, and delete the rule."""
        model, events = request.desired_state, request.aws_client_factory.events
        name, on_bus = model["Id"].rpartition("|")[2], chosen(model, "EventBusName")
        with ignored(_GONE):
            there = events.list_targets_by_rule(Rule=name, **on_bus)["Targets"]
            if there:
                events.remove_targets(Rule=name, **on_bus, Ids=[target["Id"] for target in there])
            events.delete_rule(Name=name, **on_bus)
        return done({})


def _refuse_failed(answer: Mapping[str, Any]) -> None:
    """Raise an error for targets that PutTargets has not put."""
    if answer.get("FailedEntryCount"):
        raise RuntimeError(f"targets were rejected: {json.dumps(answer['FailedEntries'])}")


class EventBus(Resource):
    """An event bus."""

    TYPE = "AWS::Events::EventBus"
    SCHEMA = schema(TYPE, "Name", "Name", "EventSourceName", read_only=("Arn",))
    _OPTIONS = ("Description", "DeadLetterConfig", "KmsKeyIdentifier")

    def create(self, request: ResourceRequest[Model]) -> Done:
        """Create the bus with its policy."""
        model, events = request.desired_state, request.aws_client_factory.events
        asked = chosen(model, "Name", "EventSourceName", "Tags", *self._OPTIONS)
        arn = events.create_event_bus(**asked)["EventBusArn"]
        if model.get("Policy"):
            events.put_permission(EventBusName=model["Name"], Policy=_as_json(model["Policy"]))
        return done({**model, "Arn": arn})

    def update(self, request: ResourceRequest[Model]) -> Done:
        """Update the description, the policy and the tags."""
        model, before, events = request.desired_state, request.previous_state or {}, request.aws_client_factory.events
        name, arn = model["Name"], before["Arn"]
        if chosen(model, *self._OPTIONS) != chosen(before, *self._OPTIONS):
            events.update_event_bus(Name=name, **chosen(model, *self._OPTIONS))
        if model.get("Policy") and model["Policy"] != before.get("Policy"):
            events.put_permission(EventBusName=name, Policy=_as_json(model["Policy"]))
        elif before.get("Policy") and not model.get("Policy"):
            events.remove_permission(EventBusName=name, RemoveAllPermissions=True)
        if gone := removed_tags(model, before):
            events.untag_resource(ResourceARN=arn, TagKeys=[tag["Key"] for tag in gone])
        if model.get("Tags"):
            events.tag_resource(ResourceARN=arn, Tags=model["Tags"])
        return done({**model, "Arn": arn})

    def delete(self, request: ResourceRequest[Model]) -> Done:
        """Delete the bus."""
        request.aws_client_factory.events.delete_event_bus(Name=request.desired_state["Name"])
        return done({})


class EventBusPolicy(Resource):
    """One statement of the policy of an event bus."""

    TYPE = "AWS::Events::EventBusPolicy"
    SCHEMA = schema(TYPE, "Id", "EventBusName", "StatementId", read_only=("Id",))

    def create(self, request: ResourceRequest[Model]) -> Done:
        """Put the statement; those of other resources are kept."""
        model, events = request.desired_state, request.aws_client_factory.events
        bus, sid = model.get("EventBusName") or "default", model["StatementId"]
        if statement := model.get("Statement"):
            policy = json.loads(events.describe_event_bus(Name=bus).get("Policy") or "{}")
            kept = [each for each in policy.get("Statement", []) if each.get("Sid") != sid]
            document = {"Version": "2012-10-17", "Statement": [*kept, {"Sid": sid, **statement}]}
            events.put_permission(EventBusName=bus, Policy=json.dumps(document))
        else:
            asked = chosen(model, "Action", "Principal", "Condition")
            events.put_permission(EventBusName=bus, StatementId=sid, **asked)
        return done({**model, "Id": f"{bus}|{sid}"})

    def update(self, request: ResourceRequest[Model]) -> Done:
        """Put the statement again."""
        if not request.desired_state.get("Statement"):
            self.delete(request)
        return self.create(request)

    def delete(self, request: ResourceRequest[Model]) -> Done:
        """Remove the statement, if it is still there."""
        model = request.desired_state
        bus = model.get("EventBusName") or "default"
        with ignored(_GONE):
            request.aws_client_factory.events.remove_permission(EventBusName=bus, StatementId=model["StatementId"])
        return done({})


class Archive(Resource):
    """An archive of the events of a bus."""

    TYPE = "AWS::Events::Archive"
    SCHEMA = schema(TYPE, "ArchiveName", "ArchiveName", "SourceArn", read_only=("Arn",))

    def create(self, request: ResourceRequest[Model]) -> Done:
        """Create the archive."""
        name, source = _named(request, "ArchiveName")[:48], request.desired_state["SourceArn"]
        asked = self._asked(request.desired_state)
        made = request.aws_client_factory.events.create_archive(ArchiveName=name, EventSourceArn=source, **asked)
        return done({**request.desired_state, "ArchiveName": name, "Arn": made["ArchiveArn"]})

    def update(self, request: ResourceRequest[Model]) -> Done:
        """Update the archive."""
        name = _named(request, "ArchiveName")
        made = request.aws_client_factory.events.update_archive(ArchiveName=name, **self._asked(request.desired_state))
        return done({**request.desired_state, "ArchiveName": name, "Arn": made["ArchiveArn"]})

    def delete(self, request: ResourceRequest[Model]) -> Done:
        """Delete the archive."""
        request.aws_client_factory.events.delete_archive(ArchiveName=request.desired_state["ArchiveName"])
        return done({})

    @staticmethod
    def _asked(model: Model) -> dict[str, Any]:
        asked = chosen(model, "Description", "RetentionDays", "KmsKeyIdentifier")
        return asked | ({"EventPattern": _as_json(model["EventPattern"])} if model.get("EventPattern") else {})


RESOURCES: tuple[type[Resource], ...] = (Rule, EventBus, EventBusPolicy, Archive)
"""Each resource type."""
