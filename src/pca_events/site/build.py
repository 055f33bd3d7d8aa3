"""The files of the site: pages, search index, styles, script, badge and the events as JSON."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

from markupsafe import escape

from pca_events.check.codes import CODES
from pca_events.messages import FeatureRun, Outcome
from pca_events.site.filters import anchor, kind, place, proven
from pca_events.site.pages import Page, pages, static
from pca_events.site.scenario_groups import ScenarioGroup, Topic, broken_count, overall, run_count, scenario_groups
from pca_events.site.site_data import SiteData

Entry = tuple[str, str, str, str]
"""The kind, the name, the context, and the page with the id of the element."""

_WORD = re.compile(r"[^\s\"'(),;:{}\[\]<>=`]+")
_LONGEST_WORD = 100
_NOT_INDEXED = "all.html"
_SECTION = re.compile(r'<(?P<tag>h2|article|section)\b[^>]*? id="(?P<id>[^"]*)"[^>]*>')
_HEADING = re.compile(r"<h2\b[^>]*>(.*?)</h2>", re.DOTALL)
_UNSEARCHED = re.compile(r"<(footer|button)\b.*?</\1>", re.DOTALL)
_INLINE_TAG = re.compile(r"</?(?:a|b|code|mark|span|wbr)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")


def search_script(data: SiteData, rendered: Iterable[tuple[Page, str]]) -> str:
    """Return the index as a script, which also loads in pages that are opened from a disk.

    Each item is an `Entry` with the words of its section. A section with a heading and without an entry becomes one.
    """
    named = dict.fromkeys([*_pages(data), *_fields(data), *_scenarios(data), *_steps(data), *_findings()])
    places = {one[3]: one for one in reversed(named)}
    texts: dict[Entry, list[str]] = {}
    for page, html in rendered:
        if page.path == _NOT_INDEXED:
            continue
        around: Entry = ("page", page.title, page.summary, page.path)
        for section in sections(html):
            where = f"{page.path}#{section.id}" if section.id else page.path
            entry = places.get(where) or section.entry(page, where)
            if entry and entry[0] != "scenario":
                around = entry
            texts.setdefault(entry or around, []).append(section.text)
    words = {entry: _words(" ".join(found), entry) for entry, found in texts.items()}
    index = [[*entry, words.get(entry, "")] for entry in [*named, *(entry for entry in words if entry not in named)]]
    return f"window.searchIndex = {json.dumps(index, separators=(',', ':'))};\n"


def _words(text: str, entry: Entry) -> str:
    """Return each word of a text once, without those that the entry itself has."""
    found = dict.fromkeys(word.rstrip(".").lower() for word in _WORD.findall(text) if len(word) <= _LONGEST_WORD)
    shown = " ".join(entry[:3]).lower()
    return " ".join(word for word in found if word and word not in shown)


class Section:
    """A part of a page that a link can lead to.

    Attributes:
        id: of its element; empty for the beginning of the page.
        title: its heading; empty for the beginning of the page and for scenarios.
        text: everything that it shows.
    """

    def __init__(self, section_id: str) -> None:
        self.id = section_id
        self.title = ""
        self.text = ""

    def entry(self, page: Page, where: str) -> Entry | None:
        """Return an entry for the section itself; None for a scenario, whose text belongs to the heading above it."""
        if not self.id:
            return "page", page.title, page.summary, where
        return ("section", f"{page.title} / {self.title}", page.summary, where) if self.title else None


def sections(html: str) -> list[Section]:
    """Return the sections of a page: its beginning, and each heading, scenario or feature that has an id.

    The page is one of this site: its templates write no `<` or `>` into an attribute.
    """
    main = _UNSEARCHED.sub("", html.partition("<main")[2].partition("</main>")[0].partition(">")[2])
    found, begins = [], [(0, "", ""), *((at.start(), at["tag"], at["id"]) for at in _SECTION.finditer(main))]
    ends = [start for start, _, _ in begins[1:]] + [len(main)]
    for (start, tag, section_id), end in zip(begins, ends, strict=True):
        part = main[start:end]
        section = Section(section_id)
        section.text = _text(part)
        if tag in ("h2", "section") and (heading := _HEADING.search(part)):
            section.title = _text(heading[1])
        found.append(section)
    return found


def _text(html: str) -> str:
    return " ".join(unescape(_TAG.sub(" ", _INLINE_TAG.sub("", html))).split())


def _pages(data: SiteData) -> Iterator[Entry]:
    for event in data.events:
        yield "event", event.entry.title, f"{event.entry.id} {event.entry.reason or ''}".strip(), event.page
    for one in data.never_sent:
        yield "never sent", one.entry.title, one.entry.when, one.page
    for topic in data.topics:
        yield "page", topic.title, topic.summary, topic.page


def _fields(data: SiteData) -> Iterator[Entry]:
    seen: set[tuple[str, str]] = set()
    for event in data.events:
        for field in event.fields:
            if (event.entry.detail_type, field.path) not in seen:
                seen.add((event.entry.detail_type, field.path))
                about = f"{kind(event.entry.detail_type)}: {field.description}"
                yield "field", field.path, about, f"{event.page}#{anchor(field.path)}"


def _scenarios(data: SiteData) -> Iterator[Entry]:
    for event in (*data.events, *data.never_sent):
        for feature, groups in event.groups:
            if feature.uri.startswith("features/events/"):
                for group in groups:
                    yield "scenario", group.name, feature.name, f"{event.page}#{place(group)}"
    for topic, feature, group in _of_topics(data):
        yield "scenario", group.name, feature.name, f"{topic.page}#{place(group)}"


def _steps(data: SiteData) -> Iterator[Entry]:
    seen: set[str] = set()
    for topic, feature, group in _of_topics(data):
        for step in group.steps:
            if step.template not in seen:
                seen.add(step.template)
                yield "step", f"{step.keyword} {step.template}", feature.name, f"{topic.page}#{place(group)}"


def _findings() -> Iterator[Entry]:
    for code in CODES.values():
        yield "finding", code.name, f"{code.title}. {code.meaning}", f"findings/{code.name}.html"


def _of_topics(data: SiteData) -> Iterator[tuple[Topic, FeatureRun, ScenarioGroup]]:
    for topic in data.topics:
        for feature in topic.features:
            for group in scenario_groups(feature):
                yield topic, feature, group


_WIDTH_OF_CHARACTER = 6.6  # pixels, of 11 px Verdana, about
_PADDING = 12
_LABEL = "AWS Private CA events"
_GREEN, _AMBER, _RED, _GREY = "#146c43", "#8a5a00", "#b3261e", "#5b6472"


def site(data: SiteData) -> dict[str, str]:
    """Return the files of the site by their path from its top; the same data gives the same bytes."""
    rendered = list(pages(data))
    return {
        **{page.path: html for page, html in rendered},
        "site.css": static("site.css"),
        "site.js": static("site.js"),
        "search.js": search_script(data, rendered),
        "badge.svg": _badge(data),
        "events.json": json.dumps(_events(data), indent=2, ensure_ascii=True) + "\n",
    }


def _badge(data: SiteData) -> str:
    run = data.run
    return badge(data.counts) if run is None else badge(data.counts, run.stopped, success=run.success)


def badge(counts: Counter[Outcome], stopped: str = "", *, success: bool = True) -> str:
    """Return an SVG with the outcome of a run; green only if every scenario was run and passed.

    Args:
        counts: the number of scenarios with each outcome.
        stopped: why the run is incomplete; empty if it is complete.
        success: whether the run itself succeeded.
    """
    if count := broken_count(counts):
        text, colour = f"{count} broken", _RED
    elif stopped or (counts["not run"] and run_count(counts)):
        text, colour = f"{run_count(counts)} of {counts.total()} run", _AMBER
    elif not success and run_count(counts):
        text, colour = "run failed", _RED
    elif counts["passed"]:
        text, colour = proven(counts), _GREEN if overall(counts) == "passed" else _AMBER
    else:
        text, colour = "not run", _GREY
    left, right = (round(len(words) * _WIDTH_OF_CHARACTER + _PADDING) for words in (_LABEL, text))
    texts = "".join(
        f'<text x="{x}" y="14" text-anchor="middle">{escape(words)}</text>'
        for x, words in ((left / 2, _LABEL), (left + right / 2, text))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{escape(_LABEL)}: {escape(text)}"><title>{escape(_LABEL)}: {escape(text)}</title>'
        f'<rect width="{left + right}" height="20" rx="3" fill="#39424f"/>'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" fill="{colour}"/>'
        f'<g fill="#fff" font-family="Verdana,Geneva,sans-serif" font-size="11">{texts}</g></svg>\n'
    )


def _events(data: SiteData) -> dict[str, Any]:
    run = data.run
    return {
        "run": run
        and {"started": run.started.isoformat(), "backend": run.backend, "mode": run.mode, "stopped": run.stopped},
        "headline": data.headline,
        "status": data.status,
        "counts": dict(data.counts),
        "events": [
            {
                "id": event.entry.id,
                "title": event.entry.title,
                "meaning": event.entry.meaning,
                "detail-type": event.entry.detail_type,
                "operation": event.entry.operation,
                "pattern": event.entry.pattern,
                "page": event.page,
                "status": event.status,
                "counts": dict(event.counts),
            }
            for event in data.events
        ],
        "never sent": [
            {"id": one.entry.id, "when": one.entry.when, "page": one.page, "status": one.status}
            for one in data.never_sent
        ],
    }
