"""A recorded run as Cucumber Messages, in an order that every reader accepts."""

import itertools
import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gherkin.stream.id_generator import IdGenerator

from pca_events import __version__
from pca_events.messages.features import Envelope, ScenarioKey, read_features
from pca_events.messages.recording_model import (
    Argument,
    Attempt,
    Definition,
    Kind,
    RecordedRun,
    StepRecord,
    TextAttachment,
)

RUN_FILE_NAME = "run.json"
"""The file name of the attachment with further facts about the run."""
END = "end of the scenario"
"""The name of the hook for a failure between the last step and the teardown."""

_HOOKS: dict[Kind, tuple[str, str]] = {
    "setup": ("setup", "BEFORE_TEST_CASE"),
    "end": (END, "AFTER_TEST_CASE"),
    "teardown": ("teardown", "AFTER_TEST_CASE"),
}


@dataclass(frozen=True)
class _Ids:
    """The ids that test cases refer to."""

    run: str
    hooks: dict[Kind, str]
    definitions: dict[Definition, str]


@dataclass(frozen=True)
class _Case:
    """One test: its id, its steps as (id, what), and its attempts."""

    id: str
    pickle: dict[str, Any]
    steps: list[tuple[str, Kind]]
    attempts: list[Attempt]


def envelopes(run: RecordedRun) -> Iterator[Envelope]:
    """Yield the messages of a run; test cases are in the order of the features, not of the run.

    Attempts that belong to no scenario of the features are omitted.
    """
    ids = IdGenerator()
    features = read_features(run.features, ids)
    known = _Ids(ids.get_next_id(), {kind: ids.get_next_id() for kind in _HOOKS}, _definitions(run, ids))
    cases = [_case(pickle, attempts, ids) for pickle, attempts in _tests(run, features.pickles)]
    yield {"meta": meta()}
    yield from features.envelopes
    yield from (_hook(kind, known.hooks[kind]) for kind in _HOOKS)
    yield from (_step_definition(definition, its_id) for definition, its_id in known.definitions.items())
    yield {"testRunStarted": {"id": known.run, "timestamp": _timestamp(run.started)}}
    yield _about(run, known)
    yield from (_test_case(case, known) for case in cases)
    for case in cases:
        yield from _attempts(case, ids)
    finished = {"success": run.success, "timestamp": _timestamp(run.finished), "testRunStartedId": known.run}
    if run.stopped:
        finished["message"] = run.stopped
    yield {"testRunFinished": finished}


def _definitions(run: RecordedRun, ids: IdGenerator) -> dict[Definition, str]:
    used = {act.definition for attempt in run.attempts for act in attempt.acts if act.definition is not None}
    ordered = sorted(used, key=lambda definition: (definition.uri, definition.line, definition.pattern))
    return {definition: ids.get_next_id() for definition in ordered}


def _tests(
    run: RecordedRun, pickles: dict[ScenarioKey, dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], Sequence[Attempt]]]:
    """Each test with its pickle and attempts, in the order of the pickles."""
    order = {place: position for position, place in enumerate(pickles)}

    def place_of(attempt: Attempt) -> ScenarioKey:
        return ScenarioKey(attempt.uri, attempt.line, attempt.row)

    known = [attempt for attempt in run.attempts if place_of(attempt) in order]
    known.sort(key=lambda attempt: (order[place_of(attempt)], attempt.test))
    for _, group in itertools.groupby(known, key=lambda attempt: attempt.test):
        attempts = list(group)
        yield pickles[place_of(attempts[0])], attempts


def _case(pickle: dict[str, Any], attempts: Sequence[Attempt], ids: IdGenerator) -> _Case:
    fitted = [replace(attempt, acts=_fitted(attempt.acts, len(pickle["steps"]))) for attempt in attempts]
    ends = any(act.kind == "end" for attempt in fitted for act in attempt.acts)
    inner: list[Kind] = ["step"] * len(pickle["steps"])
    kinds: list[Kind] = ["setup", *inner, "end", "teardown"] if ends else ["setup", *inner, "teardown"]
    return _Case(ids.get_next_id(), pickle, [(ids.get_next_id(), kind) for kind in kinds], fitted)


def _fitted(acts: Sequence[StepRecord], count: int) -> list[StepRecord]:
    """The records with no more steps than the pickle: a Background does not apply to a scenario without steps."""
    steps = [act for act in acts if act.kind == "step"]
    others = [act for act in acts if act.kind != "step"]
    return [*steps[:count], *(replace(act, kind="end") for act in steps[count:] if act.status != "PASSED"), *others]


def _hook(kind: Kind, its_id: str) -> Envelope:
    name, cucumber_type = _HOOKS[kind]
    return {"hook": {"id": its_id, "name": name, "type": cucumber_type, "sourceReference": {}}}


def _step_definition(definition: Definition, its_id: str) -> Envelope:
    kind = "REGULAR_EXPRESSION" if definition.is_regular_expression else "CUCUMBER_EXPRESSION"
    return {
        "stepDefinition": {
            "id": its_id,
            "pattern": {"source": definition.pattern, "type": kind},
            "sourceReference": {"uri": definition.uri, "location": {"line": definition.line}},
        }
    }


def _about(run: RecordedRun, known: _Ids) -> Envelope:
    attached = TextAttachment("application/json", json.dumps(dict(run.about), ensure_ascii=False), RUN_FILE_NAME)
    return _attachment(attached, run.started, testRunStartedId=known.run)


