# ruff: noqa: E501
"""Kinds of code that people really have, and what `check` says about them: small inputs, one for each kind."""

import textwrap
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pca_events.check.report import CheckReport
from pca_events.check.rules import check
from pca_events.infrastructure.files import read_paths

CRL_FAILED = (
    '{ source = ["aws.acm-pca"], detail-type = ["ACM Private CA CRL Generation"], detail = { result = ["%s"] } }'
)
RIGHT, WRONG = CRL_FAILED % "failure", CRL_FAILED % "failed"
SENT_ON = """
  dead_letter_config { arn = "arn:aws:sqs:eu-west-1:123456789012:letters" }
  retry_policy { maximum_retry_attempts = 3 }
"""


def rule(pattern: str, name: str = "r", more: str = "") -> str:
    """A rule of Terraform."""
    return f'resource "aws_cloudwatch_event_rule" "{name}" {{\n  event_pattern = jsonencode({pattern})\n{more}\n}}\n'


def target(arn: str, name: str = "r", more: str = "") -> str:
    """A target of that rule, with retries and a dead-letter queue."""
    return (
        f'resource "aws_cloudwatch_event_target" "{name}" {{\n  rule = aws_cloudwatch_event_rule.{name}.name\n'
        f"  arn = {arn}\n{SENT_ON}{more}\n}}\n"
    )


@dataclass(frozen=True)
class Case:
    """Some code and the findings about it.

    Attributes:
        name: the kind.
        files: their texts, by path.
        said: of each finding that must be there its code, with a part of its message or remedy.
        unsaid: codes that must not be there.
        counts: rules of AWS Private CA, its neighbours' rules, those that are not known, others, things not read.
        uncovered: how many documented failures no rule handles; None if it does not matter.
    """

    name: str
    files: dict[str, str]
    said: tuple[tuple[str, str], ...] = ()
    unsaid: tuple[str, ...] = ()
    counts: tuple[int, int, int, int, int] = (1, 0, 0, 0, 0)
    uncovered: int | None = None
    levels: dict[str, str] = field(default_factory=dict)


NEVER = ("never-fires", 'did you mean "failure"?')
BUS = 'resource "aws_cloudwatch_event_bus" "pki" {\n  name = "pki"\n}\n'
NAMED = "event_bus_name = aws_cloudwatch_event_bus.pki.name"

