"""The kinds of findings, with their default levels; docs/findings/<code>.md has a wrong and a right rule for each."""

from dataclasses import dataclass

from pca_events.check.report import CodeName, Level


@dataclass(frozen=True)
class Code:
    """A kind of finding.

    Attributes:
        name: the code, as in `# pca-events: ignore never-fires`.
        title: a few words without a full stop.
        meaning: one sentence.
        levels: the possible levels of these findings, the default first.
    """

    name: CodeName
    title: str
    meaning: str
    levels: tuple[Level, ...] = ("warning",)

    @property
    def level(self) -> Level:
        """The default level."""
        return self.levels[0]


_PATTERN = (
    Code(
        "never-fires", "Rule never fires", "No event that AWS Private CA sends matches the event pattern.", ("error",)
    ),
    Code(
        "invalid-pattern",
        "Invalid event pattern",
        "EventBridge rejects the event pattern, so the deployment fails.",
        ("error",),
    ),
    Code(
        "resource-by-id",
        "Resource ID instead of an ARN",
        "The pattern compares resources with an ID, but these events contain complete ARNs.",
        ("error",),
    ),
    Code(
        "pattern-too-long",
        "Event pattern exceeds the quota",
        "The event pattern is longer than the default quota of 2,048 characters.",
        ("error",),
    ),
    Code(
        "pattern-nearly-too-long",
        "Event pattern close to the quota",
        "The event pattern is longer than 1,800 of the 2,048 characters that the default quota allows.",
    ),
    Code(
        "dead-value",
        "Value without effect",
        "A value in the event pattern is never sent, while the rule fires on others.",
    ),
    Code(
        "no-result-filter",
        "No filter on the result",
        "The rule receives failures together with successes because it does not filter on detail.result.",
        ("note", "warning"),
    ),
    Code(
        "fires-on-success",
        "Fires on successes as well",
        "The name of the rule or of its target promises failures, but the rule also fires on successes.",
    ),
    Code(
        "fires-on-failure",
        "Fires on failures as well",
        "The name of the rule or of its target promises successes, but the rule also fires on failures.",
    ),
    Code(
        "prefix-or-suffix",
        "Prefix and suffix are alternatives",
        "A prefix and a suffix in one list are alternatives: a value that meets either one matches.",
    ),
    Code(
        "contradiction",
        "Pattern contradicts itself",
        "The ARNs in resources belong to another Region, account or partition than the rest of the pattern requires.",
    ),
    Code(
        "unknown-detail-type",
        "Unknown detail-type",
        "A detail-type resembles one that AWS documents for the source, but is not one of them.",
    ),
    Code(
        "service-may-differ",
        "EventBridge may match differently",
        "The documentation and the published engine of EventBridge disagree about how this pattern matches.",
        ("note",),
    ),
    Code(
        "only-some",
        "Fires on some events only",
        "The rule fires only on events of a certain CA, account, Region or the like.",
        ("note",),
    ),
    Code(
        "depends-on-unknown",
        "Depends on a value that is not known",
        "Whether the rule fires depends on a value that only the deployment knows.",
        ("note",),
    ),
    Code(
        "fires-on-cloudtrail",
        "Fires on CloudTrail events as well",
        "The rule also fires on the API call events that CloudTrail sends with the source aws.acm-pca.",
        ("note",),
    ),
    Code(
        "cloudtrail-only",
        "Fires on CloudTrail events only",
        "The rule fires on API calls that CloudTrail records, and on no event that AWS Private CA itself sends.",
        ("note",),
    ),
)

_RULE = (
    Code("disabled", "Rule is disabled", "The rule is disabled, so it does not fire.", ("warning",)),
    Code(
        "no-target",
        "Rule without a target",
        "The code has no target for the rule, so nothing receives its events.",
    ),
    Code(
        "off-by-default",
        "Rule is off by default",
        "The default values of the variables leave the rule out; it is checked as if it were deployed.",
        ("note",),
    ),
    Code(
        "custom-bus",
        "Rule on a custom event bus",
        "AWS services send events to the default event bus, and nothing is known to forward them to this one.",
        ("error", "warning", "note"),
    ),
)

