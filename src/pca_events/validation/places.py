"""Where something was recorded, and how many of such places there are."""

from dataclasses import dataclass, field
from operator import itemgetter

_KEPT = 100


@dataclass(frozen=True, order=True)
class Place:
    """Where something was recorded.

    Attributes:
        file: its name as it was given, `-` for standard input.
        line: counted from 1; for a document over many lines the first; 0 for the file as a whole.
        path: the JSON path in what stands there, `$` for the whole of it: `$.Records[0].body`.
    """

    file: str
    line: int
    path: str = "$"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" + ("" if self.path == "$" else f" {self.path}")


@dataclass
class Noted:
    """Places of one kind: how many there are, and the first hundred with a word on each."""

    count: int = 0
    kept: list[tuple[Place, str]] = field(default_factory=list)

    def note(self, place: Place, words: str = "") -> None:
        """Note one place more."""
        self.count += 1
        if len(self.kept) < _KEPT:
            self.kept.append((place, words))

    def merge(self, other: "Noted") -> None:
        """Add what another has noted; of all places the first are kept."""
        self.count += other.count
        self.kept = sorted([*self.kept, *other.kept], key=itemgetter(0))[:_KEPT]
