"""The report of a run of the suite: one result per scenario; every output renders this model."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["passed", "failed", "skipped"]
Stop = Literal["", "interrupted", "backend", "first failure"]
"""Why a run ended early; `backend`: it stopped responding."""


@dataclass(frozen=True)
class ScenarioResult:
    """The result of one scenario, or of one row of an outline.

    Attributes:
        feature: the feature file, relative to the features folder: `events/ca_creation.feature`.
        name: the name of the scenario, with the values of the row.
        row: the values of its Examples row; empty for a scenario that is not an outline.
        event: the ID of the first event of the catalog that its steps name; None if they name none.
        verdict: passed, failed or skipped.
        reason: why it failed or was skipped; empty if it passed.
        seconds: its duration, with setup and teardown.
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
        """The name, followed by the row if the name does not contain all its values."""
        return self.name if all(value in self.name for value in self.row.split(", ")) else f"{self.name} ({self.row})"


@dataclass
class RunReport:
    """The report of one run of the suite.

    Attributes:
        backend: the display name of the backend.
        mode: how events were published: direct, alias or pattern-only.
        results: one per scenario, in the order in which they ended.
        leaks: the ARNs of resources that the run left behind, each with the command that removes it.
        broken: errors that prevented pytest from collecting the suite; a run with any of these proves nothing.
        unwritten: why the messages of the run could not be written; empty if they were.
        total: the number of scenarios, including those that were not selected; 0 if unknown.
        selected: the number of selected scenarios.
        stop: why it ended early; empty if it was completed.
        stopped: the same as text: `interrupted after 12 of 40 scenarios`.
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
        """0 success, 1 a scenario failed or a resource was left behind, 2 not completed, 130 interrupted."""
        if self.stop == "interrupted":
            return 130
        if self.stop == "backend" or self.unwritten or self.broken:
            return 2
        return 1 if self.failures or self.leaks or self.stop else 0

    def tally(self, events: Iterable[str | None] | None = None) -> Counter[Verdict]:
        """Count the verdicts of all scenarios, or of those about the given events."""
        wanted = None if events is None else set(events)
        return Counter(result.verdict for result in self.results if wanted is None or result.event in wanted)

    def seconds(self, events: Iterable[str | None]) -> float:
        """Return the total duration of the scenarios about these events."""
        wanted = set(events)
        return sum(result.seconds for result in self.results if result.event in wanted)

    @property
    def failures(self) -> list[ScenarioResult]:
        """The scenarios that failed."""
        return [result for result in self.results if result.verdict == "failed"]
