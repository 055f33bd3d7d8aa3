"""Scenarios as the site shows them: an outline once, with the outcome of each row; and the pages that have no event."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from pca_events import catalog
from pca_events.calibrate.recorded import Operator, operators
from pca_events.messages import FeatureRun, Outcome, ScenarioRun, StepRun
from pca_events.site.pictures import SEQUENCES, SequenceDiagram

Status = Outcome | Literal["partly proven"]
"""One word for the outcomes of several scenarios."""

ORDER: tuple[Outcome, ...] = ("passed", "failed", "undefined", "skipped", "expected failure", "not run")
"""The outcomes in the order in which they are counted and shown."""

BROKEN: frozenset[Status] = frozenset({"failed", "undefined"})
"""The outcomes that break a contract."""

_UNPROVEN: tuple[Outcome, ...] = ("expected failure", "skipped")


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
class ScenarioGroup:
    """A scenario, or a scenario outline with its rows.

    Attributes:
        uri: the feature file, from the top of the project.
        line: of the scenario or outline.
        rule: the name of its Rule; empty if it belongs to none.
        name: as the feature spells it, with placeholders.
        rows: the scenario itself, or one scenario for each row.
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
        """Whether it is shown with the values of one scenario or row instead of placeholders."""
        return len(self.rows) == 1

    @property
    def steps(self) -> tuple[StepRun, ...]:
        """The steps of the first row; an outline shows their templates."""
        return self.rows[0].steps

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that all rows share."""
        shared = set.intersection(*(set(row.tags) for row in self.rows))
        return tuple(tag for tag in self.rows[0].tags if tag in shared)

    @property
    def tables(self) -> list[Table]:
        """The rows, one table for each Examples block."""
        blocks: dict[tuple[str, tuple[str, ...]], list[ScenarioRun]] = {}
        for row in self.rows:
            blocks.setdefault((row.examples, tuple(row.row)), []).append(row)
        return [Table(name, header, tuple(rows)) for (name, header), rows in blocks.items()]

    @property
    def counts(self) -> Counter[Outcome]:
        """The number of rows with each outcome."""
        return tally(self.rows)

    @property
    def status(self) -> Status:
        """The outcome of all rows together."""
        return overall(self.counts)

    @cached_property
    def events(self) -> tuple[tuple[str, ...], ...]:
        """For each row the ids of the events that its steps name."""
        return tuple(catalog.named_in(step.text for step in row.steps) for row in self.rows)

    def about(self, event_id: str) -> "ScenarioGroup | None":
        """The same with only the rows that name an event; None if there are none."""
        rows = tuple(row for row, events in zip(self.rows, self.events, strict=True) if event_id in events)
        return replace(self, rows=rows) if rows else None


def overall(counts: Counter[Outcome]) -> Status:
    """Return one status for many outcomes.

    Broken and unfinished outcomes take precedence; `passed` means that every scenario passed, `partly proven` that
    some passed and the others were skipped or failed as expected.
    """
    worst: tuple[Outcome, ...] = ("failed", "undefined", "not run")
    for status in worst:
        if counts[status]:
            return status
    if counts["passed"]:
        return "partly proven" if any(counts[status] for status in _UNPROVEN) else "passed"
    return next((status for status in _UNPROVEN if counts[status]), "not run")


def broken_count(counts: Counter[Outcome]) -> int:
    """Return how many scenarios break a contract."""
    return sum(count for status, count in counts.items() if status in BROKEN)


def run_count(counts: Counter[Outcome]) -> int:
    """Return how many scenarios have any outcome but `not run`."""
    return counts.total() - counts["not run"]


def tally(scenarios: Iterable[ScenarioRun]) -> Counter[Outcome]:
    """Return the number of scenarios with each outcome."""
    return Counter(scenario.status for scenario in scenarios)


def scenarios_of(features: Iterable[FeatureRun]) -> Iterator[ScenarioRun]:
    """Return every scenario of features, in order."""
    return (scenario for feature in features for scenario in feature.scenarios)


def scenario_groups(feature: FeatureRun) -> list[ScenarioGroup]:
    """Return the scenarios and scenario outlines of a feature, in the order of its file."""
    rows_by_line: dict[int, list[ScenarioRun]] = {}
    for scenario in feature.scenarios:
        rows_by_line.setdefault(scenario.scenario_line, []).append(scenario)
    return [
        ScenarioGroup(feature.uri, line, rows[0].rule, rows[0].template, tuple(rows))
        for line, rows in rows_by_line.items()
    ]


GROUPS = EVENTS, OWN, HARNESS = "About the events", "Your features", "Test harness"
"""The groups of topics in the order of the sidebar."""

_TOPICS = (
    (EVENTS, "envelope", "What all events share", "The nine fields of the envelope and who sets them.", "envelope."),
    (
        EVENTS,
        "operations",
        "Operations",
        "The events that each operation of AWS Private CA sends, and when it sends none.",
        "operations/",
    ),
    (
        EVENTS,
        "consumers",
        "Consumers",
        "Example consumers from the rule to the handler, with duplicate and reordered events.",
        "consumers/",
    ),
    (HARNESS, "routing", "Routing", "Event patterns, deliveries, targets, and rules that never fire.", "routing/"),
    (
        HARNESS,
        "lifecycle",
        "Lifecycle",
        "Rules that are created, changed, disabled, deleted, repaired or rejected.",
        "lifecycle/",
    ),
    (HARNESS, "calibration", "Calibration", "How closely the backend behaves like AWS.", "calibration."),
)
_OWN = (OWN, "own", "Further features", "Features of this suite that are not part of pca-events.")
_FEATURES = "features/"
_ON_EVENT_PAGES = "features/events/"


@dataclass(frozen=True)
class Topic:
    """One page of features.

    Attributes:
        group: of the sidebar.
        name: of its file, without the extension.
        title: of the page.
        summary: what it is about, in a sentence.
        features: in the order of their files.
    """

    group: str
    name: str
    title: str
    summary: str
    features: tuple[FeatureRun, ...]

    @property
    def page(self) -> str:
        """Its path, from the top of the site."""
        return f"{self.name}.html"

    @property
    def counts(self) -> Counter[Outcome]:
        """The number of its scenarios with each outcome."""
        return tally(scenarios_of(self.features))

    @property
    def status(self) -> Status:
        """The outcome of its scenarios together."""
        return overall(self.counts)

    @property
    def sequences(self) -> tuple[SequenceDiagram, ...]:
        """The diagrams of operations and their events."""
        return SEQUENCES if self.name == "operations" else ()

    @property
    def operators(self) -> tuple[Operator, ...]:
        """The recorded event patterns, by operator."""
        return operators() if self.name == "calibration" else ()


def topics(features: Sequence[FeatureRun]) -> list[Topic]:
    """Return the topics that have features; the features of events are on the pages of the events."""
    left = [feature for feature in features if not feature.uri.startswith(_ON_EVENT_PAGES)]
    found = []
    for group, name, title, summary, begins in _TOPICS:
        own = tuple(feature for feature in left if feature.uri.startswith(_FEATURES + begins))
        left = [feature for feature in left if feature not in own]
        if own:
            found.append(Topic(group, name, title, summary, own))
    return [*found, *([Topic(*_OWN, tuple(left))] if left else [])]
