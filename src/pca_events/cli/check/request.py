"""What is asked of `check`: files, folders and single rules, options, the configuration file, standard input."""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pca_events.atomic_write import check_writable
from pca_events.check.configuration import Configuration, find_configuration, read_configuration
from pca_events.check.suppressions.baseline import Baseline, read_baseline
from pca_events.cli.check.outputs import planned
from pca_events.cli.options.rules import Output
from pca_events.errors import BadInput
from pca_events.infrastructure.checked_tree import LARGEST, Refused, decoded
from pca_events.infrastructure.discovery import InvalidGlob, PathGlobs
from pca_events.infrastructure.model import Place, Reading, Unreadable

_PLACE = re.compile(r"(?P<file>.+):(?P<line>[1-9]\d{0,8})", re.DOTALL)
_MOST_LISTED = 8


@dataclass(frozen=True)
class Selection:
    """What is to be checked.

    Attributes:
        whole: the files and folders of which every rule is reported.
        lines: the files of which only the rules on some lines are reported, with these lines.
    """

    whole: tuple[str, ...]
    lines: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @property
    def paths(self) -> list[str]:
        """What is to be read."""
        return [*self.whole, *(file for file in self.lines if file not in self.whole)]

    def has(self, place: Place, last_line: int) -> bool:
        """Whether a rule is to be reported, by its place and last line."""
        if not self.lines:
            return True
        if any(place.line <= line <= last_line for line in self.lines.get(place.file, ())):
            return True
        return bool(self.whole) and (place.file not in self.lines or self.covers(place.file))

    def covers(self, path: str) -> bool:
        """Whether a path is among what is reported whole."""
        return (os.path.abspath(path) + os.sep).startswith(self._tops)

    @cached_property
    def _tops(self) -> tuple[str, ...]:
        return tuple(os.path.abspath(top).rstrip(os.sep) + os.sep for top in self.whole)

    def missing(self, reading: Reading) -> Iterator[Unreadable]:
        """Yield the lines that were named and on which no rule stands; a file that could not be read has its fault."""
        broken = {fault.place.file for fault in reading.unreadable}
        for file, lines in self.lines.items():
            spans = sorted({(one.place.line, one.last_line) for one in reading.written if one.place.file == file})
            for line in sorted(lines):
                if file not in broken and not any(first <= line <= last for first, last in spans):
                    yield Unreadable(Place(file, line), f"no event rule stands on this line; {_begins(spans)}")


def select(words: Sequence[str]) -> Selection:
    """Tell the places among what the user named; a file that is really called `rules.tf:12` is a file."""
    whole: dict[str, None] = {}
    lines: dict[str, set[int]] = {}
    for word in words:
        place = None if "\0" in word or os.path.lexists(word) else _PLACE.fullmatch(word)
        if place is not None and os.path.isfile(place["file"]):
            lines.setdefault(os.path.normpath(place["file"]), set()).add(int(place["line"]))
        else:
            whole[word] = None
    return Selection(tuple(whole), {file: frozenset(found) for file, found in lines.items()})


def _begins(spans: list[tuple[int, int]]) -> str:
    if not spans:
        return "this file has none"
    listed = ", ".join(str(first) for first, _ in spans[:_MOST_LISTED])
    more = f" and {len(spans) - _MOST_LISTED} more" if len(spans) > _MOST_LISTED else ""
    return f"the rules of this file begin on line{'' if len(spans) == 1 else 's'} {listed}{more}"


STANDARD_INPUT = "-"


