"""What is read from a file of Cucumber Messages, for whoever shows a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Outcome = Literal["passed", "failed", "skipped", "undefined", "expected failure", "not run"]
Phase = Literal["setup", "steps", "teardown"]


@dataclass(frozen=True)
class Attachment:
    """What a step has left behind.

    Attributes:
        media_type: such as application/json.
        file_name: empty where it has none.
        body: the text; in base 64 where `is_base64`.
        is_base64: whether the body stands for bytes.
    """

    media_type: str
    file_name: str
    body: str
    is_base64: bool = False


@dataclass(frozen=True)
class MatchedArgument:
    """A part of a step's text that its definition takes as an argument, and the place where it begins, from 0."""

    value: str
    start: int


@dataclass(frozen=True)
class StepRun:
    """One step of one scenario, or of one row.

    Attributes:
        keyword: as written, without the space after it: Given, And, *.
        text: with the values of the row in place.
        template: as the outline has it, with `<placeholders>`; the same as `text` where there is no outline.
        line: of the step in the feature.
        in_background: whether it stands in a Background.
        status: what it came to; a step after one that did not pass is skipped.
        message: why it did not pass; empty where nothing is known.
        seconds: how long it took.
        doc_string: None where the step has none.
        table: the rows of its data table, the head included; empty where it has none.
        definition: file and line of what carries it out, `steps/deliveries.py:29`; empty where nothing does.
        pattern: of that definition, as written.
        arguments: in the order of the text.
        attachments: what it has left behind.
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
        rule: the name of its Rule; empty where it stands in none.
        scenario_id: the id of the scenario in the feature; all rows of one outline have the same.
        keyword: Scenario, Scenario Outline or another, as written.
        template: the name as written, with `<placeholders>`.
        scenario_line: where the scenario or outline begins.
        examples: the name of the Examples that the row stands in; empty where there is none.
        row: the values of the row by column; empty for a scenario that is no outline.
        line: of the row, or of the scenario where there is none.
        tags: with their `@`, those of feature, rule and Examples included.
        status: what it came to.
        phase: where that was decided: in the setup, in the steps, or in the teardown.
        reason: why it did not pass; empty where nothing is known.
        seconds: how long it took, with setup and teardown.
        attempts: how often it was tried; the last attempt counts.
        steps: those of backgrounds included; those of a scenario that was not run too.
        attachments: what was left behind outside the steps.
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
        finished: in UTC; None where the file ends before the run did.
        success: whether all was well, by the run's own word.
        stopped: why the run came no further, in words; empty where it came to its end.
        implementation: what ran it, with its version: `pca-events 0.1.0`.
        backend: what answered for AWS; empty where the file does not say.
        mode: how events were brought in; empty where the file does not say.
        run_id: empty where the file does not say.
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
