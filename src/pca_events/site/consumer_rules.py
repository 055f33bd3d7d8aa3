"""The rules of consumers that fire on each event, read from their infrastructure code."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pca_events.check.rules import check
from pca_events.infrastructure.files import read_paths
from pca_events.locations import locate


@dataclass(frozen=True)
class ConsumerRule:
    """A rule that fires on an event.

    Attributes:
        place: file and line, from the parent of the folder that was read.
        rule: its address or name.
        targets: the names of its targets, or the handlers where these are known.
        always: True if it fires on every such event, False if on some of them.
        example: whether it is one of the examples of pca-events and not a rule of a real consumer.
    """

    place: str
    rule: str
    targets: tuple[str, ...]
    always: bool
    example: bool


def consumer_rules(folders: Sequence[Path]) -> dict[str, list[ConsumerRule]]:
    """Return the rules in the folders by the id of the event that they fire on."""
    found: dict[str, list[ConsumerRule]] = defaultdict(list)
    for folder in folders:
        example = _is_example(folder)
        for checked in check(read_paths([str(folder)])).rules:
            place = f"{_within(checked.rule.place.file, folder)}:{checked.rule.place.line}"
            targets = tuple(target.handler or target.name for target in checked.rule.targets or ())
            for verdict in checked.verdicts:
                if verdict.fires != "never":
                    always = verdict.fires == "always"
                    found[verdict.event].append(ConsumerRule(place, checked.rule.name, targets, always, example))
    return found


def _is_example(folder: Path) -> bool:
    """Return whether a folder is, or lies in, a folder of examples that pca-events ships."""
    shipped = (locate("example_rules").resolve(), locate("example_mistakes").resolve())
    return any(folder.resolve().is_relative_to(top) for top in shipped)


def _within(file: str, folder: Path) -> str:
    path = Path(file)
    return path.relative_to(folder.parent).as_posix() if path.is_relative_to(folder.parent) else path.as_posix()
