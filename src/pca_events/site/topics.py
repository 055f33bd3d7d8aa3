"""The pages made from feature files other than those of the events."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pca_events.calibrate.patterns import Operator, operators
from pca_events.messages import FeatureRun, Outcome
from pca_events.site.pictures import SEQUENCES, SequenceDiagram
from pca_events.site.scenario_groups import Status, overall, scenarios_of, tally

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
        "Example consumers with duplicate and reordered events, and the events that their rules fire on.",
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
