"""Reads a file of Cucumber Messages, including files written by other Cucumber implementations."""

import itertools
import json
import textwrap
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pca_events.errors import BadInput
from pca_events.messages.attempts import NOT_REACHED, TestCaseAttempt, last_attempts, seconds
from pca_events.messages.envelopes import RUN_FILE_NAME, envelopes
from pca_events.messages.features import Node, Tree, tree_of
from pca_events.messages.field_types import checked
from pca_events.messages.message_file import Message, MessageFile
from pca_events.messages.model import Attachment, FeatureRun, MatchedArgument, Run, ScenarioRun, StepRun
from pca_events.messages.recording_model import RecordedRun

_T = TypeVar("_T")
_UNFINISHED = "the file ends before the end of the run"


def read_messages(file: Path, max_unpacked: int | None = None) -> Run:
    """Return the run in a file. Unknown kinds of messages are ignored.

    Args:
        file: plain or gzip.
        max_unpacked: the maximum size of unpacked gzip data; by default 20 times the file size, and at least 1 GiB.

    Raises:
        BadInput: the file does not exist, is too large or not UTF-8, has a line that is not a message, contains no run,
            or a message refers to a missing one; the text names the line.
    """
    messages = MessageFile.of_file(file, max_unpacked)
    if not messages.all("testRunStarted"):
        raise BadInput(f"{file} has no testRunStarted, so it is not a run; create it with pca-events verify --messages")
    started, about = messages.all("testRunStarted")[-1], _about(messages)
    finished = _finished(messages)
    with messages.shape_of(started):
        began = _moment(started.body["timestamp"])
    return Run(
        started=began,
        finished=finished[0] if finished else None,
        success=bool(finished and finished[1]),
        stopped=finished[2] if finished else _UNFINISHED,
        implementation=_implementation(messages),
        backend=str(about.get("backend", "")),
        mode=str(about.get("mode", "")),
        run_id=str(about.get("runId", "")),
        features=tuple(_features(messages)),
    )


def read_features_alone(texts: Mapping[str, str]) -> tuple[FeatureRun, ...]:
    """Return features that were not run.

    Args:
        texts: the text of each feature, by its uri.
    """
    nothing = RecordedRun({}, texts, (), 0.0, 0.0, success=True)
    lines = (json.dumps(envelope) for envelope in envelopes(nothing))
    return tuple(_features(MessageFile("\n".join(lines), "features")))


def _finished(file: MessageFile) -> tuple[datetime, bool, str] | None:
    for message in file.all("testRunFinished")[-1:]:
        with file.shape_of(message):
            body = message.body
            return _moment(body["timestamp"]), bool(body["success"]), str(body.get("message", ""))
    return None


def _implementation(file: MessageFile) -> str:
    for message in file.all("meta"):
        with file.shape_of(message):
            product = message.body["implementation"]
            return f"{product['name']} {product.get('version', '')}".strip()
    return ""


def _about(file: MessageFile) -> dict[str, Any]:
    for message in file.all("attachment"):
        if "testRunStartedId" in message.body and message.body.get("fileName") == RUN_FILE_NAME:
            with file.shape_of(message):
                about = json.loads(message.body["body"])
                return about if isinstance(about, dict) else {}
    return {}


def _features(file: MessageFile) -> Iterable[FeatureRun]:
    attempts = last_attempts(file)
    sources, documents = file.by_uri("source"), file.by_uri("gherkinDocument")
    pickles: dict[str, list[Message]] = {uri: [] for uri in documents}
    for pickle in file.all("pickle"):
        if (uri := str(pickle.body.get("uri"))) not in documents:
            raise file.fault(pickle, f"its pickle refers to the gherkinDocument {uri}, which the file does not contain")
        pickles[uri].append(pickle)
    for uri, document in documents.items():
        with file.shape_of(document):
            tree, feature = tree_of(document.body), document.body.get("feature", {})
            yield checked(
                FeatureRun(
                    uri=uri,
                    name=feature.get("name", ""),
                    description=textwrap.dedent(feature.get("description", "")).strip(),
                    tags=tuple(tag["name"] for tag in feature.get("tags", [])),
                    source=sources[uri].body["data"] if uri in sources else "",
                    scenarios=tuple(_Scenario(file, tree, pickle, attempts).read() for pickle in pickles[uri]),
                )
            )


