"""The data that the pages are made of: the catalog, the outcomes of a run, divergences and consumer rules."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from pca_events import catalog
from pca_events.calibrate import BEHAVIOURS
from pca_events.calibrate.recorded import Divergence, Ledger, ledgers, operators
from pca_events.catalog import CloudTrailTwin, Neighbour
from pca_events.check.vocabulary import instead_of_waiting
from pca_events.messages import FeatureRun, Outcome, Run, ScenarioRun
from pca_events.site.consumer_contracts import Relying, ShownConsumer, relying_on, shown_consumers
from pca_events.site.event_pages import EventPage, NeverSentPage, consumer_rules, event_pages, never_sent_pages
from pca_events.site.filters import place, sentence
from pca_events.site.pictures import Matrix, matrix
from pca_events.site.scenario_groups import (
    BROKEN,
    GROUPS,
    Status,
    Topic,
    broken_count,
    overall,
    run_count,
    scenario_groups,
    scenarios_of,
    tally,
    topics,
)

_WAITED_FOR = {
    "Expiry": "expiry",
    "Renewal": "renewal",
    "OCSP": "ocsp",
    "Deletion of a CA": "deletion",
    "Restoration of a CA": "restored",
    "Update, disabling or enabling of a CA": "updated",
    "Permissions of a CA": "permission",
}


@dataclass(frozen=True)
class PastRun:
    """A run: its start, the outcomes of its scenarios, and why it is incomplete (empty if it is complete)."""

    started: datetime
    counts: Counter[Outcome]
    stopped: str


@dataclass(frozen=True)
class KnownDivergence:
    """An entry of the ledger, with what AWS does instead."""

    divergence: Divergence
    says: str


class SiteData:
    """What is known about the events, and what a run has proven about them.

    Args:
        features: every feature, with the outcomes of its scenarios.
        run: the run; None without one.
        earlier: runs before it.
        consumers: folders with the rules and the contract files of consumers, which the pages of the events list;
            without contract files, those of the examples are shown.
        source_url: the address of the top of the project, to which the places of scenarios and steps are linked;
            empty for no links.
    """

    def __init__(
        self,
        features: Sequence[FeatureRun],
        run: Run | None,
        earlier: Sequence[Run] = (),
        consumers: Sequence[Path] = (),
        source_url: str = "",
    ) -> None:
        self.features = features
        self.run = run
        self.has_consumers = bool(consumers)
        self.source_url = source_url
        read = [(feature, scenario_groups(feature)) for feature in features]
        self.events: list[EventPage] = event_pages(read, consumer_rules(consumers))
        self.never_sent: list[NeverSentPage] = never_sent_pages(read)
        self.consumers: list[ShownConsumer] = shown_consumers(consumers)
        self.topics: list[Topic] = topics(features)
        self.history = [_past(one) for one in sorted([*earlier, *([run] if run else [])], key=lambda one: one.started)]

    @cached_property
    def counts(self) -> Counter[Outcome]:
        """The number of all scenarios with each outcome."""
        return tally(scenarios_of(self.features))

    @property
    def status(self) -> Status:
        """The outcome of the run; `passed` only if every scenario was run and passed, and the run itself succeeded."""
        status = overall(self.counts)
        complete = self.run is not None and self.run.success and not self.run.stopped
        return status if complete or status in BROKEN else "not run"

    @property
    def headline(self) -> str:
        """What the run has proven and how much of the suite was run, in a sentence."""
        if self.run is None:
            return "Not run"
        count = broken_count(self.counts)
        if self.run.stopped:
            return f"Incomplete: {self.run.stopped}" + (f"; {count} broken" if count else "")
        if self.counts["not run"]:
            found = f"{count} broken" if count else "none broken"
            return f"{run_count(self.counts)} of {self.counts.total()} run, {found}"
        return sentence(self.counts) + ("" if self.run.success or count else ", but the run failed")

    @property
    def by_detail_type(self) -> list[tuple[str, list[EventPage]]]:
        """The pages of the documented events by detail-type."""
        return [
            (detail_type, [event for event in self.events if event.entry.detail_type == detail_type])
            for detail_type in catalog.detail_types()
        ]

    @property
    def by_group(self) -> dict[str, list[Topic]]:
        """The topics by their group in the sidebar."""
        return {group: [topic for topic in self.topics if topic.group == group] for group in GROUPS}

    @property
    def broken_scenarios(self) -> list[tuple[ScenarioRun, str]]:
        """The broken scenarios, each with the page and the place that show it."""
        return [
            (scenario, f"{self.page_of(scenario)}#{place(scenario)}")
            for scenario in scenarios_of(self.features)
            if scenario.status in BROKEN
        ]

    @property
    def reasons(self) -> Counter[str]:
        """The reasons why scenarios were skipped."""
        return Counter(one.reason for one in scenarios_of(self.features) if one.status == "skipped")

    def page_of(self, scenario: ScenarioRun) -> str:
        """Return the page that shows a scenario, from the top of the site."""
        topic = next(
            (topic for topic in self.topics for feature in topic.features if feature.uri == scenario.uri), None
        )
        if topic:
            return topic.page
        about = next((page for page in (*self.events, *self.never_sent) if scenario in page.scenarios), None)
        return about.page if about else "all.html"

    @cached_property
    def matrix(self) -> Matrix:
        """The rules and the events that they fire on."""
        return matrix()

    @property
    def divergences(self) -> list[KnownDivergence]:
        """The known differences from AWS, product by product."""
        return [KnownDivergence(entry, _says(entry.behaviour)) for found in ledgers() for entry in found.divergences]

    @property
    def ledgers(self) -> tuple[Ledger, ...]:
        """What is known of each product."""
        return ledgers()

    @property
    def known_behaviours(self) -> int:
        """The number of behaviours and pattern corpora that a calibration compares."""
        return len(BEHAVIOURS) + len(operators())

    @property
    def not_documented(self) -> list[tuple[str, str]]:
        """What AWS documents no event of AWS Private CA for, and what to use instead."""
        return [
            (what, " ".join(f"{advice}." for advice in instead_of_waiting([("detail-type", [word])])))
            for what, word in _WAITED_FOR.items()
        ]

    @property
    def neighbours(self) -> tuple[Neighbour, ...]:
        """The sources of related events."""
        return catalog.neighbours()

    @property
    def cloudtrail(self) -> tuple[CloudTrailTwin, ...]:
        """The events with the same source that CloudTrail sends."""
        return catalog.cloudtrail_twins()

    @property
    def consumers_are_examples(self) -> bool:
        """Whether the consumers with contract files are the examples of pca-events."""
        return all(consumer.example for consumer in self.consumers)

    def relying_on(self, event_id: str) -> list[Relying]:
        """Return the consumers whose contract files name an event."""
        return relying_on(event_id, self.consumers)

    def event(self, event_id: str) -> EventPage:
        """Return the page of a documented event."""
        return next(event for event in self.events if event.entry.id == event_id)


def _past(run: Run) -> PastRun:
    return PastRun(run.started, tally(scenarios_of(run.features)), run.stopped)


def _says(behaviour: str) -> str:
    if behaviour in BEHAVIOURS:
        return BEHAVIOURS[behaviour].says
    name = behaviour.removeprefix("pattern-")
    return next((f"patterns: {operator.says}" for operator in operators() if operator.name == name), behaviour)
