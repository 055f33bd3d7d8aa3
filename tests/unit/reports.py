"""Reports made by hand, for the tests of what renders them."""

from collections.abc import Iterable
from typing import cast

from pca_events.check.report import CheckedRule, CheckReport, CodeName, Finding, Fires, Level, Verdict, event_ids
from pca_events.infrastructure.model import Rule, SourceLocation, Unknown, Unreadable

SOURCE = {"source": ["aws.acm-pca"]}
ONE_CA = ("only for one CA",)


def finding(level: Level, code: str, message: str, remedy: str = "", file: str = "a.tf", line: int = 1) -> Finding:
    """A finding at a place."""
    return Finding(level, cast(CodeName, code), message, remedy, SourceLocation(file, line))


def checked(
    name: str,
    *findings: Finding,
    at: tuple[str, int] = ("a.tf", 1),
    always: Iterable[str] = (),
    may: Iterable[str] = (),
    pattern: object = SOURCE,
    bus: str | Unknown = "default",
) -> CheckedRule:
    """A rule that fires on the events whose ids begin with one of these texts."""

    def fires(event: str) -> Fires:
        return "always" if event.startswith(tuple(always)) else "may" if event.startswith(tuple(may)) else "never"

    verdicts = [Verdict(event, fires(event), ONE_CA if fires(event) == "may" else ()) for event in event_ids()]
    return CheckedRule(Rule(SourceLocation(*at), at[1] + 9, name, pattern, bus=bus), tuple(verdicts), findings)


def realistic() -> CheckReport:
    """A project as there are many: most rules are right, some never fire."""
    alarms, app = "infra/alarms/events.tf", "services/revocation/template.yaml"
    terraform = "aws_cloudwatch_event_rule."
    return CheckReport(
        rules=[
            checked(
                terraform + "crl_failed",
                finding(
                    "error",
                    "never-fires",
                    'never fires: detail.result: "failed" is never sent; documented values: "success", "failure"',
                    'write "failure"',
                    alarms,
                    19,
                ),
                at=(alarms, 12),
                pattern={**SOURCE, "detail": {"result": ["failed"]}},
            ),
            checked(
                terraform + "crl_bucket_permissions", at=(alarms, 31), always=["crl-generation-failure-s3-permissions"]
            ),
            checked(
                terraform + "issuance",
                finding(
                    "warning",
                    "fires-on-failure",
                    "fires on a failure as well as on a success, but collect_certificate is for a success",
                    'add "detail": {"result": ["success"]} to the pattern',
                    alarms,
                    52,
                ),
                finding(
                    "note",
                    "no-retry-policy",
                    "target collect has no retry policy: EventBridge retries for 24 hours, up to 185 times",
                    "no action needed if intended",
                    alarms,
                    61,
                ),
                at=(alarms, 48),
                always=["certificate-issuance"],
            ),
            checked(
                f'module.audit["eu-west-1"].{terraform}everything',
                finding(
                    "note",
                    "fires-on-cloudtrail",
                    "also fires on CloudTrail events with the same source",
                    "list the intended detail-types",
                    "infra/audit/main.tf",
                    7,
                ),
                at=("infra/audit/main.tf", 7),
                always=[""],
            ),
            checked(
                "RevocationTable/Revoked",
                finding("note", "only-some", "fires only for one CA", "no action needed if intended", app, 40),
                at=(app, 40),
                may=["certificate-revocation"],
                bus=Unknown("!Ref Bus"),
            ),
            checked(
                "RevocationTable/CrlPublished",
                finding(
                    "warning",
                    "no-dead-letter-queue",
                    "target RevocationTable has no dead-letter queue: undelivered events are lost after 24 hours",
                    "give it one",
                    app,
                    58,
                ),
                at=(app, 58),
                always=["crl-generation-success"],
                may=["crl-generation-failure"],
            ),
            checked("AuditReports", at=("cdk.out/Audit.template.json", 118), always=["audit-report"]),
        ],
        other_rules=12,
        uncovered=["ca-creation-failure"],
        unreadable=[
            Unreadable(
                SourceLocation("infra/legacy/queue.tf", 8),
                'is not valid HCL: a "}" is missing; the rest of the file is not read',
            )
        ],
        ignored=1,
        files_read=1234,
    )
