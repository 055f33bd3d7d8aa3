"""The input of `check`: files, folders and single rules, options, the configuration file, standard input."""

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
from pca_events.infrastructure.checked_tree import LARGEST, UnreadableFile, decoded
from pca_events.infrastructure.discovery import InvalidGlob, PathGlobs
from pca_events.infrastructure.model import Reading, SourceLocation, Unreadable

_PLACE = re.compile(r"(?P<file>.+):(?P<line>[1-9]\d{0,8})", re.DOTALL)
_MOST_LISTED = 8


@dataclass(frozen=True)
class Selection:
    """The files and rules to check.

    Attributes:
        whole: the files and folders of which every rule is reported.
        lines: the files of which only rules on certain lines are reported, with these lines.
    """

    whole: tuple[str, ...]
    lines: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @property
    def paths(self) -> list[str]:
        """The paths to read."""
        return [*self.whole, *(file for file in self.lines if file not in self.whole)]

    def has(self, place: SourceLocation, last_line: int) -> bool:
        """Whether a rule is reported, by its place and last line."""
        if not self.lines:
            return True
        if any(place.line <= line <= last_line for line in self.lines.get(place.file, ())):
            return True
        return bool(self.whole) and (place.file not in self.lines or self.covers(place.file))

    def covers(self, path: str) -> bool:
        """Whether a path is in a file or folder that is reported completely."""
        return (os.path.abspath(path) + os.sep).startswith(self._tops)

    @cached_property
    def _tops(self) -> tuple[str, ...]:
        return tuple(os.path.abspath(top).rstrip(os.sep) + os.sep for top in self.whole)

    def missing(self, reading: Reading) -> Iterator[Unreadable]:
        """Yield the given lines that have no rule, except in files that could not be read."""
        broken = {fault.place.file for fault in reading.unreadable}
        for file, lines in self.lines.items():
            spans = sorted({(one.place.line, one.last_line) for one in reading.written if one.place.file == file})
            for line in sorted(lines):
                if file not in broken and not any(first <= line <= last for first, last in spans):
                    yield Unreadable(SourceLocation(file, line), f"no event rule is on this line; {_begins(spans)}")


def select(words: Sequence[str]) -> Selection:
    """Separate files and folders from rules such as `rules.tf:12`; an existing file of that name is a file."""
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
    return f"the rules of this file start on line{'' if len(spans) == 1 else 's'} {listed}{more}"


STANDARD_INPUT = "-"


@dataclass(frozen=True)
class CheckRequest:
    """What to check, and how; everything that can be validated before the work begins has been.

    Attributes:
        words: the paths as given or configured.
        left_out: what is skipped in folders.
        baseline: the known findings; None without a baseline.
        outputs: the outputs.
        texts: the content of standard input, or why it cannot be read, by its file name in reports.
    """

    configuration: Configuration
    words: tuple[str, ...]
    selection: Selection
    left_out: PathGlobs
    baseline: Baseline | None
    outputs: tuple[Output, ...]
    texts: Mapping[str, str | Unreadable]

    def has_file(self, file: str) -> bool:
        """Whether a file is reported: it is not skipped, or was named."""
        if not self.left_out or file in self.texts:
            return True
        return not self.left_out.matches(file) or file in {os.path.normpath(word) for word in self.words}

    def has_rule(self, place: SourceLocation, last_line: int) -> bool:
        """Whether a rule is reported."""
        return place.file in self.texts or (self.selection.has(place, last_line) and self.has_file(place.file))

    @property
    def is_whole(self) -> bool:
        """Whether everything in the scope of the configuration file is checked."""
        everything = self.words == tuple(_configured_paths(self.configuration))
        return not self.selection.lines and (everything or self.selection.covers(self.configuration.folder))


def requested(options: argparse.Namespace) -> CheckRequest:
    """Return the request.

    Raises:
        BadInput: it is not possible.
    """
    configuration = _configuration(options)
    live = bool(options.endpoint_url or options.aws)
    words = tuple(options.paths or ([] if live else _configured_paths(configuration)))
    if not (words or live):
        raise BadInput("nothing to check; name files or folders, or a live event bus with --endpoint-url")
    if options.migrate and options.output:
        raise BadInput("--migrate prints a template, not a report; omit --output")
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
    """The paths in a configuration file, or its folder where it has none."""
    return list(configuration.paths) or ([configuration.folder] if configuration.file else [])


def _left_out(options: argparse.Namespace, configuration: Configuration) -> PathGlobs:
    given = [(".", glob) for glob in options.exclude]
    try:
        return PathGlobs([*given, *((configuration.folder, glob) for glob in configuration.exclude)])
    except InvalidGlob as error:
        raise BadInput(f"--exclude: {error}") from None


def _baseline(options: argparse.Namespace, configuration: Configuration, *, is_partial: bool) -> Baseline | None:
    """The baseline to use; an empty one if it will be created."""
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
    except UnreadableFile as refused:
        return {name: Unreadable(SourceLocation(name, refused.line), str(refused))}
    except OSError as error:
        raise BadInput(f"standard input cannot be read: {error.strerror}") from None
