"""What a consumer has written: rules, targets, queues and policies, each with its place.

A value that only a deployment knows is an `Unknown`, wherever it stands: a whole pattern, a list, one value of it, part
of a text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

DEFAULT_BUS = "default"

RuleKind = Literal["rule", "archive", "pipe", "event source", "subscriber"]


@dataclass(frozen=True, order=True)
class Place:
    """Where something is written: a file as it was given or found, and a line counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Unknown:
    """A value that cannot be known without deploying; `str` shows it as written, `${var.region}` for what is not known.

    Attributes:
        reason: what it depends on, as the author wrote it: `var.ca_arn`, `!Ref CaArn`.
        parts: the text that it is known to have, with None for each hole: `("arn:aws:acm-pca:", None, "/x")`. `(None,)`
            may be anything, also no text at all.
        meaning: `account`, `region` or `partition` where it is that of the deployment; else empty.
        meanings: the meaning of each hole of `parts`, in their order; empty where no hole has one.
        names: the resource of the code that it is, and where that stands: `PCA (line 3)`; else empty.
        reasons: what each hole of `parts` depends on, in their order; empty where all depend on `reason`.
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
    """Return a reason as the part of a text: `!Ref CaArn` and `${CaArn}` become `${CaArn}`, `var.ca` `${var.ca}`."""
    for function in ("!Ref ", "!GetAtt "):
        reason = reason.removeprefix(function)
    return reason if reason.startswith("${") and reason.endswith("}") else f"${{{reason}}}"


@dataclass(frozen=True)
class Key:
    """A KMS key of the project.

    Attributes:
        policy: its policy as a JSON object whose values may be unknown; None where the project gives it none.
    """

    place: Place
    name: str
    policy: Any = None


@dataclass(frozen=True)
class Destination:
    """A resource of the project that EventBridge delivers to: a target, a dead-letter queue or an event bus.

    Attributes:
        kind: the service of its ARN: sqs, sns, lambda, logs, or events for an event bus.
        name: its name, or its address where the name is not known.
        address: its address (Terraform) or logical id, by which a `Reference` in a policy names it.
        arn: its ARN with holes for what is not known.
        generated: whether its name is not given, so that the provider or CloudFormation generates it.
        policy: its resource-based policy as a JSON object whose values may be unknown, in which a `Reference` names a
            resource of the project by its address; None where the project gives it none. The statements of several
            policies, and of permissions of a Lambda function, are in one object.
        key: the KMS key that encrypts it: one of the project, or Unknown; None without one. A key that AWS manages is
            its alias (`alias/aws/sqs`), whose policy nobody can change.
        fifo: whether it is a FIFO queue or topic.
        deduplicates: whether a FIFO queue has content-based deduplication.
        qualifier: `:live` for a version or an alias of a function, whose permissions are not those of the function.
    """

    kind: str
    place: Place
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
    """An IAM role of the project that a target has.

    Attributes:
        trust: who can assume it, as a JSON object whose values may be unknown.
        policy: the statements of all its policies, likewise; None where the project gives it none.
    """

    place: Place
    name: str
    trust: Any
    policy: Any = None


@dataclass(frozen=True)
class Target:
    """Where a rule sends events.

    Attributes:
        name: its id, or the address of its resource.
        kind: the service of its ARN where that is known: sqs, lambda, sns, logs, states ..., events for an event bus,
            api-destination; else empty.
        arn: its ARN; Unknown where it refers to a resource.
        handler: what a reader would call it: the name of the function, queue or topic; empty where nothing names it.
        destination: the resource of the project that it is; None for one that is elsewhere, that is not known, or whose
            permissions the format makes itself (events of SAM and Serverless functions).
        input_path: the InputPath, a JSON path such as `$.detail`.
        input_paths: the JSON paths of an InputTransformer, by variable.
        dead_letter: the dead-letter queue: one of the project, True for one that is elsewhere, None without one.
        dead_letter_arn: its ARN; empty without one, and where SAM makes the queue.
        retry: whether a retry policy is set.
        role: whether it has a RoleArn; the role, where it is one of the project.
        address: the address (Terraform) or logical id of the resource that its ARN refers to; empty for any other ARN.
        own_arn: the ARN of that resource with holes for what is not known; empty where its kind does not tell it.
        message_group: whether it has a message group ID for a FIFO queue.
    """

    place: Place
    name: str
    kind: str = ""
    arn: str | Unknown = Unknown("its ARN")
    handler: str = ""
    destination: Destination | None = None
    input_path: str | Unknown | None = None
    input_paths: Mapping[str, str | Unknown] = field(default_factory=dict)
    dead_letter: Destination | Unknown | bool | None = None
    dead_letter_arn: str | Unknown = ""
    retry: bool = False
    role: Role | bool | Unknown = False
    address: str = ""
    own_arn: str | Unknown = ""
    message_group: bool | Unknown = False


@dataclass(frozen=True)
class Rule:
    """An EventBridge rule that has an event pattern; rules that have a schedule only are none.

    Attributes:
        place: where it begins.
        last_line: where its text ends; a comment between the two, or just above, stands beside the rule.
        name: its address (`aws_cloudwatch_event_rule.crl_failed`, with `["key"]` or `[0]` for an instance), logical id
            (`CrlFailed`, for SAM and Serverless with what it belongs to: `Handler/CrlFailed`), or name.
        pattern: the event pattern as a JSON object whose values may be unknown; a text where it is not valid JSON;
            or Unknown.
        lines: the line of each key of the pattern, by its path: `detail.result`. May be incomplete.
        bus: the name or ARN of its event bus.
        enabled: whether it is.
        targets: in the order of the text; None where they cannot be known, so that nothing is said about them.
        kind: what the pattern belongs to; an archive and a pipe have no targets of a rule.
        off: what the rule is not deployed for by default, as written: `var.enabled`; empty where it is deployed.
        read_only_calls: whether its state is ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS.
        own_bus: the event bus of the project that it is on; None for the default bus, and for one that is elsewhere.
        arn: its ARN with holes for what is not known.
    """

    place: Place
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
        place: where its resource stands; None where it is not in the code.
    """

    name: str
    place: Place | None = None


