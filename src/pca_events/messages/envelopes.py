"""A recorded run as Cucumber Messages, in an order that every reader accepts."""

import itertools
import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cucumber_messages as cm
from gherkin.stream.id_generator import IdGenerator

from pca_events import __version__
from pca_events.messages.features import Envelope, ScenarioKey, read_features
from pca_events.messages.recording_model import (
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

_HOOKS: dict[Kind, tuple[str, cm.HookType]] = {
    "setup": ("setup", cm.HookType.before_test_case),
    "end": (END, cm.HookType.after_test_case),
    "teardown": ("teardown", cm.HookType.after_test_case),
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
    yield cm.message_converter.to_dict(cm.Envelope(meta=meta()))
    yield from features.envelopes
    yield from map(cm.message_converter.to_dict, _after_the_features(run, known, cases, ids))


def _after_the_features(
    run: RecordedRun, known: _Ids, cases: Sequence[_Case], ids: IdGenerator
) -> Iterator[cm.Envelope]:
    yield from (_hook(kind, known.hooks[kind]) for kind in _HOOKS)
    yield from (_step_definition(definition, its_id) for definition, its_id in known.definitions.items())
    yield cm.Envelope(test_run_started=cm.TestRunStarted(id=known.run, timestamp=_timestamp(run.started)))
    yield _about(run, known)
    yield from (_test_case(case, known) for case in cases)
    for case in cases:
        yield from _attempts(case, ids)
    finished = cm.TestRunFinished(
        success=run.success,
        timestamp=_timestamp(run.finished),
        test_run_started_id=known.run,
        message=run.stopped or None,
    )
    yield cm.Envelope(test_run_finished=finished)


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


def _hook(kind: Kind, its_id: str) -> cm.Envelope:
    name, cucumber_type = _HOOKS[kind]
    return cm.Envelope(hook=cm.Hook(id=its_id, name=name, type=cucumber_type, source_reference=cm.SourceReference()))


def _step_definition(definition: Definition, its_id: str) -> cm.Envelope:
    kinds = cm.StepDefinitionPatternType
    kind = kinds.regular_expression if definition.is_regular_expression else kinds.cucumber_expression
    return cm.Envelope(
        step_definition=cm.StepDefinition(
            id=its_id,
            pattern=cm.StepDefinitionPattern(source=definition.pattern, type=kind),
            source_reference=cm.SourceReference(uri=definition.uri, location=cm.Location(line=definition.line)),
        )
    )


def _about(run: RecordedRun, known: _Ids) -> cm.Envelope:
    attached = TextAttachment("application/json", json.dumps(dict(run.about), ensure_ascii=False), RUN_FILE_NAME)
    return cm.Envelope(attachment=replace(_attachment(attached, run.started), test_run_started_id=known.run))


def _test_case(case: _Case, known: _Ids) -> cm.Envelope:
    last = case.attempts[-1]
    acts = iter([act for act in last.acts if act.kind == "step"])
    pickle_steps = iter(case.pickle["steps"])
    steps = [
        _test_step(its_id, next(pickle_steps)["id"], next(acts, None), known)
        if kind == "step"
        else cm.TestStep(id=its_id, hook_id=known.hooks[kind])
        for its_id, kind in case.steps
    ]
    test_case = cm.TestCase(id=case.id, pickle_id=case.pickle["id"], test_steps=steps, test_run_started_id=known.run)
    return cm.Envelope(test_case=test_case)


def _test_step(its_id: str, pickle_step: str, act: StepRecord | None, known: _Ids) -> cm.TestStep:
    step = cm.TestStep(id=its_id, pickle_step_id=pickle_step, step_definition_ids=[], step_match_arguments_lists=[])
    if act and act.definition:
        step.step_definition_ids = [known.definitions[act.definition]]
        groups = [cm.Group(value=taken.value, start=taken.start, children=[]) for taken in act.arguments]
        arguments = [cm.StepMatchArgument(group=group) for group in groups]
        step.step_match_arguments_lists = [cm.StepMatchArgumentsList(step_match_arguments=arguments)]
    return step


def _attempts(case: _Case, ids: IdGenerator) -> Iterator[cm.Envelope]:
    for number, attempt in enumerate(case.attempts):
        again = number < len(case.attempts) - 1
        yield from _attempt(case, attempt, number, again, ids.get_next_id())


def _attempt(case: _Case, attempt: Attempt, number: int, again: bool, its_id: str) -> Iterator[cm.Envelope]:
    now = min(act.started for act in attempt.acts)
    started = cm.TestCaseStarted(
        id=its_id,
        test_case_id=case.id,
        attempt=number,
        timestamp=_timestamp(now),
        worker_id=attempt.worker or None,
    )
    yield cm.Envelope(test_case_started=started)
    waiting = {kind: [act for act in attempt.acts if act.kind == kind] for _, kind in case.steps}
    for step_id, kind in case.steps:
        act = waiting[kind].pop(0) if waiting[kind] else _missing(kind, now)
        now = act.started + act.seconds
        yield from _result(act, its_id, step_id)
    ended = cm.TestCaseFinished(test_case_started_id=its_id, timestamp=_timestamp(now), will_be_retried=again)
    yield cm.Envelope(test_case_finished=ended)


def _missing(kind: Kind, now: float) -> StepRecord:
    """The record of a step that was not reached, or of a hook that was not needed."""
    return StepRecord(kind, "PASSED" if kind == "end" else "SKIPPED", now, 0.0)


def _result(act: StepRecord, attempt: str, step: str) -> Iterator[cm.Envelope]:
    began, ended = _timestamp(act.started), act.started + act.seconds
    started = cm.TestStepStarted(test_case_started_id=attempt, test_step_id=step, timestamp=began)
    yield cm.Envelope(test_step_started=started)
    for attached in act.attachments:
        attachment = replace(_attachment(attached, ended), test_case_started_id=attempt, test_step_id=step)
        yield cm.Envelope(attachment=attachment)
    result = cm.TestStepResult(
        status=cm.TestStepResultStatus(act.status),
        duration=cm.Duration(**_parts(act.seconds)),
        message=act.message or None,
    )
    if act.exception:
        result.exception = cm.Exception(type=act.exception, message=act.said, stack_trace=act.message)
    finished = cm.TestStepFinished(
        test_case_started_id=attempt, test_step_id=step, test_step_result=result, timestamp=_timestamp(ended)
    )
    yield cm.Envelope(test_step_finished=finished)


def _attachment(attached: TextAttachment, when: float) -> cm.Attachment:
    return cm.Attachment(
        media_type=attached.media_type,
        content_encoding=cm.AttachmentContentEncoding.identity,
        body=attached.body,
        file_name=attached.file_name or None,
        timestamp=_timestamp(when),
    )


def _timestamp(seconds: float) -> cm.Timestamp:
    return cm.Timestamp(**_parts(seconds))


def _parts(seconds: float) -> dict[str, int]:
    whole, nanos = divmod(round(seconds * 1_000_000_000), 1_000_000_000)
    return {"seconds": whole, "nanos": nanos}


PROTOCOL_VERSION = "34.2.1"
"""The written version of Cucumber Messages."""


def meta(environment: Mapping[str, str] = os.environ) -> cm.Meta:
    """Return protocol, implementation, runtime, system and processor; and the CI, if the environment names one.

    Args:
        environment: the variables to look for a CI in; GitHub Actions and GitLab are known.
    """
    return cm.Meta(
        protocol_version=PROTOCOL_VERSION,
        implementation=cm.Product(name="pca-events", version=__version__),
        runtime=cm.Product(name=platform.python_implementation(), version=platform.python_version()),
        os=cm.Product(name=platform.system(), version=platform.release()),
        cpu=cm.Product(name=platform.machine()),
        ci=_github(environment) or _gitlab(environment),
    )


def _github(environment: Mapping[str, str]) -> cm.Ci | None:
    if environment.get("GITHUB_ACTIONS") != "true":
        return None
    repository = f"{environment.get('GITHUB_SERVER_URL', '')}/{environment.get('GITHUB_REPOSITORY', '')}"
    run = environment.get("GITHUB_RUN_ID", "")
    git = cm.Git(remote=f"{repository}.git", revision=environment.get("GITHUB_SHA", ""))
    return cm.Ci(name="GitHub Actions", url=f"{repository}/actions/runs/{run}", build_number=run, git=git)


def _gitlab(environment: Mapping[str, str]) -> cm.Ci | None:
    if environment.get("GITLAB_CI") != "true":
        return None
    git = cm.Git(remote=f"{environment.get('CI_PROJECT_URL', '')}.git", revision=environment.get("CI_COMMIT_SHA", ""))
    url, number = environment.get("CI_JOB_URL", ""), environment.get("CI_JOB_ID", "")
    return cm.Ci(name="GitLab", url=url, build_number=number, git=git)
