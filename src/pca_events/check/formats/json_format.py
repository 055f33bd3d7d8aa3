"""A report as JSON, in the shape that check-report.schema.json beside this file describes."""

import json
import re
from typing import Any

from pca_events.check.report import CheckReport

_UNSOUND = re.compile(r"\\ud|NaN|Infinity")


def render(report: CheckReport) -> str:
    """Write the report as it is, indented."""
    return written(report.as_json())


def written(document: Any) -> str:
    """Write a document as indented JSON that every terminal can show and every parser can read.

    It is ASCII. A lone surrogate becomes a question mark, and a number that JSON does not have becomes its name.
    """
    text = json.dumps(document, indent=2)
    if _UNSOUND.search(text):
        sound = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
        text = json.dumps(json.loads(sound, parse_constant=str), indent=2)
    return text + "\n"
