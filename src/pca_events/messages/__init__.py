"""Runs as Cucumber Messages: written from the records of the pytest plugin, and read to be displayed.

The messages follow Cucumber's own schema. Facts without a field in that schema are stored as follows:

- Backend, mode and run id are in an attachment of the run (`testRunStartedId`), `run.json`:
  `{"backend": "LocalStack 4.13.1, embedded", "mode": "direct", "runId": "0a1b2c3d"}`.
- Setup and teardown of a test are hooks, and steps of every test case; their durations are those of the fixtures. A
  failure between the last step and the teardown is a hook of its own, present only if needed.
- An expected failure is PENDING, with a message that begins so. A strict one that passes is FAILED.
- A scenario that was not run is a pickle without a test case.
- The pattern of a step definition that is not a regular expression is declared as a Cucumber expression, but has the
  format of pytest-bdd's `parse`.
"""

from pca_events.messages.envelopes import envelopes
from pca_events.messages.features import our_features, our_uri
from pca_events.messages.message_file import content_of, write_messages
from pca_events.messages.model import Attachment, FeatureRun, MatchedArgument, Outcome, Phase, Run, ScenarioRun, StepRun
from pca_events.messages.reading import read_features_alone, read_messages
from pca_events.messages.recording_model import (
    EXPECTED_FAILURE,
    RECEIVED_EVENT,
    Argument,
    Attempt,
    Definition,
    RecordedRun,
    Status,
    StepRecord,
    TextAttachment,
)

__all__ = [
    "EXPECTED_FAILURE",
    "RECEIVED_EVENT",
    "Argument",
    "Attachment",
    "Attempt",
    "Definition",
    "FeatureRun",
    "MatchedArgument",
    "Outcome",
    "Phase",
    "RecordedRun",
    "Run",
    "ScenarioRun",
    "Status",
    "StepRecord",
    "StepRun",
    "TextAttachment",
    "content_of",
    "envelopes",
    "our_features",
    "our_uri",
    "read_features_alone",
    "read_messages",
    "write_messages",
]
