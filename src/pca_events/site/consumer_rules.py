"""Which consumers rely on which event: their rules, read where they are written."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pca_events.check.rules import check
from pca_events.infrastructure.files import read_paths
from pca_events.locations import locate


@dataclass(frozen=True)
class Reliance:
    """A rule that fires on an event.

    Attributes:
        place: file and line, from the folder that was read.
        rule: its address or name.
        targets: what it sends the event to, where that is known.
        always: whether it fires on every such event; else on some.
    """

    place: str
    rule: str
    targets: tuple[str, ...]
    always: bool


def reliances(folders: Sequence[Path]) -> dict[str, list[Reliance]]:
    """Return the rules of consumers by the id of the event they fire on; without folders those of our examples."""
    found: dict[str, list[Reliance]] = defaultdict(list)
    for folder in folders or [locate("example_rules")]:
        for checked in check(read_paths([str(folder)])).rules:
            place = f"{_within(checked.rule.place.file, folder)}:{checked.rule.place.line}"
            targets = tuple(target.handler or target.name for target in checked.rule.targets or ())
            for verdict in checked.verdicts:
                if verdict.fires != "never":
                    found[verdict.event].append(Reliance(place, checked.rule.name, targets, verdict.fires == "always"))
    return found


def _within(file: str, folder: Path) -> str:
    path = Path(file)
    return path.relative_to(folder.parent).as_posix() if path.is_relative_to(folder.parent) else path.as_posix()
