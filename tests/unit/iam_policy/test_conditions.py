"""The operators of the Condition element, missing keys, keys with several values, and policy variables."""

from typing import Any

import pytest

from pca_events.iam_policy import Request, evaluate

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
RULE = "arn:aws:events:eu-west-1:111122223333:rule/crl"


def holds(condition: Any, version: str = "2012-10-17", *, complete: bool = True, **context: Any) -> bool | None:
    """Whether a condition holds in a request with these keys, in which `__` is a colon."""
    keys = {key.replace("__", ":"): value for key, value in context.items()}
    request = Request("sqs:SendMessage", "arn:a:b:c:d:e", ("x",), context=keys, complete=complete)
    return evaluate({"Version": version, "Statement": {**ALLOW, "Condition": condition}}, request).allowed


@pytest.mark.parametrize(
    ("operator", "written", "value", "expected"),
    [
        ("StringEquals", "Ann", "Ann", True),
        ("StringEquals", "Ann", "ann", False),
        ("StringEquals", "A*", "Ann", False),
        ("StringEquals", "A*", "A*", True),
        ("StringEquals", ["Bob", "Ann"], "Ann", True),
        ("StringEquals", 12, "12", True),
        ("StringEquals", "", "", True),
        ("StringEquals", True, "true", True),
        ("StringEqualsIgnoreCase", "ANN", "ann", True),
        ("StringEqualsIgnoreCase", "A*", "ann", False),
        ("StringLike", "A*", "Ann", True),
        ("StringLike", "a*", "Ann", False),
        ("StringLike", "A?n", "Ann", True),
        ("StringLike", "A?", "Ann", False),
        ("StringLike", "*n*", "Ann\nBob", True),
        ("ArnEquals", "arn:aws:events:*:111122223333:rule/*", RULE, True),
        ("ArnLike", "arn:aws:events:eu-west-?:111122223333:rule/crl", RULE, True),
        ("ArnLike", "arn:aws:events:*:rule/crl", RULE, False),
        ("ArnLike", "arn:aws:events:*", RULE, True),
        ("ArnLike", "*", RULE, True),
        ("ArnLike", "*", "crl", False),
        ("ArnLike", "arn:aws:Events:*:111122223333:rule/*", RULE, False),
        ("Bool", "true", "true", True),
        ("Bool", True, "true", True),
        ("Bool", "false", True, False),
        ("NumericEquals", "10", 10, True),
        ("NumericEquals", "10.0", "10", True),
        ("NumericEquals", "ten", "10", False),
        ("NumericLessThan", 10, "9.5", True),
        ("NumericLessThan", 10, "10", False),
        ("NumericLessThanEquals", 10, "10", True),
        ("NumericGreaterThan", 10, "11", True),
        ("NumericGreaterThan", 10, "10", False),
        ("NumericGreaterThanEquals", 10, "10", True),
        ("DateEquals", "2026-01-02T00:00:00Z", "2026-01-02T01:00:00+01:00", True),
        ("DateLessThan", "2026-01-02T00:00:00Z", "2026-01-01T23:59:59Z", True),
        ("DateLessThan", "2026-01-02", "2026-01-02T00:00:00Z", False),
        ("DateLessThanEquals", "2026-01-02", "2026-01-02T00:00:00Z", True),
        ("DateGreaterThan", "1767225600", "2026-01-01T00:00:01Z", True),
        ("DateGreaterThan", "2026-01-01T00:00:00Z", 1767225600, False),
        ("DateGreaterThanEquals", "2026-01-01T00:00:00Z", 1767225600, True),
        ("DateEquals", "yesterday", "2026-01-01", False),
        ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", True),
        ("BinaryEquals", "QmluYXJ5", "YmluYXJ5", False),
        ("BinaryEquals", "%", "%", False),
        ("IpAddress", "203.0.113.0/24", "203.0.113.9", True),
        ("IpAddress", "203.0.113.0/24", "203.0.114.9", False),
        ("IpAddress", "203.0.113.9", "203.0.113.9", True),
        ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", True),
        ("IpAddress", "203.0.113.0/24", "2001:db8::1", False),
        ("IpAddress", "203.0.113.0/240", "203.0.113.9", False),
    ],
)
def test_operators_and_their_negations(operator: str, written: Any, value: Any, expected: bool) -> None:
    assert holds({operator: {"k": written}}, k=value) is expected
    negations = {"Bool": "", "IpAddress": "NotIpAddress", "BinaryEquals": ""}
    for kind in ("String", "Arn", "Numeric", "Date"):
        negations |= {f"{kind}{test}": f"{kind}Not{test}" for test in ("Equals", "EqualsIgnoreCase", "Like")}
    if negation := negations.get(operator):
        assert holds({negation: {"k": written}}, k=value) is not expected