@dataclass(frozen=True)
class EventSource:
    """What forwards the events of one AWS service from the default event bus to a Custom Event Bus.

    Attributes:
        service: the `AwsService` as a JSON value: `aws.acm-pca`; or Unknown.
        service_place: where the service is written.
        pattern: what it forwards of them, as in `Rule`; None where it forwards all.
        lines: the line of each key of the pattern.
        size: how many characters the pattern has as it is written; 0 where that is not known.
        on_failure: whether it has an OnFailureConfiguration.
        off: as in `Rule`.
    """

    place: Place
    last_line: int
    name: str
    bus: CustomBus | Unknown
    service: Any
    service_place: Place
    pattern: Any = None
    lines: Mapping[str, int] = field(default_factory=dict)
    size: int = 0
    on_failure: bool | Unknown = False
    off: str = ""


@dataclass(frozen=True)
class SubscriberFilter:
    """One filter of a subscriber.

    Attributes:
        place: where its pattern stands.
        scope: what it looks at: DATA, METADATA or SYSTEM_METADATA.
        pattern: as in `Rule`.
        lines: the line of each key of the pattern.
        size: how many characters the pattern has as it is written; 0 where that is not known.
    """

    place: Place
    scope: str | Unknown
    pattern: Any
    lines: Mapping[str, int] = field(default_factory=dict)
    size: int = 0


@dataclass(frozen=True)
class Subscriber:
    """What delivers the events of a Custom Event Bus that pass all its filters to one target.

    Attributes:
        filters: none means every event; Unknown where only a deployment knows them.
        target: what it delivers to; None where that is not written.
        on_failure: whether it has an OnFailureConfiguration.
        enabled: whether it runs.
        off: as in `Rule`.
    """

    place: Place
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
    """A file, or part of one, that could not be read, and why, in one line."""

    place: Place
    message: str


@dataclass(frozen=True, order=True)
class Skipped:
    """Something that may hold rules and is not read.

    Attributes:
        what: it is: `a Terraform state`.
        remedy: what to check instead: `check the output of terraform show -json`.
    """

    place: Place
    what: str
    remedy: str


@dataclass
class Reading:
    """What was found in some files.

    Attributes:
        files: how many files were read, or searched for rules; those with a part that could not be read left out.
    """

    rules: list[Rule] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    event_sources: list[EventSource] = field(default_factory=list)
    subscribers: list[Subscriber] = field(default_factory=list)
    files: int = 0

    @property
    def written(self) -> list[Rule | EventSource | Subscriber]:
        """Everything that has an event pattern."""
        return [*self.rules, *self.event_sources, *self.subscribers]

    def add(self, other: "Reading") -> None:
        """Add what another part has."""
        self.rules += other.rules
        self.unreadable += other.unreadable
        self.skipped += other.skipped
        self.event_sources += other.event_sources
        self.subscribers += other.subscribers
        self.files += other.files
