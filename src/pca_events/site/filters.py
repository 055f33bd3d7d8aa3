"""The filters of the templates: outcomes, counts, JSON and steps as text and HTML; links to schemas and sources."""

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from markupsafe import Markup, escape

from pca_events.contract import ENVELOPE
from pca_events.contract.validator import expected
from pca_events.infrastructure.source_tree import child, json_tree
from pca_events.locations import locate
from pca_events.messages import Outcome, ScenarioRun
from pca_events.site.pictures import PARTIES
from pca_events.site.scenario_groups import (
    ORDER,
    ScenarioGroup,
    Status,
    broken_count,
    overall,
    run_count,
    scenario_groups,
    tally,
)

USER_GUIDE = "https://docs.aws.amazon.com/privateca/latest/userguide"
EVENTS_REFERENCE = "https://docs.aws.amazon.com/eventbridge/latest/ref"

EVENTS_PAGE = f"{USER_GUIDE}/CloudWatchEvents.html"
"""The page of AWS that documents the events of AWS Private CA."""

CLOUDTRAIL_PAGE = f"{USER_GUIDE}/logging-using-cloudtrail-pca.html"

_SOURCE = re.compile(r"(?P<file>(?:[\w.+-]+/)*[\w.+-]+\.\w+)(?::(?P<line>[0-9]+))?")


def operation_page(operation: str) -> str:
    """Return the address of the API reference of an operation of AWS Private CA."""
    return f"https://docs.aws.amazon.com/privateca/latest/APIReference/API_{operation}.html"


def source_events_page(source: str) -> str:
    """Return the address of the page of the EventBridge reference about the events of a source such as `aws.acm`."""
    return f"{EVENTS_REFERENCE}/events-ref-{source.removeprefix('aws.')}.html"


def source_link(place: str, base: str) -> str:
    """Return the address of a line of a source file.

    Args:
        place: a file, from the top of the project, and a line: `steps/rules.py:12`.
        base: the address of the top of the project, such as `https://github.com/me/project/blob/main`; may be empty.

    Returns:
        The address; empty without a base, and for a file outside the project.
    """
    found = _SOURCE.fullmatch(place)
    if not base or found is None or ".." in place.split("/"):
        return ""
    return f"{base.rstrip('/')}/{found['file']}" + (f"#L{found['line']}" if found["line"] else "")


def line_in_schema(schema: str, path: str) -> str:
    """Return where a field of an event is described, as `schemas/events/ca-creation.schema.json:20`.

    Args:
        schema: the schema of its detail-type, from the top of the project.
        path: of the field: `$.detail.result`, `$.resources[0]`.
    """
    names = path.removeprefix("$.").partition("[")[0].split(".")
    for file in (schema, ENVELOPE):
        here = _tree(file)
        for name in names[:-1]:
            here = child(here, "properties", name)
        properties = child(here, "properties")
        if names[-1] in properties:
            return f"{file}:{properties.line_of(names[-1])}"
    return schema


@cache
def _tree(file: str) -> object:
    text = locate("schemas").joinpath(PurePosixPath(file).relative_to("schemas")).read_text("utf-8")
    return json_tree(text)[0]


_ICONS: dict[Status, str] = {
    "passed": "✓",
    "partly proven": "◐",
    "failed": "✕",
    "undefined": "?",
    "skipped": "\N{MINUS SIGN}",
    "expected failure": "≈",
    "not run": "○",
}
_UNPROVEN: tuple[Outcome, ...] = ("skipped", "expected failure", "not run")
_LONGEST_WHOLE = 24


def anchor(text: str) -> str:
    """Return a text as the id of an element."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower()


def place(it: ScenarioRun | ScenarioGroup) -> str:
    """Return the id of the element that shows a scenario, a row or an outline."""
    kind = "outline" if isinstance(it, ScenarioGroup) and it.is_outline else "line"
    return anchor(f"{it.uri} {kind} {it.line}")


def ordered(counts: Counter[Outcome]) -> list[tuple[Outcome, int]]:
    """Return the outcomes that occurred, with their counts."""
    return [(status, counts[status]) for status in ORDER if counts[status]]


def counted(counts: Counter[Outcome]) -> str:
    """Return counts as text: `12 passed, 1 failed`."""
    return ", ".join(f"{count} {status}" for status, count in ordered(counts)) or "no scenario"


def proven(counts: Counter[Outcome]) -> str:
    """Return what is proven and what is not: `19 proven, 12 skipped`."""
    rest = [f"{counts[status]} {status}" for status in _UNPROVEN if counts[status]]
    return ", ".join([f"{counts['passed']} proven", *rest])


def many(count: int, what: str) -> str:
    """Return a count and its noun."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def sentence(counts: Counter[Outcome]) -> str:
    """Return what a complete run has proven: `513 of 531 scenarios proven, 18 skipped, none broken`."""
    everything = many(counts.total(), "scenario")
    if count := broken_count(counts):
        return f"{count} of {everything} broken"
    if not run_count(counts):
        return "Nothing was run"
    rest = [f"{counts[status]} {status}" for status in _UNPROVEN if counts[status]]
    return ", ".join([f"{counts['passed']} of {everything} proven", *rest, "none broken"])


