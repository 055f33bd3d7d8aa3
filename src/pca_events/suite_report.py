"""What a run of the suite found: one result a scenario, in one model that every output renders."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["passed", "failed", "skipped"]
Stop = Literal["", "interrupted", "backend", "first failure"]
"""Why a run came no further; `backend`: it stopped answering."""


@dataclass(frozen=True)
class ScenarioResult:
    """How one scenario, or one row of an outline, ended.

    Attributes:
        feature: the feature file, from the features folder: `events/ca_creation.feature`.
        name: the scenario's name, with the row's values in place.
        row: the values of its Examples row, empty for a scenario that is no outline.
        event: the id of the first catalogue event that its steps name; None where they name none.
        verdict: passed, failed or skipped.
        reason: why it failed or was skipped; empty where it passed.
        seconds: how long it took, with setup and teardown.
    """

    feature: str
    name: str
    row: str
    event: str | None
    verdict: Verdict
    reason: str
    seconds: float

    @property
    def title(self) -> str:
        """The name, and those values of the row that it does not show."""
        return self.name if all(value in self.name for value in self.row.split(", ")) else f"{self.name} ({self.row})"


@dataclass
class RunReport:
    """Everything that one run of the suite found.

    Attributes:
        backend: the backend's name, for people.
        mode: how events were brought in: direct, alias or pattern-only.
        results: one for each scenario, in the order in which they ended.
        leaks: the ARNs of what the run has left behind, each with the command that removes it.
        broken: what kept pytest from collecting the suite; a run with any of these proves nothing.
        unwritten: why the messages of the run could not be written, where they could not.
        total: how many scenarios there are, those that were not selected included; 0 where that is not known.
        selected: how many scenarios the run was to run.
        stop: why it came no further; empty where it came to its end.
        stopped: the same in words: `interrupted after 12 of 40 scenarios`.
    """

    backend: str
    mode: str
    results: list[ScenarioResult] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    unwritten: str = ""
    total: int = 0
    selected: int = 0
    stop: Stop = ""
    stopped: str = ""

    @property
    def exit_status(self) -> int:
        """0 all is well, 1 a scenario failed or something was left behind, 2 not carried through, 130 interrupted."""
        if self.stop == "interrupted":
            return 130
        if self.stop == "backend" or self.unwritten or self.broken:
            return 2
        return 1 if self.failures or self.leaks or self.stop else 0

    def tally(self, events: Iterable[str | None] | None = None) -> Counter[Verdict]:
        """Count the verdicts: of all scenarios, or of those that concern the given events."""
        wanted = None if events is None else set(events)
        return Counter(result.verdict for result in self.results if wanted is None or result.event in wanted)

    def seconds(self, events: Iterable[str | None]) -> float:
        """Return how long the scenarios of these events took together."""
        wanted = set(events)
        return sum(result.seconds for result in self.results if result.event in wanted)

    @property
    def failures(self) -> list[ScenarioResult]:
        """The scenarios that failed."""
        return [result for result in self.results if result.verdict == "failed"]
