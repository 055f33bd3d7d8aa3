"""The record of a run's scenarios: plain values that a worker sends as JSON to the process that writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["setup", "step", "end", "teardown"]
Status = Literal["PASSED", "FAILED", "SKIPPED", "PENDING", "UNDEFINED"]
EXPECTED_FAILURE = "expected failure"
"""The prefix of the message of an expected failure."""
RECEIVED_EVENT = "received-event.json"
"""The file name of an attachment that is a received event."""


@dataclass(frozen=True)
class Definition:
    """The function that executes a step.

    Attributes:
        uri: its file: `steps/deliveries.py`, or relative to the root of the suite.
        line: the first line of the function, including its decorators.
        pattern: the pattern in its decorator, as written.
        is_regular_expression: whether the pattern is one; else it may contain fields such as `{event_id}`.
    """

    uri: str
    line: int
    pattern: str
    is_regular_expression: bool


@dataclass(frozen=True)
class Argument:
    """A part of a step's text that its definition takes as an argument, and its start index, from 0."""

    value: str
    start: int


@dataclass(frozen=True)
class TextAttachment:
    """A text that a step has attached."""

    media_type: str
    body: str
    file_name: str = ""


@dataclass(frozen=True)
class StepRecord:
    """The record of a step, or of a phase before or after the steps.

    Attributes:
        kind: setup and teardown are pytest's phases; an `end` is a failure between the last step and the teardown.
        status: Cucumber's status; PENDING is an expected failure.
        started: seconds since 1970.
        seconds: its duration.
        message: why it did not pass: the reason, or the exception with a short traceback.
        exception: the name of the exception's type; empty without an exception.
        said: the exception's own text.
        definition: of a step; None if no definition matches.
        arguments: of a step, in order.
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
        """Return the record that `to_json` was called on."""
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
        """Return the record as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Attempt:
    """One attempt of a scenario, or of a row of an outline.

    Attributes:
        test: the id of the test; attempts of the same test are retries.
        uri: of the feature.
        line: of the scenario in the feature.
        row: the index of the row in all its Examples, from 0; 0 for a scenario that is not an outline.
        acts: in order; they include every step of the scenario, unless the process died.
        worker: the process that ran it; empty if there is only one.
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
        about: further facts about the run, such as its backend.
        features: the texts of the collected features by uri, including those of deselected scenarios.
        attempts: in any order, except that attempts of one test are in order.
        started: seconds since 1970.
        finished: the same.
        success: whether the run succeeded.
        stopped: why the run stopped early, as text; empty if it was completed.
    """

    about: Mapping[str, str]
    features: Mapping[str, str]
    attempts: Sequence[Attempt]
    started: float
    finished: float
    success: bool
    stopped: str = ""
