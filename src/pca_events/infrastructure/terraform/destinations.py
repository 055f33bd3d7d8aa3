"""What rules of Terraform deliver to: queues, topics, functions, log groups and event buses, with policies and keys."""

from dataclasses import replace
from typing import Any

from pca_events.infrastructure.lambda_qualifiers import A_QUALIFIER, as_qualifier, qualifier_of
from pca_events.infrastructure.model import Destination, Key, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference, joined
from pca_events.infrastructure.resource_policies import (
    arn_of,
    combined,
    invoke_permission,
    listed,
    read_policy,
)
from pca_events.infrastructure.source_tree import plain
from pca_events.infrastructure.terraform.functions import decoded
from pca_events.infrastructure.terraform.lookup import Lookup, Resource, Values
from pca_events.infrastructure.terraform.services import named_service
from pca_events.infrastructure.wildcard_texts import may_be_equal, wildcard_text

BUS = "aws_cloudwatch_event_bus"
_KINDS = {
    "aws_sqs_queue": "sqs",
    "aws_sns_topic": "sns",
    "aws_lambda_function": "lambda",
    "aws_cloudwatch_log_group": "logs",
    BUS: "events",
}
_LAMBDA_ALIAS, _PERMISSION = "aws_lambda_alias", "aws_lambda_permission"
_EVENT_PERMISSION = "aws_cloudwatch_event_permission"
_KEY, _KEY_ALIAS, _DATA_KEY_ALIAS, _DATA_KEY = "aws_kms_key", "aws_kms_alias", "data.aws_kms_alias", "data.aws_kms_key"
_KEY_OF = {_KEY_ALIAS: "target_key_id", _DATA_KEY_ALIAS: "name", _DATA_KEY: "key_id"}
_POLICIES = {
    "aws_sqs_queue": {
        "aws_sqs_queue_policy": "queue_url",
        "awscc_sqs_queue_policy": "queues",
        "awscc_sqs_queue_inline_policy": "queue",
    },
    "aws_sns_topic": {
        "aws_sns_topic_policy": "arn",
        "awscc_sns_topic_policy": "topics",
        "awscc_sns_topic_inline_policy": "topic_arn",
    },
    "aws_kms_key": {"aws_kms_key_policy": "key_id"},
    "aws_lambda_function": {_PERMISSION: "function_name", "awscc_lambda_permission": "function_name"},
    BUS: {
        "aws_cloudwatch_event_bus_policy": "event_bus_name",
        _EVENT_PERMISSION: "event_bus_name",
        "awscc_events_event_bus_policy": "event_bus_name",
    },
}
_LOG_POLICIES = ("aws_cloudwatch_log_resource_policy", "awscc_logs_resource_policy")
_BEFORE = {"lambda": "function:", "logs": "log-group:", "events": "event-bus/"}
_MOST_COMPARED = 200
"""How many names that are known in part are compared with that of a resource; more of them may name any."""

_MANAGED = ("alias/aws/sqs", "alias/aws/sns")

GRANTS = {kind: argument for kinds in _POLICIES.values() for kind, argument in kinds.items()} | dict.fromkeys(
    _LOG_POLICIES, ""
)
"""What grants something to EventBridge: by type of resource, the argument that names what it belongs to."""

READ = "|".join(
    (
        *_KINDS,
        *(kind for kinds in _POLICIES.values() for kind in kinds),
        *(_LAMBDA_ALIAS, *_LOG_POLICIES, _KEY, _KEY_ALIAS, _DATA_KEY_ALIAS, _DATA_KEY),
    )
)
"""The types of resources that it reads, as a regular expression."""


