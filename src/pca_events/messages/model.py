"""A run as read from a file of Cucumber Messages, to be displayed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Outcome = Literal["passed", "failed", "skipped", "undefined", "expected failure", "not run"]
Phase = Literal["setup", "steps", "teardown"]


@dataclass(frozen=True)
class Attachment:
    """An attachment of a step.

    Attributes:
        media_type: such as application/json.
        file_name: empty if it has none.
        body: the text; base64 if `is_base64`.
        is_base64: whether the body is encoded binary data.
    """

    media_type: str
    file_name: str
    body: str
    is_base64: bool = False


@dataclass(frozen=True)
class MatchedArgument:
    """A part of a step's text that its definition takes as an argument, and its start index, from 0."""

    value: str
    start: int


@dataclass(frozen=True)
class StepRun:
    """One step of one scenario, or of one row.

    Attributes:
        keyword: as written, without the space after it: Given, And, *.
        text: with the values of the row in place.
        template: as the outline has it, with `<placeholders>`; the same as `text` without an outline.
        line: of the step in the feature.
        in_background: whether it is in a Background.
        status: its result; a step after one that did not pass is skipped.
        message: why it did not pass; empty if unknown.
        seconds: its duration.
        doc_string: None if the step has none.
        table: the rows of its data table, the head included; empty if it has none.
        definition: file and line of its step definition, `steps/deliveries.py:29`; empty if there is none.
        pattern: of that definition, as written.
        arguments: in the order of the text.
        attachments: its attachments.
    """

    keyword: str
    text: str
    template: str
    line: int
    in_background: bool
    status: Outcome
    message: str
    seconds: float
    doc_string: str | None
    table: tuple[tuple[str, ...], ...]
    definition: str
    pattern: str
    arguments: tuple[MatchedArgument, ...]
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True)
class ScenarioRun:
    """One scenario, or one row of an outline.

    Attributes:
        uri: of its feature.
        name: with the values of the row in place.
        rule: the name of its Rule; empty if it has none.
        scenario_id: the id of the scenario in the feature; all rows of one outline have the same.
        keyword: Scenario, Scenario Outline or another, as written.
        template: the name as written, with `<placeholders>`.
        scenario_line: where the scenario or outline begins.
        examples: the name of the Examples of the row; empty if there are none.
        row: the values of the row by column; empty for a scenario that is not an outline.
        line: of the row, or of the scenario if it is not an outline.
        tags: with their `@`, including those of feature, rule and Examples.
        status: its result.
        phase: where the status was decided: in the setup, in the steps, or in the teardown.
        reason: why it did not pass; empty if unknown.
        seconds: its duration, with setup and teardown.
        attempts: the number of attempts; the last one counts.
        steps: including those of backgrounds, and those of a scenario that was not run.
        attachments: attachments outside the steps.
    """

    uri: str
    name: str
    rule: str
    scenario_id: str
    keyword: str
    template: str
    scenario_line: int
    examples: str
    row: Mapping[str, str]
    line: int
    tags: tuple[str, ...]
    status: Outcome
    phase: Phase
    reason: str
    seconds: float
    attempts: int
    steps: tuple[StepRun, ...]
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True)
class FeatureRun:
    """One feature.

    Attributes:
        uri: of its file, `features/events/ca_creation.feature`.
        name: after the keyword.
        description: without the indentation.
        tags: of the feature itself, with their `@`.
        source: the whole text of the file.
        scenarios: in the order of the file.
    """

    uri: str
    name: str
    description: str
    tags: tuple[str, ...]
    source: str
    scenarios: tuple[ScenarioRun, ...]


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        started: in UTC.
        finished: in UTC; None if the file ends before the end of the run.
        success: whether the run succeeded, as reported.
        stopped: why the run stopped early, as text; empty if it was completed.
        implementation: the program that ran it, with its version: `pca-events 1.0.0`.
        backend: the backend; empty if unknown.
        mode: how events were published; empty if unknown.
        run_id: empty if unknown.
        features: in the order of the file.
    """

    started: datetime
    finished: datetime | None
    success: bool
    stopped: str
    implementation: str
    backend: str
    mode: str
    run_id: str
    features: tuple[FeatureRun, ...]
