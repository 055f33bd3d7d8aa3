"""What the search of the site finds: events, fields, scenarios, steps and findings, each with its place."""

import json
from collections.abc import Iterator

from pca_events.messages import FeatureRun
from pca_events.site.document_pages import INDEX, finding_pages
from pca_events.site.filters import anchor, kind, place
from pca_events.site.scenario_groups import Behaviour, behaviours
from pca_events.site.site_data import Book
from pca_events.site.topics import Topic

Entry = tuple[str, str, str, str]
"""What it is, its name, where it belongs, and the page with the place in it."""


def search_script(book: Book) -> str:
    """Return the index as a script, which pages opened from a disk can load too."""
    entries = list(dict.fromkeys([*_events(book), *_fields(book), *_scenarios(book), *_steps(book), *_findings()]))
    return f"window.searchIndex = {json.dumps(entries, separators=(',', ':'))};\n"


def _events(book: Book) -> Iterator[Entry]:
    for event in book.events:
        yield "event", event.entry.title, f"{event.entry.id} {event.entry.reason or ''}".strip(), event.page
    for silence in book.silences:
        yield "never sent", silence.entry.title, silence.entry.when, silence.page
    for topic in book.topics:
        yield "page", topic.title, topic.summary, topic.page


def _fields(book: Book) -> Iterator[Entry]:
    seen: set[tuple[str, str]] = set()
    for event in book.events:
        for field in event.fields:
            if (event.entry.detail_type, field.path) not in seen:
                seen.add((event.entry.detail_type, field.path))
                about = f"{kind(event.entry.detail_type)}: {field.description}"
                yield "field", field.path, about, f"{event.page}#{anchor(field.path)}"


def _scenarios(book: Book) -> Iterator[Entry]:
    for event in (*book.events, *book.silences):
        for feature, together in event.behaviours:
            if feature.uri.startswith("features/events/"):
                for one in together:
                    yield "scenario", one.name, feature.name, f"{event.page}#{place(one)}"
    for topic, feature, one in _of_topics(book):
        yield "scenario", one.name, feature.name, f"{topic.page}#{place(one)}"


def _steps(book: Book) -> Iterator[Entry]:
    seen: set[str] = set()
    for topic, feature, one in _of_topics(book):
        for step in one.steps:
            if step.template not in seen:
                seen.add(step.template)
                yield "step", f"{step.keyword} {step.template}", feature.name, f"{topic.page}#{place(one)}"


def _findings() -> Iterator[Entry]:
    yield "page", "Findings of check", "every code, its level and meaning", INDEX
    for one in finding_pages():
        yield "finding", one.code.name, f"{one.code.title}. {one.code.meaning}", one.page


def _of_topics(book: Book) -> Iterator[tuple[Topic, FeatureRun, Behaviour]]:
    for topic in book.topics:
        for feature in topic.features:
            for one in behaviours(feature):
                yield topic, feature, one