def test_all_conditions_must_hold_and_one_value_of_each_is_enough() -> None:
    department = {"StringEqualsIgnoreCase": {"dept": ["finance", "hr"], "role": ["audit", "security"]}}
    both = department | {"StringEquals": {"account": "111122223333"}}
    assert holds(both, dept="HR", role="Audit", account="111122223333") is True
    assert holds(both, dept="HR", role="Audit", account="444455556666") is False
    assert holds(both, dept="HR", role="sales", account="111122223333") is False
    assert holds(both, dept="HR", account="111122223333") is False


def test_a_negated_operator_with_several_values_needs_all_to_differ() -> None:
    assert holds({"StringNotEquals": {"k": ["a", "b"]}}, k="c") is True
    assert holds({"StringNotEquals": {"k": ["a", "b"]}}, k="b") is False


def test_operators_and_keys_ignore_case() -> None:
    assert holds({"ArnLike": {"AWS:SourceArn": RULE}}, aws__sourcearn=RULE) is True
    assert holds({"stringequals": {"aws:SOURCEACCOUNT": "1"}}, aws__sourceaccount="1") is True


@pytest.mark.parametrize(
    ("operator", "written", "expected"),
    [
        ("StringEquals", "a", False),
        ("StringLike", "*", False),
        ("ArnLike", "*", False),
        ("Bool", "false", False),
        ("NumericLessThan", "1", False),
        ("DateGreaterThan", "2026-01-01", False),
        ("IpAddress", "0.0.0.0/0", False),
        ("StringNotEquals", "a", True),
        ("StringNotLike", "*", True),
        ("ArnNotEquals", "*", True),
        ("NumericNotEquals", "1", True),
        ("DateNotEquals", "2026-01-01", True),
        ("NotIpAddress", "0.0.0.0/0", True),
        ("StringEqualsIfExists", "a", True),
        ("StringNotEqualsIfExists", "a", True),
        ("BoolIfExists", "true", True),
        ("IpAddressIfExists", "10.0.0.0/8", True),
        ("ForAllValues:StringEquals", "a", True),
        ("ForAllValues:StringNotEquals", "a", True),
        ("ForAnyValue:StringEquals", "a", False),
        ("ForAnyValue:StringNotEquals", "a", False),
        ("ForAnyValue:StringEqualsIfExists", "a", True),
        ("Null", "true", True),
        ("Null", True, True),
        ("Null", "false", False),
    ],
)
def test_a_key_that_is_missing(operator: str, written: Any, expected: bool) -> None:
    missing: list[dict[str, Any]] = [{}, {"k": None}, {"k": []}]
    for context in missing:
        assert holds({operator: {"k": written}}, **context) is expected
    assert holds({operator: {"k": written}}, complete=False) is None


def test_if_exists_compares_a_key_that_is_there() -> None:
    assert holds({"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*"]}}, ec2__instancetype="t2.micro") is True
    assert holds({"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*"]}}, ec2__instancetype="m3.large") is False


def test_null_asks_whether_a_key_is_there() -> None:
    assert holds({"Null": {"aws:TokenIssueTime": "false"}}, aws__tokenissuetime="2026-01-01") is True
    assert holds({"Null": {"aws:TokenIssueTime": "true"}}, aws__tokenissuetime="2026-01-01") is False