def summary(past: Any) -> str:
    """Return a `PastRun` in a line: its time, the outcomes of its scenarios, and why it is incomplete if it is."""
    when = past.started.strftime("%Y-%m-%d %H:%M UTC")
    return f"{when}: {counted(past.counts)}" + (f"; incomplete: {past.stopped}" if past.stopped else "")


def kind(detail_type: str) -> str:
    """Return a detail-type without the prefix that all five share."""
    rest = detail_type.removeprefix("ACM Private CA ")
    return rest if " " in rest else f"CA {rest}"


def operation(name: str) -> Markup:
    """Return the name of an operation with line break opportunities between its words."""
    return Markup("<wbr>").join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z]+", name))


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a description, each on one line."""
    return [" ".join(one.split()) for one in re.split(r"\n\s*\n", text) if one.strip()]


def path(text: str) -> Markup:
    """Return a path with line break opportunities after each folder and before its line number."""
    return Markup("<wbr>").join(visible(piece) for piece in re.split(r"(?<=/)|(?=:\d+$)", text))


def whole(text: str) -> Markup:
    """Return a text whose short words with a digit, such as dates and versions, never break across lines."""
    return Markup("").join(
        Markup('<span class="whole">{}</span>').format(visible(piece))
        if len(piece) <= _LONGEST_WHOLE and re.search(r"\d", piece)
        else visible(piece)
        for piece in re.split(r"(\s+)", text)
    )


def statuses(groups: Sequence[ScenarioGroup]) -> Counter[Outcome]:
    """Return the number of scenarios with each outcome in several groups."""
    return tally(row for group in groups for row in group.rows)


def definitions(group: ScenarioGroup) -> list[str]:
    """Return where the steps of a group are defined."""
    return list(dict.fromkeys(step.definition for step in group.steps if step.definition))


def groupby_rule(groups: Sequence[ScenarioGroup]) -> Iterator[tuple[str, list[ScenarioGroup]]]:
    """Return groups under the name of their Rule, in order."""
    for rule, found in itertools.groupby(groups, key=lambda one: one.rule):
        yield rule, list(found)


def trouble(scenario: ScenarioRun) -> str:
    """Return why a scenario did not pass; empty if it passed, was not run, or the reason is unknown."""
    return "" if scenario.status in ("passed", "not run") else scenario.reason


_PIECE = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>\b(?:true|false|null)\b|-?\d[\d.eE+-]*)'
)
_TOP_KEY = re.compile(r'^  "([^"]+)":')
_VALUE = re.compile(r'("[^"]*"|<[^<>]+>)')
_KEPT = "\n\t"


def visible(text: str) -> Markup:
    """Escape a text; control characters and characters that change the text direction become their code point."""
    if text.isprintable():
        return escape(text)
    return Markup("").join(
        escape(char)
        if char.isprintable() or char in _KEPT
        else Markup('<span class="unseen">U+{:04X}</span>').format(ord(char))
        for char in text
    )


def json_markup(value: Any, stamped: Collection[str] = ()) -> Markup:
    """Return a JSON value as indented HTML with syntax colours.

    Args:
        value: any value that `json` can write.
        stamped: the top-level fields to mark as stamped by the event bus.
    """
    lines = json.dumps(value, indent=2, ensure_ascii=False).split("\n")
    return Markup("\n").join(_line(line, stamped) for line in lines)


def _line(line: str, stamped: Collection[str]) -> Markup:
    coloured = Markup("").join(_pieces(line))
    key = _TOP_KEY.match(line)
    if key and key[1] in stamped:
        return Markup('<mark class="stamped">{}</mark>').format(coloured)
    return coloured


def _pieces(line: str) -> list[Markup]:
    found, at = [], 0
    for match in _PIECE.finditer(line):
        found.append(visible(line[at : match.start()]))
        found.append(Markup('<span class="{}">{}</span>').format(match.lastgroup, visible(match[0])))
        at = match.end()
    return [*found, visible(line[at:])]


def step_markup(text: str) -> Markup:
    """Return the text of a step with its quoted values and placeholders marked."""
    return Markup("").join(
        Markup('<span class="value">{}</span>').format(visible(piece)) if number % 2 else visible(piece)
        for number, piece in enumerate(_VALUE.split(text))
    )


FILTERS: dict[str, Callable[..., Any]] = {
    "anchor": anchor,
    "broken_count": broken_count,
    "counted": counted,
    "definitions": definitions,
    "events_page": source_events_page,
    "expected": expected,
    "groupby_rule": groupby_rule,
    "icon": lambda status: _ICONS[status],
    "json": json_markup,
    "kind": kind,
    "many": many,
    "operation": operation,
    "operation_page": operation_page,
    "ordered": ordered,
    "overall": overall,
    "paragraphs": paragraphs,
    "party": lambda name: PARTIES[name],
    "path": path,
    "place": place,
    "proven": proven,
    "run_count": run_count,
    "scenario_groups": scenario_groups,
    "slug": lambda status: status.replace(" ", "-"),
    "source_link": source_link,
    "statuses": statuses,
    "step": step_markup,
    "summary": summary,
    "tallied": tally,
    "total": lambda counts: counts.total(),
    "trouble": trouble,
    "visible": visible,
    "whole": whole,
}
"""The filters by their names in templates."""
