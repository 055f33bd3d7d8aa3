"""Values of a CloudFormation template: intrinsic functions evaluated as far as the template alone allows.

A parameter has its default value. Values known only at deployment, and invalid ones, are `Unknown`.
"""

import re
from collections.abc import Callable
from typing import Any

from pca_events.infrastructure.cloudformation.intrinsics import written
from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import Composed, Reference, joined, reference_to
from pca_events.infrastructure.sizes import size_of
from pca_events.infrastructure.source_tree import Object, Text, child

Truth = bool | Unknown


class Conditions:
    """The conditions by name; each is evaluated once."""

    def __init__(self, definitions: Object, resolve: Callable[[Any], Any]) -> None:
        self._definitions = definitions
        self._resolve = resolve
        self._known: dict[str, Truth] = {}

    def holds(self, name: Any) -> Truth:
        """Whether a condition is true with the default parameter values."""
        if not isinstance(name, str):
            return Unknown("a condition that is not a name")
        if name not in self._known:
            self._known[name] = unknown = Unknown(f"condition {name}")
            truth = self._truth(self._definitions.get(name))
            self._known[name] = truth if isinstance(truth, bool) else unknown
        return self._known[name]

    def _truth(self, value: Any) -> Truth:
        if not isinstance(value, Object) or len(value) != 1:
            return Unknown("an invalid condition")
        ((name, argument),) = value.items()
        if name == "Condition":
            return self.holds(argument)
        if not isinstance(argument, list):
            return Unknown(name)
        if name == "Fn::Equals" and len(argument) == 2:
            return _equal(*(self._resolve(held) for held in argument))
        truths = [self._truth(held) for held in argument]
        if name == "Fn::Not" and len(truths) == 1:
            return not truths[0] if isinstance(truths[0], bool) else truths[0]
        if name in ("Fn::And", "Fn::Or"):
            return _all_or_any(truths, decisive=name == "Fn::Or")
        return Unknown(name)


def _equal(first: Any, second: Any) -> Truth:
    for value in (first, second):
        if isinstance(value, Unknown | list | dict):
            return value if isinstance(value, Unknown) else Unknown("a list")
    return _text(first) == _text(second)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _all_or_any(truths: list[Truth], *, decisive: bool) -> Truth:
    """The decisive value if it occurs; else Unknown if any value is unknown."""
    if any(truth is decisive for truth in truths):
        return decisive
    return next((truth for truth in truths if isinstance(truth, Unknown)), not decisive)


_NO_VALUE = object()
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_DYNAMIC = re.compile(
    r"(\{\{resolve:[^{}]*\}\}|\$\{(?:self|opt|param|env|sls|ssm|cf|file\([^{}]*\))(?::[^:{}][^{}]*)?\})"
)
"""Substitutions made before functions are evaluated: dynamic references and Serverless variables."""
_LONGEST_PARAMETER = 4_096  # a quota of CloudFormation
_MOST_VALUES = 1_000_000  # that the functions of a template return
_TOO_MANY = Unknown("functions that return too many values")
_LISTS = ("CommaDelimitedList", "List<")
_MEANINGS = {"AWS::AccountId": "account", "AWS::Region": "region", "AWS::Partition": "partition"}
_OF_SAM = ("Alias", "Version")
"""The suffixes that SAM allows after a function name in `Ref`."""
_FAULTS = (TypeError, ValueError, KeyError, IndexError, AttributeError)


