"""Findings, comments and baselines, coverage, and the command as a user meets it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from given import Run

from pca_events import catalog
from pca_events.backends import Backend
from pca_events.check.report import CheckedRule
from pca_events.check.rules import check
from pca_events.infrastructure.model import Destination, Key, Reading, Rule, SourceLocation, Target, Unknown

PLACE = SourceLocation("rules.tf", 3)
FAILURES = {"source": ["aws.acm-pca"], "detail": {"result": ["failure"]}}
LETS_IN = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "*"}]}
TARGET = Target(PLACE, "target", dead_letter=True, retry=True)
QUEUE = Destination("sqs", PLACE, "alarms", policy=LETS_IN)
TOP = Path(__file__).parents[3]
SCHEMA = TOP / "src" / "pca_events" / "check" / "formats" / "check-report.schema.json"


def rule(pattern: Any = FAILURES, **fields: Any) -> Rule:
    return Rule(PLACE, 9, fields.pop("name", "pki"), pattern, **{"targets": (TARGET,), **fields})


def of(*rules: Rule) -> list[CheckedRule]:
    return check(Reading(list(rules))).rules


def codes(checked: Rule) -> dict[str, str]:
    (found,) = of(checked)
    return {finding.code: finding.level for finding in found.findings}


def target(**fields: Any) -> dict[str, Any]:
    return {"targets": (replace(TARGET, **fields),)}


@pytest.mark.parametrize(
    ("checked", "expected"),
    [
        (rule(), {}),
        (rule({"source": ["aws.acmpca"]}), {"never-fires": "error"}),
        (rule({"source": ["aws.acm-pca"], "detail-type": []}), {"invalid-pattern": "error"}),
        (rule({"source": ["aws.acm-pca"]}), {"fires-on-cloudtrail": "note"}),
        (rule(bus="pki"), {"custom-bus": "warning"}),
        (rule(bus="arn:aws:events:eu-central-1:444455556666:event-bus/default"), {}),
        (rule(bus=Unknown("var.bus")), {"custom-bus": "note"}),
        (rule(enabled=False), {"disabled": "warning"}),
        (rule(enabled=Unknown("var.on")), {}),
        (rule(targets=()), {"no-target": "warning"}),
        (rule(targets=None), {}),
        (rule(**target(dead_letter=None)), {"no-dead-letter-queue": "warning"}),
        (rule(**target(retry=False)), {"no-retry-policy": "note"}),
        (rule(**target(destination=QUEUE)), {}),
        (rule(**target(destination=replace(QUEUE, policy=None))), {"queue-policy": "error"}),
        (rule(**target(destination=replace(QUEUE, policy=Unknown("var.policy")))), {}),
        (rule(**target(destination=replace(QUEUE, key="alias/aws/sqs"))), {"key-policy": "error"}),
        (rule(**target(destination=replace(QUEUE, key=Key(PLACE, "key", None)))), {"key-policy": "error"}),
        (rule(**target(destination=replace(QUEUE, key=Key(PLACE, "key", LETS_IN)))), {}),
        (rule(**target(dead_letter=replace(QUEUE, policy=None))), {"queue-policy": "warning"}),
        (rule(**target(input_path="$.detail.arn")), {"input-not-there": "error"}),
        (rule(**target(input_path="$.detail.reason")), {"input-not-always-there": "warning"}),
        (rule(**target(input_path="$.detail.result")), {}),
        (rule(**target(input_paths={"x": "$.resources[0]", "y": "$.resources[1]"})),
         {"input-not-always-there": "warning"}),
        (rule(**target(input_path=Unknown("var.path"))), {}),
        (rule({**FAILURES, "account": ["444455556666"]}), {"only-some": "note"}),
        (rule({**FAILURES, "account": [Unknown("var.account")]}), {"depends-on-unknown": "note"}),
        (rule({**FAILURES, "resources": ["x" * 1_750]}),
         {"never-fires": "error", "pattern-nearly-too-long": "warning"}),
        (rule({**FAILURES, "resources": ["x" * 2_100]}), {"never-fires": "error", "pattern-too-long": "error"}),
        (rule({"source": ["aws.acm-pca"], "detail-type": ["ACM Private CA Creation"]}, name="ca-created"),
         {"fires-on-failure": "warning"}),
        (rule({"source": ["aws.acm-pca"], "detail-type": ["ACM Private CA Creation"]}, **target(handler="on_failure")),
         {"fires-on-success": "warning"}),
        (rule({"detail-type": [{"prefix": "ACM"}, {"suffix": "Issuance"}]}), {"prefix-or-suffix": "warning"}),
    ],
)  # fmt: skip
def test_findings_about_a_rule(checked: Rule, expected: dict[str, str]) -> None:
    assert codes(checked) == expected


def test_a_rule_for_an_event_that_is_never_sent_is_reported() -> None:
    waiting = rule({"detail-type": ["ACM Private CA Certificate Revocation"], "detail": {"result": ["failure"]}})
    (found,) = of(waiting)
    assert [(finding.code, finding.message) for finding in found.findings] == [
        ("never-fires", "never fires: no event is sent in this case: A RevokeCertificate call fails.")
    ]


def test_a_rejected_pattern_that_does_not_mention_aws_private_ca_is_for_another_source() -> None:
    assert of(rule({"source": []})) == []


def test_a_bus_that_another_rule_forwards_to_is_reached() -> None:
    arn = "arn:aws:events:eu-central-1:444455556666:event-bus/pki"
    forwarding = rule({"source": ["aws.acm-pca"]}, name="all", **target(kind="events", arn=arn))
    (found, _) = of(rule(bus="pki"), forwarding)
    assert found.findings == ()


def test_rules_of_other_sources_are_counted_only() -> None:
    rules = Reading([rule({"source": ["aws.ec2"]}), rule()])
    report = check(rules)
    assert ([checked.rule for checked in report.rules], report.other_rules) == ([rules.rules[1]], 1)
    assert len(check(rules, all_rules=True).rules) == 2


def test_a_documented_failure_without_a_rule_is_reported() -> None:
    failures = [event.id for event in catalog.documented_events() if event.result == "failure"]
    crl = {"detail-type": ["ACM Private CA CRL Generation"]}
    assert check(Reading([rule()])).uncovered == []
    assert check(Reading([rule(crl)])).uncovered == [name for name in failures if "crl" not in name]
    assert check(Reading([rule(enabled=False)])).uncovered == failures
    made_here = Destination("events", PLACE, "pki", "aws_cloudwatch_event_bus.pki")
    assert check(Reading([rule(bus="pki", own_bus=made_here)])).uncovered == failures
    assert check(Reading([rule(bus="pki")])).uncovered == []
    assert check(Reading([])).uncovered == []


@pytest.fixture
def terraform(tmp_path: Path) -> Callable[..., Path]:
    def write(result: str, comment: str = "") -> Path:
        file = tmp_path / "rules.tf"
        file.write_text(
            f"# A rule.\n{comment}\n"
            'resource "aws_cloudwatch_event_rule" "failed" {\n'
            '  event_pattern = jsonencode({ source = ["aws.acm-pca"], detail = { result = ["' + result + '"] } })\n'
            "}\n"
        )
        return file

    return write


@pytest.mark.parametrize("folder", ["examples/infrastructure", "examples/mistakes"])
def test_the_json_meets_its_schema(command: Run, folder: str) -> None:
    ran = command("check", "--format", "json", "--all-rules", str(TOP / folder))
    told = json.loads(ran.stdout)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(told)
    ids = {event.id for event in catalog.documented_events()}
    assert told["rules"]
    assert all(ids >= {*one["fires_on"], *one["may_fire_on"]} for one in told["rules"])
    assert ran.returncode == (1 if "mistakes" in folder else 0)


def test_the_exit_status_reflects_the_findings(command: Run, terraform: Callable[..., Path], tmp_path: Path) -> None:
    assert command("check", str(terraform("failure"))).returncode == 0
    assert command("check", str(terraform("failed"))).returncode == 1
    (tmp_path / "broken.tf").write_text('resource "aws_cloudwatch_event_rule" "x" {')
    ran = command("check", str(tmp_path))
    assert (ran.returncode, ran.stderr) == (2, "")
    assert "aws_cloudwatch_event_rule.failed" in ran.stdout, "the rest is checked all the same"
    assert "broken.tf" in ran.stdout
    ran = command("check")
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    ran = command("check", str(tmp_path / "none"))
    assert (ran.returncode, "Traceback" in ran.stderr) == (2, False)


def test_a_broad_rule_is_reported_as_broad(command: Run, terraform: Callable[..., Path]) -> None:
    ran = command("check", "--mutate", str(terraform("failure")))
    assert "unchecked: version, id, detail-type, account, time, region, resources" in ran.stdout


def test_deployed_rules_fire_as_predicted(command: Run, pca_backend: Backend) -> None:
    ran = command(
        "check", "--deploy", "--endpoint-url", pca_backend.endpoint_url,
        str(TOP / "examples" / "infrastructure"), str(TOP / "examples" / "mistakes"),
    )  # fmt: skip
    assert "0 differences" in ran.stdout.splitlines()[-1]
    assert int(ran.stdout.splitlines()[-1].split()[0]) > 60


def test_a_verdict_that_the_event_bus_contradicts_is_reported(
    command: Run, pca_backend: Backend, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import pca_events.check.verdicts.verdict as check\n"
        "from pca_events.check.report import Verdict\n"
        "found = check._verdicts\n"
        "check._verdicts = lambda *a, **k: tuple(Verdict(v.event, 'always') for v in found(*a, **k))\n"
    )
    rules = str(TOP / "examples" / "infrastructure" / "json")
    ran = command("check", "--deploy", "--endpoint-url", pca_backend.endpoint_url, rules, path=str(tmp_path))
    assert ran.returncode == 1
    assert "does not fire on ca-creation-success, unlike the verdict of check" in ran.stdout


def test_a_live_bus_is_read(command: Run, pca_backend: Backend) -> None:
    events = pca_backend.client("events")
    pattern = {"source": ["aws.acm-pca"], "detail": {"result": ["failed"]}}
    events.put_rule(Name="pca-events-live", EventPattern=json.dumps(pattern), State="DISABLED")
    events.put_targets(Rule="pca-events-live", Targets=[{"Id": "one", "Arn": pca_backend.queue_arn("nobody")}])
    try:
        ran = command("check", "--format", "json", "--endpoint-url", pca_backend.endpoint_url)
    finally:
        events.remove_targets(Rule="pca-events-live", Ids=["one"])
        events.delete_rule(Name="pca-events-live")
    (found,) = [one for one in json.loads(ran.stdout)["rules"] if one["name"] == "pca-events-live"]
    assert {"never-fires", "disabled", "no-dead-letter-queue"} <= {finding["code"] for finding in found["findings"]}
    assert ran.returncode == 1


@pytest.mark.parametrize(
    ("pattern", "event", "status", "words"),
    [
        ({"source": ["aws.acm-pca"]}, "ca-creation-success", 0, "matches"),
        ({"source": ["aws.acmpca"]}, "ca-creation-success", 1, 'source: write ["aws.acm-pca"] for ["aws.acmpca"]'),
        ({"detailType": ["ACM Private CA Creation"]}, "ca-creation-success", 1, "detailType: write detail-type: "),
        ({"detail": {"reason": ["x"]}}, "crl-generation-failure-internal", 1, "detail.reason: wrong value"),
        ({"detail": {"status": ["failure"]}}, "ca-creation-failure", 1, "Nearest documented event:"),
        ({"$or": [{"source": ["a"]}, {"source": ["b"]}]}, "ca-creation-failure", 1, "To match ca-creation-failure"),
    ],
)
def test_explain_gives_the_reason(
    command: Run, tmp_path: Path, pattern: dict[str, Any], event: str, status: int, words: str
) -> None:
    file = tmp_path / "pattern.json"
    file.write_text(json.dumps(pattern))
    ran = command("explain", "--pattern", str(file), "--event", event)
    assert (ran.returncode, ran.stderr) == (status, "")
    assert words in ran.stdout


@pytest.mark.parametrize(
    ("pattern", "event", "words"),
    [
        ("{", "ca-creation-success", "Event pattern is not valid"),
        ('{"source": []}', "ca-creation-success", "Empty arrays are not allowed (at line 1, column 12)"),
        ('{"source": ["x"]}', "ca-creation", 'did you mean "ca-creation-'),
    ],
)
def test_input_that_cannot_be_explained(command: Run, tmp_path: Path, pattern: str, event: str, words: str) -> None:
    file = tmp_path / "pattern.json"
    file.write_text(pattern)
    ran = command("explain", "--pattern", str(file), "--event", event)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert words in ran.stderr


def test_the_smallest_change_makes_the_pattern_fire() -> None:
    from pca_events.check.suggestions.suggested_fix import nearest
    from pca_events.pattern import EventPattern

    for pattern in (
        {"source": ["aws.acmpca"], "detail": {"result": ["failed"]}},
        {"source": ["aws.acm-pca"], "detail": {"status": ["success"]}},
        {"detail-type": ["CRL Generation"], "detail": {"reason": [{"prefix": "x"}]}},
        {"$or": [{"source": ["a"]}, {"detail": {"result": ["failed"]}}], "account": [1]},
        {"detail": [{"exists": True}]},
    ):
        found = nearest(pattern)
        assert found.edits
        assert EventPattern.parse(found.pattern).matches(catalog.documented(found.event).event), found
