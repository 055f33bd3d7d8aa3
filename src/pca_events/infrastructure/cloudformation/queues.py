"""The SQS queues of a CloudFormation template, with the policies and keys that apply to them."""

from typing import Any

from pca_events.infrastructure.cloudformation.values import Template
from pca_events.infrastructure.model import Key, Place, Queue, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference
from pca_events.infrastructure.source_tree import Object, plain

_MANAGED = "alias/aws/sqs"


class Queues:
    """The queues by logical id, made when they are asked for.

    Args:
        template: the template.
        places: where each resource stands, by logical id.
    """

    def __init__(self, template: Template, places: dict[str, Place]) -> None:
        self._template = template
        self._places = places
        self._found: dict[str, Queue] = {}
        self._names: dict[str, str] = {}
        self._policies: list[tuple[list[Any] | Unknown, Any]] = []
        for name, resource in template.resources.items():
            kind = resource.get("Type")
            if kind == "AWS::SQS::Queue" and isinstance(named := self._property(name, "QueueName"), str):
                self._names[named] = name
            elif kind in ("AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy"):
                self._policies.append(self._policy(name))
            elif kind == "AWS::Serverless::Connector":
                self._policies.append(([self._property(name, "Destination")], Unknown(f"connector {name}")))

    def find(self, value: Any) -> Queue | None:
        """The queue that a reference, ARN or URL means, if it is one of the template."""
        name = self._name(value)
        if name is None:
            return None
        if name not in self._found:
            key = self._key(self._property(name, "KmsMasterKeyId"))
            self._found[name] = Queue(self._places[name], name, self._policy_of(name), key)
        return self._found[name]

    def _property(self, name: str, key: str) -> Any:
        properties = self._template.properties(name)
        return properties if isinstance(properties, Unknown) else properties.get(key)

    def _name(self, value: Any) -> str | None:
        if isinstance(value, Object):
            return self._if_queue(str(value.get("Id")))
        if isinstance(value, Composed) and value.parts[-1] is None:
            value = value.holes[-1]
        if isinstance(value, Reference):
            return self._if_queue(value.resource)
        text = known_text(value)
        if ":sqs:" not in text and "sqs." not in text:
            return None
        return self._names.get(text.replace("/", ":").rpartition(":")[2])

    def _if_queue(self, name: str) -> str | None:
        return name if self._template.type_of(name) == "AWS::SQS::Queue" else None

    def _policy(self, name: str) -> tuple[list[Any] | Unknown, Any]:
        """The queues a policy is for, and its document."""
        properties = self._template.properties(name)
        if isinstance(properties, Unknown):
            return properties, properties
        queues = properties.get("Queues", [properties.get("Queue")])
        queues = queues if isinstance(queues, list | Unknown) else [queues]
        condition = self._template.resources[name].get("Condition")
        if condition is not None and self._template.conditions.holds(condition) is not True:
            return queues, Unknown(f"condition {condition}")
        return queues, properties.get("PolicyDocument")

    def _policy_of(self, name: str) -> Any:
        """The policies of a queue in one; those that may be of any queue count only where it has none of its own."""
        own = [document for queues, document in self._policies if _among(name, queues, self._name)]
        if not own:
            vague = [queues for queues, _ in self._policies if isinstance(queues, Unknown)]
            return plain(vague[0]) if vague else None
        objects = [document for document in own if isinstance(document, Object)]
        if len(own) == 1:
            return plain(own[0])
        statements = [held for document in objects for held in _listed(document.get("Statement"))]
        statements += [document for document in own if isinstance(document, Unknown)]
        return plain({"Version": objects[0].get("Version") if objects else None, "Statement": statements})

    def _key(self, value: Any) -> Key | Unknown | str | None:
        if value is None:
            return None
        if isinstance(value, Reference) and value.resource in self._places:
            return self._referred_key(value)
        text = known_text(value)
        if text.endswith(_MANAGED):
            return _MANAGED
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
        return Key(self._places[name], name, plain(self._property(name, "KeyPolicy")))

    def _aliased_key(self, name: str) -> Key | Unknown:
        target = self._property(name, "TargetKeyId")
        if isinstance(target, Reference) and self._template.type_of(target.resource) == "AWS::KMS::Key":
            return self._referred_key(target)
        return Unknown(f"the key of {name}")


def known_text(value: Any) -> str:
    """A text with `*` for what is not known of it."""
    if isinstance(value, Unknown):
        return "".join("*" if part is None else part for part in value.parts)
    return value if isinstance(value, str) else ""


def _among(name: str, queues: list[Any] | Unknown, name_of: Any) -> bool:
    return not isinstance(queues, Unknown) and any(name_of(queue) == name for queue in queues)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