class Template:
    """A template with its values evaluated on demand.

    Attributes:
        resources: its resources by logical ID; entries that are not objects are left out.
    """

    def __init__(self, document: Object) -> None:
        self.resources: dict[str, Object] = {
            name: held for name, held in child(document, "Resources").items() if isinstance(held, Object)
        }
        self._lines = {name: span[0] for name, span in child(document, "Resources").spans.items()}
        self._parameters = child(document, "Parameters")
        self._mappings = child(document, "Mappings")
        self.conditions = Conditions(child(document, "Conditions"), self.resolve)
        self._naming = False
        self._room = _MOST_VALUES
        self._properties: dict[str, Object | Unknown] = {}
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::If": self._if,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::FindInMap": self._find_in_map,
            "Fn::ToJsonString": self.resolve,
        }

    def type_of(self, name: str) -> str:
        """The type of a resource: `AWS::SQS::Queue`; empty if no resource has this name."""
        return str(self.resources[name].get("Type", "")) if name in self.resources else ""

    def properties(self, name: str) -> Object | Unknown:
        """The evaluated properties of a resource."""
        if name not in self._properties:
            found = self.resolve(child(self.resources.get(name)).get("Properties"))
            self._properties[name] = found if isinstance(found, Object | Unknown) else Object()
        return self._properties[name]

    def resolve(self, value: Any) -> Any:
        """Evaluate a value; None for AWS::NoValue."""
        found = self._resolve(value)
        return None if found is _NO_VALUE else found

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, Object):
            return self._object(value)
        if isinstance(value, list):
            return [found for held in value if (found := self._resolve(held)) is not _NO_VALUE]
        if isinstance(value, str) and ("{{resolve:" in value or "${" in value):
            pieces = _DYNAMIC.split(value)
            return joined((Unknown(p) if at % 2 else p for at, p in enumerate(pieces)), getattr(value, "line", 0))
        return value

    def _object(self, value: Object) -> Any:
        for name in value:
            if name == "Fn::Transform" or (len(value) == 1 and (name in self._functions or name.startswith("Fn::"))):
                return self._call(name, value[name])
        made = Object(value.line, value.file)
        for key, held in value.items():
            if (found := self._resolve(held)) is not _NO_VALUE:
                made.put(key, found, value.spans.get(key, (value.line, value.line)))
        return made

    def _call(self, name: str, argument: Any) -> Any:
        try:
            found = self._functions[name](argument) if self._room >= 0 else _TOO_MANY
        except _FAULTS:
            return Unknown(written(name, argument))
        self._room -= size_of(found, max(self._room, 0))
        return found if self._room >= 0 else _TOO_MANY

    def _ref(self, name: str) -> Any:
        return self._named(name, f"!Ref {name}")

    def _named(self, name: str, reason: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name in self._parameters:
            return self._default(self._parameters[name], reason)
        if self.type_of(name) == "AWS::Events::EventBus":
            return self._bus(name, "", reason)
        if name in self.resources:
            return self._reference(name, "", reason)
        owner, _, attribute = name.partition(".")
        if attribute in _OF_SAM and self.type_of(owner) == "AWS::Serverless::Function":
            return self._reference(owner, attribute, reason)
        return Unknown(reason, meaning=_MEANINGS.get(name, ""))

    def _default(self, parameter: Object, reason: str) -> Any:
        default, kind = parameter.get("Default"), str(parameter.get("Type", ""))
        if default is None or isinstance(default, list | dict) or kind.startswith("AWS::SSM::"):
            return Unknown(reason)
        text = default if isinstance(default, str) else written("", default).strip()
        if len(text) > _LONGEST_PARAMETER:
            return Unknown(reason)
        return [item.strip() for item in text.split(",")] if kind.startswith(_LISTS) else text

    def _get_att(self, argument: Any) -> Any:
        name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        return self._attribute(name, attribute, written("Fn::GetAtt", f"{name}.{attribute}"))

    def _attribute(self, name: str, attribute: str, reason: str) -> Any:
        if (self.type_of(name), attribute) == ("AWS::SQS::Queue", "QueueName"):
            return self._name_of(name, attribute, reason)
        if self.type_of(name) == "AWS::Events::EventBus" and attribute in ("Arn", "Name"):
            return self._bus(name, attribute, reason)
        if name in self.resources and isinstance(attribute, str):
            return self._reference(name, attribute, reason)
        return Unknown(reason)

    def _reference(self, name: str, attribute: str, reason: str) -> Reference:
        """A reference to a resource: to its ARN if `Ref` or `Arn` returns that, else to another attribute."""
        kind = self.type_of(name) if attribute in ("", "Arn") else ""
        return reference_to(kind, reason, name, attribute, f"line {self._lines[name]}")

    def _name_of(self, name: str, attribute: str, reason: str) -> Any:
        """The name property of a resource; a name composed of other names is not followed."""
        unknown = Reference(reason, resource=name, attribute=attribute)
        if self._naming:
            return unknown
        self._naming = True
        try:
            named = self.resolve(child(self.resources[name], "Properties").get(attribute))
        finally:
            self._naming = False
        return named if isinstance(named, str) else unknown

    def _bus(self, name: str, attribute: str, reason: str) -> Reference:
        """A reference to an event bus, with its name if that is literal."""
        named = self._name_of(name, "Name", reason)
        if not isinstance(named, str):
            return Reference(reason, resource=name, attribute=attribute)
        parts = ("arn:", None, f":event-bus/{named}") if attribute == "Arn" else (named,)
        return Reference(reason, parts, resource=name, attribute=attribute)

    def _sub(self, argument: Any) -> Any:
        template, variables = argument if isinstance(argument, list) else (argument, Object())
        known = {name: self.resolve(held) for name, held in variables.items()}
        line = getattr(template, "line", 0)
        if isinstance(template, Composed):
            pieces = [p for piece in template.pieces() for p in self._substituted(piece, known)]
            return joined(pieces, line)
        return template if isinstance(template, Unknown) else joined(self._substituted(template, known), line)

    def _substituted(self, piece: str | Unknown, known: dict[str, Any]) -> list[str | Unknown]:
        if isinstance(piece, Unknown):
            return [piece]
        parts = _VARIABLE.split(piece)
        return [self._variable(part, known) if at % 2 else str(part) for at, part in enumerate(parts)]

    def _variable(self, name: str, known: dict[str, Any]) -> str | Unknown:
        reason = f"${{{name}}}"
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in known:
            return _as_text(known[name], reason)
        if "." in name:
            resource, attribute = name.split(".", 1)
            return _as_text(self._attribute(resource, attribute, reason), reason)
        return _as_text(self._named(name, reason), reason)

    def _if(self, argument: list[Any]) -> Any:
        condition, yes, no = argument
        holds = self.conditions.holds(condition)
        if isinstance(holds, bool):
            return self._resolve(yes if holds else no)
        either = [self._resolve(branch) for branch in (yes, no)]
        return either[0] if either[0] == either[1] else Unknown(holds.reason)

    def _join(self, argument: list[Any]) -> Any:
        between, values = argument[0], self.resolve(argument[1])
        if not isinstance(between, str) or not isinstance(values, list):
            return Unknown(written("Fn::Join", argument))
        pieces: list[str | Unknown] = []
        for value in values:
            pieces += [str(between), _as_text(value, written("Fn::Join", argument))]
        return joined(pieces[1:])

    def _select(self, argument: list[Any]) -> Any:
        index, values = int(self.resolve(argument[0])), self.resolve(argument[1])
        if index < 0 or not isinstance(values, list):
            return Unknown(written("Fn::Select", argument))
        return values[index]

    def _split(self, argument: list[str]) -> Any:
        between, text = argument[0], self.resolve(argument[1])
        return text.split(between) if isinstance(text, str) else Unknown(written("Fn::Split", argument))

    def _find_in_map(self, argument: list[Any]) -> Any:
        first, second, third, *more = (self.resolve(held) for held in argument)
        try:
            return self._mappings[first][second][third]
        except LookupError:
            return more[0]["DefaultValue"]


def _as_text(value: Any, reason: str) -> str | Unknown:
    if isinstance(value, str | Unknown):
        return str(value) if isinstance(value, Text) else value
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else Unknown(reason)
