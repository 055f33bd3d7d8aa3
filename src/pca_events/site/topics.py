"""The pages that are made of feature files."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pca_events.calibrate.patterns import Operator, operators
from pca_events.messages import FeatureRun, Outcome
from pca_events.site.pictures import SEQUENCES
from pca_events.site.pictures import Sequence as Picture
from pca_events.site.scenario_groups import overall, scenarios_of, tally

_TOPICS = (
    ("envelope", "What all events share", "The nine fields of the envelope, and who sets them.", "features/envelope."),
    (
        "operations",
        "Operations",
        "What each operation of AWS Private CA sends, and when it sends nothing.",
        "features/operations/",
    ),
    ("routing", "Routing", "Patterns, deliveries and targets, and rules that never fire.", "features/routing/"),
    (
        "lifecycle",
        "Lifecycle",
        "A rule created, changed, disabled, lost, healed, refused, destroyed.",
        "features/lifecycle/",
    ),
    (
        "consumers",
        "Consumers",
        "Consumers under duplicates and in any order, and what their rules fire on.",
        "features/consumers/",
    ),
    ("calibration", "Calibration", "How far the backend does as AWS does.", "features/calibration."),
    ("own", "Further features", "Features that this suite has beside those of pca-events.", ""),
)
_ON_EVENT_PAGES = "features/events/"


@dataclass(frozen=True)
class Topic:
    """One page of features.

    Attributes:
        name: of its file, without the ending.
        title: of the page.
        summary: what it is about, in a sentence.
        features: in the order of their files.
    """

    name: str
    title: str
    summary: str
    features: tuple[FeatureRun, ...]

    @property
    def page(self) -> str:
        """The page, from the top of the site."""
        return f"{self.name}.html"

    @property
    def counts(self) -> Counter[Outcome]:
        """How often each outcome came about."""
        return tally(scenarios_of(self.features))

    @property
    def status(self) -> Outcome:
        """One outcome for all of it."""
        return overall(self.counts)

    @property
    def sequences(self) -> tuple[Picture, ...]:
        """The pictures of operations and their events."""
        return SEQUENCES if self.name == "operations" else ()

    @property
    def operators(self) -> tuple[Operator, ...]:
        """The recorded patterns, operator by operator."""
        return operators() if self.name == "calibration" else ()


def topics(features: Sequence[FeatureRun]) -> list[Topic]:
    """Put each feature on its page; those of the events have their own pages, and an empty page is left out."""
    left = [feature for feature in features if not feature.uri.startswith(_ON_EVENT_PAGES)]
    found = []
    for name, title, summary, begins in _TOPICS:
        own = tuple(feature for feature in left if feature.uri.startswith(begins))
        left = [feature for feature in left if feature not in own]
        if own:
            found.append(Topic(name, title, summary, own))
    return found
