"""Destinations of the rules in a template: queues, topics, functions, log groups, buses, with policies and keys."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pca_events.infrastructure.cloudformation.roles import Roles
from pca_events.infrastructure.cloudformation.values import Template
from pca_events.infrastructure.embedded_json import (
    NAME_OF_RULE,
    arn_of,
    combined,
    invoke_permission,
    listed,
    read_policy,
)
from pca_events.infrastructure.model import Destination, Key, SourceLocation, Unknown
from pca_events.infrastructure.partial_values import (
    A_QUALIFIER,
    Composed,
    Reference,
    as_qualifier,
    joined,
    qualifier_of,
    wildcard_text,
)
from pca_events.infrastructure.source_tree import Object, child

_KINDS = {
    "AWS::SQS::Queue": "sqs",
    "AWS::SNS::Topic": "sns",
    "AWS::Lambda::Function": "lambda",
    "AWS::Serverless::Function": "lambda",
    "AWS::Logs::LogGroup": "logs",
    "AWS::Events::EventBus": "events",
}
_NAMES = {"sqs": "QueueName", "sns": "TopicName", "lambda": "FunctionName", "logs": "LogGroupName", "events": "Name"}
_BEFORE = {"lambda": "function:", "logs": "log-group:", "events": "event-bus/"}
_POLICIES = {
    "AWS::SQS::QueuePolicy": ("sqs", "Queues"),
    "AWS::SQS::QueueInlinePolicy": ("sqs", "Queue"),
    "AWS::SNS::TopicPolicy": ("sns", "Topics"),
    "AWS::SNS::TopicInlinePolicy": ("sns", "TopicArn"),
    "AWS::Events::EventBusPolicy": ("events", "EventBusName"),
    "AWS::Lambda::Permission": ("lambda", "FunctionName"),
}
_OF_LAMBDA = {"AWS::Lambda::Alias": "FunctionName", "AWS::Lambda::Version": "FunctionName"}
_ARNS = {"Arn", "TopicArn"}
_REF_IS_ARN = {"AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"}
_NO_ARN = {"AWS::SQS::Queue", "AWS::Events::Rule", "AWS::Lambda::Function", "AWS::Serverless::Function"}
_MANAGED = ("alias/aws/sqs", "alias/aws/sns")
_KNOWN_MACROS = ("AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", "AWS::CodeDeployBlueGreen")


class Destinations:
    """The destinations by logical ID, created on demand.

    Args:
        template: the template.
        places: the location of each resource, by logical ID.
        transform: the `Transform` of the template; an unknown macro may add policies.
        prefix: the start of each address, for a nested template.

    Attributes:
        roles: the roles of the template.
    """

    def __init__(
        self, template: Template, places: dict[str, SourceLocation], transform: Any = None, prefix: str = ""
    ) -> None:
        self._template = template
        self._prefix = prefix
        self._places = places
        self._made: dict[str, Destination] = {}
        self._ids: dict[tuple[str, str], str] = {}
        self._unknown_buses: dict[tuple[str, tuple[str | None, ...]], str] = {}
        self._policies: list[tuple[str, Any, Any]] = []
        self._owned: dict[str, list[Any]] | None = None
        self._of_any: dict[str, Unknown] = {}
        self._log_policies: list[Any] = []
        macros = [held for held in listed(transform) if held not in _KNOWN_MACROS]
        self._macro = Unknown("what a macro adds") if macros else None
        for name in template.resources:
            kind = template.type_of(name)
            named = self._property(name, _NAMES[_KINDS[kind]]) if kind in _KINDS else None
            if isinstance(named, str):
                self._ids[_KINDS[kind], named] = name
            elif isinstance(named, Unknown) and _KINDS[kind] == "events":
                self._unknown_buses[named.reason, named.parts] = name
            if kind in _POLICIES:
                self._policies.append(self._policy(name, *_POLICIES[kind]))
            elif kind == "AWS::Logs::ResourcePolicy":
                self._log_policies.append(self._conditional(name, self._property(name, "PolicyDocument")))
            elif kind.startswith("Custom::") and "LogResourcePolicy" in kind:
                self._log_policies.append(Unknown(name))
            elif kind == "AWS::Serverless::Connector":
                self._policies.append(("", self._property(name, "Destination"), Unknown(f"connector {name}")))
            self._policies += self._connectors(name)
        connected = next((Unknown("a connector") for kind, *_ in self._policies if not kind), None)
        self.roles = Roles(template, places, self._resolve, self._macro or connected, self._conditional)

    def find(self, value: Any) -> Destination | None:
        """The resource of the template that a reference, an ARN or a URL identifies."""
        name = self._name(value)
        if name is None:
            return None
        if name not in self._made:
            self._made[name] = self._destination(name, _KINDS[self._template.type_of(name)])
        qualifier = self._qualifier(value) if self._made[name].kind == "lambda" else ""
        return replace(self._made[name], qualifier=qualifier) if qualifier else self._made[name]

    def address_of(self, arn: Any) -> str:
        """The address of the resource of the template that an ARN refers to; empty for any other ARN."""
        is_own = isinstance(arn, Reference) and arn.resource in self._template.resources
        return self._prefix + arn.resource if is_own else ""

    def bus(self, name: Any) -> Destination | None:
        """The event bus of the template that has this name or ARN."""
        found = self._ids.get(("events", name)) if isinstance(name, str) else None
        if isinstance(name, Unknown) and not isinstance(name, Reference):
            found = self._unknown_buses.get((name.reason, name.parts))
        return self.find(Reference(found, resource=found) if found else name)

    def _destination(self, name: str, kind: str) -> Destination:
        named = self._property(name, _NAMES[kind])
        partner = self._property(name, "EventSourceName") if kind == "events" else None
        key = self._property(name, "KmsMasterKeyId") if kind in ("sqs", "sns") else None
        return Destination(
            kind=kind,
            place=self._places[name],
            name=next((held for held in (partner, named) if isinstance(held, str) and kind == "events"), name),
            address=self._prefix + name,
            arn=arn_of(kind, named, _BEFORE.get(kind, "")),
            generated=named is None,
            policy=self._policy_of(name, kind),
            key=self._key(key) if key not in (None, "") else None,
            fifo=_truth(self._property(name, "FifoQueue" if kind == "sqs" else "FifoTopic")),
            deduplicates=_truth(self._property(name, "ContentBasedDeduplication")),
        )

    def _property(self, name: str, key: str) -> Any:
        properties = self._template.properties(name)
        return properties if isinstance(properties, Unknown) else properties.get(key)

    def _connectors(self, name: str) -> Iterator[tuple[str, Any, Unknown]]:
        """The destinations of the SAM `Connectors` attribute of a resource."""
        for label, connector in child(self._template.resources[name], "Connectors").items():
            yield "", child(connector, "Properties").get("Destination"), Unknown(f"connector {label}")

    def _name(self, value: Any) -> str | None:
        """The logical ID of a destination."""
        if isinstance(value, Object):
            return self._if_destination(str(value.get("Id")))
        if isinstance(value, Composed):
            pieces = list(value.pieces())
            after = pieces[1] if len(pieces) > 1 else ""
            hole = pieces[0] if isinstance(after, str) and after.startswith(":") else pieces[-1]
            value = hole if isinstance(hole, Reference) else value
        if isinstance(value, Reference):
            return self._if_destination(value.resource)
        text = wildcard_text(value)
        if "event-bus/" in text:
            return self._ids.get(("events", text.rpartition("event-bus/")[2]))
        fields = text.split(":", 6)
        if len(fields) > 5 and fields[2] in _NAMES:
            name = fields[6].partition(":")[0] if len(fields) > 6 else fields[5].rpartition("/")[2]
            return self._ids.get((fields[2], name))
        return self._ids.get(("sqs", text.rpartition("/")[2])) if "sqs." in text else None

    def _if_destination(self, name: str) -> str | None:
        """The logical ID itself, or for a version or an alias the logical ID of its function."""
        for _ in range(3):
            kind = self._template.type_of(name)
            if kind not in _OF_LAMBDA:
                return name if kind in _KINDS else None
            function = self._property(name, _OF_LAMBDA[kind])
            name = (
                function.resource if isinstance(function, Reference) else self._ids.get(("lambda", str(function)), "")
            )
        return None

    def _qualifier(self, function: Any) -> str | Unknown:
        """The qualifier in the name or ARN of a function, a version or an alias."""
        if not isinstance(function, Reference):
            return qualifier_of(function)
        kind = self._template.type_of(function.resource)
        if kind == "AWS::Lambda::Alias":
            return as_qualifier(self._property(function.resource, "Name"))
        if kind == "AWS::Serverless::Function" and function.attribute == "Alias":
            return as_qualifier(self._property(function.resource, "AutoPublishAlias")) or A_QUALIFIER
        is_version = kind == "AWS::Lambda::Version" or function.attribute == "Version"
        return A_QUALIFIER if is_version else ""

    def _policy(self, name: str, kind: str, owners: str) -> tuple[str, Any, Any]:
        """The kind of resource that a policy or permission applies to, the resources, and the document."""
        properties = self._template.properties(name)
        if isinstance(properties, Unknown):
            return kind, properties, properties
        get = properties.get
        document = get("PolicyDocument")
        if kind == "lambda":
            document = properties
        elif kind == "events":
            document = {"Statement": get("Statement")} if get("Statement") is not None else Unknown(name)
        return kind, get(owners), self._conditional(name, document)

    def _permission(self, properties: Object, function: str) -> Any:
        get = properties.get
        own = Reference(function, resource=function, attribute="Arn")
        resource = joined([own, self._qualifier(get("FunctionName"))])
        return invoke_permission(resource, get("Principal"), get("Action"), get("SourceArn"), get("SourceAccount"))

    def _conditional(self, name: str, document: Any) -> Any:
        condition = self._template.resources[name].get("Condition")
        if condition is not None and self._template.conditions.holds(condition) is not True:
            return Unknown(f"condition {condition}")
        return document

    def _policy_of(self, name: str, kind: str) -> Any:
        """The policies that apply, or may apply, to a destination, combined into one."""
        owned = self._by_owner()
        found = [*owned.get(name, []), *(self._log_policies if kind == "logs" else ())]
        found += [unknown for unknown in (self._of_any.get(kind), self._macro) if unknown]
        return combined(read_policy(document, self._resolve) for document in found)

    def _by_owner(self) -> dict[str, list[Any]]:
        """The policies by destination."""
        if self._owned is None:
            self._owned = {}
            for kind, owners, document in self._policies:
                for owner in listed(owners):
                    found = self._owner(kind, owner)
                    if isinstance(found, Unknown):
                        self._of_any[kind] = found
                    elif found:
                        is_permission = kind == "lambda" and isinstance(document, Object)
                        given = self._permission(document, found) if is_permission else document
                        self._owned.setdefault(found, []).append(given)
        return self._owned

    def _owner(self, kind: str, value: Any) -> str | Unknown | None:
        """The destination that a policy names; Unknown if it may be any, None if it is not in the template."""
        found = self._name(value)
        if found is None and isinstance(value, str):
            names = (value, value.rpartition(":")[2], value.partition(":")[0])
            found = next((self._ids[kind, name] for name in names if (kind, name) in self._ids), None)
        return Unknown(value.reason, value.parts) if found is None and isinstance(value, Unknown) else found

    def _resolve(self, reference: Reference) -> Unknown:
        kind = self._template.type_of(reference.resource)
        if kind and (reference.attribute in _ARNS or (reference.attribute == "" and kind in _REF_IS_ARN)):
            return Reference(reference.reason, resource=self._prefix + reference.resource, attribute="arn")
        if kind in _NO_ARN and reference.attribute == "":
            name = NAME_OF_RULE if kind == "AWS::Events::Rule" else "Ref"
            return Reference(reference.reason, resource=self._prefix + reference.resource, attribute=name)
        return Unknown(reference.reason, reference.parts)

    def _key(self, value: Any) -> Key | Unknown | str | None:
        if isinstance(value, Reference) and value.resource in self._places:
            return self._referred_key(value)
        text = wildcard_text(value)
        if text.endswith(_MANAGED):
            return text[text.index("alias/") :]
        for name in self._template.resources:
            alias = self._template.type_of(name) == "AWS::KMS::Alias" and self._property(name, "AliasName")
            if alias and alias == f"alias/{text.partition('alias/')[2]}":
                return self._aliased_key(name)
        return Unknown(value.reason, value.parts) if isinstance(value, Unknown) else Unknown(f"the key {text}")

    def _referred_key(self, reference: Reference) -> Key | Unknown:
        name = reference.resource
        if self._template.type_of(name) == "AWS::KMS::Alias":
            return self._aliased_key(name)
        if self._template.type_of(name) != "AWS::KMS::Key":
            return Unknown(reference.reason)
        return Key(self._places[name], name, read_policy(self._property(name, "KeyPolicy"), self._resolve))

    def _aliased_key(self, name: str) -> Key | Unknown:
        target = self._property(name, "TargetKeyId")
        if isinstance(target, Reference) and self._template.type_of(target.resource) == "AWS::KMS::Key":
            return self._referred_key(target)
        return Unknown(f"the key of {name}")


def _truth(value: Any) -> bool | Unknown:
    if isinstance(value, Unknown):
        return Unknown(value.reason)
    return value in (True, "true")
