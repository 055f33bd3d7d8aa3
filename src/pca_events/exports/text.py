"""How the exports write text: the generated-by line, JSON, string literals and wrapped paragraphs."""

import json
import textwrap
from typing import Any

from pca_events import __version__

WRITTEN_BY = f"Written by pca-events {__version__} from its contracts: do not edit, generate it again."
"""The first line of every exported file."""


def as_json(document: Any) -> str:
    """Write a document in the JSON format of this project's files."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def quoted(value: str) -> str:
    """Write a value as a string literal of TypeScript and Python."""
    return json.dumps(value, ensure_ascii=False)


def paragraph(text: str, prefix: str, width: int) -> list[str]:
    """Wrap a text into lines of at most this width, each with the prefix."""
    return textwrap.wrap(
        text, width, initial_indent=prefix, subsequent_indent=prefix, break_long_words=False, break_on_hyphens=False
    )
