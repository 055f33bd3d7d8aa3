"""JSON documents in infrastructure code, which may be partly unknown: event patterns and resource-based policies."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from pca_events import json_source
from pca_events.infrastructure.model import DEFAULT_BUS, Unknown
from pca_events.infrastructure.partial_values import MARK, Composed, Reference, joined, marked, unmarked, wildcard_text
from pca_events.infrastructure.source_tree import Object, Text, json_tree, key_lines, plain, shown

FIELDS = frozenset(
    {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail", "$or"}
)
"""The top-level keys of an event pattern: the fields of the envelope, and `$or`."""

_ALTERNATIVE = re.compile(r"\$or\[\d+\]\.")
_BARE = re.compile('"(?:[^"\\\\]|\\\\.)*"|\ue000\\d+\ue001')


def asks_for_read_only_calls(state: Any) -> bool | Unknown:
    """Whether a rule in this state also matches the events that CloudTrail sends for read-only calls."""
    if isinstance(state, Unknown):
        return Unknown(state.reason)
    return bool(state == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")


def pattern_of(held: Object, key: str) -> tuple[Any, dict[str, int]]:
    """The pattern at a key and the lines of its keys; no lines if it comes from another file."""
    pattern, lines = read_pattern(held[key], held.line_of(key))
    elsewhere = isinstance(held[key], Object) and held[key].file != held.file
    return pattern, {} if elsewhere else lines


def read_pattern(value: Any, line: int) -> tuple[Any, dict[str, int]]:
    """The pattern and the lines of its keys.

    Args:
        value: an object, a string or an unknown value.
        line: the line of the value.
    """
    if isinstance(value, Composed):
        return _with_holes(value, line)
    if isinstance(value, Unknown):
        return plain(value), {}
    if isinstance(value, str):
        tree = _tree(value)
        return (plain(tree), _lines(tree, value, line)) if tree is not None else (str(value), {})
    if isinstance(value, dict):
        return plain(value), _with_short_paths(dict(key_lines(value)))
    return shown(value), {}


def read_json(value: Any) -> Any:
    """The object in a JSON string, which may be partly unknown; the value itself if it is not valid JSON."""
    if isinstance(value, Composed):
        _, tree = _tree_with_holes(value)
        return value if tree is None else unmarked(tree, value.holes)
    tree = _tree(value) if isinstance(value, str) else None
    return value if tree is None else tree


@lru_cache(maxsize=1024)
def _tree(text: str) -> Object | None:
    """The object in a JSON string; None if there is none. Cached, because many rules share one pattern."""
    try:
        json_source.parse(text)
        tree, _ = json_tree(text)
    except json_source.InvalidLine:
        return None
    return tree if isinstance(tree, Object) else None


def _lines(tree: Object, text: str, line: int) -> dict[str, int]:
    if isinstance(text, Text):
        return _with_short_paths({path: text.line + at - 1 for path, at in key_lines(tree)})
    return _with_short_paths({path: line for path, _ in key_lines(tree)})


def _with_short_paths(lines: dict[str, int]) -> dict[str, int]:
    """Add each key of a `$or` alternative under its path in the event, unless that path exists."""
    if not any("$or" in path for path in lines):
        return lines
    return {_ALTERNATIVE.sub("", path): line for path, line in reversed(lines.items())} | lines


def _with_holes(value: Composed, line: int) -> tuple[Any, dict[str, int]]:
    """The pattern and the lines of its keys, from a partly unknown string."""
    text, tree = _tree_with_holes(value)
    if tree is None:
        return plain(value), {}
    placed = Text(text, value.line) if value.line else text
    return plain(unmarked(tree, value.holes)), _lines(tree, placed, line)


def _tree_with_holes(value: Composed) -> tuple[str, Object | None]:
    """Mark the unknown parts and parse the JSON around them; None if it is not valid or if a key is unknown."""
    text = marked(value)
    if text is None:
        return "", None
    text = _BARE.sub(lambda found: found[0] if found[0].startswith('"') else f'"{found[0]}"', text)
    tree = _tree(text)
    return text, None if tree is None or any(MARK.search(path) for path, _ in key_lines(tree)) else tree


Resolve = Callable[[Reference], Unknown]
"""Returns the reference with the address of its resource, or Unknown."""

NAME_OF_RULE = "name of the rule"
"""The attribute of a resolved reference to an event rule by name."""

_COMPARED = ("Resource", "Condition")
_VERSION = "2012-10-17"


def read_policy(value: Any, resolve: Resolve) -> Any:
    """Return a policy given as an object or a JSON string; None if there is none.

    Args:
        value: the policy; its values may be unknown.
        resolve: called for each reference in `Resource` and `Condition`; any other reference becomes Unknown.
    """
    if value is None or value == "":
        return None
    document = _as_json(read_json(value))
    if not isinstance(document, dict):
        return document
    statements = [_resolved_statement(held, resolve) for held in listed(document.get("Statement"))]
    return {key: statements if key == "Statement" else _resolved(held, _forget) for key, held in document.items()}


def combined(policies: Iterable[Any]) -> Any:
    """Return one policy with all statements; an unknown policy counts as an unknown statement."""
    there = [policy for policy in policies if policy is not None]
    if len(there) < 2:
        return there[0] if there else None
    return {"Version": _VERSION, "Statement": [held for policy in there for held in statements_of(policy)]}


def statements_of(policy: Any) -> list[Any]:
    """Return the statements of a policy; an unknown policy counts as a statement."""
    return listed(policy.get("Statement")) if isinstance(policy, dict) else [policy]


def invoke_permission(
    function: Any, principal: Any, action: Any, source_arn: Any, source_account: Any
) -> dict[str, Any]:
    """Return a permission of a Lambda function as a policy.

    Args:
        function: its resource: the ARN of the function, or of one of its versions or aliases.
        principal: a service or an account, as in `AddPermission`.
        action: such as `lambda:InvokeFunction`.
        source_arn, source_account: None if the permission does not restrict them.
    """
    service = isinstance(principal, Unknown) or principal == "*" or "." in str(principal)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service" if service else "AWS": principal},
        "Action": action,
        "Resource": function,
    }
    condition = {}
    if source_arn is not None:
        condition["ArnLike"] = {"AWS:SourceArn": source_arn}
    if source_account is not None:
        condition["StringEquals"] = {"AWS:SourceAccount": source_account}
    return {"Version": _VERSION, "Statement": [statement | ({"Condition": condition} if condition else {})]}


def arn_of(service: str, resource: Any, before: str = "", region: Any = None) -> Unknown:
    """Return the ARN of a resource in an unknown partition and account.

    Args:
        service: such as `sqs`.
        resource: its name, which may be partly or fully Unknown.
        before: the text before the name: `function:`.
        region: its Region if it is a string.
    """
    name = resource if isinstance(resource, str | Unknown) else Unknown("its name")
    there = region if isinstance(region, str) and region else Unknown("Region")
    made = joined(["arn:", Unknown("partition"), f":{service}:", there, ":", Unknown("account"), f":{before}", name])
    return Unknown("its ARN", made.parts if isinstance(made, Unknown) else (None,))


def rule_arn(name: Any, bus: Any, region: Any = None) -> Unknown:
    """Return the ARN of a rule, which includes the name of its event bus unless that is the default bus.

    Args:
        name: its name, which may be partly or fully Unknown.
        bus: the name or ARN of its event bus, likewise; None or empty for the default bus.
        region: its Region if it is a string.
    """
    on = wildcard_text(bus).rpartition(":event-bus/")[2]
    named = name if isinstance(name, str | Unknown) else Unknown("its name")
    if on in ("", DEFAULT_BUS):
        return arn_of("events", named, "rule/", region)
    before = Unknown("event bus") if "*" in on else f"{on}/"
    return arn_of("events", joined([before, named]), "rule/", region)


def listed(value: Any) -> list[Any]:
    """Return one value or several values as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _as_json(value: Any) -> Any:
    """Return the value without lines; unknown values are kept."""
    if isinstance(value, dict):
        return {str(key): _as_json(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_as_json(held) for held in value]
    return str(value) if isinstance(value, Text) else value


def _resolved_statement(statement: Any, resolve: Resolve) -> Any:
    if not isinstance(statement, dict):
        return _resolved(statement, _forget)
    resolvers = {"Principal": _of_principal, "NotPrincipal": _of_principal} | dict.fromkeys(_COMPARED, resolve)
    return {key: _resolved(held, resolvers.get(key, _forget)) for key, held in statement.items()}


def _resolved(value: Any, resolve: Resolve) -> Any:
    if isinstance(value, dict):
        return {key: _resolved(held, resolve) for key, held in value.items()}
    if isinstance(value, list):
        return [_resolved(held, resolve) for held in value]
    if isinstance(value, Reference):
        return resolve(value)
    if isinstance(value, Composed):
        holes = tuple(resolve(hole) if isinstance(hole, Reference) else hole for hole in value.holes)
        return Composed(
            value.reason, value.parts, meanings=value.meanings, reasons=value.reasons, holes=holes, line=value.line
        )
    return value


def _of_principal(reference: Reference) -> Unknown:
    """The known part of a principal; a reference to the ARN of a resource is an ARN, so it is not `*`."""
    is_arn = reference.attribute.lower().endswith("arn") and not reference.resource.startswith(("module.", "data."))
    return Unknown(reference.reason, ("arn:", None) if is_arn else reference.parts)


def _forget(reference: Reference) -> Unknown:
    return Unknown(reference.reason, reference.parts)
