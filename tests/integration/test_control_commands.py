"""`pca-events fail`, `clock` and `deliver` on a running LocalStack, and the errors that they plan."""

import json
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from test_simulator_provider import Account, Outside, account, asked, outside

from pca_events.backends import control_names
from pca_events.cli import main
from pca_events.simulator import controls, planned_errors

__all__ = ["account", "outside"]


class Command:
    """The command, in the account of the test."""

    def __init__(self, account: Account, capsys: pytest.CaptureFixture[str]) -> None:
        self._words = ["--endpoint-url", account.backend.endpoint_url, "--account", account.backend.account]
        self._capsys = capsys

    def __call__(self, *words: str) -> list[str]:
        """The lines that it prints."""
        assert main([*words, *self._words]) == 0
        return self._capsys.readouterr().out.splitlines()

    def complains(self, *words: str) -> str:
        """What it prints if it cannot be done."""
        assert main([*words, *self._words]) == 2
        return self._capsys.readouterr().err


@pytest.fixture
def command(account: Account, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(account, capsys)


def impatient(account: Account, attempts: int = 1) -> Any:
    """A client that makes that many attempts."""
    retries: Any = {"total_max_attempts": attempts, "mode": "standard"}
    return boto3.client(
        "acm-pca",
        endpoint_url=account.backend.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=account.backend.account,
        aws_secret_access_key=account.backend.account,
        config=Config(retries=retries),
    )


def test_the_names_are_those_of_the_simulator() -> None:
    assert controls.OPERATIONS == control_names.ACCEPTED_OPERATIONS
    assert set(planned_errors.ERROR_OPERATIONS) == set(control_names.REJECTED_OPERATIONS)
    assert tuple(planned_errors.CODES) == control_names.ERROR_CODES
    assert set(controls.DELIVERY_FAULTS) == set(control_names.SERVICE_FAULTS)


@pytest.mark.parametrize("code", control_names.ERROR_CODES)
def test_a_planned_error_is_that_of_the_call(account: Account, command: Command, code: str) -> None:
    assert command("fail", "ListCertificateAuthorities", "--code", code) == [
        f"ListCertificateAuthorities fails 1 time with {code}"
    ]
    pca = impatient(account)
    with pytest.raises(ClientError) as error:
        pca.list_certificate_authorities()
    assert error.value.response["Error"]["Code"] == code
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == (500 if code == "InternalFailure" else 400)
    assert pca.list_certificate_authorities()["CertificateAuthorities"] == []


def test_a_client_that_retries_succeeds(account: Account, command: Command) -> None:
    arn = account.create()
    command("fail", "ListTags", "2", "--code", "ThrottlingException")
    answer = impatient(account, attempts=3).list_tags(CertificateAuthorityArn=arn)
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2


def test_every_operation_can_be_rejected(account: Account, command: Command) -> None:
    for operation in control_names.REJECTED_OPERATIONS:
        command("fail", operation, "--code", "ConcurrentModificationException")
        status, answer = asked(account.backend, operation, b"{}")
        assert (status, answer["__type"]) == (400, "ConcurrentModificationException"), operation
    assert command("fail") == ["no failure is planned"]


def test_an_error_for_a_time_ends_by_the_clock(account: Account, command: Command) -> None:
    [line] = command("fail", "ListCertificateAuthorities", "--code", "InternalFailure", "--for", "10m")
    until = datetime.fromisoformat(line.split()[3])
    now = datetime.fromisoformat(command("clock")[0])
    assert timedelta(minutes=9) < until - now <= timedelta(minutes=10)
    pca = impatient(account)
    for _ in range(2):
        with pytest.raises(ClientError, match="InternalFailure"):
            pca.list_certificate_authorities()
    [later] = command("clock", "+10m")
    assert datetime.fromisoformat(later) >= until
    assert pca.list_certificate_authorities()["CertificateAuthorities"] == []
    assert command("fail") == ["no failure is planned"]


def test_a_failure_is_planned_for_one_authority_and_cancelled(account: Account, command: Command) -> None:
    arn = account.create()
    assert command("fail", "CRL", "3") == ["CRL fails 3 times"]
    assert command("fail", "ListTags", "2", "--code", "ThrottlingException", "--ca", arn) == [
        "CRL fails 3 times",
        f"ListTags fails 2 times with ThrottlingException, for {arn}",
    ]
    assert asked(account.backend, "ListTags", json.dumps({"CertificateAuthorityArn": arn[:-1]}).encode())[0] == 400
    assert command("fail", "--cancel") == ["no failure is planned"]


def test_a_count_of_zero_cancels_one_plan(command: Command) -> None:
    command("fail", "CRL", "3")
    command("fail", "ListTags", "2", "--code", "ThrottlingException")
    assert command("fail", "CRL", "0") == ["ListTags fails 2 times with ThrottlingException"]
    assert command("fail", "ListTags", "0", "--code", "ThrottlingException") == ["no failure is planned"]


def test_a_tag_plans_errors_of_its_authority(account: Account, command: Command) -> None:
    tag = {"Key": "pca-events:fail", "Value": "CRL=1 ListTags=1:ThrottlingException GetPolicy=5m:InternalFailure"}
    arn = account.create(Tags=[tag])
    assert [line.split(" ", 2)[0] for line in command("fail")] == ["CRL", "GetPolicy", "ListTags"]
    with pytest.raises(ClientError, match="ThrottlingException"):
        impatient(account).list_tags(CertificateAuthorityArn=arn)
    account.pca.untag_certificate_authority(CertificateAuthorityArn=arn, Tags=[tag])
    assert command("fail") == ["no failure is planned"]


@pytest.mark.parametrize(
    "value",
    [
        "ListTags=1",
        "ListTags=1:Nonsense",
        "CRL=1:ThrottlingException",
        "ListTags=1d:ThrottlingException",
        "CreateCertificateAuthority=1:ThrottlingException",
    ],
)
def test_a_tag_with_an_error_that_cannot_happen_is_rejected(account: Account, value: str) -> None:
    with pytest.raises(ClientError, match="InvalidTagException"):
        account.create(Tags=[{"Key": "pca-events:fail", "Value": value}])


def test_a_duplicated_event_and_a_delayed_one(outside: Outside, command: Command) -> None:
    assert command("deliver", "duplicate") == ["duplicate: 1 event"]
    outside.create()
    first, second = outside.events(2)
    assert first == second
    assert command("deliver", "delay", "2", "--by", "10m") == ["delay: 2 events"]
    late = outside.create()
    assert command("deliver", "delay", "0", "--by", "10m") == ["delayed and not sent yet: 1 event"]
    command("clock", "+10m")
    assert outside.events(1)[0]["resources"] == [late]
    command("deliver", "drop", "5")
    assert command("deliver", "--cancel") == ["every event is delivered once"]


def test_a_fault_of_one_rule(outside: Outside, command: Command) -> None:
    backend = outside.backend
    rule = f"arn:aws:events:us-east-1:{backend.account}:rule/{outside.live.name}"
    assert command("deliver", "duplicate", "--rule", rule) == [f"duplicate: 1 delivery of {rule}"]
    outside.create()
    assert len(outside.events(2)) == 2
    assert command("deliver", "shuffle", "3") == ["shuffle: 3 deliveries of any rule"]
    assert command("deliver", "--cancel") == ["every event is delivered once"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fail", "CRL", "--code", "ThrottlingException"], '"operation" is "CRL"; write one of CreateCertif'),
        (["fail", "ListTags", "2"], 'with a "code", any operation'),
        (["fail", "ListTags", "--for", "10m"], "--for needs --code"),
        (["fail", "ListTags", "2", "--code", "InternalFailure", "--for", "10m"], "but not both"),
        (["deliver", "delay"], "delay needs --by"),
        (["deliver", "drop", "--by", "1m"], "no other fault has it"),
        (["deliver", "drop", "--rule", "x"], "write the ARN of a rule"),
        (["clock", "+999999999d"], "write seconds, from 0 to"),
    ],
)
def test_an_invalid_plan_is_one_line_with_status_2(command: Command, words: list[str], said: str) -> None:
    complaint = command.complains(*words)
    assert said in complaint
    assert complaint.count("\n") == 1