@dataclass(frozen=True)
class CheckRequest:
    """What is to be checked, and how; all that can be found wrong with it before the work has been.

    Attributes:
        words: the paths as they were given or configured.
        left_out: what is not looked for in folders.
        baseline: the findings that are known already; None where nothing is compared.
        outputs: where the reports go.
        texts: what stands on standard input, or why that cannot be read, by the name that places give it.
    """

    configuration: Configuration
    words: tuple[str, ...]
    selection: Selection
    left_out: PathGlobs
    baseline: Baseline | None
    outputs: tuple[Output, ...]
    texts: Mapping[str, str | Unreadable]

    def has_file(self, file: str) -> bool:
        """Whether what stands in a file is reported: it is not left out, or was named."""
        if not self.left_out or file in self.texts:
            return True
        return not self.left_out.matches(file) or file in {os.path.normpath(word) for word in self.words}

    def has_rule(self, place: Place, last_line: int) -> bool:
        """Whether a rule is reported."""
        return place.file in self.texts or (self.selection.has(place, last_line) and self.has_file(place.file))

    @property
    def is_whole(self) -> bool:
        """Whether all is checked that the configuration file is for."""
        everything = self.words == tuple(_configured_paths(self.configuration))
        return not self.selection.lines and (everything or self.selection.covers(self.configuration.folder))


def requested(options: argparse.Namespace) -> CheckRequest:
    """Find out what is asked.

    Raises:
        BadInput: it cannot be done.
    """
    configuration = _configuration(options)
    live = bool(options.endpoint_url or options.aws)
    words = tuple(options.paths or ([] if live else _configured_paths(configuration)))
    if not (words or live):
        raise BadInput("nothing to check; name files or folders, or a live event bus with --endpoint-url")
    if options.migrate and options.output:
        raise BadInput("--migrate prints a template, not a report; leave --output out")
    selection = select([word for word in words if word != STANDARD_INPUT])
    baseline = _baseline(options, configuration, is_partial=bool(selection.lines) or STANDARD_INPUT in words)
    outputs = planned(options.format, options.output)
    left_out = _left_out(options, configuration)
    return CheckRequest(
        configuration, words, selection, left_out, baseline, tuple(outputs), _given_text(options, words)
    )


def _configuration(options: argparse.Namespace) -> Configuration:
    if options.no_config:
        return Configuration()
    return read_configuration(options.config) if options.config else find_configuration()


def _configured_paths(configuration: Configuration) -> list[str]:
    """What a configuration file says is to be checked; its folder where it says nothing."""
    return list(configuration.paths) or ([configuration.folder] if configuration.file else [])


def _left_out(options: argparse.Namespace, configuration: Configuration) -> PathGlobs:
    given = [(".", glob) for glob in options.exclude]
    try:
        return PathGlobs([*given, *((configuration.folder, glob) for glob in configuration.exclude)])
    except InvalidGlob as error:
        raise BadInput(f"--exclude: {error}") from None


def _baseline(options: argparse.Namespace, configuration: Configuration, *, is_partial: bool) -> Baseline | None:
    """The baseline that is to be used; an empty one where it is to be written and cannot be read."""
    file = options.baseline or configuration.baseline
    if not options.update_baseline:
        return read_baseline(file) if file else None
    if not file:
        raise BadInput("--update-baseline needs a file; name it with --baseline, or in the configuration file")
    if is_partial:
        raise BadInput("--update-baseline takes files and folders, not single rules or standard input")
    check_writable(Path(file), "a baseline is one file")
    try:
        return read_baseline(file)
    except BadInput:
        return Baseline(file)


def _given_text(options: argparse.Namespace, words: tuple[str, ...]) -> dict[str, str | Unreadable]:
    if STANDARD_INPUT not in words:
        if options.stdin_name is not None:
            raise BadInput("--stdin-name names what the path - reads; write: pca-events check - --stdin-name NAME")
        return {}
    name = options.stdin_name or "<stdin>"
    if sys.stdin is None:
        raise BadInput("standard input is closed")
    try:
        return {name: decoded(sys.stdin.buffer.read(LARGEST + 1))}
    except Refused as refused:
        return {name: Unreadable(Place(name, refused.line), str(refused))}
    except OSError as error:
        raise BadInput(f"standard input cannot be read: {error.strerror}") from None
