"""What a run has recorded of its scenarios: plain values that travel as JSON from a worker to whoever writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["setup", "step", "end", "teardown"]
Status = Literal["PASSED", "FAILED", "SKIPPED", "PENDING", "UNDEFINED"]
EXPECTED_FAILURE = "expected failure"
"""What the message of an act begins with that failed as expected."""
RECEIVED_EVENT = "received-event.json"
"""The file name of an attachment that is an event, as a target or a caller has received it."""


@dataclass(frozen=True)
class Definition:
    """The function that a step is carried out by.

    Attributes:
        uri: its file: `steps/deliveries.py`, or relative to the root of the suite.
        line: where the function with its decorators begins.
        pattern: the text of its decorator, as written.
        is_regular_expression: whether the pattern is one; else it is a text that may hold fields such as `{event_id}`.
    """

    uri: str
    line: int
    pattern: str
    is_regular_expression: bool


@dataclass(frozen=True)
class Argument:
    """A part of a step's text that its definition takes as an argument, and the place where it begins, from 0."""

    value: str
    start: int


@dataclass(frozen=True)
class TextAttachment:
    """A text that a step has left as evidence."""

    media_type: str
    body: str
    file_name: str = ""


@dataclass(frozen=True)
class StepRecord:
    """A step, or what happened before or after the steps.

    Attributes:
        kind: setup and teardown are pytest's; an `end` is what went wrong between the last step and the teardown.
        status: as Cucumber has it; PENDING is an expected failure.
        started: seconds since 1970.
        seconds: how long it took.
        message: why it did not pass: the reason, or the exception with a short traceback.
        exception: the name of the exception's type; empty where there was none.
        said: the exception's own text.
        definition: of a step; None where no definition matches.
        arguments: of a step, in their order.
        attachments: of a step.
    """

    kind: Kind
    status: Status
    started: float
    seconds: float
    message: str = ""
    exception: str = ""
    said: str = ""
    definition: Definition | None = None
    arguments: tuple[Argument, ...] = ()
    attachments: tuple[TextAttachment, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "StepRecord":
        """Return the act that `to_json` was called on."""
        definition = data["definition"]
        return cls(
            **{
                **data,
                "definition": definition and Definition(**definition),
                "arguments": tuple(Argument(**argument) for argument in data["arguments"]),
                "attachments": tuple(TextAttachment(**attached) for attached in data["attachments"]),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Attempt:
    """One try at one scenario, or at one row of an outline.

    Attributes:
        test: names the test; attempts of one test are retries of one another.
        uri: of the feature.
        line: of the scenario in the feature.
        row: which row of all its Examples, from 0; 0 for a scenario that is no outline.
        acts: in their order; every step of the scenario is among them, unless the process died.
        worker: the process that ran it; empty where there is only one.
    """

    test: str
    uri: str
    line: int
    row: int
    acts: Sequence[StepRecord]
    worker: str = ""


@dataclass(frozen=True)
class RecordedRun:
    """A run.

    Attributes:
        about: what else is to be known of it, such as its backend.
        features: the texts of the features that were collected, deselected scenarios' included, by uri.
        attempts: in any order, but those of one test in theirs.
        started: seconds since 1970.
        finished: the same.
        success: whether all is well.
        stopped: why the run came no further, in words; empty where it came to its end.
    """

    about: Mapping[str, str]
    features: Mapping[str, str]
    attempts: Sequence[Attempt]
    started: float
    finished: float
    success: bool
    stopped: str = ""
