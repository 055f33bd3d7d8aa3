"""Terraform state files, as `terraform.tfstate` holds them: the rules that were deployed last."""

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from pca_events.infrastructure import json_text
from pca_events.infrastructure.event_patterns import read_pattern
from pca_events.infrastructure.model import Place, Reading, Skipped
from pca_events.infrastructure.source_tree import Object
from pca_events.infrastructure.terraform.lookup import Resource
from pca_events.infrastructure.terraform.resources import READ, Resources

VERSION = 4
REMEDY = "check the output of terraform show -json"

_LOOKS_SO = re.compile(r'"(?:terraform_version|encrypted_data)"\s*:')


def read_state_file(text: str, file: str) -> Reading | None:
    """The rules of a state of version 4; other versions and encrypted states are reported. None for any other file."""
    if not _LOOKS_SO.search(text):
        return None
    try:
        document = json_text.parse(text)
        if not _is_state(document):
            return None
        if document.get("version") != VERSION or not isinstance(document.get("resources"), list):
            return Reading(skipped=[Skipped(Place(file, 1), "a Terraform state", REMEDY)])
        tree, _ = json_text.with_lines(text)
    except json_text.NoJson:
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
    for found in _objects(tree.get("resources")):
        kind = ("data." if found.get("mode") == "data" else "") + str(found.get("type"))
        if not READ.fullmatch(kind):
            continue
        module = f"{found['module']}." if isinstance(found.get("module"), str) else ""
        for instance in _objects(found.get("instances")):
            values = instance.get("attributes")
            if isinstance(values, Object):
                address = f"{module}{kind}.{found.get('name')}{_key(instance.get('index_key'))}"
                yield _resource(kind, address, instance, values, file)


def _resource(kind: str, address: str, instance: Object, values: Object, file: str) -> Resource:
    last = max((last for _, last in instance.spans.values()), default=instance.line)
    pattern = partial(read_pattern, values.get("event_pattern"), values.line_of("event_pattern"))
    held = {name: value for name, value in values.items() if value not in ("", [])}
    return Resource(kind, address, Place(file, instance.line), last, held, pattern)


def _objects(value: Any) -> Iterator[Object]:
    for held in value if isinstance(value, list) else ():
        if isinstance(held, Object):
            yield held


def _key(index: Any) -> str:
    return "" if index is None else f"[{json.dumps(index)}]"
