"""Deliveries to functions in this process and to entries: forms, duplicates, order, batches and outcomes."""

import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import pca_events
from pca_events.catalog import Event
from pca_events.errors import BadInput
from pca_events.handlers.deliverer import Deliverer
from pca_events.handlers.entry import Limits, read_function
from pca_events.handlers.findings import HandlerReport
from pca_events.handlers.in_process import Context
from pca_events.handlers.wrapping import Form

APP = """
import json
import os

CALLS = []

def handler(event, context):
    CALLS.append(event["id"])
    return {"calls": len(CALLS), "stage": os.environ["STAGE"], "name": context.function_name}
"""


@pytest.fixture
def deliver(tmp_path: Path) -> Iterator[Deliverer]:
    """Deliveries to entries of an empty folder."""
    made = Deliverer(tmp_path, "seed")
    yield made
    made.close()


def sample(number: int = 0) -> Event:
    return pca_events.sample("ca-creation-success", seed=number)


def test_a_function_receives_a_copy_of_the_event_and_a_context(deliver: Deliverer) -> None:
    seen: list[tuple[Event, Context]] = []
    event = sample()

    def handler(received: Event, context: Context) -> None:
        seen.append((dict(received), context))
        received.clear()

    (outcome,) = deliver(handler, event)
    assert (outcome.status, outcome.value) == ("returned", None)
    ((received, context),) = seen
    assert received == event == sample()
    assert context.invoked_function_arn.endswith(f":function:{context.function_name}")
    assert context.memory_limit_in_mb == "512"
    assert 0 < context.get_remaining_time_in_millis() <= 10_000


def test_each_invocation_has_a_request_id_of_its_own(deliver: Deliverer) -> None:
    outcomes = deliver(lambda _, context: context.aws_request_id, sample(), times=3)
    assert len({outcome.value for outcome in outcomes}) == 3


@pytest.mark.parametrize(
    ("form", "read"),
    [
        ("lambda", lambda event: event["id"]),
        ("sqs", lambda event: [read_json(record["body"])["id"] for record in event["Records"]]),
        ("sns", lambda event: [read_json(record["Sns"]["Message"])["id"] for record in event["Records"]]),
        ("sqs-sns", lambda event: [read_json(read_json(r["body"])["Message"])["id"] for r in event["Records"]]),
    ],
)
def test_an_event_is_delivered_in_any_form(form: Form, read: Any, deliver: Deliverer) -> None:
    event = sample()
    (outcome,) = deliver(lambda payload, _: read(payload), event, form=form)
    assert outcome.value == (event["id"] if form == "lambda" else [event["id"]])


def read_json(text: str) -> Any:
    return json.loads(text)


def test_a_batch_is_one_invocation(deliver: Deliverer) -> None:
    one, other = sample(1), sample(2)
    (outcome,) = deliver(lambda event, _: len(event["Records"]), one, other, form="sqs", times=2, batch=True)
    assert outcome.value == 4


def test_duplicates_are_delivered_one_after_another_or_shuffled(deliver: Deliverer, tmp_path: Path) -> None:
    events = [sample(number) for number in range(6)]
    ids = [event["id"] for event in events for _ in range(2)]

    def order(deliverer: Deliverer, *, shuffled: bool) -> list[str]:
        outcomes = deliverer(lambda event, _: event["id"], *events, times=2, shuffled=shuffled)
        return [outcome.value for outcome in outcomes]

    assert order(deliver, shuffled=False) == ids
    first = order(deliver, shuffled=True)
    assert sorted(first) == sorted(ids)
    assert first not in (ids, order(deliver, shuffled=True))
    assert first == order(Deliverer(tmp_path, "seed"), shuffled=True)
    assert first != order(Deliverer(tmp_path, "another"), shuffled=True)


def raises(event: Event, _: object) -> None:
    raise KeyError(event["source"])


def test_an_exception_is_an_outcome_with_its_traceback(deliver: Deliverer) -> None:
    (outcome,) = deliver(raises, sample())
    assert (outcome.status, outcome.error) == ("raised", "KeyError: 'aws.acm-pca'")
    assert 'raise KeyError(event["source"])' in outcome.output


