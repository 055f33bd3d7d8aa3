"""The files of the site: pages, search index, styles, script, badge and the events as JSON."""

import json
from collections import Counter
from typing import Any

from markupsafe import escape

from pca_events.messages import Outcome
from pca_events.site.filters import proven
from pca_events.site.pages import pages, static
from pca_events.site.scenario_groups import broken_count, overall, run_count
from pca_events.site.search_index import search_script
from pca_events.site.site_data import SiteData

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
