"""Everything that the pages are made of."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from pca_events import catalog
from pca_events.calibrate import BEHAVIOURS
from pca_events.calibrate.ledger import Divergence, divergences
from pca_events.calibrate.patterns import operators
from pca_events.messages import FeatureRun, Outcome, Run, ScenarioRun
from pca_events.site.consumer_rules import reliances
from pca_events.site.event_pages import EventPage, SilencePage, event_pages, silence_pages
from pca_events.site.filters import place, sentence
from pca_events.site.pictures import Matrix, matrix
from pca_events.site.scenario_groups import BROKEN, behaviours, broken, overall, scenarios_of, tally, were_run
from pca_events.site.topics import Topic, topics


@dataclass(frozen=True)
class Past:
    """A run that was: when, how its scenarios ended, and why it came no further where it did not come to its end."""

    started: datetime
    counts: Counter[Outcome]
    stopped: str


@dataclass(frozen=True)
class Known:
    """An entry of the ledger, with what AWS does instead."""

    divergence: Divergence
    says: str


class Book:
    """What is known of the events, and what a run has shown of it.

    Args:
        features: every feature, with the outcomes of its scenarios.
        run: the run; None where there was none.
        earlier: runs before it.
        consumers: folders with the rules of consumers; without any, those of the examples are read.
    """

    def __init__(
        self,
        features: Sequence[FeatureRun],
        run: Run | None,
        earlier: Sequence[Run] = (),
        consumers: Sequence[Path] = (),
    ) -> None:
        self.features = features
        self.run = run
        read = [(feature, behaviours(feature)) for feature in features]
        self.events: list[EventPage] = event_pages(read, reliances(consumers))
        self.silences: list[SilencePage] = silence_pages(read)
        self.topics: list[Topic] = topics(features)
        self.history = [_past(one) for one in sorted([*earlier, *([run] if run else [])], key=lambda one: one.started)]

    @cached_property
    def counts(self) -> Counter[Outcome]:
        """How often each outcome came about, in all."""
        return tally(scenarios_of(self.features))

    @property
    def status(self) -> Outcome:
        """The outcome of the run in one word; passed only where every scenario was run, and all was well."""
        status = overall(self.counts)
        well = self.run is not None and self.run.success and not self.run.stopped
        return status if well or status in BROKEN else "not run"

    @property
    def headline(self) -> str:
        """What the run has proven, in a sentence that says how much of the suite was run."""
        if self.run is None:
            return "Not run"
        count = broken(self.counts)
        if self.run.stopped:
            return f"Incomplete: {self.run.stopped}" + (f"; {count} broken" if count else "")
        if self.counts["not run"]:
            found = f"{count} broken" if count else "none broken"
            return f"{were_run(self.counts)} of {self.counts.total()} run, {found}"
        return sentence(self.counts) + ("" if self.run.success or count else ", but the run did not end well")

    @property
    def by_detail_type(self) -> list[tuple[str, list[EventPage]]]:
        """The events, by their detail-type."""
        return [
            (detail_type, [event for event in self.events if event.entry.detail_type == detail_type])
            for detail_type in catalog.detail_types()
        ]

    @property
    def broken_scenarios(self) -> list[tuple[ScenarioRun, str]]:
        """What broke, each with the place that shows it."""
        return [
            (scenario, f"{self.page_of(scenario)}#{place(scenario)}")
            for scenario in scenarios_of(self.features)
            if scenario.status in BROKEN
        ]

    @property
    def reasons(self) -> Counter[str]:
        """Why scenarios were skipped."""
        return Counter(one.reason for one in scenarios_of(self.features) if one.status == "skipped")

    def page_of(self, scenario: ScenarioRun) -> str:
        """The page where a scenario is shown best, from the top of the site."""
        topic = next(
            (topic for topic in self.topics for feature in topic.features if feature.uri == scenario.uri), None
        )
        if topic:
            return topic.page
        about = next((page for page in (*self.events, *self.silences) if scenario in page.scenarios), None)
        return about.page if about else "all.html"

    @cached_property
    def matrix(self) -> Matrix:
        """Which rule fires on which event."""
        return matrix()

    @property
    def divergences(self) -> list[Known]:
        """The ledger."""
        return [Known(entry, _says(entry.behaviour)) for entry in divergences()]

    @property
    def known_behaviours(self) -> int:
        """How many behaviours and corpora there are to try."""
        return len(BEHAVIOURS) + len(operators())

    def event(self, event_id: str) -> EventPage:
        """The page of an event."""
        return next(event for event in self.events if event.entry.id == event_id)


def _past(run: Run) -> Past:
    return Past(run.started, tally(scenarios_of(run.features)), run.stopped)


def _says(behaviour: str) -> str:
    if behaviour in BEHAVIOURS:
        return BEHAVIOURS[behaviour].says
    name = behaviour.removeprefix("pattern-")
    return next((f"patterns: {operator.says}" for operator in operators() if operator.name == name), behaviour)