def _test_case(case: _Case, known: _Ids) -> Envelope:
    last = case.attempts[-1]
    acts = iter([act for act in last.acts if act.kind == "step"])
    pickle_steps = iter(case.pickle["steps"])
    steps = []
    for its_id, kind in case.steps:
        if kind == "step":
            steps.append({"id": its_id, "pickleStepId": next(pickle_steps)["id"], **_match(next(acts, None), known)})
        else:
            steps.append({"id": its_id, "hookId": known.hooks[kind]})
    body = {"id": case.id, "pickleId": case.pickle["id"], "testSteps": steps, "testRunStartedId": known.run}
    return {"testCase": body}


def _match(act: StepRecord | None, known: _Ids) -> dict[str, Any]:
    if act is None or act.definition is None:
        return {"stepDefinitionIds": [], "stepMatchArgumentsLists": []}
    arguments = {"stepMatchArguments": [_argument(argument) for argument in act.arguments]}
    return {"stepDefinitionIds": [known.definitions[act.definition]], "stepMatchArgumentsLists": [arguments]}


def _argument(argument: Argument) -> dict[str, Any]:
    return {"group": {"value": argument.value, "start": argument.start, "children": []}}


def _attempts(case: _Case, ids: IdGenerator) -> Iterator[Envelope]:
    for number, attempt in enumerate(case.attempts):
        again = number < len(case.attempts) - 1
        yield from _attempt(case, attempt, number, again, ids.get_next_id())


def _attempt(case: _Case, attempt: Attempt, number: int, again: bool, its_id: str) -> Iterator[Envelope]:
    now = min(act.started for act in attempt.acts)
    started = {"id": its_id, "testCaseId": case.id, "attempt": number, "timestamp": _timestamp(now)}
    yield {"testCaseStarted": started | ({"workerId": attempt.worker} if attempt.worker else {})}
    waiting = {kind: [act for act in attempt.acts if act.kind == kind] for _, kind in case.steps}
    for step_id, kind in case.steps:
        act = waiting[kind].pop(0) if waiting[kind] else _missing(kind, now)
        now = act.started + act.seconds
        yield from _result(act, {"testCaseStartedId": its_id, "testStepId": step_id})
    ended = {"testCaseStartedId": its_id, "timestamp": _timestamp(now), "willBeRetried": again}
    yield {"testCaseFinished": ended}


def _missing(kind: Kind, now: float) -> StepRecord:
    """The record of a step that was not reached, or of a hook that was not needed."""
    return StepRecord(kind, "PASSED" if kind == "end" else "SKIPPED", now, 0.0)


def _result(act: StepRecord, whose: dict[str, str]) -> Iterator[Envelope]:
    ended = act.started + act.seconds
    yield {"testStepStarted": {**whose, "timestamp": _timestamp(act.started)}}
    for attached in act.attachments:
        yield _attachment(attached, ended, **whose)
    result: dict[str, Any] = {"status": act.status, "duration": _timestamp(act.seconds)}
    if act.message:
        result["message"] = act.message
    if act.exception:
        result["exception"] = {"type": act.exception, "message": act.said, "stackTrace": act.message}
    yield {"testStepFinished": {**whose, "testStepResult": result, "timestamp": _timestamp(ended)}}


def _attachment(attached: TextAttachment, when: float, **whose: str) -> Envelope:
    name = {"fileName": attached.file_name} if attached.file_name else {}
    body = {"mediaType": attached.media_type, "contentEncoding": "IDENTITY", "body": attached.body}
    return {"attachment": {**body, **name, **whose, "timestamp": _timestamp(when)}}


def _timestamp(seconds: float) -> dict[str, int]:
    whole, nanos = divmod(round(seconds * 1_000_000_000), 1_000_000_000)
    return {"seconds": whole, "nanos": nanos}


PROTOCOL_VERSION = "34.2.1"
"""The written version of Cucumber Messages."""


def meta(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return protocol, implementation, runtime, system and processor; and the CI, if the environment names one.

    Args:
        environment: the variables to look for a CI in; GitHub Actions and GitLab are known.
    """
    found = _github(environment) or _gitlab(environment)
    return {
        "protocolVersion": PROTOCOL_VERSION,
        "implementation": {"name": "pca-events", "version": __version__},
        "runtime": {"name": platform.python_implementation(), "version": platform.python_version()},
        "os": {"name": platform.system(), "version": platform.release()},
        "cpu": {"name": platform.machine()},
        **({"ci": found} if found else {}),
    }


def _github(environment: Mapping[str, str]) -> dict[str, Any] | None:
    if environment.get("GITHUB_ACTIONS") != "true":
        return None
    repository = f"{environment.get('GITHUB_SERVER_URL', '')}/{environment.get('GITHUB_REPOSITORY', '')}"
    run = environment.get("GITHUB_RUN_ID", "")
    git = {"remote": f"{repository}.git", "revision": environment.get("GITHUB_SHA", "")}
    return {"name": "GitHub Actions", "url": f"{repository}/actions/runs/{run}", "buildNumber": run, "git": git}


def _gitlab(environment: Mapping[str, str]) -> dict[str, Any] | None:
    if environment.get("GITLAB_CI") != "true":
        return None
    git = {"remote": f"{environment.get('CI_PROJECT_URL', '')}.git", "revision": environment.get("CI_COMMIT_SHA", "")}
    url, number = environment.get("CI_JOB_URL", ""), environment.get("CI_JOB_ID", "")
    return {"name": "GitLab", "url": url, "buildNumber": number, "git": git}
