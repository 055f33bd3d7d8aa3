"""Policies and statements: who, what, on what, and which statement decides."""

from typing import Any

import pytest

from pca_events.iam_policy import UNKNOWN, Decision, Request, decide, evaluate, judge

ACCOUNT, OTHER = "111122223333", "444455556666"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:alarms"
SEND = Request("sqs:SendMessage", QUEUE, ("events.amazonaws.com",))
ROLE = f"arn:aws:iam::{ACCOUNT}:role/sender"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/sender/EventBridge"
USER = f"arn:aws:iam::{ACCOUNT}:user/team/ann"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


class Later:
    """A value that only a deployment knows."""


LATER = Later()


def allow(**fields: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    made = {**statement, "Resource": QUEUE, **fields}
    return {key: value for key, value in made.items() if value is not None}


def deny(**fields: Any) -> dict[str, Any]:
    return allow(Effect="Deny", **fields)


def decision(*statements: Any, request: Request = SEND, version: str = "2012-10-17") -> Decision:
    return evaluate({"Version": version, "Statement": list(statements)}, request)


@pytest.mark.parametrize(
    ("statements", "allowed", "why"),
    [
        ([], False, "missing"),
        ([allow()], True, ""),
        ([allow(), deny()], False, "denied"),
        ([deny(), allow()], False, "denied"),
        ([allow(), deny(Action="sqs:DeleteQueue")], True, ""),
        ([allow(Resource=f"{QUEUE}-other")], False, "resource"),
        ([allow(Resource=f"{QUEUE}-other"), allow()], True, ""),
        ([allow(Condition={"Bool": {"aws:SecureTransport": "true"}})], False, "condition"),
        ([allow(Action="sqs:ReceiveMessage")], False, "missing"),
        ([allow(Effect="allow")], False, "missing"),
        ([allow(Effect=None)], False, "missing"),
        ([allow(Action=None)], False, "missing"),
        (["nothing"], False, "missing"),
    ],
)
def test_a_deny_wins_and_what_nothing_allows_is_denied(statements: list[Any], allowed: bool, why: str) -> None:
    found = decision(*statements)
    assert (found.allowed, found.why) == (allowed, why)


def test_one_statement_may_stand_without_a_list() -> None:
    assert evaluate({"Statement": allow()}, SEND).allowed is True


@pytest.mark.parametrize(
    ("policy", "allowed"), [(None, False), ("text", False), ([], False), ({}, False), (LATER, None)]
)
def test_an_invalid_policy_allows_nothing(policy: Any, allowed: bool | None) -> None:
    assert evaluate(policy, SEND).allowed is allowed


def test_the_decision_names_the_statement_and_what_keeps_it_from_allowing() -> None:
    found = decision(allow(Sid="crl", Condition={"ArnLike": {"AWS:SourceArn": ["arn:x", "arn:y"]}}))
    assert found == Decision(False, "condition", "crl", "ArnLike", "aws:sourcearn", "arn:x")
    assert found.reason == 'the statement "crl" allows the action only if ArnLike aws:sourcearn arn:x'
    assert decision(allow(Resource=["arn:a", "arn:b"])).reason == (
        "a statement allows the action on arn:a, which is not the resource"
    )
    assert decision(allow(), deny(Sid="no")).reason == 'the statement "no" denies the action'
    assert decision().reason == "no statement allows the action to the caller"
    assert decision(allow(Sid="yes")).reason == 'the statement "yes" allows the action'
    assert decision(LATER).reason == "it depends on a value that is not known"


@pytest.mark.parametrize(
    ("action", "named"),
    [
        ("sqs:SendMessage", True),
        ("SQS:sendmessage", True),
        ("*", True),
        ("sqs:*", True),
        ("sqs:Send*", True),
        ("sqs:*Message", True),
        ("s?s:SendMessage", True),
        ("sqs:SendMessag?", True),
        ("sqs:SendMessage?", False),
        ("sqs:Send", False),
        ("sns:*", False),
        (["sqs:ReceiveMessage", "sqs:SendMessage"], True),
        ([], False),
    ],
)
def test_actions_have_wildcards_and_ignore_case(action: Any, named: bool) -> None:
    assert decision(allow(Action=action)).allowed is named
    if action:
        assert decision(allow(Action=None, NotAction=action)).allowed is not named
        assert decision(allow(), deny(Action=None, NotAction=action)).allowed is named


@pytest.mark.parametrize(
    ("resource", "named"),
    [
        (QUEUE, True),
        ("*", True),
        (f"arn:aws:sqs:*:{ACCOUNT}:alarms", True),
        (f"arn:aws:sqs:eu-west-?:{ACCOUNT}:al?rms", True),
        ("arn:aws:sqs:*", True),
        ("arn:aws:sqs:eu-west-1:*", True),
        (f"arn:aws:sqs:eu-west-1:{ACCOUNT}:*", True),
        (f"arn:aws:sqs:eu-west-1:{ACCOUNT}:Alarms", False),
        (f"arn:aws:sqs:eu-west-1:{ACCOUNT}:alarm", False),
        (f"arn:aws:sqs:eu-west-1:{OTHER}:*", False),
        ("arn:aws:sqs:eu*3:alarms", False),
        (f"arn:aws:sqs:eu-west-1?{ACCOUNT}:alarms", False),
        ("alarms", False),
        ([f"{QUEUE}-other", QUEUE], True),
    ],
)
def test_resources_have_wildcards_in_the_fields_of_an_arn(resource: Any, named: bool) -> None:
    assert decision(allow(Resource=resource)).allowed is named
    assert decision(allow(Resource=None, NotResource=resource)).allowed is not named


def test_the_last_field_of_a_resource_may_have_colons_and_slashes() -> None:
    request = Request("logs:PutLogEvents", "arn:aws:logs:eu-west-1:1:log-group:/pki/events:log-stream:a", SEND.services)
    for resource, named in (("log-group:/pki/*:*", True), ("log-group:/*a", True), ("log-group:/other:*", False)):
        statement = allow(Action="logs:*", Resource=f"arn:aws:logs:eu-west-1:1:{resource}")
        assert decision(statement, request=request).allowed is named


def test_many_wildcards_do_not_take_long() -> None:
    long = Request("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{'a' * 2_000}", SEND.services)
    statement = allow(Resource=f"arn:aws:sqs:eu-west-1:{ACCOUNT}:{'a*' * 200}b")
    assert decision(statement, request=long).allowed is False


def test_a_statement_without_resource_is_about_the_resource_of_the_policy() -> None:
    assert decision(allow(Resource=None)).allowed is True
    trust = Request("sts:AssumeRole", services=SEND.services)
    assert decision(allow(Action="sts:AssumeRole", Resource=None), request=trust).allowed is True
    assert decision(allow(Action="sts:AssumeRole", NotResource="*"), request=trust).allowed is True


def test_a_service_is_named_by_its_principal_only() -> None:
    for principal, named in (
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ["x", "*"]}, True),
        ({"Service": "events.amazonaws.com"}, True),
        ({"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}, True),
        ({"Service": "sns.amazonaws.com"}, False),
        ({"Service": "event?.amazonaws.com"}, False),
        ({"Service": "events.*"}, False),
        ({"AWS": "events.amazonaws.com"}, False),
        ({"AWS": ACCOUNT}, False),
        ({"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}, False),
        ({"Federated": "cognito-identity.amazonaws.com"}, False),
        ("events.amazonaws.com", False),
        ({}, False),
        (None, False),
    ):
        assert decision(allow(Principal=principal)).allowed is named, principal


def test_one_of_several_service_principals_is_enough() -> None:
    request = Request("sqs:SendMessage", QUEUE, ("events.amazonaws.com", "delivery.logs.amazonaws.com"))
    assert decision(allow(Principal={"Service": "delivery.logs.amazonaws.com"}), request=request).allowed is True


@pytest.mark.parametrize(
    ("principal", "named"),
    [
        ("*", (ROOT, USER, ROLE, SESSION)),
        ({"AWS": "*"}, (ROOT, USER, ROLE, SESSION)),
        ({"AWS": ACCOUNT}, (ROOT, USER, ROLE, SESSION)),
        ({"AWS": int(ACCOUNT)}, (ROOT, USER, ROLE, SESSION)),
        ({"AWS": ROOT}, (ROOT, USER, ROLE, SESSION)),
        ({"AWS": OTHER}, ()),
        ({"AWS": f"arn:aws-cn:iam::{ACCOUNT}:root"}, ()),
        ({"AWS": USER}, (USER,)),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"}, ()),
        ({"AWS": ROLE}, (ROLE, SESSION)),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/with/path/sender"}, (SESSION,)),
        ({"AWS": f"arn:aws:iam::{OTHER}:role/sender"}, ()),
        ({"AWS": SESSION}, (SESSION,)),
        ({"Service": "events.amazonaws.com"}, ()),
        ({"Service": "*"}, ()),
    ],
)
def test_a_caller_of_an_account_is_named_by_account_role_or_session(principal: Any, named: tuple[str, ...]) -> None:
    for caller in (ROOT, USER, ROLE, SESSION):
        request = Request("sqs:SendMessage", QUEUE, caller=caller)
        assert decision(allow(Principal=principal), request=request).allowed is (caller in named)


def test_the_root_of_an_account_is_in_its_partition() -> None:
    request = Request("sqs:SendMessage", QUEUE, caller=f"arn:aws-us-gov:iam::{ACCOUNT}:role/sender")
    for partition, named in (("aws-us-gov", True), ("aws", False)):
        principal = {"AWS": f"arn:{partition}:iam::{ACCOUNT}:root"}
        assert decision(allow(Principal=principal), request=request).allowed is named


def test_the_canonical_id_of_an_account_is_not_known() -> None:
    request = Request("sqs:SendMessage", QUEUE, caller=ROOT)
    assert decision(allow(Principal={"CanonicalUser": "79a59df9"}), request=request).allowed is None


@pytest.mark.parametrize(
    ("spared", "denied"),
    [
        ({"Service": "events.amazonaws.com"}, False),
        ({"Service": "sns.amazonaws.com"}, True),
        ({"AWS": ROOT}, True),
        ("*", False),
    ],
)
def test_not_principal_spares_whom_it_names(spared: Any, denied: bool) -> None:
    statement = deny(Principal=None, NotPrincipal=spared)
    assert decision(allow(), statement).why == ("denied" if denied else "")


@pytest.mark.parametrize(
    ("caller", "spared", "denied"),
    [
        (ROOT, [ROOT], False),
        (ROOT, [ACCOUNT], False),
        (USER, [USER], True),
        (USER, [ACCOUNT, USER], False),
        (SESSION, [ROOT, ROLE], True),
        (SESSION, [ROOT, SESSION], True),
        (SESSION, [ROOT, ROLE, SESSION], False),
    ],
)
def test_not_principal_must_name_the_account_too(caller: str, spared: list[str], denied: bool) -> None:
    request = Request("sqs:SendMessage", QUEUE, caller=caller)
    statement = deny(Principal=None, NotPrincipal={"AWS": spared})
    assert decision(allow(Principal="*"), statement, request=request).allowed is not denied


def test_not_principal_does_not_allow() -> None:
    assert decision(allow(Principal=None, NotPrincipal={"AWS": OTHER})).allowed is False


def test_an_identity_based_policy_has_no_principal() -> None:
    own = Request("sqs:SendMessage", QUEUE)
    assert decision(allow(Principal=None), request=own).allowed is True
    assert decision(allow(), request=own).allowed is False
    assert decision(allow(Principal=None)).allowed is False


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        ([LATER], None),
        ([LATER, allow()], None),
        ([LATER, deny()], False),
        ([allow(Effect=LATER)], None),
        ([allow(Effect=LATER, Action="sqs:DeleteQueue")], False),
        ([allow(), deny(Resource=LATER)], None),
        ([allow(), deny(Resource=LATER, Action="sqs:DeleteQueue")], True),
        ([deny(Resource=LATER)], False),
        ([allow(Principal=LATER)], None),
        ([allow(Principal={"AWS": LATER})], None),
        ([allow(Principal={"Service": LATER})], None),
        ([allow(Principal={"Service": [LATER, "events.amazonaws.com"]})], True),
        ([allow(Action=LATER)], None),
        ([allow(Action=[LATER, "sqs:*"])], True),
        ([allow(Action=None, NotAction=LATER)], None),
        ([allow(Resource=LATER)], None),
        ([allow(Resource=LATER, Action="sqs:DeleteQueue")], False),
        ([allow(Condition=LATER)], None),
        ([allow(Condition={"StringEquals": LATER})], None),
        ([allow(Condition={"StringEquals": {"aws:SourceAccount": LATER}})], False),
        ([allow(Condition="text")], False),
        ([allow(Condition={"StringEquals": "text"})], False),
    ],
)
def test_the_answer_is_unknown_only_where_an_unknown_value_decides(statements: list[Any], allowed: bool | None) -> None:
    assert decision(*statements).allowed is allowed


def test_the_caller_of_the_evaluator_compares_what_is_not_known() -> None:
    asked: list[tuple[Any, Any, str]] = []

    def compare(written: Any, value: Any, how: str) -> bool | None:
        asked.append((written, value, how))
        return how != "principal"

    statement = allow(
        Principal={"Service": [LATER, "events.amazonaws.com"]},
        Action=LATER,
        Resource=LATER,
        Condition={"ForAnyValue:ArnNotLikeIfExists": {"aws:SourceArn": "arn:x"}},
    )
    request = Request("sqs:SendMessage", LATER, SEND.services, context={"aws:sourcearn": LATER}, compare=compare)
    assert decision(statement, request=request).why == "condition"
    assert asked == [
        (LATER, "events.amazonaws.com", "principal"),
        (LATER, "sqs:SendMessage", "action"),
        (LATER, LATER, "resource"),
        ("arn:x", LATER, "arnnotlike"),
    ]


def test_results_of_statements_can_be_combined_by_themselves() -> None:
    allowing, denying = judge(allow(), SEND), judge(deny(), SEND)
    assert decide([allowing]).allowed is True
    assert decide([allowing, UNKNOWN]).allowed is None
    assert decide([allowing, UNKNOWN, denying]).allowed is False
    assert decide([]).why == "missing"
