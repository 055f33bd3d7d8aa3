"""The model of infrastructure code: rules, targets, queues and policies, each with its location.

A value that is known only at deployment is an `Unknown`: a whole pattern, a list, one of its values, part of a string.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

DEFAULT_BUS = "default"

RuleKind = Literal["rule", "archive", "pipe", "event source", "subscriber"]


@dataclass(frozen=True, order=True)
class SourceLocation:
    """A location in the code: a file as given or found, and a line counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Unknown:
    """A value that is known only at deployment; `str` shows it with placeholders such as `${var.region}`.

    Attributes:
        reason: what it depends on, as in the code: `var.ca_arn`, `!Ref CaArn`.
        parts: the known text, with None for each unknown part: `("arn:aws:acm-pca:", None, "/x")`. `(None,)` may be
            any value, not only a string.
        meaning: `account`, `region` or `partition` if it is that of the deployment; else empty.
        meanings: the meaning of each unknown part, in order; empty if none has one.
        names: the resource that it identifies, with its location: `PCA (line 3)`; else empty.
        reasons: what each unknown part depends on, in order; empty if all depend on `reason`.
    """

    reason: str
    parts: tuple[str | None, ...] = (None,)
    meaning: str = ""
    meanings: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    names: str = ""

    def __str__(self) -> str:
        if self.names:
            return as_placeholder(self.reason)
        reasons = iter(self.reasons or (self.reason,) * len(self.parts))
        return "".join(as_placeholder(next(reasons)) if part is None else part for part in self.parts)


def as_placeholder(reason: str) -> str:
    """Return a reason as a placeholder: `!Ref CaArn` and `${CaArn}` become `${CaArn}`, `var.ca` becomes `${var.ca}`."""
    for function in ("!Ref ", "!GetAtt "):
        reason = reason.removeprefix(function)
    return reason if reason.startswith("${") and reason.endswith("}") else f"${{{reason}}}"


@dataclass(frozen=True)
class Key:
    """A KMS key of the project.

    Attributes:
        policy: its policy as a JSON object with possibly unknown values; None if the project sets none.
    """

    place: SourceLocation
    name: str
    policy: Any = None


@dataclass(frozen=True)
class Destination:
    """A resource of the project that EventBridge delivers to: a target, a dead-letter queue or an event bus.

    Attributes:
        kind: the service of its ARN: sqs, sns, lambda, logs, or events for an event bus.
        name: its name, or its address if the name is unknown.
        address: its address (Terraform) or logical ID; a `Reference` in a policy uses it.
        arn: its ARN, which may be partly unknown.
        generated: whether the provider or CloudFormation generates its name.
        policy: its resource-based policy as a JSON object with possibly unknown values, in which a `Reference` gives
            the address of a resource; None if the project sets none. The statements of several policies, and the
            permissions of a Lambda function, are combined.
        key: the KMS key that encrypts it: one of the project, or Unknown; None without one. An AWS managed key is
            given by its alias (`alias/aws/sqs`); its policy cannot be changed.
        deduplicates: whether a FIFO queue has content-based deduplication.
        qualifier: `:live` for a version or an alias of a function, which has its own permissions.
    """

    kind: str
    place: SourceLocation
    name: str
    address: str = ""
    arn: str | Unknown = Unknown("its ARN")
    generated: bool = False
    policy: Any = None
    key: Key | Unknown | str | None = None
    fifo: bool | Unknown = False
    deduplicates: bool | Unknown = True
    qualifier: str | Unknown = ""


@dataclass(frozen=True)
class Role:
    """An IAM role of the project that a target uses.

    Attributes:
        trust: its trust policy as a JSON object with possibly unknown values.
        policy: the statements of all its policies, likewise; None if the project sets none.
    """

    place: SourceLocation
    name: str
    trust: Any
    policy: Any = None


@dataclass(frozen=True)
class Target:
    """A target of a rule.

    Attributes:
        name: its ID, or the address of its resource.
        kind: the service of its ARN if known: sqs, lambda, sns, logs, states ..., events for an event bus,
            api-destination; else empty.
        arn: its ARN; Unknown if it refers to a resource.
        handler: the name to show: that of the function, queue or topic; empty if there is none.
        destination: its resource in the project; None if it is outside the project, unknown, or if the format grants
            the permissions itself (events of SAM and Serverless functions).
        input_path: the InputPath, a JSON path such as `$.detail`.
        input_paths: the JSON paths of an InputTransformer, by variable.
        input_template, constant: the template of an InputTransformer; the Input, which replaces the event.
        dead_letter: the dead-letter queue: one of the project, True for one outside the project, None without one.
        dead_letter_arn: its ARN; empty without one, and if SAM creates the queue.
        role: the role if it is in the project, else whether the target has a RoleArn.
        address: the address (Terraform) or logical ID of the resource that its ARN refers to; empty for any other ARN.
        own_arn: the ARN of that resource, which may be partly unknown; empty if its type does not determine it.
    """

    place: SourceLocation
    name: str
    kind: str = ""
    arn: str | Unknown = Unknown("its ARN")
    handler: str = ""
    destination: Destination | None = None
    input_path: str | Unknown | None = None
    input_paths: Mapping[str, str | Unknown] = field(default_factory=dict)
    input_template: str | Unknown | None = None
    constant: str | Unknown | None = None
    dead_letter: Destination | Unknown | bool | None = None
    dead_letter_arn: str | Unknown = ""
    retry: bool = False
    role: Role | bool | Unknown = False
    address: str = ""
    own_arn: str | Unknown = ""
    message_group: bool | Unknown = False