_DELIVERY = (
    Code(
        "input-not-there",
        "Input field does not exist",
        "The target reads a field that is in none of the events on which the rule fires.",
        ("error",),
    ),
    Code(
        "input-not-always-there",
        "Input field is not always present",
        "The target reads a field that is missing in some of the events on which the rule fires.",
    ),
    Code(
        "queue-policy",
        "EventBridge cannot send to the queue",
        "No queue policy in the code allows EventBridge to send the events of this rule to the SQS queue.",
        ("error", "warning"),
    ),
    Code(
        "topic-policy",
        "EventBridge cannot publish to the topic",
        "No topic policy in the code allows EventBridge to publish the events of this rule to the SNS topic.",
        ("error",),
    ),
    Code(
        "lambda-permission",
        "EventBridge cannot invoke the function",
        "No permission in the code allows EventBridge to invoke the Lambda function for this rule.",
        ("error",),
    ),
    Code(
        "log-policy",
        "EventBridge cannot write to the log group",
        "No resource policy of CloudWatch Logs in the code allows EventBridge to write to the log group.",
    ),
    Code(
        "key-policy",
        "EventBridge cannot use the KMS key",
        "The queue or topic is encrypted with a KMS key that EventBridge cannot use.",
        ("error", "warning"),
    ),
    Code(
        "target-role",
        "Role missing or insufficient",
        "The IAM role of the target is missing, cannot be assumed by EventBridge, or does not allow the action.",
        ("error", "warning"),
    ),
    Code(
        "fifo-queue",
        "FIFO queue that EventBridge cannot use",
        "The FIFO queue lacks content-based deduplication or a message group ID, or it is a dead-letter queue.",
        ("error", "warning"),
    ),
    Code(
        "target-region",
        "Target in another Region",
        "The target is in another Region than the rule, which EventBridge supports for event buses only.",
        ("error",),
    ),
    Code(
        "dead-letter-queue",
        "Dead-letter queue that EventBridge cannot use",
        "The dead-letter queue is not an SQS queue, or it is in another Region than the rule or the target.",
        ("error", "warning"),
    ),
    Code(
        "no-dead-letter-queue",
        "No dead-letter queue",
        "The target has no dead-letter queue, so an event that cannot be delivered is lost.",
    ),
    Code(
        "no-retry-policy",
        "No retry policy",
        "The target has no retry policy, so the default of EventBridge applies: 24 hours and 185 attempts.",
        ("note",),
    ),
)

_CUSTOM_EVENT_BUS = (
    Code(
        "event-source-service",
        "Invalid AwsService of an event source",
        "AwsService is not the source of exactly one AWS service.",
        ("error",),
    ),
    Code(
        "event-source-fields",
        "Field not allowed in an event source",
        "The pattern of the event source filters on source, account or region, which EventBridge rejects.",
        ("error",),
    ),
    Code(
        "no-event-source",
        "No event source for AWS Private CA",
        "No event source of the Custom Event Bus forwards the events of AWS Private CA to the subscriber.",
        ("error",),
    ),
    Code(
        "event-source-not-known",
        "Event sources not known",
        "The Custom Event Bus is not in the code, so its event sources are not known.",
        ("note",),
    ),
    Code(
        "wildcard-in-filter",
        "Wildcard in the filter of a subscriber",
        "Filters of subscribers do not support the wildcard operator.",
        ("error",),
    ),
    Code(
        "metadata-filter",
        "Metadata filter on AWS events",
        "A filter with the scope METADATA matches no event of an AWS service, because these have no metadata.",
        ("error",),
    ),
    Code(
        "filter-scope",
        "Wrong scope of a filter",
        "The scope of a filter does not exist, occurs twice, or does not contain the fields that the filter compares.",
        ("error",),
    ),
    Code(
        "filter-too-long",
        "Filter exceeds its maximum length",
        "A filter is longer than 4,096 characters, or the pattern of an event source is longer than 3,753.",
        ("error",),
    ),
    Code(
        "no-on-failure",
        "No failure destination",
        "The event source or subscriber has no OnFailureConfiguration, so an event that fails is lost.",
    ),
)

_SUPPRESSIONS = (
    Code(
        "ignore-without-reason",
        "Suppression without a reason",
        "A comment or an ignore entry gives no reason, so it suppresses nothing.",
    ),
    Code(
        "ignore-unknown",
        "Suppression of an unknown code",
        "A comment or an ignore entry names a code that does not exist.",
    ),
    Code(
        "ignore-unused",
        "Suppression without effect",
        "A comment or an ignore entry names a code, but there is no such finding.",
    ),
    Code(
        "ignore-empty", "Suppression without a code", "A comment names no code, so it suppresses nothing.", ("warning",)
    ),
    Code(
        "ignore-expired",
        "Expired ignore entry",
        "The expiry date of an ignore entry has passed, so it no longer suppresses anything.",
    ),
    Code("baseline-stale", "Stale entry in the baseline", "An entry of the baseline matches no finding.", ("note",)),
)

GROUPS: dict[str, tuple[Code, ...]] = {
    "Event patterns": _PATTERN,
    "Rules": _RULE,
    "Targets and delivery": _DELIVERY,
    "Custom Event Bus": _CUSTOM_EVENT_BUS,
    "Suppressions": _SUPPRESSIONS,
}
"""The codes by what they are about, in the order in which they are documented."""

CODES: dict[str, Code] = {code.name: code for group in GROUPS.values() for code in group}
"""Every code by its name."""

OF_SUPPRESSIONS = frozenset(code.name for code in _SUPPRESSIONS)
"""The codes of findings about suppressions, which no comment, entry or baseline can suppress."""
