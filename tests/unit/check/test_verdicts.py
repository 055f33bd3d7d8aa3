"""On which events a rule fires: on all that the contract allows, on some, on none; and in which words."""

import json
from typing import Any

import pytest
from fuzzing import times
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from pca_events import catalog
from pca_events.check.report import Verdict
from pca_events.check.verdicts.conditions import partial_pattern
from pca_events.check.verdicts.verdict import cloudtrail_verdicts, verdicts
from pca_events.errors import InvalidPattern
from pca_events.events import aws_location, realistic
from pca_events.infrastructure.model import Unknown
from pca_events.pattern import EventPattern

IDS = [event.id for event in catalog.documented_events()]
SOURCE = ["aws.acm-pca"]
CA = "arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/11223344-1234-1122-2233-112233445566"
ISSUED = "ACM Private CA Certificate Issuance"


def of(pattern: Any) -> dict[str, Verdict]:
    return {verdict.event: verdict for verdict in verdicts(partial_pattern(pattern))}


@pytest.mark.parametrize("event", catalog.documented_events(), ids=lambda event: event.id)
def test_the_ready_rule_fires_on_its_event_only(event: catalog.DocumentedEvent) -> None:
    found = of(event.pattern)
    assert {name: verdict.fires for name, verdict in found.items()} == {
        name: "always" if name == event.id else "never" for name in IDS
    }


@pytest.mark.parametrize(
    ("pattern", "condition"),
    [
        ({"account": ["111122223333"]}, "only for account 111122223333"),
        ({"account": ["111122223333", "444455556666"]}, "only for accounts 111122223333, 444455556666"),
        ({"region": ["eu-central-1"]}, "only for Region eu-central-1"),
        ({"resources": [CA]}, "only for one CA"),
        ({"id": ["6513270e-269e-4d37-b2a7-4de452e6b438"]}, "only for one event"),
        ({"resources": [{"prefix": CA}]}, f'only if a resource begins with "{CA}"'),
        ({"time": [{"prefix": "2026-"}]}, 'only if time begins with "2026-"'),
        ({"source": [Unknown("var.source")]}, "depends on var.source"),
        ({"source": Unknown("local.sources")}, "depends on local.sources"),
        ({"resources": [Unknown("var.ca", ("arn:aws:acm-pca:", None))]}, "depends on var.ca"),
        ({"resources": [{"prefix": Unknown("var.ca")}]}, "depends on var.ca"),
        ({"detail": Unknown("var.detail")}, "depends on var.detail"),
        (Unknown("var.pattern"), "depends on var.pattern"),
        ({"$or": Unknown("var.branches")}, "depends on var.branches"),
        ({"$or": [{"account": ["111122223333"]}, {"region": ["eu-central-1"]}]}, "only for account 111122223333"),
    ],
)
def test_a_rule_that_fires_on_some_events_has_a_condition(pattern: Any, condition: str) -> None:
    verdict = of(pattern)["ca-creation-success"]
    assert verdict.fires == "may"
    assert condition in verdict.conditions


def test_the_requirements_of_one_alternative_are_one_condition() -> None:
    verdict = of({"account": ["111122223333"], "resources": [CA]})["crl-generation-success"]
    assert verdict.conditions == ("only for account 111122223333, only for one CA",)


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": [{"prefix": "aws."}]},
        {"source": [{"anything-but": "aws.ec2"}]},
        {"detail-type": [{"wildcard": "ACM Private CA *"}]},
        {"detail-type": [{"equals-ignore-case": "acm private ca creation"}]},
        {"detail-type": [{"suffix": "Creation"}]},
        {"resources": [{"prefix": "arn:"}]},
        {"resources": [{"wildcard": "arn:*:certificate-authority/*"}]},
        {"account": [{"exists": True}]},
        {"detail": {"reason": [{"exists": False}]}},
        {"detail.result": ["success"]},
        {"account": ["111122223333", {"anything-but": "111122223333"}]},
        {"$or": [{"source": ["aws.ec2"]}, {"detail": {"result": ["success"]}}]},
        {"source": [Unknown("var.x"), "aws.acm-pca"]},
        {"version": ["0"], "account": [{"anything-but": {"prefix": "x"}}]},
    ],
)
def test_on_every_event_of_a_kind(pattern: Any) -> None:
    assert of(pattern)["ca-creation-success"].fires == "always"