class _Scenario:
    """One pickle, with its attempt."""

    def __init__(self, file: MessageFile, tree: Tree, pickle: Message, attempts: dict[str, TestCaseAttempt]) -> None:
        self._journal = file
        self._tree = tree
        self._pickle = pickle
        self._attempt = attempts.get(str(pickle.body.get("id")))

    def read(self) -> ScenarioRun:
        with self._journal.shape_of(self._pickle):
            return checked(self._read())

    def _read(self) -> ScenarioRun:
        pickle = self._pickle.body
        scenario, rule = self._node(self._tree.scenarios, pickle["astNodeIds"][0])
        row, table = self._node(self._tree.rows, pickle["astNodeIds"][1]) if pickle["astNodeIds"][1:] else ({}, {})
        phase, decided = self._attempt.decided(self._journal) if self._attempt else ("steps", NOT_REACHED)
        return ScenarioRun(
            uri=pickle["uri"],
            name=pickle["name"],
            rule=rule,
            scenario_id=scenario["id"],
            keyword=scenario["keyword"],
            template=scenario["name"],
            scenario_line=scenario["location"]["line"],
            examples=table.get("name", ""),
            row=_row_values(row, table),
            line=(row or scenario)["location"]["line"],
            tags=tuple(tag["name"] for tag in pickle["tags"]),
            status=decided.outcome,
            phase=phase,
            reason=decided.message,
            seconds=sum(result.seconds for result in self._attempt.results.values()) if self._attempt else 0.0,
            attempts=self._attempt.number + 1 if self._attempt else 0,
            steps=self._steps(),
            attachments=self._attachments_outside_steps(),
        )

    def _steps(self) -> tuple[StepRun, ...]:
        test_steps = self._attempt.case.body["testSteps"] if self._attempt else []
        by_pickle_step = {step["pickleStepId"]: step for step in test_steps if "pickleStepId" in step}
        return tuple(self._step(step, by_pickle_step.get(step["id"], {})) for step in self._pickle.body["steps"])

    def _step(self, step: Node, test_step: Node) -> StepRun:
        node, in_background = self._node(self._tree.steps, step["astNodeIds"][0])
        result = self._attempt.results.get(test_step.get("id", ""), NOT_REACHED) if self._attempt else NOT_REACHED
        argument = step.get("argument", {})
        definition, pattern = self._definition(test_step)
        return StepRun(
            keyword=node["keyword"].strip(),
            text=step["text"],
            template=node["text"],
            line=node["location"]["line"],
            in_background=in_background,
            status=result.outcome,
            message=result.message,
            seconds=result.seconds,
            doc_string=argument["docString"]["content"] if "docString" in argument else None,
            table=_cells(argument.get("dataTable", {"rows": []})),
            definition=definition,
            pattern=pattern,
            arguments=_arguments(test_step),
            attachments=self._attachments(test_step.get("id", "")),
        )

    def _definition(self, test_step: Node) -> tuple[str, str]:
        """The location and the pattern of a step's definition; both empty if there is none."""
        for its_id in test_step.get("stepDefinitionIds", [])[:1]:
            definition = self._journal.find("stepDefinition", its_id, self._test_case()).body
            return _place(definition["sourceReference"]), definition["pattern"]["source"]
        return "", ""

    def _test_case(self) -> Message:
        return self._attempt.case if self._attempt else self._pickle

    def _attachments(self, step: str) -> tuple[Attachment, ...]:
        return tuple(self._attempt.attachments.get(step, ())) if self._attempt else ()

    def _attachments_outside_steps(self) -> tuple[Attachment, ...]:
        if self._attempt is None:
            return ()
        of_steps = {step["id"] for step in self._attempt.case.body["testSteps"] if "pickleStepId" in step}
        found = (evidence for step, evidence in self._attempt.attachments.items() if step not in of_steps)
        return tuple(itertools.chain.from_iterable(found))

    def _node(self, nodes: dict[str, tuple[Node, _T]], its_id: str) -> tuple[Node, _T]:
        if found := nodes.get(its_id):
            return found
        what = f"its pickle refers to the node {its_id}, which the gherkinDocument does not contain"
        raise self._journal.fault(self._pickle, what)


def _row_values(row: Node, table: Node) -> dict[str, str]:
    if not row:
        return {}
    columns = [cell["value"] for cell in table["tableHeader"]["cells"]]
    return dict(zip(columns, (cell["value"] for cell in row["cells"]), strict=True))


def _cells(table: Node) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(cell["value"] for cell in row["cells"]) for row in table["rows"])


def _arguments(test_step: Node) -> tuple[MatchedArgument, ...]:
    """The arguments of the first definition that matches; groups without a value are left out."""
    groups = (
        argument["group"]
        for match in test_step.get("stepMatchArgumentsLists", [])[:1]
        for argument in match["stepMatchArguments"]
    )
    return tuple(MatchedArgument(group["value"], group.get("start", 0)) for group in groups if group.get("value"))


def _place(reference: Node) -> str:
    """The location of code: file and line, or class and method for Java."""
    if "javaMethod" in reference:
        return f"{reference['javaMethod']['className']}.{reference['javaMethod']['methodName']}"
    line = reference.get("location", {}).get("line")
    return f"{reference.get('uri', '')}:{line}" if line else str(reference.get("uri", ""))


def _moment(body: Node) -> datetime:
    return datetime.fromtimestamp(seconds(body), UTC)