@pytest.mark.parametrize(
    ("returned", "value"),
    [((1, 2), [1, 2]), (Decimal("1.5"), 1.5), ({"a": {"b": None}}, {"a": {"b": None}})],
)
def test_the_answer_of_a_function_is_read_as_json(returned: object, value: object, deliver: Deliverer) -> None:
    (outcome,) = deliver(lambda *_: returned, sample())
    assert outcome.value == value


def test_an_answer_that_is_not_json_is_a_failure_as_on_aws(deliver: Deliverer) -> None:
    (outcome,) = deliver(lambda *_: {1, 2}, sample())
    assert outcome.status == "raised"
    assert outcome.error.startswith("Runtime.MarshalError: Unable to marshal response: Object of type set")


def test_an_exit_is_an_outcome_and_an_interrupt_is_not(deliver: Deliverer) -> None:
    (outcome,) = deliver(lambda *_: sys.exit(3), sample())
    assert str(outcome) == "exited: exit status 3"

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(interrupted, sample())


def test_an_entry_keeps_its_process_for_the_same_variables(deliver: Deliverer, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    found = [deliver("app:handler", sample(), variables={"STAGE": stage})[0].value for stage in ("one", "one", "other")]
    assert [(each["stage"], each["calls"]) for each in found] == [("one", 1), ("one", 2), ("other", 1)]
    assert found[0]["name"] == "handler"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, "nothing to deliver; pass an event"),
        ({"events": 1, "times": 0}, "times is 0; an event is delivered at least once"),
        ({"events": 1, "batch": True}, "the form lambda has no batches; use one of sqs, sns, sqs-sns"),
        ({"events": 1, "variables": {"A": "b"}}, "a function has the variables of this process"),
        ({"events": 1, "handler": "nothing:handler"}, "there is no file nothing.py in"),
    ],
)
def test_invalid_deliveries_are_rejected(words: dict[str, Any], said: str, deliver: Deliverer) -> None:
    events = [sample() for _ in range(words.pop("events", 0))]
    with pytest.raises(BadInput, match=said):
        deliver(words.pop("handler", lambda *_: None), *events, **words)


class Methods:
    """Has a handler that no other process can import."""

    def handler(self, event: Event, context: object) -> None:
        """Do nothing."""


def test_a_function_at_the_top_of_a_module_has_an_entry() -> None:
    found = read_function(raises, Limits(seconds=3))
    assert (str(found), found.limits.seconds) == (f"{__name__}:raises", 3)
    assert (found.folder / f"{__name__.replace('.', '/')}.py").samefile(__file__)
    packaged = read_function(pca_events.explain)
    assert str(packaged) == "pca_events.api:explain"
    assert (packaged.folder / "pca_events" / "api.py").is_file()
    assert read_function(pca_events.catalog.documented).folder == packaged.folder


@pytest.mark.parametrize("function", [lambda *_: None, Methods().handler, len, print])
def test_any_other_function_has_none(function: Any) -> None:
    with pytest.raises(BadInput, match="cannot be imported by another process; define it at the top of a module"):
        read_function(function)


def test_a_report_without_an_error_passes_its_check() -> None:
    report = HandlerReport("app:handler", ("ca-creation-success",), "7")
    report.failed("late", "ca-creation-success", "ignores-late-event", "24 hours late")
    report.check()


def test_a_report_with_an_error_says_everything() -> None:
    report = HandlerReport("app:handler", ("ca-creation-success",), "7", invocations=3)
    report.failed("late", "ca-creation-success", "ignores-late-event", "24 hours late")
    for event in ("ca-creation-success", "ca-creation-failure"):
        report.failed("delivered", event, "fails", "the handler raised")
    with pytest.raises(AssertionError) as caught:
        report.check()
    lines = str(caught.value).splitlines()
    assert lines[0] == "app:handler: 2 errors in 3 invocations"
    assert lines[1] == "  ca-creation-success: warning: 24 hours late (ignores-late-event)"
    assert lines[3] == "  ca-creation-success: error: the handler raised (fails)"
    assert sum("handle this event" in line for line in lines) == 1
    assert lines[-1] == '  the same events again: seed="7"'


def test_a_report_that_stopped_fails_its_check() -> None:
    report = HandlerReport("app:handler", (), "7", stopped="stopped after 5 invocations that timed out")
    with pytest.raises(AssertionError, match="stopped after 5 invocations that timed out"):
        report.check()
