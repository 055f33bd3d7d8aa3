"""Words that a reader stumbles over, and what to write instead; every text that a person reads is searched for them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).parents[2]

AVOID = {
    r"\bheld against\b|\bhold\w* [\w ]{0,30}\bagainst\b": "compare with, validate against",
    r"\b(is|are|was|were) told\b": "is reported, is sent, is shown",
    r"\btells? nothing\b": "sends no event",
    r"\bcomes? to be\b": "is created",
    r"\bcame of it\b": "the outcome",
    r"\b(is|are) no (?!longer|more|less)(?<!there is no )(?<!there are no )\w+": "is not a ...",
    r"\bgot wrong\b": "mistakes people make",
    r"\bleave it, if\b": "no action needed if intended",
    r"\bof now\b": "current",
    r"\bwhat came later\b": "new ones",
    r"\bfor machines\b": "as JSON",
    r"\bsays all about\b": "describes",
    r"\b(stand|stands|stood) (duplicates|disorder|any)\b": "tolerates",
    r"\bdo(es)? otherwise\b": "differs from",
    r"\bhang(s)? rules on\b": "attach rules to",
    r"\bthat there (is|are)\b": "that exists",
    r"\bof one's own\b|\bof ours\b": "your own, our own",
    r"\bput to the test\b": "test",
    r"\bwaits? for ever\b": "waits forever",
    r"\bout of the box\b|\bseamless\w*|\bleverag\w+|\bsimply\b": "say what it does",
    r"\bbelieved until\b": "valid until",
    r"\bnobody is refused\b": "is not enforced",
    r"\bapart:": "ignored:",
    r"\bwith its words\b": "with its message",
}
"""A pattern for each phrase, and what to write instead."""

_PAGES = ("*.md", "docs/**/*.md", "examples/**/*.md", "features/**/*.md", "features/**/*.feature", "requirements/*.md")
_CODE = ("src/**/*.py", "steps/**/*.py", "tests/**/*.py", "benchmarks/*.py", "examples/**/*.py", "examples/**/*.tf")
_LEFT_OUT = (
    "docs/decisions/",
    "CHANGELOG.md",
    "docs/api.md",
    "tests/suite/prose.py",
    "tests/suite/test_prose.py",
)


class Found(NamedTuple):
    """A phrase to be replaced."""

    place: str
    phrase: str
    instead: str


def texts() -> Iterator[Path]:
    """Yield every file with text that a person reads."""
    for pattern in (*_PAGES, *_CODE):
        for file in sorted(TOP.glob(pattern)):
            name = file.relative_to(TOP).as_posix()
            if not name.startswith(_LEFT_OUT) and "/node_modules/" not in name:
                yield file


def phrases_in(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the phrase and what to write instead, for each phrase to avoid in a text."""
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, instead in AVOID.items():
            for match in re.finditer(pattern, line, re.IGNORECASE):
                yield number, match[0], instead


def found() -> list[Found]:
    """Return every phrase to avoid in the project."""
    return [
        Found(f"{file.relative_to(TOP).as_posix()}:{line}", phrase, instead)
        for file in texts()
        for line, phrase, instead in phrases_in(file.read_text("utf-8"))
    ]
