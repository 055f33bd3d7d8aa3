"""The exported types: a correct consumer compiles, and each faulty one is rejected because of its fault."""

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pca_events import catalog
from pca_events.catalog import Event
from pca_events.contract.schemas import Schema
from pca_events.errors import PcaEventsError
from pca_events.exports import FORMATS, DetailType, documented_detail_types, type_declarations

Tsc = Callable[[Path], str]
Exported = dict[str, dict[str, str]]
Faults = dict[str, list[str]]

pytestmark = pytest.mark.slow

TYPESCRIPT = """\
import type { PrivateCAEvent } from "./events";

function never(value: never): never {
  throw new Error(JSON.stringify(value));
}

export function told(event: PrivateCAEvent): string {
  switch (event["detail-type"]) {
    case "ACM Private CA CRL Generation":
      switch (event.detail.result) {
        case "success":
          return event.region;
        case "failure":
          return event.detail.reason;
        default:
          return never(event.detail);
      }
    case "ACM Private CA Certificate Revocation":
      return `${event.resources[1]} ${event.detail.result}`;
    case "ACM Private CA Creation":
    case "ACM Private CA Certificate Issuance":
    case "ACM Private CA Audit Report Generation":
      return event.detail.result === "failure" ? event.id : event.resources[0];
    default:
      return never(event);
  }
}
"""
WRONG_IN_TYPESCRIPT = {
    "detail_type": ('case "ACM Private CA Creation":', 'case "ACM Private CA Created":', "TS2678"),
    "result": ('=== "failure"', '=== "failed"', "TS2367"),
    "reason": ("return event.region;", "return event.detail.reason;", "TS2339"),
    "forgotten": ('    case "ACM Private CA Creation":\n', "", "TS2345"),
    "unhandled": ('        case "success":\n          return event.region;\n', "", "TS2345"),
    "field": ("event.id", "event.eventId", "TS2339"),
    "resource": ("event.resources[1]", "event.resources[2]", "TS2493"),
    "entry": ("event.resources[0]", '(event.resources[0] = "")', "TS2540"),
    "change": ("return event.region;", 'return (event.region = "");', "TS2540"),
}

PYTHON = """\
from typing import assert_never

from events import PrivateCAEvent


def told(event: PrivateCAEvent) -> str:
    match event["detail-type"]:
        case "ACM Private CA CRL Generation":
            if event["detail"]["result"] == "failure":
                return event["detail"]["reason"]
            elif event["detail"]["result"] == "success":
                return event["region"]
            else:
                assert_never(event["detail"])
        case "ACM Private CA Certificate Revocation":
            return event["resources"][1] + event["detail"]["result"]
        case "ACM Private CA Creation" | "ACM Private CA Certificate Issuance":
            return event["id"] if event["detail"]["result"] == "failure" else event["resources"][0]
        case _:
            if event["detail-type"] == "ACM Private CA Audit Report Generation":
                return event["account"]
            else:
                assert_never(event)
"""
WRONG_IN_PYTHON = {
    "detail_type": ('== "ACM Private CA Audit Report', '== "ACM Private CA Report', "comparison-overlap"),
    "result": ('== "failure":', '== "failed":', "comparison-overlap"),
    "reason": ('return event["region"]', 'return event["detail"]["reason"]', "typeddict-item"),
    "forgotten": ('case "ACM Private CA Creation" | ', "case ", "arg-type"),
    "unhandled": ('event["detail"]["result"] == "success"', 'event["region"] == "eu-west-1"', "arg-type"),
    "field": ('event["id"]', 'event["event-id"]', "typeddict-item"),
}

PATTERNS = ["time with an offset", "a resource of another kind", "resources in another order"]
UNSEEN_BY_TYPESCRIPT = PATTERNS
UNSEEN_BY_PYTHON = [*PATTERNS, "detail-type of another", "no resources", "a resource too few", "a resource too many"]
"""What types cannot express: TypeScript has no patterns, and a list in Python has any length."""


def module(name: str) -> str:
    return "constant_" + re.sub(r"\W", "_", name)


RIGHT = ["events", "right", *(module(event.id) for event in catalog.documented_events())]


def sources(consumer: str, wrong: dict[str, tuple[str, str, str]]) -> dict[str, str]:
    """The right consumer, and the wrong ones made from it."""
    found = {"right": consumer}
    for name, (before, after, _) in wrong.items():
        assert consumer.count(before) == 1
        found[f"wrong_{name}"] = consumer.replace(before, after)
    return found


def constants(template: str, broken: dict[str, Event]) -> dict[str, str]:
    """Each sample and each invalid event as a typed constant in a separate file."""
    events = {event.id: event.sample for event in catalog.documented_events()} | broken
    return {module(name): template % json.dumps(event, indent=2) for name, event in events.items()}


def compiled(folder: Path, texts: dict[str, str], suffix: str, say: Callable[[Path], str]) -> Faults:
    """The messages about each file, by its name without the suffix."""
    for name, text in texts.items():
        (folder / f"{name}{suffix}").write_text(text, "utf-8")
    faults: Faults = defaultdict(list)
    for line in say(folder).splitlines():
        if match := re.match(rf"(\w+){re.escape(suffix)}\b.*\berror\b", line):
            faults[match[1]].append(line)
    return faults