@dataclass(frozen=True)
class Rule:
    """An EventBridge rule with an event pattern; rules with only a schedule are not included.

    Attributes:
        place: its first line.
        last_line: its last line; comments from just above the first line to here belong to the rule.
        name: its address (`aws_cloudwatch_event_rule.crl_failed`, with `["key"]` or `[0]` for an instance), logical ID
            (`CrlFailed`; for SAM and Serverless with its owner: `Handler/CrlFailed`), or name.
        pattern: the event pattern as a JSON object with possibly unknown values; a string if it is not valid JSON; or
            Unknown.
        lines: the line of each key of the pattern, by path: `detail.result`. May be incomplete.
        bus: the name or ARN of its event bus.
        targets: in the order of the code; None if they are unknown.
        kind: the type of resource with the pattern; archives and pipes have no rule targets.
        off: why the rule is not deployed by default, as in the code: `var.enabled`; empty if it is deployed.
        read_only_calls: whether its state is ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS.
        own_bus: its event bus if that is in the project; None for the default bus and for a bus outside the project.
        arn: its ARN, which may be partly unknown.
    """

    place: SourceLocation
    last_line: int
    name: str
    pattern: Any
    lines: Mapping[str, int] = field(default_factory=dict)
    bus: str | Unknown = DEFAULT_BUS
    enabled: bool | Unknown = True
    targets: tuple[Target, ...] | None = ()
    kind: RuleKind = "rule"
    off: str = ""
    read_only_calls: bool | Unknown = False
    own_bus: Destination | None = None
    arn: str | Unknown = Unknown("its ARN")


@dataclass(frozen=True)
class CustomBus:
    """A Custom Event Bus (API `eventbridgev2`).

    Attributes:
        name: its ARN, or the address of its resource.
        place: the location of its resource; None if it is not in the code.
    """

    name: str
    place: SourceLocation | None = None


@dataclass(frozen=True)
class EventSource:
    """An event source: forwards the events of one AWS service from the default event bus to a Custom Event Bus.

    Attributes:
        service: the `AwsService` as a JSON value such as `aws.acm-pca`; or Unknown.
        service_place: the location of the service.
        pattern: the pattern of forwarded events, as in `Rule`; None if all are forwarded.
        size: the length of the pattern in characters, as in the code; 0 if unknown.
        lines, off: as in `Rule`.
    """

    place: SourceLocation
    last_line: int
    name: str
    bus: CustomBus | Unknown
    service: Any
    service_place: SourceLocation
    pattern: Any = None
    lines: Mapping[str, int] = field(default_factory=dict)
    size: int = 0
    on_failure: bool | Unknown = False
    off: str = ""


@dataclass(frozen=True)
class SubscriberFilter:
    """One filter of a subscriber.

    Attributes:
        place: the location of its pattern.
        scope: the part of the event that it filters: DATA, METADATA or SYSTEM_METADATA.
        pattern, lines: as in `Rule`.
        size: the length of the pattern in characters, as in the code; 0 if unknown.
    """

    place: SourceLocation
    scope: str | Unknown
    pattern: Any
    lines: Mapping[str, int] = field(default_factory=dict)
    size: int = 0


@dataclass(frozen=True)
class Subscriber:
    """A subscriber: delivers the events of a Custom Event Bus that match all its filters to one target.

    Attributes:
        filters: empty means every event; Unknown if known only at deployment.
        target: its target; None if it is not in the code.
        off: as in `Rule`.
    """

    place: SourceLocation
    last_line: int
    name: str
    bus: CustomBus | Unknown
    filters: tuple[SubscriberFilter, ...] | Unknown = ()
    target: Target | None = None
    on_failure: bool | Unknown = False
    enabled: bool | Unknown = True
    off: str = ""


@dataclass(frozen=True, order=True)
class Unreadable:
    """A file, or part of a file, that could not be read, with the reason in one line."""

    place: SourceLocation
    message: str


@dataclass(frozen=True, order=True)
class Skipped:
    """Code that may contain rules and is not read.

    Attributes:
        remedy: what to check instead: `check the output of terraform show -json`.
    """

    place: SourceLocation
    what: str
    remedy: str


@dataclass
class Reading:
    """The result of reading files; `files` counts those that were completely read or searched."""

    rules: list[Rule] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    event_sources: list[EventSource] = field(default_factory=list)
    subscribers: list[Subscriber] = field(default_factory=list)
    files: int = 0

    @property
    def written(self) -> list[Rule | EventSource | Subscriber]:
        """Everything with an event pattern."""
        return [*self.rules, *self.event_sources, *self.subscribers]

    def add(self, other: "Reading") -> None:
        """Add another result to this one."""
        self.rules += other.rules
        self.unreadable += other.unreadable
        self.skipped += other.skipped
        self.event_sources += other.event_sources
        self.subscribers += other.subscribers
        self.files += other.files
