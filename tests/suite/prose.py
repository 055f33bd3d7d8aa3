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
    r"\b(comes?|came) of (it|that|them)\b": "results from",
    r"\bcomes twice\b": "is received twice",
    r"\bhears? of\b": "receives",
    r"\b(hands?|handed) out\b": "returns",
    r"\bhanded on\b|\bpass(es|ed)? ([\w ]{1,12} )?on whole\b": "forwarded, reused",
    r"\bshould (somebody|anybody|one)\b": "if",
    r"\b(is|are|was) (none|nothing) of\b": "is not a ...",
    r"\bputs? (it )?in order\b": "sorts, corrects",
    r"\bends up\b": "ends",
    r"\bhad (its|their) (turn|say)\b": "been evaluated",
    r"\blets? [\w{} ]{1,30} through\b|\blet through\b": "accepts, matches",
    r"\b(take|takes|taken|took) for (missing|granted)\b": "mistakes for",
    r"\bwhere (it|they|that|this) (is|are) not\b": "if it is not",
    r"\b(None|empty|nothing|otherwise|else) where\b": "if",
    r"\bwhere (nobody|somebody|there is (no|none|one))\b": "if",
    r"\ball that is there\b|\bwhat is there\b": "the existing ones",
    r"\b(of|in|with) (its|their) own (words|shape)\b": "of a different form",
    r"\bin a thread of its own\b|\bfrom a thread of its own\b|\bprocess of its own\b": "in a separate thread",
    r"\b(a|by which|what) (is|are) said\b|\bis said in (a|one) line\b": "is reported",
    r"\bwhat (it|a page|the page) says\b": "the content",
    r"\bfor other hands\b|\bof other hands\b": "of other programs",
    r"\b(turns?|turned) red\b": "fails",
    r"\btried again\b": "retried",
    r"\bfor ever\b": "forever",
    r"\bis to be (said|done|mended)\b": "use the active voice",
    r"\bmend(s|ed)?\b": "correct",
    r"\ba fault by which\b": "a fault:",
    r"\btakes? (a finding|findings|it|them) out\b|\btaken out\b": "suppresses, removes",
    r"\bknows? no\b(?! (more|other))": "does not support",
    r"\bhold(s|ing)? (rules|events|messages|a rule|an event|a text|texts)\b": "contains",
    r"\bone a line\b": "one per line",
    r"\bno chance\b": "is not random",
}
"""A pattern for each phrase, and what to write instead."""

AVOID_IN_TEST_NAMES = {
    r"^test_(what|where|who)_": "name the subject: test_an_expired_entry_...",
    r"(?<!_there)_(is|are)_(told|said|taken|no|none|refused)(_|$)": "reported, accepted, is not a ..., rejected",
    r"_(tells?|speaks?)_of_": "reports, is about",
    r"_as_it_is$|_of_ones_own_|_comes?_(true|twice|of)_|_to_be_(mended|had)": "unchanged, custom, happens, ...",
    r"_(takes|refuses)_(every|the)_": "accepts, rejects",
    r"_turns?_(the_run_)?red": "fails the run",
    r"_where_(it|all|no|nothing|nobody|there)(_|$)": "if",
}
"""The same for the names of tests."""

_PAGES = ("*.md", "docs/**/*.md", "examples/**/*.md", "features/**/*.md", "features/**/*.feature", "requirements/*.md")
_CODE = ("src/**/*.py", "steps/**/*.py", "tests/**/*.py", "benchmarks/*.py", "examples/**/*.py", "examples/**/*.tf")
_LEFT_OUT = (
    "docs/decisions/",
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
        if test := re.match(r"\s*(?:async )?def (test_\w+)", line):
            for pattern, instead in AVOID_IN_TEST_NAMES.items():
                if re.search(pattern, test[1]):
                    yield number, test[1], instead


def found() -> list[Found]:
    """Return every phrase to avoid in the project."""
    return [
        Found(f"{file.relative_to(TOP).as_posix()}:{line}", phrase, instead)
        for file in texts()
        for line, phrase, instead in phrases_in(file.read_text("utf-8"))
    ]