@pytest.mark.parametrize(
    ("pattern", "block"),
    [
        ({"source": ["aws.acmpca"]}, 'source: "aws.acmpca" is never sent; documented value: "aws.acm-pca"'),
        ({"detail": {"result": ["failed"]}}, 'documented values: "success", "failure"; did you mean "failure"?'),
        ({"detailType": [ISSUED]}, 'detailType: no event has it; did you mean "detail-type"?'),
        ({"detail": {"status": ["x"]}}, "detail.status: no event has it"),
        ({"detail": {"reason": ["x"]}}, "detail.reason: these events do not have it"),
        ({"account": [111122223333]}, "account: "),
        ({"account": ["1"]}, 'account: "1" is never sent'),
        ({"resources": ["11223344-1234-1122-2233-112233445566"]}, "resources: "),
        ({"detail": [{"exists": True}]}, "detail: "),
        ({"source": [Unknown("var.x", ("aws.ec", None))]}, "source: aws.ec${var.x} is never sent"),
        ({"source": [{"cidr": "10.0.0.0/8"}]}, "source: "),
        ({"source": [None]}, "source: "),
    ],
)
def test_a_rule_that_fires_on_no_event_has_a_reason(pattern: Any, block: str) -> None:
    verdict = of(pattern)["ca-creation-success"]
    assert verdict.fires == "never"
    assert block in " ".join(map(str, verdict.blocks))


def test_a_resource_that_only_some_events_have() -> None:
    found = of({"source": SOURCE, "resources": [{"wildcard": "*/certificate/*"}]})
    assert [name for name, verdict in found.items() if verdict.fires == "always"] == [
        "certificate-issuance-success",
        "certificate-issuance-failure",
        "certificate-revocation-success",
    ]
    one = of({"resources": [f"{CA}/certificate/0123456789abcdef"]})["certificate-issuance-success"]
    assert one.conditions == ("only for one certificate",)


def test_patterns_that_aws_rejects_are_rejected() -> None:
    refused: list[Any] = [{"source": []}, "{", {"source": "aws.acm-pca"}, {"source": [{"contains": "x"}]}]
    for pattern in refused:
        with pytest.raises(InvalidPattern):
            partial_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "fires"),
    [
        ({"source": SOURCE}, ["always", "always"]),
        ({"source": SOURCE, "detail-type": ["AWS API Call via CloudTrail"]}, ["always", "never"]),
        ({"detail": {"eventName": ["IssueCertificate"]}}, ["may", "never"]),
        ({"source": SOURCE, "detail": {"requestParameters": {"x": ["y"]}}}, ["may", "may"]),
        ({"source": SOURCE, "detail": {"result": ["success"]}}, ["never", "never"]),
        ({"source": ["aws.ec2"]}, ["never", "never"]),
    ],
)
def test_the_twins_of_cloudtrail(pattern: Any, fires: list[str]) -> None:
    assert [verdict.fires for verdict in cloudtrail_verdicts(partial_pattern(pattern))] == fires


conditions = st.sampled_from(
    [
        {"source": SOURCE},
        {"source": ["aws.ec2", "aws.acm-pca"]},
        {"detail-type": [{"prefix": "ACM Private CA C"}]},
        {"detail": {"result": ["failure"]}},
        {"detail": {"reason": [{"exists": False}]}},
        {"detail": {"reason": [{"anything-but": {"wildcard": "*S3*"}}]}},
        {"account": ["111122223333"]},
        {"account": [{"anything-but": ["111122223333"]}]},
        {"account": [{"prefix": "1"}]},
        {"region": [{"prefix": "eu-"}]},
        {"resources": [{"wildcard": "arn:aws:*:certificate-authority/*"}]},
        {"resources": [{"suffix": "0"}]},
        {"resources": [{"anything-but": {"prefix": "arn:aws:"}}]},
        {"time": [{"wildcard": "*T0*Z"}]},
        {"$or": [{"account": [{"prefix": "0"}]}, {"detail": {"result": ["success"]}}]},
    ]
)


@settings(max_examples=times(150))
@for_all(
    parts=st.lists(conditions, min_size=1, max_size=3),
    entry=st.sampled_from(catalog.documented_events()),
    data=st.data(),
)
def test_no_event_contradicts_a_verdict(parts: list[dict[str, Any]], entry: Any, data: st.DataObject) -> None:
    pattern: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            together = isinstance(value, dict) and isinstance(pattern.get(key), dict)
            pattern[key] = {**pattern[key], **value} if together else value
    chance = data.draw(st.randoms(use_true_random=False))
    regions = ["us-east-1", "eu-central-1", "cn-north-1"]
    event = realistic(entry, aws_location(f"{chance.randrange(10**12):012d}", chance.choice(regions)), chance)
    matched = EventPattern.parse(pattern).matches(event)
    fires = of(pattern)[entry.id].fires
    assert fires == "may" or matched == (fires == "always"), json.dumps(event)