@pytest.fixture(scope="session")
def in_typescript(
    tmp_path_factory: pytest.TempPathFactory, exported: Exported, tsc: Tsc, broken: dict[str, Event]
) -> Faults:
    constant = 'import type { PrivateCAEvent } from "./events";\nexport const event: PrivateCAEvent = %s;\n'
    texts = {"events": exported["typescript"]["pca-events.ts"], **sources(TYPESCRIPT, WRONG_IN_TYPESCRIPT)}
    return compiled(tmp_path_factory.mktemp("typescript"), texts | constants(constant, broken), ".ts", tsc)


@pytest.fixture(scope="session")
def in_python(tmp_path_factory: pytest.TempPathFactory, exported: Exported, broken: dict[str, Event]) -> Faults:
    constant = "from events import PrivateCAEvent\n\nevent: PrivateCAEvent = %s\n"
    texts = {"events": exported["python"]["pca_events_types.py"], **sources(PYTHON, WRONG_IN_PYTHON)}
    return compiled(tmp_path_factory.mktemp("python"), texts | constants(constant, broken), ".py", mypy)


def mypy(folder: Path) -> str:
    """What `mypy --strict` says of the files of a folder, read as Python 3.11."""
    options = ["--strict", "--python-version", "3.11", "--config-file", "", "--cache-dir", str(folder / "cache")]
    line = [sys.executable, "-m", "mypy", *options, *sorted(file.name for file in folder.glob("*.py"))]
    ran = subprocess.run(line, cwd=folder, capture_output=True, text=True)
    assert ran.stderr == ""
    return ran.stdout


def test_typescript_types_accept_a_correct_consumer_and_every_sample(in_typescript: Faults) -> None:
    assert [in_typescript[name] for name in RIGHT if name in in_typescript] == []


@pytest.mark.parametrize("name", WRONG_IN_TYPESCRIPT)
def test_typescript_types_reject_a_wrong_consumer(in_typescript: Faults, name: str) -> None:
    assert f"error {WRONG_IN_TYPESCRIPT[name][2]}:" in "".join(in_typescript[f"wrong_{name}"])


def test_typescript_types_reject_invalid_events(in_typescript: Faults, broken: dict[str, Event]) -> None:
    assert {name for name in broken if module(name) not in in_typescript} == set(UNSEEN_BY_TYPESCRIPT)


def test_python_types_accept_a_correct_consumer_and_every_sample(in_python: Faults) -> None:
    assert [in_python[name] for name in RIGHT if name in in_python] == []


@pytest.mark.parametrize("name", WRONG_IN_PYTHON)
def test_python_types_reject_a_wrong_consumer(in_python: Faults, name: str) -> None:
    assert f"[{WRONG_IN_PYTHON[name][2]}]" in "".join(in_python[f"wrong_{name}"])


def test_python_types_reject_invalid_events(in_python: Faults, broken: dict[str, Event]) -> None:
    assert {name for name in broken if module(name) not in in_python} == set(UNSEEN_BY_PYTHON)


def test_python_runs_and_is_formatted_and_clean(exported: Exported, tmp_path: Path) -> None:
    file = tmp_path / "events.py"
    file.write_text(exported["python"]["pca_events_types.py"], "utf-8")
    ruff = ["-m", "ruff"]
    for words in (
        [],
        [*ruff, "format", "--isolated", "--check"],
        [*ruff, "check", "--isolated", "--extend-select", "E501"],
    ):
        ran = subprocess.run([sys.executable, *words, str(file)], capture_output=True, text=True)
        assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout


def with_field(name: str, field: Schema) -> list[DetailType]:
    """A detail-type whose detail has another field, which need not be there."""
    creation = documented_detail_types()[0]
    detail = {**creation.detail, "properties": {**creation.detail["properties"], name: field}}
    schema = {**creation.schema, "properties": {**creation.schema["properties"], "detail": detail}}
    return [replace(creation, schema=schema, by_result={"success": detail})]


def test_an_optional_field() -> None:
    values = ["/* a */", 'b "quoted"', "c | d: e"]
    field: Schema = {"description": "Ends */ here, and \\ too.", "type": "string", "enum": values}
    (declared,) = type_declarations.typescript(with_field("why-not", field)).values()
    assert "  /** Ends *\\/ here, and \\ too. */\n" in declared
    assert '  readonly "why-not"?: "/* a */" | "b \\"quoted\\"" | "c | d: e";\n' in declared
    (module,) = type_declarations.python(with_field("why-not", field)).values()
    assert "from typing import Literal, NotRequired, TypeAlias, TypedDict\n" in module
    assert '        "why-not": NotRequired[Literal["/* a */", "b \\"quoted\\"", "c | d: e"]],\n' in module


@pytest.mark.parametrize("name", ["typescript", "python"])
def test_a_field_of_unknown_kind_is_not_ignored(name: str) -> None:
    with pytest.raises(PcaEventsError, match=r"^a field cannot be exported as a type: "):
        FORMATS[name].render(with_field("count", {"description": "How many.", "type": "integer"}))
