"""The first contract file of a consumer, written from the rules and handlers that its code contains."""

import ast
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pca_events import catalog
from pca_events.check.report import CheckedRule, CheckReport
from pca_events.check.rules import check
from pca_events.consumers.claimed_rules import claimed_name
from pca_events.consumers.contract_file import FILE
from pca_events.errors import BadInput
from pca_events.handlers.wrapping import Form
from pca_events.infrastructure.checked_tree import UnreadableFile, text_of
from pca_events.infrastructure.discovery import LEFT_OUT
from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.yaml_reader import dumped

_HEADER = """\
# The contract of this consumer with the events of AWS Private CA.
# pca-events verify-consumer verifies it. Add to each handler a probe of the state that it changes.
"""
_FORMS: dict[str, Form] = {"lambda": "lambda", "sqs": "sqs", "sns": "sns"}
_MOST_FILES = 10_000
_TESTS = ("test_", "conftest")


@dataclass
class Draft:
    """A contract file that is not written yet.

    Attributes:
        text: its content.
        open_questions: what the code does not show, each in one line.
    """

    text: str
    open_questions: list[str] = field(default_factory=list)


def draft(folder: str) -> Draft:
    """Write the contract file of the code in a folder.

    Raises:
        BadInput: it does not exist, cannot be read, or has no rule for the events of AWS Private CA.
    """
    if not os.path.isdir(folder):
        raise BadInput(f"{folder} is not a folder")
    reading = read_paths([folder])
    report = check(reading)
    rules = [rule for rule in report.rules if rule.rule.kind == "rule" and (rule.fires_on or rule.may_fire_on)]
    if not rules:
        for unreadable in reading.unreadable:
            raise BadInput(f"{unreadable.place} {unreadable.message}")
        raise BadInput(f"{folder} has no rule for the events of AWS Private CA; write {FILE} by hand")
    entries = list(python_handlers(folder))
    return _drafted(folder, rules, report, entries)


def _drafted(folder: str, rules: Sequence[CheckedRule], report: CheckReport, entries: Sequence[str]) -> Draft:
    made = Draft("")
    handlers = [_handler(entry, rules, made) for entry in entries]
    said: dict[str, Any] = {"consumer": os.path.basename(os.path.abspath(folder)), "rules": []}
    for rule in rules:
        file = os.path.relpath(rule.rule.place.file, folder).replace(os.sep, "/")
        fires_on = globs_of([*rule.fires_on, *rule.may_fire_on])
        claim = {"rule": f"{file}#{claimed_name(rule, report)}", "fires-on": fires_on}
        if len(handlers) == 1 and rule.rule.targets:
            claim["handler"] = handlers[0]["name"]
        said["rules"].append(claim)
    if len(handlers) > 1:
        made.open_questions.append("which rule invokes which handler: add `handler` to each rule, correct `accepts`")
    if not handlers:
        made.open_questions.append("no Python function of the form handler(event, context) was found; add handlers")
    if handlers:
        said["handlers"] = handlers
    made.text = _HEADER + dumped(said)
    return made


def _handler(entry: str, rules: Sequence[CheckedRule], made: Draft) -> dict[str, Any]:
    events = {event for rule in rules for event in (*rule.fires_on, *rule.may_fire_on)}
    kinds = {target.kind for rule in rules for target in rule.rule.targets or ()}
    forms = [form for kind, form in _FORMS.items() if kind in kinds]
    handler: dict[str, Any] = {
        "name": entry.rpartition("/")[2].replace(".py", "").replace(":", "-"),
        "entry": entry,
        "accepts": globs_of(events),
    }
    if len(forms) == 1 and forms[0] != "lambda":
        handler["as"] = forms[0]
    elif len(forms) > 1:
        made.open_questions.append(f"how {entry} receives events: add `as` with one of {', '.join(forms)}")
    return handler


def python_handlers(folder: str) -> Iterator[str]:
    """Yield the functions of the form `handler(event, context)` at the top of Python files, as entries.

    Files are parsed, not run; tests, tools and installed packages are skipped.
    """
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT and name != "tests")
        for name in sorted(names):
            if not name.endswith(".py") or name.startswith(_TESTS):
                continue
            count += 1
            if count > _MOST_FILES:
                raise BadInput(f"{folder} has more than {_MOST_FILES:,} Python files; name a smaller folder")
            file = os.path.join(place, name)
            relative = os.path.relpath(file, folder).replace(os.sep, "/")
            yield from (f"{relative}:{function}" for function in _functions(file))


def _functions(file: str) -> Iterator[str]:
    try:
        tree = ast.parse(text_of(file, always=True) or "")
    except (UnreadableFile, SyntaxError, ValueError, RecursionError, MemoryError):
        return  # the file is not valid Python
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            arguments = [argument.arg.lstrip("_") for argument in node.args.args]
            if arguments == ["event", "context"]:
                yield node.name


def globs_of(events: Collection[str]) -> list[str]:
    """Return globs that match these documented events and no other, as few as possible."""
    every = [event.id for event in catalog.documented_events()]
    left, found = {event for event in every if event in events}, []
    parts = [event.split("-") for event in every]
    heads = sorted({"-".join(words[:length]) for words in parts for length in range(1, len(words))}, key=len)
    for head in ["", *heads]:
        glob = f"{head}-*" if head else "*"
        matched = {event for event in every if event.startswith(f"{head}-" if head else "")}
        if len(matched) > 1 and matched <= left:
            found.append(glob)
            left -= matched
    return [*found, *(event for event in every if event in left)]
