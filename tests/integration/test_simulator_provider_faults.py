"""The switches of the simulator: planned failures, the clock, the delays, and what happens to events on their way."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from test_simulator_provider import Account, Outside, account, outside

from pca_events.backends import ACCOUNT
from pca_events.control_requests import DEFAULT_ACCOUNT
from pca_events.simulator.controls import PlannedFailures

__all__ = ["account", "outside"]


def results(events: list[dict[str, Any]]) -> list[str]:
    return [event["detail"]["result"] for event in events]


def test_the_default_account_is_that_of_the_package() -> None:
    assert DEFAULT_ACCOUNT == ACCOUNT


def test_a_planned_failure_happens_once(outside: Outside) -> None:
    plan = {"operation": "CreateCertificateAuthority", "count": 1}
    assert outside.switch("POST", "/failures", plan) == (200, {"account": outside.backend.account, "planned": [plan]})
    failed = outside.create()
    assert outside.status(failed) == "FAILED"
    assert results(outside.events(1)) == ["failure"]
    outside.create()
    assert results(outside.events(1)) == ["success"]


def test_a_failure_planned_for_one_authority_leaves_others_alone(outside: Outside) -> None:
    plan = {"operation": "CreateCertificateAuthority", "count": 1, "certificateAuthorityArn": "arn:of:another"}
    assert outside.switch("POST", "/failures", plan)[0] == 200
    outside.create()
    assert results(outside.events(1)) == ["success"]
    assert outside.switch("DELETE", "/failures")[1]["planned"] == []


def test_failures_planned_for_one_authority_take_precedence() -> None:
    failures = PlannedFailures()
    failures.plan("CRL", 1, "arn:one")
    failures.plan("CRL", 1)
    assert [failures.take("CRL", "arn:one") for _ in range(3)] == [True, True, False]
    failures.plan("CRL", 1, "arn:one")
    assert not failures.take("CRL", "arn:another")
    assert not failures.take("IssueCertificate", "arn:one")
    assert failures.take("CRL", "arn:one")


def test_a_tag_plans_the_failures_of_its_authority(outside: Outside) -> None:
    tag = {"Key": "pca-events:fail", "Value": "CreateCertificateAuthority=1 IssueCertificate=2"}
    arn = outside.create(Tags=[tag])
    assert outside.status(arn) == "FAILED"
    left = {"operation": "IssueCertificate", "count": 2, "certificateAuthorityArn": arn}
    assert outside.switch("GET", "/failures")[1]["planned"] == [left]


def test_a_later_tag_replaces_the_planned_failures_and_its_removal_cancels_them(account: Account) -> None:
    arn = account.create()
    tag = {"Key": "pca-events:fail", "Value": "CRL=3"}
    account.pca.tag_certificate_authority(CertificateAuthorityArn=arn, Tags=[tag])
    planned = account.switch("GET", "/failures")[1]["planned"]
    assert planned == [{"operation": "CRL", "count": 3, "certificateAuthorityArn": arn}]
    account.pca.untag_certificate_authority(CertificateAuthorityArn=arn, Tags=[tag])
    assert account.switch("GET", "/failures")[1]["planned"] == []


@pytest.mark.parametrize("value", ["Foo=1", "IssueCertificate", "IssueCertificate=x", "IssueCertificate=-1"])
def test_an_invalid_tag_is_rejected(account: Account, value: str) -> None:
    with pytest.raises(ClientError, match=f'is "{value}"; write it as IssueCertificate=2') as told:
        account.create(Tags=[{"Key": "pca-events:fail", "Value": value}])
    assert told.value.response["Error"]["Code"] == "InvalidTagException"


def test_the_clock_can_be_moved_on(outside: Outside) -> None:
    before = outside.switch("GET", "/clock")[1]["now"]
    status, after = outside.switch("POST", "/clock", {"advance": 86400 * 400})
    assert status == 200
    passed = datetime.fromisoformat(after["now"]) - datetime.fromisoformat(before)
    assert timedelta(days=400) <= passed < timedelta(days=400, minutes=1)
    outside.create()
    assert outside.events(1)[0]["time"][:10] == after["now"][:10]


def test_the_delays_can_be_set(account: Account) -> None:
    status, settings = account.switch("POST", "/settings", {"crl_delay_seconds": 1800, "issue_delay_seconds": 0.5})
    assert (status, settings["crl_delay_seconds"], settings["issue_delay_seconds"]) == (200, 1800.0, 0.5)


def test_a_duplicated_event_has_one_id(outside: Outside) -> None:
    outside.switch("POST", "/delivery", {"duplicate": 1})
    outside.create()
    first, second = outside.events(2)
    assert first == second


def test_a_dropped_event_never_arrives(outside: Outside) -> None:
    outside.switch("POST", "/delivery", {"drop": 1})
    outside.create()
    arn = outside.create()
    assert [event["resources"] for event in outside.events(1)] == [[arn]]
    assert [event["resources"] for event in outside.switch("GET", "/events")[1]["sent"]] == [[arn]]


def test_events_that_the_bus_accepted_are_returned_as_they_arrive(outside: Outside) -> None:
    outside.create()
    assert outside.events(1) == outside.switch("GET", "/events")[1]["sent"]


def test_a_delayed_event_is_sent_when_the_clock_reaches_its_time(outside: Outside) -> None:
    outside.switch("POST", "/delivery", {"delay": 1, "delay_seconds": 600})
    late, soon = outside.create(), outside.create()
    assert outside.events(1)[0]["resources"] == [soon]
    assert outside.switch("GET", "/delivery")[1]["held_back"] == 1
    outside.switch("POST", "/clock", {"advance": 600})
    assert outside.events(1)[0]["resources"] == [late]


def test_delayed_events_can_be_released(outside: Outside) -> None:
    outside.switch("POST", "/delivery", {"delay": 1, "drop": 0, "delay_seconds": 600})
    late = outside.create()
    assert outside.switch("DELETE", "/delivery")[1]["held_back"] == 0
    assert outside.events(1)[0]["resources"] == [late]


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/failures", b"{x", "the body is not valid JSON"),
        ("/failures", b"", "the body is not valid JSON"),
        ("/failures", [], "not a JSON object with members; write one with operation, count"),
        ("/failures", {"operation": "X", "count": 1}, '"operation" is "X"; write one of CreateCertificateAuthority'),
        ("/failures", {"operation": ["CRL"], "count": 1}, '"operation" is ["CRL"]'),
        ("/failures", {"operation": "CRL"}, '"count" is null; write a whole number from 0'),
        ("/failures", {"operation": "CRL", "count": True}, '"count" is true'),
        ("/failures", {"operation": "CRL", "count": 1, "arn": ""}, '"arn" is not a known member; write operation'),
        ("/failures", {"operation": "CRL", "count": 1, "certificateAuthorityArn": 3}, "write the ARN of a CA"),
        ("/clock", {"advance": -1}, '"advance" is -1; write seconds, from 0'),
        ("/clock", b'{"advance": NaN}', '"advance" is NaN'),
        ("/clock", {"advance": "1h"}, '"advance" is "1h"'),
        ("/settings", {"crl_delay_seconds": None}, '"crl_delay_seconds" is null'),
        ("/delivery", {"duplicate": -1}, '"duplicate" is -1; write a whole number from 0'),
    ],
)
def test_an_invalid_request_to_a_switch_is_reported(account: Account, path: str, body: object, said: str) -> None:
    status, answer = account.switch("POST", path, body)
    assert status == 400
    assert said in answer["message"]
    assert "\n" not in answer["message"]


def test_times_beyond_the_calendar_are_rejected(account: Account) -> None:
    answers = [account.switch("POST", "/clock", {"advance": 3_000_000_000}) for _ in range(90)]
    assert (answers[0][0], answers[-1][0]) == (200, 400)
    assert answers[-1][1]["message"].endswith("it is out of the range of dates")