class Destinations:
    """The destinations of a project, each made when it is asked for."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._made: dict[str, Destination] = {}
        self._log_policy: list[Any] = []
        self._owned: dict[str, _Owned] = {}
        self._by_name: dict[tuple[str, str], list[Resource]] = {}
        for kind, service in _KINDS.items():
            for resource in lookup.of_kind(kind):
                self._by_name.setdefault((service, wildcard_text(name_of(resource))), []).append(resource)

    def find(self, arn: Any) -> Destination | None:
        """What an ARN belongs to, where that is one resource of the project."""
        found = self._resource(arn)
        if found is None:
            return None
        destination = self._destination(found)
        qualifier = self._qualifier(arn) if destination.kind == "lambda" else ""
        return replace(destination, qualifier=qualifier) if qualifier else destination

    def bus(self, name: Any) -> Destination | None:
        """The event bus of the project that a name or an ARN belongs to."""
        if isinstance(name, Reference):
            return self.find(name)
        for bus in self._by_name.get(("events", wildcard_text(name).rpartition(":event-bus/")[2]), []):
            own = name_of(bus)
            if not isinstance(name, Unknown) or isinstance(own, str) or own.reason == name.reason:
                return self._destination(bus)
        return None

    def _resource(self, arn: Any) -> Resource | None:
        reference = _reference_in(arn)
        if isinstance(reference, Reference):
            found = [self._function_of(held) for held in self._lookup.at(reference)]
            return found[0] if len(found) == 1 and found[0] and found[0].kind in _KINDS else None
        service = named_service(arn)
        by_name = self._by_name.get((service.kind, service.name), []) if service.name else []
        named = self._lookup.find(arn, *_KINDS) or by_name
        return named[0] if named else None

    def _function_of(self, resource: Resource) -> Resource | None:
        """The function of an alias; any other resource is itself."""
        if resource.kind != _LAMBDA_ALIAS:
            return resource
        function = resource.values.get("function_name")
        found = self._lookup.find(function, "aws_lambda_function") or self._by_name.get(("lambda", str(function)), [])
        return found[0] if len(found) == 1 else None

    def _qualifier(self, function: Any) -> str | Unknown:
        """What a name or an ARN of a function, a version or an alias says behind the function."""
        if not isinstance(function, Reference):
            return qualifier_of(function)
        found = self._lookup.at(function)
        aliases = {as_qualifier(held.values.get("name")) for held in found if held.kind == _LAMBDA_ALIAS}
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
                name=partner if isinstance(partner, str) else name if isinstance(name, str) else resource.address,
                address=resource.address,
                arn=arn_of(kind, name_of(resource), _BEFORE.get(kind, "")),
                generated=name is None and get("name_prefix") is None,
                policy=self._account_policy() if kind == "logs" else self._policy(resource),
                key=self._key(key) if key not in (None, "") and kind in ("sqs", "sns") else None,
                fifo=_truth(get("fifo_queue" if kind == "sqs" else "fifo_topic")),
                deduplicates=_truth(get("content_based_deduplication")),
            )
        return self._made[resource.address]

    def _policy(self, resource: Resource) -> Any:
        """The policies of a resource in one: its own, and those of resources that belong to it or may."""
        own = resource.values.get("policy")
        if own is None and "policy" in resource.arguments:
            own = Unknown("a policy that is null by default")
        documents = [self._document(own)]
        for kind, argument in _POLICIES.get(resource.kind, {}).items():
            owned = self._owned_by(kind, argument, resource.kind)
            documents += [self._given_by(held, resource) for held in owned.certain.get(resource.address, ())]
            if owned.may_be_of(resource):
                documents.append(Unknown(f"a {kind}"))
        if self._lookup.is_given_to_a_module(resource):
            documents.append(Unknown("the policies of a module"))
        return combined(documents)

    def _owned_by(self, kind: str, argument: str, of: str) -> "_Owned":
        """The policies or permissions of a type, by the resources that an argument says they belong to."""
        if kind not in self._owned:
            owned = self._owned[kind] = _Owned()
            for other in self._lookup.of_kind(kind):
                for value in listed(other.values.get(argument)) or [None]:
                    owned.add(other, value, self._owners(value, of))
        return self._owned[kind]

    def _owners(self, value: Any, of: str) -> list[Resource] | None:
        """The resources that a value may name; None where that may be any.

        A policy without the argument is one that could not be read, but without a name a bus is the default one.
        """
        if value is None:
            return [] if of == BUS else None
        if isinstance(reference := _reference_in(value), Reference) and of == "aws_lambda_function":
            value = reference
        if isinstance(value, Reference):
            found = [self._function_of(held) for held in self._lookup.at(value)]
            if not found and f"{of}." in value.resource and "data." not in value.resource:
                return []
            return [held for held in found if held] if found and None not in found else None
        if identified := self._lookup.find(value, of):
            return identified
        names = {value, *value.replace("/", ":").split(":")} if isinstance(value, str) else {wildcard_text(value)}
        named = [held for name in names for held in self._by_name.get((_KINDS.get(of, ""), name), ())]
        if isinstance(value, Unknown):
            return [held for held in named if name_of(held) == value] or None
        return named

    def _given_by(self, other: Resource, to: Resource) -> Any:
        """What a policy or a permission of a resource says; those of the Cloud Control provider are not known."""
        if other.kind == _EVENT_PERMISSION or other.kind.startswith("awscc_"):
            return Unknown(other.address)
        return self._permission(other, to) if other.kind == _PERMISSION else self._document(other.values.get("policy"))

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
        """The policies for log groups: they belong to the account, and name log groups as their resources."""
        if not self._log_policy:
            policies = [held for kind in _LOG_POLICIES for held in self._lookup.of_kind(kind)]
            documents = [held.values.get("policy_document") for held in policies]
            self._log_policy.append(combined(map(self._document, documents)))
        return self._log_policy[0]

    def _key(self, value: Any) -> Key | Unknown | str:
        """The key that a queue or a topic is encrypted with."""
        if isinstance(value, str) and value.endswith(_MANAGED):
            return value[value.index("alias/") :]
        for found in self._lookup.find(value, _KEY):
            return Key(found.place, found.address, self._policy(found))
        for found in self._lookup.find(value, *_KEY_OF):
            to = found.values.get(_KEY_OF[found.kind])
            if to is not None and to != value and not self._lookup.find(to, _KEY_ALIAS):
                return self._key(to)
        return Unknown(value.reason, value.parts) if isinstance(value, Unknown) else Unknown(str(plain(value)))


class NotByDefault:
    """The values of a policy or a permission that the defaults leave out: what it belongs to, and nothing else.

    Args:
        values: those that it has where it is there.
        owner: the argument that names what it belongs to.
    """

    def __init__(self, values: Values, owner: str) -> None:
        self._values = values
        self._owner = owner

    def get(self, name: str, /) -> Any:
        """The value of an argument."""
        return self._values.get(name) if name == self._owner else Unknown("what is left out by default")


class _Owned:
    """Policies or permissions of one type, by what they belong to.

    Attributes:
        certain: by the address of the one resource that each belongs to.
    """

    def __init__(self) -> None:
        self.certain: dict[str, list[Resource]] = {}
        self._possible: set[str] = set()
        self._texts: set[str] = set()

    def add(self, other: Resource, value: Any, owners: list[Resource] | None) -> None:
        """Add one, with the value that names its owner and the resources that this may be."""
        if owners is None:
            self._texts.add(wildcard_text(value) or "*")
        elif len(owners) == 1:
            self.certain.setdefault(owners[0].address, []).append(other)
        else:
            self._possible.update(owner.address for owner in owners)

    def may_be_of(self, resource: Resource) -> bool:
        """Whether one may belong to a resource, which only a deployment can tell."""
        name = wildcard_text(name_of(resource))
        if resource.address in self._possible or len(self._texts) > _MOST_COMPARED:
            return True
        return any(_may_name(text, name) for text in self._texts)


def _may_name(text: str, name: str) -> bool:
    """Whether a text that is known in part may be a name, or an ARN or a URL that ends with it or with its alias."""
    forms = [name, f"*:{name}", f"*/{name}"]
    if text == "*" or ":" in text:
        forms += [f"{name}:*", f"*:{name}:*"]
    return any(may_be_equal(text, form) for form in forms)


def name_of(resource: Resource) -> str | Unknown:
    """The name of a resource; Unknown in whole where the provider generates it."""
    name = resource.values.get("function_name" if resource.kind == "aws_lambda_function" else "name")
    if isinstance(name, str | Unknown):
        return name
    prefix = resource.values.get("name_prefix")
    generated = Unknown("its name")
    return joined([prefix, generated]) if isinstance(prefix, str | Unknown) else generated


def _reference_in(arn: Any) -> Any:
    """The reference that a text is made of, where something behind it follows: `${aws_lambda_function.f.arn}:live`."""
    if not isinstance(arn, Composed):
        return arn
    pieces = list(arn.pieces())
    after = pieces[1] if len(pieces) > 1 else ""
    return pieces[0] if isinstance(after, str) and after.startswith(":") else pieces[-1]


def _truth(value: Any) -> bool | Unknown:
    if isinstance(value, Unknown):
        return Unknown(value.reason)
    return value in (True, "true")
