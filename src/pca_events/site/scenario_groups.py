"""Scenarios as a reader wants them: an outline once, with the outcome of each row."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from pca_events import catalog
from pca_events.messages import FeatureRun, Outcome, ScenarioRun, StepRun

ORDER: tuple[Outcome, ...] = ("passed", "failed", "undefined", "skipped", "expected failure", "not run")
"""The outcomes, as they are counted and shown."""

BROKEN: frozenset[Outcome] = frozenset({"failed", "undefined"})
"""The outcomes that break a contract."""


@dataclass(frozen=True)
class Table:
    """The rows of one Examples block that are shown.

    Attributes:
        name: of the block; may be empty.
        header: the names of its columns.
        rows: each a scenario, in the order of the feature.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[ScenarioRun, ...]


@dataclass(frozen=True)
class Behaviour:
    """A scenario, or an outline with its rows.

    Attributes:
        uri: the feature file, from the top of the project.
        line: of the scenario or outline.
        rule: the name of the Rule it stands under; empty where it stands under none.
        name: as it is written, placeholders included.
        rows: what was run: the scenario itself, or a scenario for each row.
    """

    uri: str
    line: int
    rule: str
    name: str
    rows: tuple[ScenarioRun, ...]

    @property
    def is_outline(self) -> bool:
        """Whether it has rows of examples."""
        return bool(self.rows[0].row)

    @property
    def is_single(self) -> bool:
        """Whether one scenario is shown, or one row, whose values can stand in place."""
        return len(self.rows) == 1

    @property
    def steps(self) -> tuple[StepRun, ...]:
        """Its steps; those of an outline are shown by their templates."""
        return self.rows[0].steps

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that all rows share."""
        shared = set.intersection(*(set(row.tags) for row in self.rows))
        return tuple(tag for tag in self.rows[0].tags if tag in shared)

    @property
    def tables(self) -> list[Table]:
        """The rows as they are written, block by block."""
        blocks: dict[tuple[str, tuple[str, ...]], list[ScenarioRun]] = {}
        for row in self.rows:
            blocks.setdefault((row.examples, tuple(row.row)), []).append(row)
        return [Table(name, header, tuple(rows)) for (name, header), rows in blocks.items()]

    @property
    def counts(self) -> Counter[Outcome]:
        """How often each outcome came about."""
        return tally(self.rows)

    @property
    def status(self) -> Outcome:
        """The outcome of all rows together."""
        return overall(self.counts)

    @cached_property
    def events(self) -> tuple[tuple[str, ...], ...]:
        """For each row the ids of the events that its steps name."""
        return tuple(catalog.named_in(step.text for step in row.steps) for row in self.rows)

    def about(self, event_id: str) -> "Behaviour | None":
        """The same with those rows only that are about one event; None where there is none."""
        rows = tuple(row for row, events in zip(self.rows, self.events, strict=True) if event_id in events)
        return replace(self, rows=rows) if rows else None


def overall(counts: Counter[Outcome]) -> Outcome:
    """One outcome for many: broken where one is, not run where one was not, passed where one is, else what there is."""
    order: tuple[Outcome, ...] = ("failed", "undefined", "not run", "passed", "expected failure", "skipped")
    return next((status for status in order if counts[status]), "not run")


def broken(counts: Counter[Outcome]) -> int:
    """How many scenarios break a contract."""
    return sum(counts[status] for status in BROKEN)


def were_run(counts: Counter[Outcome]) -> int:
    """How many scenarios were run, whatever came of them."""
    return counts.total() - counts["not run"]


def tally(scenarios: Iterable[ScenarioRun]) -> Counter[Outcome]:
    """Count the outcomes of scenarios."""
    return Counter(scenario.status for scenario in scenarios)


def scenarios_of(features: Iterable[FeatureRun]) -> Iterator[ScenarioRun]:
    """Every scenario of features, in order."""
    return (scenario for feature in features for scenario in feature.scenarios)


def behaviours(feature: FeatureRun) -> list[Behaviour]:
    """Return what a feature file says, in its order."""
    together: dict[int, list[ScenarioRun]] = {}
    for scenario in feature.scenarios:
        together.setdefault(scenario.scenario_line, []).append(scenario)
    return [
        Behaviour(feature.uri, line, rows[0].rule, rows[0].template, tuple(rows)) for line, rows in together.items()
    ]
