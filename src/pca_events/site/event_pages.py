"""The pages of the documented events and of the events never sent, with the rules of consumers that fire on them."""

import contextlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from pca_events import catalog
from pca_events.catalog import CatalogEntry, DocumentedEvent, Event, NeverSent
from pca_events.check.rules import check
from pca_events.contract import Field, fields, per_result, schema_of
from pca_events.infrastructure.files import read_paths
from pca_events.locations import locate
from pca_events.messages import RECEIVED_EVENT, FeatureRun, Outcome, ScenarioRun
from pca_events.rule_snippets import NOTATIONS, rule_snippet
from pca_events.site.filters import line_in_schema
from pca_events.site.scenario_groups import ScenarioGroup, Status, overall, tally


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
            place = f"{within(checked.rule.place.file, folder)}:{checked.rule.place.line}"
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


def within(file: str, folder: Path) -> str:
    """Return the path of a file from the parent of the folder that was read."""
    path = Path(file)
    return path.relative_to(folder.parent).as_posix() if path.is_relative_to(folder.parent) else path.as_posix()


GroupsByFeature = list[tuple[FeatureRun, list[ScenarioGroup]]]
"""Features with their scenarios."""

_NEAREST = ("features/events/", "features/operations/")
_NOTATIONS = {
    "pattern": "Event pattern",
    "terraform": "Terraform",
    "cloudformation": "CloudFormation",
    "cli": "AWS CLI",
}


@dataclass(frozen=True)
class Received:
    """An event that a scenario received, and the name of that scenario."""

    event: Event
    scenario: str


@dataclass(frozen=True)
class _Page:
    """A page about one entry of the catalog.

    Attributes:
        groups: the scenarios that name it, by feature.
        page: its path, from the top of the site.
    """

    groups: GroupsByFeature
    page: str

    @cached_property
    def scenarios(self) -> list[ScenarioRun]:
        """Every scenario that names it."""
        return [row for _, groups in self.groups for group in groups for row in group.rows]

    @cached_property
    def counts(self) -> Counter[Outcome]:
        """The number of its scenarios with each outcome."""
        return tally(self.scenarios)

    @property
    def status(self) -> Status:
        """The outcome of its scenarios together."""
        return overall(self.counts)


@dataclass(frozen=True)
class EventPage(_Page):
    """The page of a documented event.

    Attributes:
        entry: its entry in the catalog.
        consumer_rules: the rules of consumers that fire on it.
    """

    entry: DocumentedEvent
    consumer_rules: Sequence[ConsumerRule] = field(default=())

    @property
    def rules(self) -> list[tuple[str, str]]:
        """The rule that fires on this event only, in each notation."""
        return [(_NOTATIONS[notation], rule_snippet(self.entry, notation)) for notation in NOTATIONS]

    @cached_property
    def fields(self) -> list[Field]:
        """The fields of the event, from its schema; the reason is the one that this event has."""
        found = fields(per_result(self._schema)[self.entry.result])
        reason = () if self.entry.reason is None else (self.entry.reason,)
        return [replace(each, values=reason) if each.path == "$.detail.reason" else each for each in found]

    @property
    def resources(self) -> list[str]:
        """The meaning of each resource, in order."""
        return [each.description for each in self.fields if each.path.startswith("$.resources[")]

    @cached_property
    def proof(self) -> ScenarioRun | None:
        """The scenario that proves that the rule fires on this event only."""
        says = f'only the rule for "{self.entry.id}" fires'
        shown = [row for row in self.scenarios if any(step.text == says for step in row.steps)]
        return next((row for row in shown if row.status != "not run"), None)

    @cached_property
    def received(self) -> Received | None:
        """The first event of this kind that one of its scenarios received."""
        for scenario in self.scenarios:
            for event in _attached(scenario):
                if _kind_of(event) == (self.entry.detail_type, self.entry.result, self.entry.reason):
                    return Received(event, scenario.name)
        return None

    def line_of(self, each: Field) -> str:
        """Return the line of the schema that describes a field."""
        return line_in_schema(self._schema, each.path)

    @property
    def _schema(self) -> str:
        return schema_of()[self.entry.detail_type]


@dataclass(frozen=True)
class NeverSentPage(_Page):
    """The page of an outcome for which AWS sends no event."""

    entry: NeverSent


def event_pages(read: GroupsByFeature, rules: Mapping[str, Sequence[ConsumerRule]]) -> list[EventPage]:
    """Return the page of each documented event, in the order of the AWS page."""
    return [
        EventPage(_about(entry, read), f"events/{entry.id}.html", entry, rules.get(entry.id, ()))
        for entry in catalog.documented_events()
    ]


def never_sent_pages(read: GroupsByFeature) -> list[NeverSentPage]:
    """Return the page of each outcome for which AWS sends no event."""
    return [NeverSentPage(_about(entry, read), f"never-sent/{entry.id}.html", entry) for entry in catalog.never_sent()]


def _about(entry: CatalogEntry, read: GroupsByFeature) -> GroupsByFeature:
    found = [(feature, [about for group in groups if (about := group.about(entry.id))]) for feature, groups in read]
    return sorted(((feature, groups) for feature, groups in found if groups), key=_nearness)


def _nearness(about: tuple[FeatureRun, list[ScenarioGroup]]) -> int:
    """Sort the feature of the event itself first, then the operation that sends it, then the rest."""
    uri = about[0].uri
    return next((rank for rank, begins in enumerate(_NEAREST) if uri.startswith(begins)), len(_NEAREST))


def _attached(scenario: ScenarioRun) -> Iterator[Event]:
    """Return the attached events; an attachment of another suite with that name is skipped if it is not an event."""
    for step in scenario.steps:
        for attachment in step.attachments:
            if attachment.file_name == RECEIVED_EVENT:
                with contextlib.suppress(ValueError, RecursionError):
                    event = json.loads(attachment.body)
                    if isinstance(event, dict):
                        yield event


def _kind_of(event: Event) -> tuple[object, object, object]:
    detail = event.get("detail")
    fields_of_detail = detail if isinstance(detail, dict) else {}
    return event.get("detail-type"), fields_of_detail.get("result"), fields_of_detail.get("reason")
