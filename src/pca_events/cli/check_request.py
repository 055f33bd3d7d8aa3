"""What is asked of `check`: by its options, by the configuration file, and by what stands on standard input."""

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pca_events.atomic_write import check_writable
from pca_events.check.baseline import Baseline, read_baseline
from pca_events.check.configuration import Configuration, find_configuration, read_configuration
from pca_events.check.selection import Selection, select
from pca_events.cli.check_outputs import Output, planned
from pca_events.errors import BadInput
from pca_events.infrastructure.checked_tree import LARGEST, Refused, decoded
from pca_events.infrastructure.discovery import InvalidGlob, PathGlobs
from pca_events.infrastructure.model import Place, Unreadable

STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Request:
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


def requested(options: argparse.Namespace) -> Request:
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
    return Request(configuration, words, selection, left_out, baseline, tuple(outputs), _given_text(options, words))


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
