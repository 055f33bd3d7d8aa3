"""The whole site: pages, search, what they look like, and feeds for machines."""

import json
from collections import Counter
from typing import Any

from markupsafe import escape

from pca_events.messages import Outcome
from pca_events.site.pages import pages, static
from pca_events.site.scenario_groups import broken, were_run
from pca_events.site.search_index import search_script
from pca_events.site.site_data import Book

_WIDTH_OF_CHARACTER = 6.6  # pixels, of 11 px Verdana, about
_PADDING = 12
_LABEL = "AWS Private CA events"


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


def badge(counts: Counter[Outcome], stopped: str = "", *, well: bool = True) -> str:
    """Return an SVG that says the outcome of a run in a word or two; green only where all was run, and all was well.

    Args:
        counts: how the scenarios ended.
        stopped: why the run came no further; empty where it came to its end.
        well: whether the run itself ended well.
    """
    if count := broken(counts):
        said, colour = f"{count} broken", "#b3261e"
    elif stopped or (counts["not run"] and were_run(counts)):
        said, colour = f"{were_run(counts)} of {counts.total()} run", "#8a5a00"
    elif not well and were_run(counts):
        said, colour = "did not end well", "#b3261e"
    elif counts["passed"]:
        said, colour = f"{counts['passed']} proven", "#146c43"
    else:
        said, colour = "not run", "#5b6472"
    left, right = (round(len(text) * _WIDTH_OF_CHARACTER + _PADDING) for text in (_LABEL, said))
    texts = "".join(
        f'<text x="{x}" y="14" text-anchor="middle">{escape(text)}</text>'
        for x, text in ((left / 2, _LABEL), (left + right / 2, said))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{escape(_LABEL)}: {escape(said)}"><title>{escape(_LABEL)}: {escape(said)}</title>'
        f'<rect width="{left + right}" height="20" rx="3" fill="#39424f"/>'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" fill="{colour}"/>'
        f'<g fill="#fff" font-family="Verdana,Geneva,sans-serif" font-size="11">{texts}</g></svg>\n'
    )
