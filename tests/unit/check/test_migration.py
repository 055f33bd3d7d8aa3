"""`check --migrate`: the printed subscribers have the same verdicts as the rule on every documented event."""

import json
from pathlib import Path
from typing import Any

import pytest

from pca_events.catalog import documented_events
from pca_events.check.migration import Migration, as_requests, as_template, migrate
from pca_events.check.report import CheckedRule, Verdict
from pca_events.check.rules import check
from pca_events.cli import main
from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Destination, Rule, SourceLocation, Target, Unknown

CRL = "ACM Private CA CRL Generation"
PATTERNS: list[dict[str, Any]] = [
    {"source": ["aws.acm-pca"]},
    {"source": ["aws.acm-pca"], "detail": {"result": ["failure"]}},
    {"source": ["aws.acm-pca"], "detail-type": [CRL], "detail": {"reason": [{"prefix": "Insufficient"}]}},
    {"source": ["aws.acm-pca"], "$or": [{"detail-type": [CRL]}, {"detail": {"result": ["success"]}}]},
    {"source": ["aws.acm-pca"], "account": ["111122223333"], "detail": {"result": [{"anything-but": ["failure"]}]}},
    {"source": ["aws.acm-pca"], "detail": {"result": [{"equals-ignore-case": "FAILURE"}]}},
    {"source": ["aws.acm-pca"], "detail": {"reason": [{"exists": False}], "result": ['it\'s "so"', "success"]}},
    {"source": ["aws.acm-pca", "aws.s3"], "detail-type": [{"suffix": "Issuance"}]},
    {"source": ["aws.acm-pca"], "$or": [{"detail": {"nobody": ["x"]}}, {"detail": {"result": ["failure"]}}]},
    {"source": ["aws.acm-pca"], "detail": {"size": [{"numeric": [">", 0, "<=", 5.5]}], "ip": [{"cidr": "10.0.0.0/8"}]}},
]
ARN = "arn:aws:lambda:eu-west-1:111122223333:function:f"
PLACE = SourceLocation("rules.json", 1)


def target(**settings: Any) -> Target:
    return Target(PLACE, settings.pop("name", "t"), **{"kind": "lambda", "arn": ARN, **settings})


def checked(pattern: Any, *targets: Target, **settings: Any) -> CheckedRule:
    rule = Rule(PLACE, 1, settings.pop("name", "crl-failed"), pattern, targets=targets, **settings)
    never = tuple(Verdict(event.id, "never") for event in documented_events())
    return CheckedRule(rule, never, ())


def verdicts_of(file: Path, kind: str) -> list[tuple[Verdict, ...]]:
    report = check(read_paths([str(file)]))
    assert report.unreadable == []
    return [found.verdicts for found in report.rules if found.rule.kind == kind]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_printed_subscriber_has_the_verdicts_of_the_rule(
    tmp_path: Path, pattern: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    rule = {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": pattern}}
    rule["Properties"]["Targets"] = [{"Id": "a", "Arn": ARN}, {"Id": "b", "Arn": {"Fn::GetAtt": ["Q", "Arn"]}}]  # type: ignore[index]
    classic, new = tmp_path / "classic.json", tmp_path / "new.yaml"
    classic.write_text(json.dumps({"Resources": {"Failed": rule, "Q": {"Type": "AWS::SQS::Queue"}}}))
    (expected,) = verdicts_of(classic, "rule")
    assert main(["check", "--migrate", str(classic)]) == 0
    new.write_text(capsys.readouterr().out)
    assert verdicts_of(new, "subscriber") == [expected, expected]


def test_the_requests_of_the_api_have_the_verdicts_of_the_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = {"Rules": [{"Name": "r", "EventPattern": json.dumps(PATTERNS[1])}]}
    (tmp_path / "rules.json").write_text(json.dumps(document))
    assert main(["check", "--migrate", "--format", "json", str(tmp_path / "rules.json")]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["subscribers"], found["reason"]) == ([], "its targets are not known; a subscriber has exactly one")
    (request,) = as_requests(migrate([checked(PATTERNS[1], target())]))[0]["subscribers"]
    source = {"AwsServiceEventsConfiguration": {"AwsService": "aws.acm-pca"}}
    (tmp_path / "s.json").write_text(json.dumps(request))
    (tmp_path / "e.json").write_text(json.dumps({"EventBusArn": request["EventBusArn"], "Configuration": source}))
    report = check(read_paths([str(tmp_path / "s.json"), str(tmp_path / "e.json")]))
    (subscriber,) = [held for held in report.rules if held.rule.kind == "subscriber"]
    assert len(subscriber.fires_on) == 6


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (checked({"detail-type": [{"wildcard": "ACM*CRL*"}]}, target()), "wildcard"),
        (checked({"detail": {"reason": [{"anything-but": {"wildcard": "*"}}]}}, target()), "wildcard"),
        (checked({"source": "aws.acm-pca"}, target()), "AWS rejects its pattern"),
        (checked(Unknown("var.pattern"), target()), "not completely known"),
        (checked({"source": [Unknown("var.source")]}, target()), "not completely known"),
        (checked({"source": ["aws.acm-pca"]}), "it has no target"),
        (checked({"source": ["x" * 5_000]}, target()), "more than 4,096 characters"),
        (checked(PATTERNS[0], kind="archive"), "an archive becomes the retention of the bus"),
        (checked(PATTERNS[0], kind="pipe"), "a pipe reads from its queue or stream"),
    ],
)
def test_a_rule_without_subscriber_has_a_reason(rule: CheckedRule, reason: str) -> None:
    (found,) = migrate([rule])
    assert found.subscribers == ()
    assert reason in found.reason
    assert f"# rules.json:1 crl-failed: no subscriber: {found.reason}" in as_template([found])


def test_each_target_has_a_subscriber_with_the_remaining_steps() -> None:
    queue = Destination("sqs", PLACE, "letters")
    (found,) = migrate(
        [
            checked(
                PATTERNS[0],
                target(name="a", input_paths={"r": "$.detail.result"}, dead_letter=queue, retry=True),
                target(name="b", kind="ecs", input_path="$.detail"),
                enabled=False,
            )
        ]
    )
    first, second = found.subscribers
    assert (first.failure, second.failure) == (Unknown("the queue letters"), None)
    assert any("reads $.detail.result: write it as a Transformer of type JSONATA" in note for note in first.notes)
    assert any("no dead-letter queue" in note for note in second.notes)
    assert any("no target for ecs" in note for note in second.notes)
    text = as_template([found])
    assert text.count("State: STOPPED") == 2
    assert text.count("OnFailureConfiguration:") == 2


def test_names_are_unique_and_escaped() -> None:
    rules = [checked(PATTERNS[0], target(name="a\nResources: {}"), name="x\n# y") for _ in range(3)]
    found = migrate(rules)
    ids = [new.id for migration in found for new in migration.subscribers]
    assert len(set(ids)) == 3
    assert "\nResources: {}" not in as_template(found)


def test_without_a_rule_that_can_be_migrated_no_template_is_printed() -> None:
    assert as_template([]) == "# No rule has an equivalent subscriber.\n"
    assert Migration(checked(PATTERNS[0]).rule).subscribers == ()


def test_a_rule_with_an_unknown_pattern_is_also_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "Resources: {R: {Type: 'AWS::Events::Rule', Properties: {EventPattern: !Ref Pattern}}}\n"
    (tmp_path / "t.yaml").write_text(text)
    assert main(["check", "--migrate", str(tmp_path)]) == 0
    assert "R: no subscriber: its pattern is not completely known" in capsys.readouterr().out
