"""The input of `pca-events explain`: one event pattern, the rules of infrastructure code, or one of them."""

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from pca_events import json_source
from pca_events.atomic_write import replace_file
from pca_events.check.report import names_of, short_name
from pca_events.errors import BadInput
from pca_events.infrastructure.checked_tree import LARGEST, UnreadableFile, text_of
from pca_events.infrastructure.detect_format import read_document_file
from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Reading, Rule, Skipped, SourceLocation, Unknown, Unreadable
from pca_events.temporary_folders import temporary_folder
from pca_events.wording import did_you_mean, file_meant

_CONTAINERS = {
    "AWSTemplateFormatVersion",
    "AwsServiceEventsConfiguration",
    "EventPattern",
    "EventSources",
    "FilterConfiguration",
    "Resources",
    "Rules",
    "ScheduleExpression",
    "Subscribers",
    "Targets",
    "functions",
    "planned_values",
    "resource",
    "resource_changes",
}
"""Keys at the top of documents that contain rules."""

_CONTAINER = re.compile(rf'"(?:{"|".join(_CONTAINERS)})"\s*:')
_TERRAFORM = re.compile(r"^[ \t]*(?:resource|module|data|variable|locals|provider|terraform)\b[^:\n]*\{", re.MULTILINE)
_WITH_LINE = re.compile(r"(.+):(\d{1,9})")


@dataclass(frozen=True)
class ExplainedRule:
    """A rule, or a pattern that is not part of a rule.

    Attributes:
        name: of the rule; empty for a pattern alone.
        place: where the rule is; None for a pattern alone.
        pattern: a JSON object whose values may be unknown, a JSON string, or Unknown.
        read_only_calls: whether the rule receives CloudTrail events of read-only calls; Unknown for a pattern alone.
    """

    name: str
    place: SourceLocation | None
    pattern: Any
    read_only_calls: bool | Unknown


@dataclass(frozen=True)
class ExplainInput:
    """The rules, what could not be read, and what may contain rules and is not read."""

    rules: tuple[ExplainedRule, ...]
    unreadable: tuple[Unreadable, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def explained_rules(given: str) -> ExplainInput:
    """Read the input of `explain`.

    Args:
        given: a file or folder, `-` for standard input, followed by `#NAME` for one rule or `:LINE` for the rule on
            that line.

    Raises:
        BadInput: it cannot be read, contains no rule, or none of that name or on that line.
    """
    path, wanted, line = _split(given)
    if os.path.isdir(path):
        reading = read_paths([path])
    else:
        text = _text(path)
        if not wanted and not line and _is_pattern_alone(text, path):
            return ExplainInput((ExplainedRule("", None, text, Unknown("the state of the rule")),))
        reading = _read_standard_input(text) if path == "-" else read_paths([path])
    rules = [*map(_of_rule, reading.rules), *_of_custom_bus(reading)]
    if not rules:
        raise BadInput(_no_rules(path, reading))
    return ExplainInput(tuple(_chosen(rules, path, wanted, line)), tuple(reading.unreadable), tuple(reading.skipped))


def _split(given: str) -> tuple[str, str, int]:
    """The path, the name of a rule, and a line; file names may contain these characters."""
    if given == "-" or os.path.lexists(given):
        return given, "", 0
    path, mark, name = given.rpartition("#")
    if mark and (path == "-" or os.path.lexists(path)):
        return path, name, 0
    if (found := _WITH_LINE.fullmatch(given)) and os.path.isfile(found[1]):
        return found[1], "", int(found[2])
    path = path if mark else given
    raise BadInput(f"{path} does not exist{file_meant(path)}")


def _text(path: str) -> str:
    try:
        if path == "-":
            data = sys.stdin.buffer.read(LARGEST + 1)
            if len(data) > LARGEST:
                raise BadInput(f"standard input is larger than {LARGEST >> 20} MiB; name the file")
            return data.decode("utf-8-sig")
        return text_of(path, always=True) or ""
    except UnicodeDecodeError as error:
        raise BadInput(f"standard input is not UTF-8 (byte {error.start})") from error
    except UnreadableFile as refused:
        raise BadInput(f"{path}:{refused.line} {refused}") from refused


def _is_pattern_alone(text: str, path: str) -> bool:
    if not text.lstrip().startswith("{") or path.endswith((".tf.json", ".tofu.json", ".tfvars.json")):
        return path.endswith(".json") or (path == "-" and text.lstrip()[:1] in ("[", '"', ""))
    try:
        document = json_source.parse(text)
    except json_source.InvalidLine:
        return not _CONTAINER.search(text) and not _TERRAFORM.search(text)
    return isinstance(document, dict) and not _CONTAINERS & document.keys()


def _read_standard_input(text: str) -> Reading:
    if not _TERRAFORM.search(text):
        return read_document_file(text, "-", named=True)
    with temporary_folder() as folder:
        file = folder / "stdin.tf"
        replace_file(file, text)
        reading = read_paths([str(file)])
    reading.rules = [replace(rule, place=SourceLocation("-", rule.place.line)) for rule in reading.rules]
    reading.unreadable = [replace(one, place=SourceLocation("-", one.place.line)) for one in reading.unreadable]
    return reading


def _of_rule(rule: Rule) -> ExplainedRule:
    return ExplainedRule(rule.name, rule.place, rule.pattern, rule.read_only_calls)


def _of_custom_bus(reading: Reading) -> Iterable[ExplainedRule]:
    """The patterns of a Custom Event Bus that match the event itself."""
    for source in reading.event_sources:
        if source.pattern is not None:
            yield ExplainedRule(source.name, source.place, source.pattern, Unknown("the event source"))
    for subscriber in reading.subscribers:
        filters = () if isinstance(subscriber.filters, Unknown) else subscriber.filters
        for held in filters:
            if held.scope == "DATA":
                yield ExplainedRule(subscriber.name, held.place, held.pattern, Unknown("the event source"))


def _chosen(rules: list[ExplainedRule], path: str, wanted: str, line: int) -> list[ExplainedRule]:
    if line:
        before = [rule for rule in rules if rule.place is not None and rule.place.line <= line]
        if not before:
            raise BadInput(f"{path}:{line}: no rule begins on this line or before it")
        last = max(rule.place.line for rule in before if rule.place is not None)
        return [rule for rule in before if rule.place is not None and rule.place.line == last]
    if not wanted:
        return rules
    found = [rule for rule in rules if wanted in names_of(rule.name)]
    if not found:
        advice = did_you_mean(wanted, dict.fromkeys(short_name(rule.name) for rule in rules))
        raise BadInput(f'{path} has no rule "{wanted}"' + (f"; {advice}" if advice else ""))
    return found


def _no_rules(path: str, reading: Reading) -> str:
    for unreadable in reading.unreadable:
        return f"{unreadable.place}: {unreadable.message}"
    for skipped in reading.skipped:
        return f"{skipped.place}: {skipped.what}; {skipped.remedy}"
    return f"{'standard input' if path == '-' else path} has no EventBridge rule with an event pattern"