CASES = [
    Case(
        "other sources that speak of private CAs",
        {
            "main.tf": rule('{ source = ["aws.config"], detail = { resourceType = ["AWS::ACMPCA::CertificateAuthority"] } }')
            + rule('{ source = ["example.private-ca"], detail-type = ["certificate-authority.rotated"] }', "own")
            + rule('{ source = ["aws.s3"], detail = { bucket = { name = ["private-ca-crl"] } } }', "crl")
        },
        counts=(0, 0, 0, 3, 0),
    ),
    Case(
        "neighbours",
        {
            "main.tf": rule('{ source = ["aws.pca-connector-scep"], detail-type = ["Certificate Issuance Succeeded"] }')
            + rule('{ source = ["aws.pca-connector-ad"], detail-type = ["Certificate Enrollment Failed"] }', "ad")
            + rule('{ source = ["aws.acm"], detail-type = ["ACM Certificate Available"] }', "acm")
        },
        unsaid=("never-fires", "unknown-detail-type"),
        counts=(0, 3, 0, 0, 0),
    ),
    Case(
        "a slip in a neighbour's detail-type",
        {"main.tf": rule('{ source = ["aws.pca-connector-ad"], detail-type = ["Certificate Enrolment Failed"] }')},
        said=(("unknown-detail-type", 'did you mean "Certificate Enrollment Failed"?'),),
        counts=(0, 1, 0, 0, 0),
    ),
    Case(
        "misspelt sources",
        {"main.tf": "".join(rule(f'{{ source = ["{source}"] }}', f"r{number}") for number, source in enumerate(["aws.acmpca", "aws.acm-pcs", "AWS.ACM-PCA", "aws.acm_pca"]))},
        said=(("never-fires", 'did you mean "aws.acm-pca"?'),),
        counts=(4, 0, 0, 0, 0),
    ),
    Case(
        "a catch-all rule on a custom event bus",
        {"main.tf": BUS + rule('{ source = [{ prefix = "" }] }', more=NAMED) + rule('{ account = ["123456789012"] }', "all", NAMED)},
        counts=(0, 0, 0, 2, 0),
    ),
    Case(
        "a pattern that is not known",
        {"main.tf": 'variable "pattern" {}\nresource "aws_cloudwatch_event_rule" "crl_failed" {\n  event_pattern = var.pattern\n}\n'},
        counts=(0, 0, 1, 0, 0),
        uncovered=6,
    ),
    Case(
        "its own account and Region",
        {
            "main.tf": 'data "aws_caller_identity" "me" {}\ndata "aws_region" "here" {}\n'
            + rule(
                '{ source = ["aws.acm-pca"], account = [data.aws_caller_identity.me.account_id], '
                'region = [data.aws_region.here.name], detail = { result = ["failure"] } }'
            )
        },
        unsaid=("depends-on-unknown", "only-some"),
        uncovered=0,
    ),
    Case(
        "a local module",
        {
            "main.tf": f'module "crl" {{\n  source = "./rule"\n  pattern = jsonencode({WRONG})\n}}\n',
            "rule/main.tf": 'variable "pattern" {}\nresource "aws_cloudwatch_event_rule" "this" {\n  event_pattern = var.pattern\n}\n',
        },
        said=(NEVER,),
    ),
    Case(
        "a module that is elsewhere",
        {"main.tf": f'module "crl" {{\n  source = "example/rule/aws"\n  event_pattern = jsonencode({WRONG})\n}}\n'},
        said=(NEVER,),
        unsaid=("no-target",),
    ),
    Case(
        "a file beside the code",
        {
            "main.tf": 'resource "aws_cloudwatch_event_rule" "r" {\n  event_pattern = file("${path.module}/p.tpl")\n}\n',
            "p.tpl": '{"source": ["aws.acm-pca"], "detail": {"result": ["failed"]}}',
        },
        said=(NEVER,),
    ),
    Case(
        "off by default",
        {"main.tf": f'variable "on" {{\n  default = false\n}}\n{rule(WRONG, more="count = var.on ? 1 : 0")}'},
        said=(NEVER, ("off-by-default", "var.on")),
    ),
    Case("encoded twice", {"main.tf": rule(f"jsonencode({RIGHT})")}, said=(("invalid-pattern", "Filter is not an object"),)),
    Case("a list", {"main.tf": rule(f"[{RIGHT}]")}, said=(("invalid-pattern", "Filter is not an object"),)),
    Case(
        "encrypted values that no rule needs",
        {"main.tf": 'variable "cidr" {}\n', "terraform.tfvars": "\0GITCRYPT\0abc"},
        counts=(0, 0, 0, 0, 0),
    ),
    Case(
        "Cloud Control, archives, stacks",
        {
            "main.tf": f'resource "awscc_events_rule" "r" {{\n  event_pattern = jsonencode({WRONG})\n}}\n'
            f'resource "aws_cloudwatch_event_archive" "a" {{\n  name = "a"\n  event_source_arn = "x"\n  event_pattern = jsonencode({WRONG})\n}}\n'
        },
        said=(NEVER,),
        counts=(2, 0, 0, 0, 0),
    ),
    Case(
        "a loop of CloudFormation",
        {
            "t.yaml": """
            Transform: AWS::LanguageExtensions
            Resources:
              Fn::ForEach::Alarms:
                - Kind
                - [Crl, Audit]
                - Alarm${Kind}:
                    Type: AWS::Events::Rule
                    Properties:
                      EventPattern: {source: [aws.acm-pca], detail: {result: [failed]}}
            """
        },
        said=(NEVER,),
        counts=(2, 0, 0, 0, 0),
    ),
    Case(
        "functions of Serverless in a file",
        {
            "serverless.yml": "service: s\nprovider: {name: aws}\nfunctions: ${file(f.yml)}\n",
            "f.yml": "a:\n  handler: a.b\n  events:\n    - eventBridge:\n        pattern: {source: [aws.acm-pca], detail: {result: [failed]}}\n",
        },
        said=(NEVER,),
    ),
    Case(
        "a CDK project that is not synthesized",
        {"cdk.json": '{"app": "node app.js"}', "app.ts": "new events.Rule(this, 'R', {eventPattern: {source: ['aws.acm-pca']}})"},
        counts=(0, 0, 0, 0, 1),
    ),
    Case(
        "a bus of the project by its ARN",
        {"main.tf": BUS + rule(RIGHT, more="event_bus_name = aws_cloudwatch_event_bus.pki.arn")},
        said=(("custom-bus", "default bus only"),),
        uncovered=6,
    ),
    Case(
        "a bus that is forwarded to",
        {
            "main.tf": BUS + rule('{ source = ["aws.acm-pca"] }', "on") + rule(RIGHT, more=NAMED)
            + target("aws_cloudwatch_event_bus.pki.arn", "on", 'role_arn = "arn:aws:iam::123456789012:role/r"')
        },
        unsaid=("custom-bus",),
        counts=(2, 0, 0, 0, 0),
    ),
    Case(
        "a bus to which other events are forwarded",
        {
            "main.tf": BUS + rule('{ source = ["aws.ecs"] }', "on") + rule(RIGHT, more='event_bus_name = "pki"')
            + target('"arn:aws:events:eu-west-1:123456789012:event-bus/pki"', "on", 'role_arn = "arn:aws:iam::123456789012:role/r"')
        },
        said=(("custom-bus", "passes events of aws.ecs only"),),
        counts=(1, 0, 0, 1, 0),
    ),
    Case(
        "a function without permission",
        {"main.tf": 'resource "aws_lambda_function" "f" {\n  function_name = "page"\n}\n' + rule(RIGHT) + target("aws_lambda_function.f.arn")},
        said=(("lambda-permission", "no permission lets events.amazonaws.com"),),
        levels={"lambda-permission": "error"},
    ),
    Case(
        "a log group without policy",
        {"main.tf": 'resource "aws_cloudwatch_log_group" "g" {\n  name = "pki"\n}\n' + rule(RIGHT) + target("aws_cloudwatch_log_group.g.arn")},
        said=(("log-policy", "delivery.logs.amazonaws.com"),),
        levels={"log-policy": "warning"},
    ),
    Case(
        "a queue policy for something else",
        {
            "main.tf": 'resource "aws_sqs_queue" "q" {\n  name = "q"\n}\nresource "aws_sqs_queue_policy" "p" {\n  queue_url = aws_sqs_queue.q.id\n'
            '  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "events.amazonaws.com" }, '
            'Action = "sqs:SendMessage", Resource = aws_cloudwatch_event_rule.r.arn }] })\n}\n' + rule(RIGHT) + target("aws_sqs_queue.q.arn")
        },
        said=(("queue-policy", "not the ARN of the queue"),),
    ),
    Case(
        "CloudTrail with one wrong key",
        {
            "main.tf": rule('{ source = ["aws.acm-pca"], detail-type = ["AWS API Call via CloudTrail"], detail = { eventSource = ["acm-pca"] } }')
            + rule('{ source = ["aws.acm-pca"], detail-type = ["AWS Service Event via CloudTrail"], detail = { eventName = ["GenerateCrl"] } }', "crl")
        },
        said=(("never-fires", 'did you mean "acm-pca.amazonaws.com"?'), ("never-fires", 'did you mean "GenerateCRL"?')),
        unsaid=("cloudtrail-only",),
        counts=(2, 0, 0, 0, 0),
    ),
    Case(
        "calls that CloudTrail does not send",
        {
            "main.tf": rule('{ source = ["aws.acm-pca"], detail-type = ["AWS API Call via CloudTrail"], detail = { eventName = ["CreatePrivateCA"] } }')
            + rule('{ source = ["aws.acm-pca"], detail-type = ["AWS API Call via CloudTrail"], detail = { eventName = ["GenerateCRL"] } }', "service")
            + rule('{ source = ["aws.acm-pca"], detail-type = ["AWS API Call via CloudTrail"], detail = { eventName = ["ListTags"] } }', "read")
            + rule(
                '{ source = ["aws.acm-pca"], detail-type = ["AWS API Call via CloudTrail"], detail = { eventName = ["ListTags"] } }',
                "asked", 'state = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"',
            )
            + rule('{ source = ["aws.acm-pca"], detail-type = ["AWS API Call via CloudTrail"], resources = [{ prefix = "arn:" }] }', "by_ca")
        },
        said=(
            ("never-fires", 'did you mean "CreateCertificateAuthority"?'),
            ("never-fires", 'detail-type "AWS Service Event via CloudTrail"'),
            ("never-fires", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
            ("never-fires", "resources: "),
            ("cloudtrail-only", "CloudTrail events only"),
        ),
        counts=(5, 0, 0, 0, 0),
    ),
    Case(
        "values that are dead",
        {
            "main.tf": rule(
                '{ source = ["aws.acm-pca", "aws.pca"], detail-type = ["ACM Private CA CRL Generation", "ACM Private CA OCSP"], '
                'detail = { result = ["failure", "Success"], reason = [{ anything-but = ["none"] }] } }'
            )
        },
        said=(
            ("dead-value", '"aws.pca" is the source of no AWS service'),
            ("dead-value", '"ACM Private CA OCSP" is never sent'),
            ("dead-value", 'did you mean "success"?'),
            ("dead-value", 'excludes nothing: "none"'),
        ),
        unsaid=("never-fires",),
    ),
    Case(
        "several sources",
        {"main.tf": rule('{ source = ["aws.acm", "aws.acm-pca"], detail-type = ["ACM Certificate Expired"] }')},
        said=(("dead-value", "no event of aws.acm-pca reaches this rule"),),
        unsaid=("never-fires",),
    ),
    Case(
        "calls of all services",
        {
            "main.tf": rule('{ detail-type = ["AWS API Call via CloudTrail", "GuardDuty Finding", "Object Created"] }')
            + rule('{ detail-type = ["AWS Service Event via CloudTrail"], source = [{ prefix = "aws." }] }', "prefix")
        },
        counts=(0, 0, 0, 2, 0),
    ),
    Case(
        "everything on the default bus",
        {"main.tf": rule('{ account = ["123456789012"] }')},
        unsaid=("dead-value", "never-fires", "no-result-filter"),
        uncovered=0,
    ),
    Case(
        "expiry",
        {"main.tf": rule('{ source = ["aws.acm-pca"], detail-type = ["ACM Private CA Expiring"] }', "ca_expiry")},
        said=(("never-fires", "no event for the expiry of a CA"), ("never-fires", "DescribeCertificateAuthority")),
    ),
    Case(
        "advice against the name",
        {"main.tf": rule('{ source = ["aws.acm-pca"], detail-type = ["ACM Private CA CRL Creation"] }', "crl_failed")},
        said=(("never-fires", "compare with"),),
    ),
    Case(
        "keys in the wrong place",
        {
            "main.tf": rule('{ source = ["aws.acm-pca"], detail = { account = ["123456789012"] } }')
            + rule('{ source = ["aws.acm-pca"], result = ["failure"] }', "above")
        },
        said=(("never-fires", "beside source"), ("never-fires", 'write it within detail: "detail": {"result"')),
        counts=(2, 0, 0, 0, 0),
    ),
    Case(
        "matchers, asterisks and numbers as text",
        {
            "main.tf": rule('{ source = ["aws.acm-pca"], detail = { result = ["prefix: fail"] } }')
            + rule('{ source = ["aws.acm-pca"], detail = { result = ["fail*"] } }', "star")
            + rule('{ source = ["aws.acm-pca"], account = [123456789012] }', "number")
        },
        said=(("never-fires", "write the matcher as an object"), ("never-fires", '{"prefix": "fail"}'), ("never-fires", "put the account in quotes")),
        counts=(3, 0, 0, 0, 0),
    ),
    Case(
        "successes and failures for a function",
        {
            "t.yaml": """
            Resources:
              Root:
                Type: AWS::ACMPCA::CertificateAuthority
                Properties: {Type: ROOT}
              Rule:
                Type: AWS::Events::Rule
                Properties:
                  EventPattern:
                    source: [aws.acm-pca]
                    detail-type: [ACM Private CA Certificate Issuance]
                    resources: [!GetAtt Root.Arn]
                  Targets: [{Id: f, Arn: !ImportValue FunctionOfAnother}, {Id: g, Arn: "arn:aws:lambda:eu-west-1:123456789012:function:deploy"}]
            """
        },
        said=(("no-result-filter", "failures as well as on successes"), ("only-some", "only for the CA Root (line 3)")),
        unsaid=("depends-on-unknown",),
        levels={"no-result-filter": "warning"},
    ),
    Case(
        "a certificate of ACM among the resources",
        {
            "main.tf": 'resource "aws_acm_certificate" "c" {\n  domain_name = "example.com"\n}\n'
            + rule('{ source = ["aws.acm-pca"], resources = [aws_acm_certificate.c.arn] }')
        },
        said=(("never-fires", "is an ACM certificate"),),
    ),
    Case(
        "contradictions",
        {
            "main.tf": rule(
                '{ source = ["aws.acm-pca"], region = ["eu-west-1"], resources = '
                '["arn:aws-cn:acm-pca:us-east-1:123456789012:certificate-authority/12345678-1234-1234-1234-123456789012"] }'
            )
        },
        said=(("contradiction", "is in the partition aws-cn"), ("contradiction", 'region requires "eu-west-1"')),
    ),
    Case(
        "a replay",
        {"main.tf": rule('{ source = ["aws.acm-pca"], replay-name = [{ exists = true }], detail = { result = ["failure"] } }')},
        said=(("only-some", "replayed from an archive"),),
        unsaid=("never-fires",),
    ),
    Case(
        "alternatives that cover everything",
        {"main.tf": rule('{ source = ["aws.acm-pca"], "$or" = [{ detail = { result = ["success"] } }, { detail = { result = ["failure"] } }] }')},
        unsaid=("only-some", "never-fires", "dead-value"),
        uncovered=0,
    ),
    Case(
        "an impossible time",
        {"main.tf": rule('{ source = ["aws.acm-pca"], time = ["2026-02-30T10:00:00Z"] }')},
        said=(("never-fires", "time: "),),
    ),
]  # fmt: skip


def report_of(case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch, *, all_rules: bool = False) -> CheckReport:
    """Check the files of a case, from the folder that they are in."""
    for name, text in case.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text), "utf-8")
    monkeypatch.chdir(folder)
    return check(read_paths(["."]), all_rules=all_rules)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_findings_about_real_code(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = report_of(case, tmp_path, monkeypatch)
    said = [(finding.code, f"{finding.message} {finding.remedy}") for finding in report.findings]
    found = (len(report.rules), len(report.neighbours), len(report.not_known), report.other_rules, len(report.skipped))
    assert (found, report.unreadable) == (case.counts, [])
    for code, words in case.said:
        assert any(code == other and words in text for other, text in said), said
    assert not {code for code, _ in said} & set(case.unsaid), said
    errors = {"never-fires", "invalid-pattern", "custom-bus"}
    assert {code for code, _ in said if code in errors} == {code for code, _ in case.said if code in errors}
    assert all(case.levels.get(finding.code, finding.level) == finding.level for finding in report.findings)
    assert case.uncovered in (None, len(report.uncovered))


def test_all_rules_get_the_findings_that_need_no_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "main.tf": rule('{ source = ["aws.s3"], detail = { object = { key = [{ prefix = "a" }, { suffix = "z" }] } } }')
        + rule('{ source = "aws.ecs" }', "refused")
        + 'resource "aws_lambda_function" "f" {\n  function_name = "f"\n}\n'
        + rule('{ source = ["aws.ec2"] }', "sent", 'state = "DISABLED"')
        + target("aws_lambda_function.f.arn", "sent")
    }
    report = report_of(Case("others", files), tmp_path, monkeypatch, all_rules=True)
    codes = {finding.code for finding in report.findings}
    assert codes == {"prefix-or-suffix", "invalid-pattern", "lambda-permission", "disabled", "no-target"}
    assert (len(report.rules), report.other_rules) == (3, 3)
