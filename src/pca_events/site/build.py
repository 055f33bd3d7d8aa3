"""The whole site: pages, search, what they look like, and feeds for machines."""

import json
from typing import Any

from pca_events.site.badge import badge
from pca_events.site.book import Book
from pca_events.site.pages import pages, static
from pca_events.site.search_index import search_script


def site(book: Book) -> dict[str, str]:
    """Return the files of the site, by their path from its top; the same book gives the same files to the byte."""
    return {
        **dict(pages(book)),
        "site.css": static("site.css"),
        "site.js": static("site.js"),
        "search.js": search_script(book),
        "badge.svg": _badge(book),
        "events.json": json.dumps(_events(book), indent=2, ensure_ascii=True) + "\n",
    }


def _badge(book: Book) -> str:
    run = book.run
    return badge(book.counts) if run is None else badge(book.counts, run.stopped, well=run.success)


def _events(book: Book) -> dict[str, Any]:
    run = book.run
    return {
        "run": run
        and {"started": run.started.isoformat(), "backend": run.backend, "mode": run.mode, "stopped": run.stopped},
        "headline": book.headline,
        "status": book.status,
        "counts": dict(book.counts),
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
            for event in book.events
        ],
        "never sent": [
            {"id": silence.entry.id, "when": silence.entry.when, "page": silence.page, "status": silence.status}
            for silence in book.silences
        ],
    }
