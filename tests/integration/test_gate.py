"""Preconditions of a run: the gate to AWS, and the PreCheck of the backend."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pca_events.backends import Backend, check_switch, connect_aws, remote
from pca_events.backends.remote import AwsBackend
from pca_events.calibrate import uncalibrated
from pca_events.errors import BackendError
from pca_events.harness import Session
from pca_events.harness.session import unmet

SUITE = Path(__file__).parents[2] / "examples" / "own_suite"
NOWHERE = "http://127.0.0.1:1"


@pytest.mark.parametrize(("environment", "on"), [({}, False), ({"PCA_ACC": ""}, False), ({"PCA_ACC": "1"}, True)])
def test_the_switch(environment: dict[str, str], on: bool) -> None:
    assert check_switch(environment) is on


@pytest.mark.parametrize("value", ["0", "true", "yes", "2", " 1", "no"])
def test_an_ambiguous_switch_is_rejected(value: str) -> None:
    with pytest.raises(BackendError, match="is ambiguous; set it to 1, or unset it"):
        check_switch({"PCA_ACC": value})


@pytest.mark.parametrize(
    ("environment", "profile", "accounts", "said"),
    [
        ({}, "p", ["111122223333"], "it also needs PCA_ACC=1 in the environment"),
        ({"PCA_ACC": "1"}, None, ["111122223333"], "name a profile with --aws-profile"),
        ({"PCA_ACC": "1"}, "p", [], "name them with --aws-account"),
        ({"PCA_ACC": "1"}, "no-such-profile", ["111122223333"], "no-such-profile"),
    ],
)
def test_each_gate_to_aws_holds(
    environment: dict[str, str], profile: str | None, accounts: list[str], said: str
) -> None:
    with pytest.raises(BackendError, match=said):
        connect_aws(environment, profile, accounts)


@pytest.mark.parametrize(("account", "allowed"), [("111122223333", True), ("444455556666", False)])
def test_only_an_allowed_account_is_used(monkeypatch: pytest.MonkeyPatch, account: str, allowed: bool) -> None:
    class Identity:
        def get_caller_identity(self) -> dict[str, str]:
            return {"Account": account}

    monkeypatch.setattr(remote.AwsBackend, "client", lambda *_: Identity())
    if allowed:
        assert connect_aws({"PCA_ACC": "1"}, "p", ["111122223333"]).account == account
    else:
        with pytest.raises(BackendError, match="belongs to account 444455556666, which --aws-account does not allow"):
            connect_aws({"PCA_ACC": "1"}, "p", ["111122223333"])


def test_a_usable_backend_has_no_unmet_precondition(pca_connection: Session) -> None:
    assert unmet(pca_connection) == []
    assert uncalibrated(pca_connection.backend) == []


def test_another_account_is_unmet(pca_connection: Session) -> None:
    session = Session(Backend("n", "localstack", "0", pca_connection.backend.endpoint_url), pca_connection.run)
    answer = pca_connection.events.describe_event_bus(Name="default")
    answer["Arn"] = "arn:aws:events:eu-west-1:444455556666:event-bus/default"
    session.__dict__["events"] = _Answering(answer)
    (problem,) = unmet(session)
    assert problem.startswith("the default bus is in eu-west-1 and 444455556666, expected us-east-1 and 111122223333")


def at_another_time(session: Session, minutes: int) -> None:
    answer = session.events.describe_event_bus(Name="default")
    answer["ResponseMetadata"]["HTTPHeaders"]["date"] = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes))
    session.__dict__["events"] = _Answering(answer)


@pytest.mark.parametrize(("minutes", "problems"), [(0, 0), (4, 0), (6, 1), (-6, 1)])
def test_a_clock_that_differs_from_that_of_aws_is_an_unmet_precondition(
    pca_connection: Session, minutes: int, problems: int
) -> None:
    session = Session(replace(pca_connection.backend), pca_connection.run)
    at_another_time(session, minutes)
    session.__dict__["sqs"] = pca_connection.sqs
    session.backend = AwsBackend("AWS", "aws", "", "", account=session.backend.account)
    told = unmet(session)
    assert len(told) == problems
    assert all("the clock of this machine differs from that of AWS by 3" in problem for problem in told)


@pytest.mark.parametrize("minutes", [-6, 60 * 24 * 400])
def test_the_clock_of_an_emulator_may_differ(pca_connection: Session, minutes: int) -> None:
    session = Session(pca_connection.backend, pca_connection.run)
    at_another_time(session, minutes)
    assert unmet(session) == []


def test_a_missing_service_is_an_unmet_precondition(pca_connection: Session) -> None:
    session = Session(pca_connection.backend, pca_connection.run)
    session.__dict__["sqs"] = _Failing()
    (problem,) = unmet(session)
    assert "does not serve events and sqs" in problem


def pytest_of(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the example of a suite, on a machine that is not a CI runner, unless asked."""
    line = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", str(SUITE), *words]
    settings = {name: value for name, value in os.environ.items() if name != "CI"} | environment
    return subprocess.run(line, capture_output=True, text=True, cwd=SUITE, env=settings)


@pytest.mark.slow
@pytest.mark.parametrize("words", [[], ["-n", "2"], ["--pca-require-acc"]])
def test_an_endpoint_that_is_down_is_an_error(words: list[str]) -> None:
    ran = pytest_of("--pca-endpoint-url", NOWHERE, *words)
    assert ran.returncode == 2
    assert "does not answer (Connection refused)" in ran.stdout + ran.stderr
    assert "or correct --pca-endpoint-url" in ran.stdout + ran.stderr
    assert "passed" not in ran.stdout


@pytest.mark.slow
@pytest.mark.parametrize("words", [[], ["--pca-endpoint-url", NOWHERE]])
def test_an_ambiguous_switch_stops_every_run(words: list[str]) -> None:
    ran = pytest_of(*words, PCA_ACC="true")
    assert ran.returncode == 2
    assert 'PCA_ACC is "true", which is ambiguous' in ran.stdout + ran.stderr


class _Answering:
    """An EventBridge client with one answer."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer

    def describe_event_bus(self, **_: object) -> dict[str, Any]:
        return self._answer


class _Failing:
    """An SQS client that rejects calls."""

    def list_queues(self, **_: object) -> None:
        raise ClientError({"Error": {"Code": "InternalFailure", "Message": "not in your plan"}}, "ListQueues")
