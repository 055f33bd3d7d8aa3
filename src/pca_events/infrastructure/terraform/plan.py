"""Plans and states of Terraform and OpenTofu: the output of `terraform show -json`, and `terraform.tfstate` files."""

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pca_events import json_source
from pca_events.infrastructure.embedded_json import read_pattern
from pca_events.infrastructure.model import Reading, Skipped, SourceLocation, Unknown, Unreadable
from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.source_tree import Object, json_tree
from pca_events.infrastructure.terraform.lookup import Resource, base
from pca_events.infrastructure.terraform.resources import READ, RULE, Resources

AFTER_APPLY = "known after apply"

_ADDRESS = re.compile(r'"address"\s*:\s*("(?:[^"\\]|\\.)*+")')


def is_terraform_plan(document: Any) -> bool:
    """Whether a JSON document is a plan or a state."""
    if not isinstance(document, dict) or not isinstance(document.get("format_version"), str):
        return False
    return any(isinstance(document.get(key), dict) for key in ("planned_values", "values"))


def read_terraform_plan(document: Any, file: str, text: str) -> Reading:
    """Read a plan or a state.

    Args:
        document: the parsed JSON.
        file: its file.
        text: its text, for line numbers.
    """
    try:
        return Reading(Resources(_Plan(document, file, text).resources()).rules())
    except RecursionError:
        return Reading(unreadable=[Unreadable(SourceLocation(file, 1), "is nested too deeply")])


class _Plan:
    def __init__(self, document: Any, file: str, text: str) -> None:
        self._file = file
        self._text = text
        self._configuration = _at(document, "configuration", "root_module")
        self._found = list(_planned(_at(document, "planned_values") or _at(document, "values")))
        self._addresses = {str(resource.get("address")) for resource in self._found}
        self._unknown = {
            str(change.get("address")): _at(change, "change", "after_unknown")
            for change in _objects(document.get("resource_changes"))
        }
        self._line_ends = [found.start() for found in re.finditer("\n", text)]
        self._positions: dict[str, int] = {}
        for found in _ADDRESS.finditer(text) if "\n" in text.strip() else ():
            self._positions.setdefault(json.loads(found[1]), text.rfind("{", 0, found.start()))

    def resources(self) -> Iterator[Resource]:
        """Every relevant resource of the plan."""
        for found in self._found:
            kind = ("data." if found.get("mode") == "data" else "") + str(found.get("type"))
            if READ.fullmatch(kind):
                yield self._resource(kind, str(found.get("address")), found)

    def _resource(self, kind: str, address: str, found: dict[str, Any]) -> Resource:
        unknown, written = self._unknown.get(address, {}), self._expressions(address)
        if written:
            # The provider computes arguments that are not in the configuration: such an unknown policy means no policy.
            unknown = {name: hidden for name, hidden in unknown.items() if name in written}
        values = self._merged(_at(found, "values"), unknown, written, address)
        first, last = self._span(address) if kind == RULE else (self._line(self._positions.get(address, 0)), 0)
        pattern = partial(read_pattern, values.get("event_pattern"), self._pattern_line(address, last))
        return Resource(kind, address, SourceLocation(self._file, first), last or first, values, pattern)

    def _merged(self, value: Any, unknown: Any, written: Any, address: str) -> Any:
        """The planned values, with Unknown for values that are known after apply."""
        if unknown is True:
            return self._reference(written, address)
        if isinstance(unknown, dict):
            known = value if isinstance(value, dict) else {}
            names = {**known, **unknown}
            return {
                name: self._merged(known.get(name), unknown.get(name), _field(written, name), address) for name in names
            }
        if isinstance(unknown, list) and isinstance(value, list):
            pairs = zip(value, [*unknown, *[None] * len(value)], strict=False)
            return [self._merged(held, hidden, _item(written, at), address) for at, (held, hidden) in enumerate(pairs)]
        return value

    def _reference(self, written: Any, address: str) -> Unknown:
        """The reference of an unknown value in its configuration, to the instance with the same key if there is one."""
        module, own = _split(address)
        key = own[len(base(own)) :]
        for name in self._references(module, written):
            resource, _, attribute = name.rpartition(".")
            for candidate in (resource, base(resource) + key, base(resource)):
                if candidate in self._addresses:
                    return Reference(AFTER_APPLY, resource=candidate, attribute=attribute)
        return Unknown(AFTER_APPLY)

    def _references(self, module: str, written: Any) -> Iterator[str]:
        """The full addresses that an expression refers to, resolved through module outputs."""
        for name in _list(_at(written).get("references")):
            output = re.fullmatch(r"(module\.([\w-]+)(?:\[[^\[\]]*\])?)\.([\w-]+)", str(name))
            yield f"{module}{name}"
            if output:
                call = _at(self._configuration_of(module), "module_calls", output[2], "module", "outputs", output[3])
                yield from self._references(f"{module}{output[1]}.", call.get("expression"))

    def _configuration_of(self, module: str) -> dict[str, Any]:
        found = self._configuration
        for name in re.findall(r"module\.([\w-]+)", module):
            found = _at(found, "module_calls", name, "module")
        return found

    def _expressions(self, address: str) -> dict[str, Any]:
        module, own = _split(address)
        for resource in _objects(self._configuration_of(module).get("resources")):
            if resource.get("address") == base(own):
                return _at(resource, "expressions")
        return {}

    def _line(self, position: int) -> int:
        return 1 + bisect_left(self._line_ends, max(0, position))

    def _span(self, address: str) -> tuple[int, int]:
        """The first and last line of a resource."""
        position = self._positions.get(address, -1)
        if position < 0:
            return 1, 1
        try:
            _, end = json.JSONDecoder().raw_decode(self._text, position)
        except ValueError:
            end = position
        return self._line(position), self._line(end)

    def _pattern_line(self, address: str, last: int) -> int:
        position = self._positions.get(address, -1)
        if position < 0:
            return 1
        line = self._line(self._text.find('"event_pattern"', position))
        return line if line <= last else self._line(position)


