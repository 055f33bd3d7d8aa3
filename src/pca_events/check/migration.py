"""Classic rules as subscribers of a Custom Event Bus, or the reason why a rule cannot be migrated.

Source: "Migrating from Custom Event Bus - Classic to the Custom Event Bus" in the EventBridge user guide.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pca_events.check.findings.subscriber_filters import MOST_IN_FILTER
from pca_events.check.report import CheckedRule
from pca_events.check.suggestions.replaced_patterns import NoEqual, without_wildcards
from pca_events.check.verdicts.conditions import partial_pattern
from pca_events.errors import InvalidPattern
from pca_events.infrastructure.model import Destination, Rule, Target, Unknown
from pca_events.infrastructure.source_tree import has_unknown

SOURCE = "aws.acm-pca"
_NO_ID = re.compile(r"[^A-Za-z0-9]+")
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 200
_OTHER_KINDS = {
    "archive": "an archive becomes the retention of the bus and the starting position of a subscriber",
    "pipe": "a pipe reads from its queue or stream, which stays as it is",
}
_TARGETS = ("lambda", "sqs", "sns", "kinesis", "firehose", "states", "events", "execute-api", "api-destination", "")


@dataclass(frozen=True)
class NewSubscriber:
    """The subscriber for one target of a rule.

    Attributes:
        id: its unique logical id in a template.
        name: its name.
        pattern: the DATA filter, as a JSON string.
        target: the ARN of the target; Unknown if it is known only after deployment.
        failure: the ARN of the dead-letter queue, likewise; None if the target has none.
        enabled: whether the rule is enabled.
        notes: what remains to be done by hand.
    """

    id: str
    name: str
    pattern: str
    target: str | Unknown
    failure: str | Unknown | None
    enabled: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Migration:
    """A rule with its subscribers, or the reason why it has none."""

    rule: Rule
    subscribers: tuple[NewSubscriber, ...] = ()
    reason: str = ""


def migrate(rules: Sequence[CheckedRule]) -> list[Migration]:
    """Return the migration of each Classic rule, archive and pipe."""
    taken: set[str] = set()
    return [_migration(checked, taken) for checked in rules if checked.rule.kind not in ("event source", "subscriber")]


def _migration(checked: CheckedRule, taken: set[str]) -> Migration:
    rule = checked.rule
    reason = next(_obstacles(checked), "")
    if reason or rule.targets is None:
        return Migration(rule, reason=reason)
    pattern = without_wildcards(rule.pattern)
    text = json.dumps(pattern, separators=(",", ":"))
    notes = tuple(_notes_of_rule(rule))
    return Migration(rule, tuple(_subscriber(rule, target, text, notes, taken) for target in rule.targets))


def _obstacles(checked: CheckedRule) -> Iterator[str]:
    """Why a rule has no equivalent subscriber."""
    pattern = checked.rule.pattern
    if checked.rule.kind in _OTHER_KINDS:
        yield _OTHER_KINDS[checked.rule.kind]
    if has_unknown(pattern):
        yield "its pattern is not completely known; check the deployed code"
    try:
        partial_pattern(pattern)
    except InvalidPattern:
        yield "AWS rejects its pattern; correct it first"
    if any(finding.code == "custom-bus" for finding in checked.findings):
        yield "it is on a bus that the events of AWS services do not reach; put it on the default bus first"
    try:
        pattern = without_wildcards(pattern)
    except NoEqual as found:
        yield f"its pattern uses {found.matcher}, which subscribers do not support: {found.why}; write the values"
    if len(json.dumps(pattern, separators=(",", ":"), default=str)) > MOST_IN_FILTER:
        yield f"its pattern has more than {MOST_IN_FILTER:,} characters"
    yield from _without_target(checked.rule)


def _without_target(rule: Rule) -> Iterator[str]:
    if rule.targets is None:
        yield "its targets are not known; a subscriber has exactly one"
    elif not rule.targets:
        yield "it has no target; a subscriber has exactly one"


def _notes_of_rule(rule: Rule) -> Iterator[str]:
    sources = rule.pattern.get("source") if isinstance(rule.pattern, dict) else None
    others = [source for source in sources or () if source != SOURCE]
    if sources is None or others:
        asked = ", ".join(map(json.dumps, others)) if others else "every source"
        yield f"the rule also matches {asked}: add an event source for each intended service"
    if rule.off:
        yield f"the rule is off by default ({rule.off})"
    if json.dumps(rule.pattern, default=str) != json.dumps(without_wildcards(rule.pattern), default=str):
        yield "the pattern has prefix, suffix or values for each wildcard, which subscribers do not support"
    if isinstance(rule.pattern, dict) and "replay-name" in rule.pattern:
        yield "only replays of an archive have replay-name: a subscriber replays from its starting position instead"
    if isinstance(rule.enabled, Unknown):
        yield f"whether the rule is enabled depends on {rule.enabled.reason}"


def _subscriber(rule: Rule, target: Target, text: str, notes: tuple[str, ...], taken: set[str]) -> NewSubscriber:
    words = rule.name.removeprefix("aws_cloudwatch_event_rule.")
    if len(rule.targets or ()) > 1:
        words += f" {(target.name or target.handler).removeprefix('aws_cloudwatch_event_target.')}"
    base = "".join(word[:1].upper() + word[1:] for word in _NO_ID.split(words))[:_LONGEST_NAME] or "Subscriber"
    made = base if base[0].isalpha() else f"S{base}"
    number = 1
    while made in taken:
        number += 1
        made = f"{base}{number}"
    taken.add(made)
    name = _NO_NAME.sub("-", words).strip("-._")[:_LONGEST_NAME] or made
    return NewSubscriber(
        id=made,
        name=name if number == 1 else f"{name}-{number}",
        pattern=text,
        target=target.arn,
        failure=_failure(target.dead_letter),
        enabled=rule.enabled is not False,
        notes=(*notes, *_notes_of_target(target)),
    )


def _failure(letter: Any) -> str | Unknown | None:
    if isinstance(letter, Destination):
        return Unknown(f"the queue {letter.name}")
    if letter is True:
        return Unknown("the dead-letter queue")
    return letter if isinstance(letter, Unknown) else None


def _notes_of_target(target: Target) -> Iterator[str]:
    if target.input_paths:
        paths = ", ".join(str(path) for path in target.input_paths.values())
        yield f"the target has an input transformer, which reads {paths}: write it as a Transformer of type JSONATA"
    elif target.input_path is not None:
        yield f"the target has the InputPath {target.input_path}: write it as a Transformer of type JSONATA"
    if target.dead_letter in (None, False):
        yield "the target has no dead-letter queue: add an OnFailureConfiguration"
    if target.retry:
        yield "the target has a retry policy: write it as the RetryPolicy of the subscriber"
    else:
        yield "a Classic target is tried for 24 hours, a subscriber 5 times or for 300 seconds"
    if target.kind not in _TARGETS:
        yield f"a subscriber has no target for {target.kind}: write it as a universal target"


def as_template(migrations: Sequence[Migration]) -> str:
    """Return a CloudFormation template with every subscriber, and a comment for each rule without one."""
    subscribers = [new for migration in migrations for new in migration.subscribers]
    lines = [_comment(f"{m.rule.place} {m.rule.name}: no subscriber: {m.reason}") for m in migrations if m.reason]
    if not subscribers:
        return "".join(f"{line}\n" for line in [*lines, "# No rule has an equivalent subscriber."])
    lines += ['AWSTemplateFormatVersion: "2010-09-09"', "Parameters:"]
    lines += _parameter("DeliveryRoleArn", "role that lets events.amazonaws.com invoke the targets")
    lines += _parameter("SourceFailureQueueArn", "SQS queue for events that could not be forwarded")
    for new in subscribers:
        for key, arn in (("TargetArn", new.target), ("FailureQueueArn", new.failure)):
            lines += _parameter(f"{new.id}{key}", _of(arn)) if isinstance(arn, Unknown) else []
    lines += ["Resources:", "  PrivateCaBus:", "    Type: AWS::EventsV2::EventBus"]
    lines += ["    Properties:", "      Name: private-ca", "  PrivateCaEvents:", "    Type: AWS::EventsV2::EventSource"]
    lines += ["    Properties:", "      Name: private-ca-events", "      EventBusArn: !Ref PrivateCaBus"]
    lines += ["      Configuration:", "        AwsServiceEventsConfiguration:", f"          AwsService: {SOURCE}"]
    lines += ["          OnFailureConfiguration:", "            Arn: !Ref SourceFailureQueueArn"]
    for migration in migrations:
        for new in migration.subscribers:
            lines += _resource(migration.rule, new)
    return "".join(f"{line}\n" for line in lines)


def _of(arn: Unknown) -> str:
    """Describe an ARN: as it is written, or by its resource."""
    return f"ARN of {arn.reason if arn.reason.startswith('the ') else arn}"


def _parameter(name: str, description: str) -> list[str]:
    return [f"  {name}:", "    Type: String", f"    Description: {_quoted(description)}"]


def _resource(rule: Rule, new: NewSubscriber) -> list[str]:
    lines = [f"  {_comment(f'{rule.place} {rule.name}')}", *(f"  {_comment(note)}" for note in new.notes)]
    lines += [f"  {new.id}:", "    Type: AWS::EventsV2::Subscriber", "    Properties:"]
    lines += [f"      Name: {_quoted(new.name)}", "      EventBusArn: !Ref PrivateCaBus"]
    lines += [] if new.enabled else ["      State: STOPPED"]
    lines += ["      FilterConfiguration:", "        Filters:", "          - Scope: DATA"]
    lines += [f"            Pattern: {_quoted(new.pattern)}", "      InvokeConfiguration:"]
    lines += [f"        TargetArn: {_arn(new, 'TargetArn', new.target)}", "        RoleArn: !Ref DeliveryRoleArn"]
    if new.failure is not None:
        lines += ["      OnFailureConfiguration:", f"        Arn: {_arn(new, 'FailureQueueArn', new.failure)}"]
    return lines


def _arn(new: NewSubscriber, key: str, arn: str | Unknown) -> str:
    return f"!Ref {new.id}{key}" if isinstance(arn, Unknown) else _quoted(arn)


def _quoted(text: str) -> str:
    """A string as YAML on one line; characters that cannot be printed become spaces."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return "'" + printable.replace("'", "''") + "'"


def _comment(text: str) -> str:
    return "# " + "".join(character if character.isprintable() else " " for character in text)


def as_requests(migrations: Sequence[Migration]) -> list[dict[str, Any]]:
    """Return the CreateSubscriber requests of each rule, or why it has none; fill in `${...}`."""
    return [
        {
            "rule": migration.rule.name,
            "file": migration.rule.place.file,
            "line": migration.rule.place.line,
            "reason": migration.reason,
            "subscribers": [_request(new) for new in migration.subscribers],
            "notes": list(dict.fromkeys(note for new in migration.subscribers for note in new.notes)),
        }
        for migration in migrations
    ]


def _request(new: NewSubscriber) -> dict[str, Any]:
    request: dict[str, Any] = {
        "Name": new.name,
        "EventBusArn": "${EventBusArn}",
        "State": "RUNNING" if new.enabled else "STOPPED",
        "FilterConfiguration": {"Filters": [{"Scope": "DATA", "Pattern": new.pattern}]},
        "InvokeConfiguration": {"TargetArn": str(new.target), "RoleArn": "${DeliveryRoleArn}"},
    }
    if new.failure is not None:
        request["OnFailureConfiguration"] = {"Arn": str(new.failure)}
    return request
