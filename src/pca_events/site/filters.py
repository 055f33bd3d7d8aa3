"""What templates call by name: outcomes, counts, places and names in words and marks."""

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from markupsafe import Markup, escape

from pca_events.messages import Outcome, ScenarioRun
from pca_events.site.pictures import PARTIES
from pca_events.site.scenario_groups import ORDER, Behaviour, behaviours, broken, overall, tally, were_run

_ICONS: dict[Outcome, str] = {
    "passed": "✓",
    "failed": "✕",
    "undefined": "?",
    "skipped": "\N{MINUS SIGN}",
    "expected failure": "≈",
    "not run": "○",
}


def anchor(text: str) -> str:
    """A text as the id of an element."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower()


def place(it: ScenarioRun | Behaviour) -> str:
    """The id of the element that shows a scenario, a row or an outline."""
    kind = "outline" if isinstance(it, Behaviour) and it.is_outline else "line"
    return anchor(f"{it.uri} {kind} {it.line}")


def ordered(counts: Counter[Outcome]) -> list[tuple[Outcome, int]]:
    """The outcomes that came about, with their counts."""
    return [(status, counts[status]) for status in ORDER if counts[status]]


def counted(counts: Counter[Outcome]) -> str:
    """Counts in words: `12 passed, 1 failed`."""
    return ", ".join(f"{count} {status}" for status, count in ordered(counts)) or "no scenario"


def many(count: int, what: str) -> str:
    """A count and its noun."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def sentence(counts: Counter[Outcome]) -> str:
    """What a run has proven, in a sentence."""
    everything = many(counts.total(), "scenario")
    if count := broken(counts):
        return f"{count} of {everything} broken"
    return f"{counts['passed']} of {everything} proven, none broken" if counts["passed"] else "Nothing was run"


def summary(past: Any) -> str:
    """An earlier run in a line: when it was, how its scenarios ended, and why it came no further."""
    when = past.started.strftime("%Y-%m-%d %H:%M UTC")
    return f"{when}: {counted(past.counts)}" + (f"; incomplete: {past.stopped}" if past.stopped else "")


def kind(detail_type: str) -> str:
    """A detail-type without what all five have in common."""
    rest = detail_type.removeprefix("ACM Private CA ")
    return rest if " " in rest else f"CA {rest}"


def operation(name: str) -> Markup:
    """The name of an operation, which may be broken between its words."""
    return Markup("<wbr>").join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z]+", name))


def paragraphs(text: str) -> list[str]:
    """A description without the ends of its lines."""
    return [" ".join(one.split()) for one in re.split(r"\n\s*\n", text) if one.strip()]


def path(text: str) -> Markup:
    """A path, which may be broken after each folder and before its line."""
    return Markup("<wbr>").join(visible(piece) for piece in re.split(r"(?<=/)|(?=:\d+$)", text))


def statuses(together: Sequence[Behaviour]) -> Counter[Outcome]:
    """How often each outcome came about in several behaviours."""
    return tally(row for one in together for row in one.rows)


def definitions(it: Behaviour) -> list[str]:
    """Where the steps of a behaviour are defined."""
    return list(dict.fromkeys(step.definition for step in it.steps if step.definition))


def groupby_rule(together: Sequence[Behaviour]) -> Iterator[tuple[str, list[Behaviour]]]:
    """Behaviours under their Rule, in order."""
    for rule, found in itertools.groupby(together, key=lambda one: one.rule):
        yield rule, list(found)


def trouble(scenario: ScenarioRun) -> str:
    """Why a scenario did not pass; empty where it did, was not run, or nothing is known."""
    return "" if scenario.status in ("passed", "not run") else scenario.reason


_PIECE = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>\b(?:true|false|null)\b|-?\d[\d.eE+-]*)'
)
_TOP_KEY = re.compile(r'^  "([^"]+)":')
_VALUE = re.compile(r'("[^"]*"|<[^<>]+>)')
_KEPT = "\n\t"


def visible(text: str) -> Markup:
    """Escape a text; control characters and those that change the direction of writing are shown by their code."""
    if text.isprintable():
        return escape(text)
    return Markup("").join(
        escape(char)
        if char.isprintable() or char in _KEPT
        else Markup('<span class="unseen">U+{:04X}</span>').format(ord(char))
        for char in text
    )


def json_markup(value: Any, stamped: Collection[str] = ()) -> Markup:
    """A JSON value, indented and coloured.

    Args:
        value: what `json` can write.
        stamped: names of top-level fields that are marked as stamped by the bus.
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
    """The text of a step, its quoted values and placeholders set off."""
    return Markup("").join(
        Markup('<span class="value">{}</span>').format(visible(piece)) if number % 2 else visible(piece)
        for number, piece in enumerate(_VALUE.split(text))
    )


FILTERS: dict[str, Callable[..., Any]] = {
    "anchor": anchor,
    "behaviours": behaviours,
    "broken": broken,
    "counted": counted,
    "definitions": definitions,
    "groupby_rule": groupby_rule,
    "icon": lambda status: _ICONS[status],
    "json": json_markup,
    "kind": kind,
    "many": many,
    "operation": operation,
    "ordered": ordered,
    "were_run": were_run,
    "overall": overall,
    "paragraphs": paragraphs,
    "party": lambda name: PARTIES[name],
    "path": path,
    "place": place,
    "slug": lambda status: status.replace(" ", "-"),
    "statuses": statuses,
    "summary": summary,
    "step": step_markup,
    "tallied": tally,
    "trouble": trouble,
    "total": lambda counts: counts.total(),
    "visible": visible,
}
"""By the names that templates call them by."""
