"""Destinations of Terraform rules: queues, topics, functions, log groups and event buses, with policies and keys."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pca_events.infrastructure.embedded_json import arn_of, combined, invoke_permission, read_policy
from pca_events.infrastructure.model import Destination, Key, Unknown
from pca_events.infrastructure.partial_values import (
    A_QUALIFIER,
    Reference,
    as_qualifier,
    joined,
    qualifier_of,
    wildcard_text,
)
from pca_events.infrastructure.source_tree import plain
from pca_events.infrastructure.terraform.functions import decoded
from pca_events.infrastructure.terraform.lookup import (
    ALIAS,
    GRANTS,
    KINDS,
    LOG_POLICIES,
    PERMISSION,
    ROLE,
    Lookup,
    Owners,
    Resource,
    name_of,
    reference_in,
)

_OF_TYPE = {
    "aws_sqs_queue": "sqs",
    "aws_lambda_function": "lambda",
    "aws_lambda_alias": "lambda",
    "aws_sns_topic": "sns",
    "aws_cloudwatch_log_group": "logs",
    "aws_cloudwatch_event_bus": "events",
    "aws_cloudwatch_event_api_destination": "api-destination",
    "aws_sfn_state_machine": "states",
    "aws_kinesis_stream": "kinesis",
    "aws_kinesis_firehose_delivery_stream": "firehose",
    "aws_ecs_cluster": "ecs",
    "aws_batch_job_queue": "batch",
    "aws_codebuild_project": "codebuild",
    "aws_codepipeline": "codepipeline",
    "aws_ssm_document": "ssm",
    "aws_glue_workflow": "glue",
    "aws_redshift_cluster": "redshift",
    "aws_redshiftserverless_workgroup": "redshift-serverless",
    "aws_sagemaker_pipeline": "sagemaker",
    "aws_appsync_graphql_api": "appsync",
    "aws_inspector_assessment_template": "inspector",
}
BEFORE_NAME = {
    "aws_sfn_state_machine": "stateMachine:",
    "aws_kinesis_stream": "stream/",
    "aws_kinesis_firehose_delivery_stream": "deliverystream/",
    "aws_codebuild_project": "project/",
    "aws_codepipeline": "",
}
"""The ARN text before the name of a target that has a role, by resource type."""

OF_BLOCK = {
    "ecs_target": "ecs",
    "batch_target": "batch",
    "kinesis_target": "kinesis",
    "redshift_target": "redshift",
    "run_command_targets": "ssm",
    "sagemaker_pipeline_target": "sagemaker",
    "appsync_target": "appsync",
    "sqs_target": "sqs",
}
"""The service of each service-specific block of a target, whatever its ARN."""

_OF_OUTPUT = {"lambda": "lambda", "queue": "sqs", "topic": "sns", "state_machine": "states", "log_group": "logs"}
_NAMES = ("function_name", "name", "queue_name", "topic_name")


@dataclass(frozen=True)
class Service:
    """The service and the name in an ARN.

    Attributes:
        kind: the service as in ARNs, or api-destination; empty if unknown.
        name: the name of the function, queue or topic; empty if unknown.
    """

    kind: str = ""
    name: str = ""


def named_service(arn: Any) -> Service:
    """The service of an ARN, which may be partly unknown."""
    return _spelt(wildcard_text(arn))


def referred_service(arn: Reference, kind: str = "", get: Callable[[str], Any] = lambda _name: None) -> Service:
    """The service of a reference.

    Args:
        arn: the reference.
        kind: the type of the resource if known.
        get: returns the arguments of the resource.
    """
    first, _, label = re.sub(r"\[[^\[\]]*\]", "", arn.resource.removeprefix("data.")).partition(".")
    if first == "module" and not kind:
        kinds = [service for word, service in _OF_OUTPUT.items() if word in arn.attribute]
        return Service(kinds[0] if kinds else "", label)
    named = next((name for key in _NAMES if isinstance(name := get(key), str)), "")
    return Service(_OF_TYPE.get((kind or first).removeprefix("data."), ""), named or label.rpartition(".")[2])


def _spelt(arn: str) -> Service:
    fields = arn.split(":", 5)
    if len(fields) < 6 or fields[0] != "arn":
        bus = arn.rpartition(":event-bus/")
        return Service("events" if bus[1] else "", "" if "*" in bus[2] or not bus[1] else bus[2])
    kind = "" if "*" in fields[2] or fields[5].startswith("target/") else fields[2]
    if kind == "events" and fields[5].startswith("api-destination/"):
        return Service("api-destination", fields[5].split("/")[1])
    rest = fields[5].split(":")
    last = rest[1] if kind in ("lambda", "logs") and len(rest) > 1 else rest[-1]
    name = last if kind == "logs" else last.rpartition("/")[2]
    return Service(kind, "" if "*" in name else name)


_KINDS = {kind: service for kind, service in KINDS.items() if kind != ROLE}
_EVENT_PERMISSION = "aws_cloudwatch_event_permission"
_KEY, _KEY_ALIAS, _DATA_KEY_ALIAS, _DATA_KEY = "aws_kms_key", "aws_kms_alias", "data.aws_kms_alias", "data.aws_kms_key"
_KEY_OF = {_KEY_ALIAS: "target_key_id", _DATA_KEY_ALIAS: "name", _DATA_KEY: "key_id"}
_BEFORE = {"lambda": "function:", "logs": "log-group:", "events": "event-bus/"}
_MANAGED = ("alias/aws/sqs", "alias/aws/sns")

READ = "|".join((*_KINDS, *GRANTS, ALIAS, _KEY, _KEY_ALIAS, _DATA_KEY_ALIAS, _DATA_KEY))
"""The resource types read here, as a regular expression."""


class Destinations:
    """The destinations of a project, created on demand."""

    def __init__(self, lookup: Lookup, owners: Owners) -> None:
        self._lookup = lookup
        self._made: dict[str, Destination] = {}
        self._log_policy: list[Any] = []
        self._owners = owners

    def find(self, arn: Any) -> Destination | None:
        """The resource of the project that an ARN identifies, if it is exactly one."""
        found = self._resource(arn)
        if found is None:
            return None
        destination = self._destination(found)
        qualifier = self._qualifier(arn) if destination.kind == "lambda" else ""
        return replace(destination, qualifier=qualifier) if qualifier else destination

    def bus(self, name: Any) -> Destination | None:
        """The event bus of the project with this name or ARN."""
        if isinstance(name, Reference):
            return self.find(name)
        for bus in self._owners.named("events", wildcard_text(name).rpartition(":event-bus/")[2]):
            own = name_of(bus)
            if not isinstance(name, Unknown) or isinstance(own, str) or own.reason == name.reason:
                return self._destination(bus)
        return None

    def _resource(self, arn: Any) -> Resource | None:
        reference = reference_in(arn)
        if isinstance(reference, Reference):
            found = [self._owners.function_of(held) for held in self._lookup.at(reference)]
            return found[0] if len(found) == 1 and found[0] and found[0].kind in _KINDS else None
        service = named_service(arn)
        by_name = self._owners.named(service.kind, service.name) if service.name and service.kind != "iam" else []
        named = self._lookup.find(arn, *_KINDS) or by_name
        return named[0] if named else None

    def _qualifier(self, function: Any) -> str | Unknown:
        """The qualifier in the name or ARN of a function, a version or an alias."""
        if not isinstance(function, Reference):
            return qualifier_of(function)
        found = self._lookup.at(function)
        aliases = {as_qualifier(held.values.get("name")) for held in found if held.kind == ALIAS}
        if aliases and function.attribute in ("arn", "id"):
            return aliases.pop() if len(aliases) == 1 else A_QUALIFIER
        if function.attribute != "qualified_arn":
            return ""
        published = [_truth(held.values.get("publish")) for held in found]
        return A_QUALIFIER if published and all(held is True for held in published) else Unknown(function.reason)

    def _destination(self, resource: Resource) -> Destination:
        if resource.address not in self._made:
            get, kind = resource.values.get, _KINDS[resource.kind]
            name, key = get("function_name" if kind == "lambda" else "name"), get("kms_master_key_id")
            partner = get("event_source_name") if kind == "events" else None
            self._made[resource.address] = Destination(
                kind=kind,
                place=resource.place,
                name=next((held for held in (partner, name) if held and isinstance(held, str)), resource.address),
                address=resource.address,
                arn=arn_of(kind, name_of(resource), _BEFORE.get(kind, ""), get("region")),
                generated=name is None and get("name_prefix") is None,
                policy=self._account_policy() if kind == "logs" else self._policy(resource),
                key=self._key(key) if key not in (None, "") and kind in ("sqs", "sns") else None,
                fifo=_truth(get("fifo_queue" if kind == "sqs" else "fifo_topic")),
                deduplicates=_truth(get("content_based_deduplication")),
            )
        return self._made[resource.address]

    def _policy(self, resource: Resource) -> Any:
        """The policies of a resource combined: its own, and those of resources that belong, or may belong, to it."""
        own = resource.values.get("policy")
        if own is None and "policy" in resource.arguments:
            own = Unknown("a policy that is null by default")
        documents = [self._document(own), *self._owners.policies_of(resource, self._given_by)]
        if self._lookup.is_given_to_a_module(resource):
            documents.append(Unknown("the policies of a module"))
        return combined(documents)

    def _given_by(self, other: Resource, to: Resource) -> Any:
        """The document of a policy or permission resource; those of the Cloud Control provider are unknown."""
        if other.kind == _EVENT_PERMISSION or other.kind.startswith("awscc_"):
            return Unknown(other.address)
        return self._permission(other, to) if other.kind == PERMISSION else self._document(other.values.get("policy"))

    def _permission(self, permission: Resource, to: Resource) -> Any:
        get = permission.values.get
        qualifier = as_qualifier(get("qualifier")) or self._qualifier(get("function_name"))
        function = joined([Reference(to.address, resource=to.address, attribute="arn"), qualifier])
        document = invoke_permission(
            function, get("principal"), get("action"), get("source_arn"), get("source_account")
        )
        return self._document(document)

    def _document(self, value: Any) -> Any:
        return read_policy(decoded(value), self._lookup.resolve)

    def _account_policy(self) -> Any:
        """The policies for log groups: they apply to the account and list log groups as resources."""
        if not self._log_policy:
            policies = [held for kind in LOG_POLICIES for held in self._lookup.of_kind(kind)]
            documents = [held.values.get("policy_document") for held in policies]
            self._log_policy.append(combined(map(self._document, documents)))
        return self._log_policy[0]

    def _key(self, value: Any) -> Key | Unknown | str:
        """The KMS key that encrypts a queue or a topic."""
        if isinstance(value, str) and value.endswith(_MANAGED):
            return value[value.index("alias/") :]
        for found in self._lookup.find(value, _KEY):
            return Key(found.place, found.address, self._policy(found))
        for found in self._lookup.find(value, *_KEY_OF):
            to = found.values.get(_KEY_OF[found.kind])
            if to is not None and to != value and not self._lookup.find(to, _KEY_ALIAS):
                return self._key(to)
        return Unknown(value.reason, value.parts) if isinstance(value, Unknown) else Unknown(str(plain(value)))


def _truth(value: Any) -> bool | Unknown:
    if isinstance(value, Unknown):
        return Unknown(value.reason)
    return value in (True, "true")
