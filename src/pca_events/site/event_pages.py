"""What the page of one event shows."""

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pca_events import catalog
from pca_events.catalog import CatalogEntry, DocumentedEvent, Event, NeverSent
from pca_events.contract import Field, fields, per_result, schema_of
from pca_events.messages import RECEIVED_EVENT, FeatureRun, Outcome, ScenarioRun
from pca_events.ready_rules import NOTATIONS, ready_rule
from pca_events.site.consumer_rules import Reliance
from pca_events.site.scenario_groups import Behaviour, overall, tally
from pca_events.site.schema_links import line_in_schema

Behaviours = list[tuple[FeatureRun, list[Behaviour]]]
"""Features, each with what it says."""

_NEAREST = ("features/events/", "features/operations/")
_NOTATIONS = {
    "pattern": "Event pattern",
    "terraform": "Terraform",
    "cloudformation": "CloudFormation",
    "cli": "AWS CLI",
}


@dataclass(frozen=True)
class Received:
    """An event as it was received in a run, and the scenario that received it."""

    event: Event
    scenario: str


@dataclass(frozen=True)
class _Page:
    """What the pages of a documented event and of a silence have in common.

    Attributes:
        behaviours: the scenarios about it, feature by feature.
        page: its file, from the top of the site.
    """

    behaviours: Behaviours
    page: str

    @cached_property
    def scenarios(self) -> list[ScenarioRun]:
        """Every scenario about it."""
        return [row for _, together in self.behaviours for one in together for row in one.rows]

    @cached_property
    def counts(self) -> Counter[Outcome]:
        """How often each outcome came about."""
        return tally(self.scenarios)

    @property
    def status(self) -> Outcome:
        """One outcome for all of it."""
        return overall(self.counts)


@dataclass(frozen=True)
class EventPage(_Page):
    """A documented event.

    Attributes:
        entry: what the catalogue says.
        reliances: the rules of consumers that fire on it.
    """

    entry: DocumentedEvent
    reliances: Sequence[Reliance] = field(default=())

    @property
    def rules(self) -> list[tuple[str, str]]:
        """The ready rule in each notation."""
        return [(_NOTATIONS[notation], ready_rule(self.entry, notation)) for notation in NOTATIONS]

    @cached_property
    def fields(self) -> list[Field]:
        """The fields of the event, from its schema."""
        return fields(per_result(self._schema)[self.entry.result])

    @property
    def resources(self) -> list[str]:
        """What each resource is, in order."""
        return [each.description for each in self.fields if each.path.startswith("$.resources[")]

    @cached_property
    def proof(self) -> ScenarioRun | None:
        """The scenario that shows the ready rule to fire on this event only."""
        says = f'only the rule for "{self.entry.id}" fires'
        shown = [row for row in self.scenarios if any(step.text == says for step in row.steps)]
        return next((row for row in shown if row.status != "not run"), None)

    @cached_property
    def received(self) -> Received | None:
        """The first such event that a scenario about it has received."""
        for scenario in self.scenarios:
            for event in _attached(scenario):
                if _kind_of(event) == (self.entry.detail_type, self.entry.result, self.entry.reason):
                    return Received(event, scenario.name)
        return None

    def line_of(self, each: Field) -> str:
        """Where a field is described."""
        return line_in_schema(self._schema, each.path)

    @property
    def _schema(self) -> str:
        return schema_of()[self.entry.detail_type]


@dataclass(frozen=True)
class SilencePage(_Page):
    """An outcome that sends nothing."""

    entry: NeverSent


def event_pages(read: Behaviours, relied_on: Mapping[str, Sequence[Reliance]]) -> list[EventPage]:
    """Return the page of each documented event, in the order of AWS's page."""
    return [
        EventPage(_about(entry, read), f"events/{entry.id}.html", entry, relied_on.get(entry.id, ()))
        for entry in catalog.documented_events()
    ]


def silence_pages(read: Behaviours) -> list[SilencePage]:
    """Return the page of each outcome that is never told."""
    return [SilencePage(_about(entry, read), f"never-sent/{entry.id}.html", entry) for entry in catalog.never_sent()]


def _about(entry: CatalogEntry, read: Behaviours) -> Behaviours:
    found = [(feature, [about for one in together if (about := one.about(entry.id))]) for feature, together in read]
    return sorted(((feature, together) for feature, together in found if together), key=_nearness)


def _nearness(about: tuple[FeatureRun, list[Behaviour]]) -> int:
    """The feature of the event itself first, then what sends it, then the rest."""
    uri = about[0].uri
    return next((rank for rank, begins in enumerate(_NEAREST) if uri.startswith(begins)), len(_NEAREST))


def _attached(scenario: ScenarioRun) -> Iterator[Event]:
    """The events that were attached; what another suite attaches by that name need be none, and is passed over."""
    for step in scenario.steps:
        for attachment in step.attachments:
            if attachment.file_name == RECEIVED_EVENT:
                with contextlib.suppress(ValueError, RecursionError):
                    event = json.loads(attachment.body)
                    if isinstance(event, dict):
                        yield event


def _kind_of(event: Event) -> tuple[object, object, object]:
    detail = event.get("detail")
    told = detail if isinstance(detail, dict) else {}
    return event.get("detail-type"), told.get("result"), told.get("reason")
