"""EventBridge rules in the configuration of the Serverless Framework."""

from collections.abc import Iterator
from typing import Any

from pca_events.infrastructure.cloudformation.targets import text_or_unknown
from pca_events.infrastructure.cloudformation.template import Stack, read_resources
from pca_events.infrastructure.event_patterns import read_pattern
from pca_events.infrastructure.model import DEFAULT_BUS, Place, Reading, Rule, Target, Unknown
from pca_events.infrastructure.serverless.variables import Variables
from pca_events.infrastructure.source_tree import Object, child

_KINDS = {"eventBridge": "rule", "cloudwatchEvent": "cloudwatchEvent"}


def is_serverless(document: Any) -> bool:
    """Whether a document configures a service of the Serverless Framework."""
    return (
        isinstance(document, Object) and "provider" in document and bool({"functions", "resources"} & document.keys())
    )


def read_serverless(document: Object, file: str) -> Reading:
    """Read the rules of functions, each named as Serverless names it (`function/rule-1`), and those of resources."""
    variables = Variables(document)
    stack = Stack(_resources(variables.resolve(document.get("resources"))), file)
    reading = Reading()
    for name, function in _functions(variables.resolve(document.get("functions"))):
        reading.rules += _rules(stack, name, function)
    reading.add(read_resources(stack))
    return reading


def _resources(value: Any) -> Object:
    """The resources as one template; a list of templates counts as one."""
    made, resources = Object(), Object()
    for part in value if isinstance(value, list) else [value]:
        for key, held in child(part).items():
            made.put(key, held, part.spans[key])
        for key, held in child(part, "Resources").items():
            resources.put(key, held, part["Resources"].spans[key])
    made.put("Resources", resources, (0, 0))
    return made


def _functions(value: Any) -> Iterator[tuple[str, Object]]:
    for part in value if isinstance(value, list) else [value]:
        for name, function in child(part).items():
            if isinstance(function, Object):
                yield name, function


def _rules(stack: Stack, function: str, written: Object) -> Iterator[Rule]:
    events = written.get("events")
    numbers = dict.fromkeys(_KINDS, 0)
    for event in events if isinstance(events, list) else []:
        for kind in _KINDS:
            if not isinstance(event, Object) or kind not in event:
                continue
            numbers[kind] += 1
            settings = stack.template.resolve(event[kind])
            key = "pattern" if kind == "eventBridge" else "event"
            if isinstance(settings, Object) and settings.get(key) is not None:
                name = f"{function}/{settings.get('name', f'{_KINDS[kind]}-{numbers[kind]}')}"
                yield _rule(stack, name, settings, key, event.spans[kind])


def _rule(stack: Stack, name: str, settings: Object, key: str, span: tuple[int, int]) -> Rule:
    pattern, lines = read_pattern(settings[key], settings.line_of(key))
    place = Place(stack.file, span[0])
    return Rule(
        place=place,
        last_line=span[1],
        name=name,
        pattern=pattern,
        lines=lines,
        bus=text_or_unknown(settings.get("eventBus")) or DEFAULT_BUS,
        enabled=_enabled(settings),
        targets=(_target(stack, settings, place, name.partition("/")[0]),),
        own_bus=stack.destinations.bus(settings.get("eventBus")),
    )


def _enabled(settings: Object) -> bool | Unknown:
    state = settings.get("enabled", settings.get("state"))
    if isinstance(state, Unknown):
        return Unknown(state.reason)
    return state not in (False, "false", "DISABLED")


def _target(stack: Stack, settings: Object, place: Place, function: str) -> Target:
    """The function as a target, its settings under the names that CloudFormation gives them."""
    held = Object(place.line)
    names = {"inputPath": "InputPath", "retryPolicy": "RetryPolicy"}
    for key, name in names.items():
        held.put(name, settings.get(key), (place.line, place.line))
    transformer, letter = Object(), Object()
    transformer.put("InputPathsMap", child(settings, "inputTransformer").get("inputPathsMap"), (0, 0))
    held.put("InputTransformer", transformer, (0, 0))
    if settings.get("deadLetterQueueArn") is not None:
        letter.put("Arn", settings["deadLetterQueueArn"], (0, 0))
        held.put("DeadLetterConfig", letter, (0, 0))
    arn = Unknown(f"the function {function}", ("arn:", None, ":lambda:", None, f"-{function}"))
    return stack.targets.made(held, place, function, arn, handler=function)