def _planned(values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    waiting = [_at(values, "root_module")]
    while waiting:
        module = waiting.pop(0)
        yield from _objects(module.get("resources"))
        waiting += _objects(module.get("child_modules"))


def _split(address: str) -> tuple[str, str]:
    """The address of a module with a trailing dot, and the address of the resource in the module."""
    found = re.match(r'((?:module\.[\w-]+(?:\[(?:\d+|"(?:[^"\\]|\\.)*+")\])?\.)*)(.*)', address, re.DOTALL)
    return (found[1], found[2]) if found else ("", address)


def _at(value: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _field(written: Any, name: str) -> Any:
    return written.get(name) if isinstance(written, Mapping) else None


def _item(written: Any, at: int) -> Any:
    return written[at] if isinstance(written, list) and at < len(written) else None


VERSION = 4
REMEDY = "check the output of terraform show -json"

_LOOKS_SO = re.compile(r'"(?:terraform_version|encrypted_data)"\s*:')


def read_state_file(text: str, file: str) -> Reading | None:
    """Read the rules of a version 4 state; report other versions and encrypted states; None for any other file."""
    if not _LOOKS_SO.search(text):
        return None
    try:
        document = json_source.parse(text)
        if not _is_state(document):
            return None
        if document.get("version") != VERSION or not isinstance(document.get("resources"), list):
            return Reading(skipped=[Skipped(SourceLocation(file, 1), "a Terraform state", REMEDY)])
        tree, _ = json_tree(text)
    except json_source.InvalidLine:
        return None
    return Reading(Resources(_resources(tree, file)).rules())


def _is_state(document: Any) -> bool:
    if not isinstance(document, dict) or "format_version" in document:
        return False
    if isinstance(document.get("encrypted_data"), str):
        return "serial" in document or "lineage" in document
    held = document.keys() & {"resources", "modules", "lineage"}
    return isinstance(document.get("version"), int) and "terraform_version" in document and bool(held)


def _resources(tree: Any, file: str) -> Iterator[Resource]:
    for found in _state_objects(tree.get("resources")):
        kind = ("data." if found.get("mode") == "data" else "") + str(found.get("type"))
        if not READ.fullmatch(kind):
            continue
        module = f"{found['module']}." if isinstance(found.get("module"), str) else ""
        for instance in _state_objects(found.get("instances")):
            values = instance.get("attributes")
            if isinstance(values, Object):
                address = f"{module}{kind}.{found.get('name')}{_key(instance.get('index_key'))}"
                yield _resource(kind, address, instance, values, file)


def _resource(kind: str, address: str, instance: Object, values: Object, file: str) -> Resource:
    last = max((last for _, last in instance.spans.values()), default=instance.line)
    pattern = partial(read_pattern, values.get("event_pattern"), values.line_of("event_pattern"))
    held = {name: value for name, value in values.items() if value not in ("", [])}
    return Resource(kind, address, SourceLocation(file, instance.line), last, held, pattern)


def _state_objects(value: Any) -> Iterator[Object]:
    for held in value if isinstance(value, list) else ():
        if isinstance(held, Object):
            yield held


def _key(index: Any) -> str:
    return "" if index is None else f"[{json.dumps(index)}]"
