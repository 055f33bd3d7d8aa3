"""Requests that no client sends: every one is answered with an error of the caller, and none freezes the emulator."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from test_simulator_provider import Account, account, asked, called

from pca_events.simulator.core import api_protocol
from pca_events.simulator.core.service import OPERATIONS

__all__ = ["account"]

DEEP = b"[" * 100_000 + b"]" * 100_000
ODD: list[Any] = [None, True, -1, 1e308, "", "x" * 300, "\x00", "\ud800", [], [None], [[]], {}, {"": None}, [{}]]
BODIES = [b"", b"\xff\xfe", b"nonsense", b"null", b"[]", b"1" * 5000, DEEP, b'{"a": ' + DEEP + b"}"]


def odd_requests(operation: str, arn: str) -> Iterator[bytes]:
    """Bodies about a CA: none that can be read, and each member of the operation with each odd value."""
    yield from BODIES
    shapes = api_protocol.model()["shapes"]
    members = shapes[api_protocol.model()["operations"][operation]]["members"]
    about = {name: arn for name in ("CertificateAuthorityArn", "ResourceArn") if name in members}
    for name, value in itertools.product(members, ODD):
        yield json.dumps({**about, name: value}).encode()
        if shapes[members[name]]["type"] == "structure":
            inner = shapes[members[name]]["members"]
            yield json.dumps({**about, name: dict.fromkeys(inner, value)}).encode()


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_no_request_is_an_internal_failure(account: Account, operation: str) -> None:
    arn = account.create()
    statuses = {}
    for body in odd_requests(operation, arn):
        status, answer = asked(account.backend, operation, body)
        statuses[body[:200]] = status
        assert status in (200, 400), (body[:200], answer)
    assert 400 in statuses.values()


@pytest.mark.parametrize("path", ["", "/failures", "/clock", "/settings", "/delivery", "/events"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT"])
def test_no_body_of_a_switch_is_an_internal_failure(account: Account, method: str, path: str) -> None:
    members = ("operation", "count", "code", "seconds", "certificateAuthorityArn", "advance", "crl_delay_seconds")
    bodies = BODIES + [json.dumps({name: value}).encode() for name in (*members, "duplicate") for value in ODD]
    bodies += [json.dumps({"operation": "ListTags", "code": value, "count": 1}).encode() for value in ODD]
    for body in bodies:
        try:
            status, answer = account.switch(method, path, body)
        except ValueError:  # an answer of the router that is not JSON
            assert method in ("PUT", "POST", "DELETE"), (method, path)
            continue
        assert status < 500, (body[:200], answer)


@pytest.mark.parametrize("path", ["faults", "service-events", "trace", "trace?event-id=%00", "faults?account=x"])
def test_no_body_of_eventbridges_switches_is_an_internal_failure(account: Account, path: str) -> None:
    entry = {"Source": "aws.acm-pca", "DetailType": "odd", "Detail": "{}"}
    names = ("Source", "DetailType", "Detail", "EventBusName", "Resources", "Time", "EventId")
    bodies = BODIES + [json.dumps({"Entries": value}).encode() for value in ODD]
    bodies += [json.dumps({"Entries": [{**entry, name: value}]}).encode() for name in names for value in ODD]
    bodies += [
        json.dumps({"Entries": [{**entry, "EventBusName": bus}]}).encode() for bus in ("arn:", "arn:a:b:c:d:e:f")
    ]
    bodies += [json.dumps({name: value}).encode() for name in ("fault", "count", "rule") for value in ODD]
    bodies += [
        json.dumps({"Entries": [{**entry, "Detail": '{"a":' * depth + "1" + "}" * depth}]}).encode()
        for depth in (99, 900, 9000)
    ]
    for method, body in itertools.product(("GET", "POST"), bodies):
        try:
            status, answer = called(account.backend.endpoint_url, method, f"/_localstack/eventbridge/{path}", body)
        except ValueError:  # an answer of the router that is not JSON
            continue
        assert status < 500, (method, body[:200], answer)


def test_a_policy_with_many_wildcards_is_evaluated_at_once(account: Account) -> None:
    arn = account.create()
    for many in ("*?" * 8 + "b", "*" * 30_000 + "b", "*a" * 15_000, "${" + " " * 30_000 + "}"):
        condition = {"StringLike": {"acm-pca:TemplateArn": many}}
        statement = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "acm-pca:IssueCertificate",
            "Resource": arn,
            "Condition": condition,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        account.pca.put_policy(ResourceArn=arn, Policy=policy)
        body = {
            "CertificateAuthorityArn": arn,
            "Csr": "eA==",
            "SigningAlgorithm": "SHA256WITHECDSA",
            "Validity": {"Value": 1, "Type": "DAYS"},
            "TemplateArn": "arn:aws:acm-pca:::template/EndEntityCertificate/V1",
        }
        other = Account(account.backend.__class__(**{**vars(account.backend), "account": "444455556666"}))
        status, answer = asked(other.backend, "IssueCertificate", json.dumps(body).encode())
        assert (status, answer["__type"]) == (400, "AccessDeniedException")


def test_no_request_to_eventbridge_is_an_internal_failure(account: Account) -> None:
    arn = f"arn:aws:sqs:us-east-1:{account.backend.account}:odd"
    entry = {"Source": "odd", "DetailType": "odd", "Detail": "{}"}
    target = {"Id": "1", "Arn": arn}
    bus = f"arn:aws:events:us-east-1:{account.backend.account}:event-bus/default"
    deep = "[" * 900 + "]" * 900
    valid: dict[str, dict[str, Any]] = {
        "PutRule": {"Name": "odd", "EventPattern": '{"source": ["odd"]}'},
        "PutTargets": {"Rule": "odd", "Targets": [target]},
        "PutEvents": {"Entries": [entry]},
        "TestEventPattern": {"EventPattern": '{"a": [1]}', "Event": '{"a": 1}'},
        "PutPermission": {"StatementId": "odd", "Action": "events:PutEvents", "Principal": "111122223333"},
        "CreateArchive": {"ArchiveName": "odd", "EventSourceArn": bus},
        "CreateEventBus": {"Name": "odd"},
    }
    failed: list[Any] = []
    for operation, request in valid.items():
        odd = [{**request, name: value} for name in request for value in [*ODD, deep]]
        odd += [{**request, "EventPattern": value, "EventBusName": value, "Policy": value} for value in [*ODD, deep]]
        odd += [
            {"Entries": [{**entry, name: value}]} for name in (*entry, "Time", "EventBusName") for value in [*ODD, deep]
        ]
        odd += [
            {"Rule": "odd", "Targets": [{**target, name: value}]}
            for name in ("Input", "InputPath", "Arn")
            for value in ODD
        ]
        for body in [*BODIES, *(json.dumps(each).encode() for each in odd)]:
            status, answer = events_asked(account, operation, body)
            failed += [(operation, body[:200], answer)] if status not in (200, 400) else []
    assert not failed, "\n".join(map(str, failed))


def events_asked(account: Account, operation: str, body: bytes) -> tuple[int, dict[str, Any]]:
    scope = f"{account.backend.account}/20260101/us-east-1/events/aws4_request"
    headers = {
        "X-Amz-Target": f"AWSEvents.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none",
    }
    return called(account.backend.endpoint_url, "POST", "/", body, headers)