@pytest.mark.parametrize(
    ("operator", "written", "values", "expected"),
    [
        ("ForAllValues:StringLike", ["PostDateTime", "Message", "Tags"], ["PostDateTime", "Message"], True),
        ("ForAllValues:StringLike", ["PostDateTime", "Message", "Tags"], ["PostDateTime", "UserName"], False),
        ("ForAnyValue:StringLike", ["ID", "PostDateTime"], ["UserName", "Message", "PostDateTime"], True),
        ("ForAnyValue:StringLike", ["ID", "PostDateTime"], ["UserName"], False),
        ("ForAllValues:StringNotLike", "key1*", ["key1:legal"], False),
        ("ForAllValues:StringNotLike", "key1*", ["key1:hr", "key1:personnel"], False),
        ("ForAllValues:StringNotLike", "key1*", ["key2:audit"], True),
        ("ForAnyValue:StringNotLike", "key1*", ["key1:hr", "key2:audit"], True),
        ("ForAnyValue:StringNotLike", "key1*", ["key1:hr"], False),
        ("ForAllValues:StringEquals", "a", "", True),
        ("ForAnyValue:StringEquals", "a", "", False),
        ("ForAnyValue:StringEquals", "a", "a", True),
        ("StringEquals", "b", ["a", "b"], True),
        ("StringNotEquals", "b", ["a", "b"], False),
        ("foranyvalue:stringequals", "b", ["a", "b"], True),
    ],
)
def test_keys_with_several_values(operator: str, written: Any, values: Any, expected: bool) -> None:
    assert holds({operator: {"k": written}}, k=values) is expected


@pytest.mark.parametrize("operator", ["StringEqual", "ForSomeValues:StringEquals", "Not"])
def test_an_operator_that_aws_does_not_document(operator: str) -> None:
    assert holds({operator: {"k": "a"}}, k="a") is None


@pytest.mark.parametrize(
    ("written", "value", "expected"),
    [
        ("${aws:username}/*", "ann/x", True),
        ("${AWS:UserName}/*", "ann/x", True),
        ("${aws:username}/*", "bob/x", False),
        ("x-${aws:username}-${aws:userid}", "x-ann-A*", True),
        ("x-${aws:username}-${aws:userid}", "x-ann-AB", False),
        ("${aws:PrincipalTag/team, 'company-wide'}", "company-wide", True),
        ("${aws:username, 'nobody'}", "ann", True),
        ("a${*}", "a*", True),
        ("a${*}", "ab", False),
        ("a${?}${$}", "a?$", True),
        ("${aws:PrincipalTag/team}", "", False),
        ("${aws:tagkeys}", "a", False),
    ],
)
def test_policy_variables(written: str, value: str, expected: bool) -> None:
    context: dict[str, Any] = {"aws__username": "ann", "aws__userid": "A*", "aws__tagkeys": ["a", "b"]}
    assert holds({"StringLike": {"s3:prefix": written}}, s3__prefix=value, **context) is expected
    assert holds({"StringNotLike": {"s3:prefix": written}}, s3__prefix=value, **context) is not expected


def test_a_variable_is_text_in_the_older_version_of_the_language() -> None:
    for version in ("2008-10-17", ""):
        assert (
            holds({"StringEquals": {"k": "${aws:username}"}}, version, k="${aws:username}", aws__username="a") is True
        )
        assert holds({"StringEquals": {"k": "${aws:username}"}}, version, k="a", aws__username="a") is False


def test_a_variable_whose_value_is_not_known() -> None:
    assert holds({"StringEquals": {"k": "${aws:username}"}}, k="a", complete=False) is None
    assert holds({"StringEquals": {"k": "${aws:username}"}}, k="a", aws__username=object()) is None
    assert holds({"StringEquals": {"k": ["${aws:username}", "a"]}}, k="a", complete=False) is True


def test_a_variable_in_a_resource() -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": {**ALLOW, "Resource": "arn:aws:sqs:us-east-2:*:${aws:username}-queue"},
    }
    for user, allowed in (("ann", True), ("bob", False), (None, False)):
        request = Request(
            "sqs:SendMessage", "arn:aws:sqs:us-east-2:1:ann-queue", ("x",), context={"aws:username": user}
        )
        assert evaluate(policy, request).allowed is allowed


def test_a_value_that_is_not_known_may_be_missing() -> None:
    later = object()
    for written in ("true", "false"):
        assert holds({"Null": {"k": written}}, k=later) is None
    assert holds({"Null": {"k": [later, "true"]}}) is True
    assert holds({"Bool": {"k": "true"}}, k=later) is None
    assert holds({"StringEquals": {"k": ["a", later]}}, k="a") is True
