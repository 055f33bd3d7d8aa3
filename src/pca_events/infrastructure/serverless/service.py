"""EventBridge rules in the configuration of the Serverless Framework."""

from collections.abc import Iterator
from typing import Any

from pca_events.infrastructure.checked_tree import TreeFiles
from pca_events.infrastructure.cloudformation.nested import read_stack
from pca_events.infrastructure.cloudformation.template import Stack, bus_of
from pca_events.infrastructure.embedded_json import pattern_of
from pca_events.infrastructure.model import Reading, Rule, Skipped, SourceLocation, Target, Unknown
from pca_events.infrastructure.serverless.variables import Variables
from pca_events.infrastructure.source_tree import Object, child, shown

_KINDS = {"eventBridge": "rule", "cloudwatchEvent": "cloudwatchEvent"}
_SECTIONS = {"functions", "resources", "stepFunctions"}
_REMEDY = 'run "serverless package" and check the template in .serverless'


def is_serverless(document: Any) -> bool:
    """Whether a document configures a service of the Serverless Framework."""
    return isinstance(document, Object) and "provider" in document and bool(_SECTIONS & document.keys())


def read_serverless(document: Object, file: str, files: TreeFiles) -> Reading:
    """Read the rules of functions and state machines, each named `function/rule-1`, and those in `resources`.

    Args:
        document: the service.
        file: the file that contains it.
        files: the files that `${file(...)}` may refer to.
    """
    service = _Service(document, file, files)
    service.read()
    return service.reading


class _Service:
    def __init__(self, document: Object, file: str, files: TreeFiles) -> None:
        self.reading = Reading()
        self._document = document
        self._file = file
        self._variables = Variables(document, file, files)
        resources = self._known(self._variables.resolve(document.get("resources")), document, "resources")
        self._stack = Stack(_resources(resources), file)

    def read(self) -> None:
        """Read all rules, and report sections whose values are unknown."""
        functions = self._variables.resolve(self._document.get("functions"))
        self._owners(functions, self._document, "functions", "lambda")
        machines = self._variables.resolve(self._document.get("stepFunctions"))
        machines = self._known(machines, self._document, "stepFunctions")
        if isinstance(machines, Object) and "stateMachines" in machines:
            self._owners(machines["stateMachines"], machines, "stateMachines", "states")
        self.reading.add(read_stack(self._stack))
        self.reading.unreadable += self._variables.faults

    def _known(self, value: Any, held: Object, key: str) -> Any:
        """The value of a key; a value that is known only at deployment is reported as skipped."""
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, Unknown):
                place = SourceLocation(held.file or self._file, held.line_of(key))
                self.reading.skipped.append(Skipped(place, f"{key}: {part}", _REMEDY))
        return value

    def _owners(self, value: Any, held: Object, key: str, kind: str) -> None:
        """Read the events of functions or state machines: an object, or a list of objects."""
        self._known(value, held, key)
        for part in value if isinstance(value, list) else [value]:
            for name, owner in child(part).items():
                if isinstance(self._known(owner, part, name), Object) and "events" in owner:
                    events = self._known(owner["events"], owner, "events")
                    self.reading.rules += self._rules(name, events, kind)

    def _rules(self, owner: str, events: Any, target: str) -> Iterator[Rule]:
        numbers = dict.fromkeys(_KINDS, 0)
        for event in events if isinstance(events, list) else []:
            for kind in _KINDS:
                if not isinstance(event, Object) or kind not in event:
                    continue
                numbers[kind] += 1
                settings = self._stack.template.resolve(event[kind])
                key = "pattern" if child(settings).get("pattern") is not None else "event"
                if isinstance(settings, Object) and settings.get(key) is not None:
                    name = f"{owner}/{shown(settings.get('name', f'{_KINDS[kind]}-{numbers[kind]}'))}"
                    yield self._rule(name, settings, key, event, kind, target)

    def _rule(self, name: str, settings: Object, key: str, event: Object, kind: str, target: str) -> Rule:
        line, last_line = event.spans[kind]
        if settings.file != event.file:
            line = last_line = settings.line
        pattern, lines = pattern_of(settings, key)
        place = SourceLocation(settings.file or self._file, line)
        return Rule(
            place=place,
            last_line=last_line,
            name=name,
            pattern=pattern,
            lines=lines,
            bus=bus_of(settings.get("eventBus", settings.get("eventBusName"))),
            enabled=_enabled(settings),
            targets=(_target(self._stack, settings, place, name.partition("/")[0], target),),
            own_bus=self._stack.destinations.bus(settings.get("eventBus", settings.get("eventBusName"))),
        )


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


def _enabled(settings: Object) -> bool | Unknown:
    state = settings.get("enabled", settings.get("state"))
    if isinstance(state, Unknown):
        return Unknown(state.reason)
    return state not in (False, "false", "DISABLED")


def _target(stack: Stack, settings: Object, place: SourceLocation, owner: str, kind: str) -> Target:
    """The function or state machine as a target, with its settings under their CloudFormation names."""
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
    called = "function" if kind == "lambda" else "state machine"
    arn = Unknown(f"the {called} {owner}", ("arn:", None, f":{kind}:", None, f"-{owner}"))
    return stack.targets.made(held, place, owner, arn, handler=owner)
