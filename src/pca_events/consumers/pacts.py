"""Pacts: the events that a consumer relies on as asynchronous messages of the Pact specification V4."""

import json
from typing import Any

from pca_events import catalog, json_path
from pca_events.catalog import DocumentedEvent
from pca_events.consumers.contract_file import ConsumerContract
from pca_events.consumers.matrix import Reliance, reliances
from pca_events.contract import Field, fields, per_result, schema_of
from pca_events.errors import BadInput
from pca_events.temporary_folders import temporary_folder

PROVIDER = "AWS Private CA"

_ALWAYS = ("$.source", "$.detail-type", "$.detail.result")


def pact_of(contract: ConsumerContract) -> str:
    """Return the pact between a consumer and AWS Private CA as JSON text: one message for each event.

    A message contains the fields that the handlers need, or all fields if one of them does not say. A value that
    differs from event to event is matched by its regular expression, any other by equality.

    Raises:
        BadInput: the package pact-python is not installed, or the consumer relies on no event.
    """
    try:
        from pact import Pact
    except ModuleNotFoundError:
        raise BadInput("pact-python is not installed; install pca-events with the extra [pact]") from None
    relied = reliances([contract])
    if not relied:
        raise BadInput(f"{contract.file} names no event on which the consumer relies")
    pact = Pact(contract.consumer, PROVIDER).with_specification("V4")
    for reliance in relied:
        event = catalog.documented(reliance.event)
        message = pact.upon_receiving(event.id, "Async").given(event.title)
        message.with_body(json.dumps(_body(event, reliance)), "application/json")
    with temporary_folder() as folder:
        pact.write_file(str(folder))
        (written,) = folder.iterdir()
        return written.read_text("utf-8")


def _body(event: DocumentedEvent, reliance: Reliance) -> dict[str, Any]:
    """Return the sample with matchers in the syntax of Pact's integration JSON."""
    known = fields(per_result(schema_of()[event.detail_type])[event.result])
    wanted = {*_ALWAYS, *reliance.needs} if reliance.is_complete else None
    body: dict[str, Any] = {}
    for field in known:
        if field.type not in ("object", "array") and (
            wanted is None or any(json_path.leads_into(each, field.path) for each in wanted)
        ):
            _put(body, field.path, _matched(event, field))
    return body


def _matched(event: DocumentedEvent, field: Field) -> Any:
    value = json_path.get(event.sample, field.path)
    if field.values or field.pattern is None:
        return value
    return {"pact:matcher:type": "regex", "regex": field.pattern, "value": value}


def _put(body: dict[str, Any], path: str, value: Any) -> None:
    """Set a value, and create the objects and arrays on the way."""
    parent: Any = body
    steps = path.removeprefix("$.").replace("[", ".[").split(".")
    for step, following in zip(steps, [*steps[1:], ""], strict=True):
        empty: Any = [] if following.startswith("[") else {}
        key: Any = int(step[1:-1]) if step.startswith("[") else step
        new = value if not following else empty
        if isinstance(parent, list):
            if key == len(parent):
                parent.append(new)
        else:
            parent.setdefault(key, new)
        parent = parent[min(key, len(parent) - 1)] if isinstance(parent, list) else parent[key]


def write_pacts(contracts: list[ConsumerContract]) -> dict[str, str]:
    """Return the text of each pact by its file name.

    Raises:
        BadInput: as `pact_of`, or two consumers have the same name.
    """
    files: dict[str, str] = {}
    for contract in contracts:
        name = f"{contract.consumer}-{PROVIDER}.json".replace("/", "-")
        if name in files:
            raise BadInput(f"{contract.file}: another contract file also has the consumer {contract.consumer}")
        files[name] = pact_of(contract)
    return files
