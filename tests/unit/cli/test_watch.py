"""`pca-events watch`: what comes is shown, and nothing stays behind."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from pca_events import catalog
from pca_events.backends import Backend
from pca_events.harness import RunId, Session
from pca_events.harness.resources import EventBus

ACCOUNT = f"79{int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0')[2:]):010d}"  # a worker's own
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def own(pca_backend: Backend) -> Backend:
    return replace(pca_backend, account=ACCOUNT)


@pytest.fixture
def watch(own: Backend) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> "subprocess.Popen[str]":
        line = [sys.executable, "-m", "pca_events", "watch", "--account", ACCOUNT]
        line += ["--endpoint-url", own.endpoint_url, *words]
        process = subprocess.Popen(
            line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "100"}
        )
        started.append(process)
        assert process.stderr is not None
        assert process.stderr.readline().startswith("watching bus ")
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def publish(own: Backend, event: dict[str, Any], bus: str = "default") -> None:
    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Resources": event["resources"],
        "Detail": json.dumps(event["detail"]),
        "EventBusName": bus,
    }
    assert (
        own.client("events", "/_localstack/eventbridge/service-events").put_events(Entries=[entry])["FailedEntryCount"]
        == 0
    )


def line_of(process: "subprocess.Popen[str]") -> str:
    """The next line; a process that prints none is killed, so that this ends."""
    assert process.stdout is not None
    with_end = threading.Timer(20, process.kill)
    with_end.start()
    try:
        return process.stdout.readline()
    finally:
        with_end.cancel()


def left(own: Backend, bus: str = "default") -> list[str]:
    rules: list[str] = [rule["Name"] for rule in own.client("events").list_rules(EventBusName=bus)["Rules"]]
    queues: list[str] = own.client("sqs").list_queues().get("QueueUrls", [])
    return rules + queues


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_an_event_is_shown_with_its_verdict(own: Backend, watch: Start, end: signal.Signals) -> None:
    process = watch()
    assert len(left(own)) == 2
    event = catalog.documented("crl-generation-failure-internal").event
    publish(own, event)
    head, reason, authority = (line_of(process) for _ in range(3))
    assert "ACM Private CA CRL Generation  failure  meets its contract" in head
    assert reason.strip() == event["detail"]["reason"]
    assert authority.strip() == event["resources"][0]
    process.send_signal(end)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (
        0,
        "events received: 1, violating their contract: 0; rule and queue deleted\n",
    )
    assert left(own) == []


def test_an_event_that_violates_its_contract_sets_the_exit_status(own: Backend, watch: Start) -> None:
    process = watch("--format", "json")
    event = {**catalog.documented("ca-creation-success").event, "detail": {"result": "maybe"}}
    publish(own, event)
    told = json.loads(line_of(process))
    assert told["event"]["detail"] == {"result": "maybe"}
    assert told["meets"] is False
    assert told["violations"][0].startswith("$.detail.result: ")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 1


def test_why_shows_what_the_other_rules_did(own: Backend, watch: Start) -> None:
    events = own.client("events")
    pattern = json.dumps({"source": ["aws.acm-pca"], "detail": {"result": ["failed"]}})
    events.put_rule(Name="never", EventPattern=pattern)
    try:
        process = watch("--why")
        publish(own, catalog.documented("ca-creation-failure").event)
        head, _, why = (line_of(process) for _ in range(3))
        assert "ACM Private CA Creation  failure" in head
        assert why.strip() == 'rule never: blocked; detail.result: wrong value; wanted "failed"; found "failure"'
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    finally:
        events.delete_rule(Name="never")
    assert left(own) == []


@pytest.mark.slow
def test_a_bus_of_another_name(own: Backend, watch: Start) -> None:
    own.client("events").create_event_bus(Name="watched")
    try:
        process = watch("--bus", "watched")
        publish(own, catalog.documented("ca-creation-success").event, bus="watched")
        assert "ACM Private CA Creation  success  meets" in line_of(process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert left(own, "watched") == []
    finally:
        EventBus("watched").delete(Session(own, RunId()))


def test_unusable_input_of_watch(own: Backend) -> None:
    words = [sys.executable, "-m", "pca_events", "watch", "--endpoint-url", own.endpoint_url, "--bus", "nowhere"]
    ran = subprocess.run(words, capture_output=True, text=True)
    assert ran.returncode == 2
    assert ran.stderr.startswith('pca-events: there is no bus "nowhere" in corrected LocalStack ')
    assert ran.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_queue_that_is_deleted_during_the_scenario(own: Backend, watch: Start) -> None:
    process = watch()
    sqs = own.client("sqs")
    for url in sqs.list_queues()["QueueUrls"]:
        sqs.delete_queue(QueueUrl=url)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "changed or removed" in said
    assert "Traceback" not in said
    assert left(own) == []
