"""What a target receives: the event, a part of it (InputPath), a constant (Input), or a template (InputTransformer)."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

Event = Mapping[str, Any]
Target = Mapping[str, Any]
Values = Mapping[str, Any]

MISSING: Any = object()
"""What a path finds that leads nowhere."""

_ROLE_NEEDED = (":states:", ":kinesis:", ":ecs:", ":batch:", ":codepipeline:", ":codebuild:", ":api-destination/")
_WAYS_OF_INPUT = ("Input", "InputPath", "InputTransformer")
_RESERVED = (
    "aws.events.rule-arn",
    "aws.events.rule-name",
    "aws.events.event.ingestion-time",
    "aws.events.event",
    "aws.events.event.json",
)
_PLACEHOLDER = re.compile(r"<(.*?)>")
_TOKEN = re.compile(r'\\.|"|<(.*?)>', re.DOTALL)  # what matters in a template; an escaped quote ends no string
_STEP = re.compile(r"\.([\w/-]+)|\[(\d+)\]")
_MOST_PATHS = 2_000  # compiled ones that are kept
_COLONS = 5  # of an ARN, at least


class InvalidInput(Exception):
    """What a target would receive is not valid JSON; the text says why."""


def refusal_of(target: Target, account: str) -> str | None:
    """Return why PutTargets refuses a target of an account's rule, in the words of AWS; None if it does not."""
    arn = target["Arn"]
    if not arn.startswith("arn:") or arn.count(":") < _COLONS:
        return f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
    foreign_bus = ":event-bus/" in arn and arn.split(":")[4] != account
    if not target.get("RoleArn") and (foreign_bus or any(service in arn for service in _ROLE_NEEDED)):
        return f"RoleArn is required for target {target['Arn']}."
    if sum(target.get(way) is not None for way in _WAYS_OF_INPUT) > 1:
        return f"Only one of Input, InputPath, or InputTransformer must be provided for target {target['Id']}."
    transformer = target.get("InputTransformer") or {}
    known = {*(transformer.get("InputPathsMap") or {}), *_RESERVED}
    for name in _PLACEHOLDER.findall(transformer.get("InputTemplate", "")):
        if name not in known:
            return f"InputTemplate for target {target['Id']} contains invalid placeholder {name}."
    return None


def text_for(target: Target, event: Event, rule_arn: str, ingested: str) -> str | None:
    """Return the text that a target receives, or None if its InputPath leads nowhere.

    Args:
        target: as PutTargets got it.
        event: the whole event.
        rule_arn: of the rule.
        ingested: when EventBridge received the event, ISO 8601.

    Raises:
        InvalidInput: a constant or a filled template is not valid JSON.
    """
    if (constant := target.get("Input")) is not None:
        return compact(_parsed(constant, "Input"))
    if path := target.get("InputPath"):
        found = at_path(event, path)
        return None if found is MISSING else compact(found)
    if transformer := target.get("InputTransformer"):
        paths = transformer.get("InputPathsMap") or {}
        values = {name: at_path(event, path) for name, path in paths.items()}
        return filled(transformer["InputTemplate"], {**values, **_reserved(event, rule_arn, ingested)})
    return compact(event)


def compact(value: Any) -> str:
    """Return JSON without spaces."""
    return json.dumps(value, separators=(",", ":"))


def at_path(event: Event, path: str) -> Any:
    """Return the value at a path of an event: `$.detail.names[0]`; MISSING if there is none."""
    return _way_along(path)(event)


@lru_cache(maxsize=_MOST_PATHS)
def _way_along(path: str) -> Callable[[Event], Any]:
    steps = path.removeprefix("$")
    if not path.startswith("$") or _STEP.sub("", steps):
        return lambda event: _found_by_localstack(event, path)
    keys = [name if name else int(index) for name, index in _STEP.findall(steps)]

    def follow(event: Event) -> Any:
        value: Any = event
        for key in keys:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return MISSING
        return value

    return follow


def _found_by_localstack(event: Event, path: str) -> Any:
    """Follow a path with wildcards, of which AWS does not document the result."""
    from localstack.utils.json import extract_jsonpath  # the rest of this module works without LocalStack

    try:
        found = extract_jsonpath(event, path)  # type: ignore[no-untyped-call]
    except Exception:  # jsonpath_rw raises bare exceptions
        return MISSING
    return MISSING if found == [] else found


def _reserved(event: Event, rule_arn: str, ingested: str) -> Values:
    without_detail = {
        "detailType" if name == "detail-type" else name: value for name, value in event.items() if name != "detail"
    }
    return dict(zip(_RESERVED, (rule_arn, rule_arn.rpartition("/")[2], ingested, without_detail, event), strict=True))


def filled(template: str, values: Values) -> str:
    """Return a template with its placeholders filled, as AWS sends it.

    A JSON template, which begins with a brace or a bracket, gives JSON without spaces. Any other is text with strings
    in quotes. Values in quotes are not escaped.

    Raises:
        InvalidInput: a JSON template does not give valid JSON.
    """
    is_json = template.lstrip()[:1] in ("{", "[")
    text = "".join(_pieces(template, values, is_json))
    return compact(_parsed(text, "the filled InputTemplate")) if is_json else text


def _pieces(template: str, values: Values, is_json: bool) -> Iterator[str]:
    """Yield the parts of a filled template."""
    quoted, end = False, 0
    for token in _TOKEN.finditer(template):
        yield template[end : token.start()]
        end = token.end()
        name = token[1]
        if name is None or name not in values:
            quoted = quoted != (token[0] == '"')
            yield token[0]
        else:
            value = "" if values[name] is MISSING or values[name] is None else values[name]
            yield _in_string(value, is_json) if quoted else _outside_strings(value, is_json)
    yield template[end:]


def _in_string(value: Any, is_json: bool) -> str:
    if isinstance(value, str):
        return value
    return compact(value) if is_json else compact(value).replace('"', "")


def _outside_strings(value: Any, is_json: bool) -> str:
    return value if isinstance(value, str) and not is_json else compact(value)


def _parsed(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"{what} is not valid JSON: {error}") from None
