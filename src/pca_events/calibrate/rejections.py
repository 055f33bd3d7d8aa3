"""What EventBridge rejects on AWS: requests, patterns, entries, and what exceeds a quota."""

from typing import Any

from pca_events.calibrate.trial import RULE, Behaviour, TrialSetup, behaviour, failed, rejected, sample
from pca_events.harness.aws_errors import aws_error_of

_VALID = '{"source": ["text"]}'
_INVALID = '{"source": "text"}'
_ENTRY = {"Source": "trial", "DetailType": "trial", "Detail": "{}"}
_QUOTAS = "User Guide, Amazon EventBridge quotas"
_RESULTS = "API Reference, PutEventsResultEntry"


def _entry_error(setup: TrialSetup, **changes: Any) -> str | None:
    """The error code of an entry with these changes, or None."""
    answer = setup.events.put_events(Entries=[{**_ENTRY, **changes}])
    code: str | None = answer["Entries"][0].get("ErrorCode")
    return code


@behaviour("PutEvents rejects a source that begins with aws.", _RESULTS)
def source_refused(setup: TrialSetup) -> bool:
    """Try a source of AWS."""
    return _entry_error(setup, Source="aws.acm-pca") == "NotAuthorizedForSourceException"


@behaviour("PutEvents rejects a detail that is not valid JSON", _RESULTS)
def malformed_detail(setup: TrialSetup) -> bool:
    """Try a detail that is cut off."""
    return _entry_error(setup, Detail='{"result": ') == "MalformedDetail"


@behaviour("PutEvents rejects a detail-type of more than 128 characters", "API Reference, PutEventsRequestEntry")
def long_detail_type(setup: TrialSetup) -> bool:
    """Try 129 characters."""
    return _entry_error(setup, DetailType="x" * 129) is not None


@behaviour("PutEvents rejects an entry without source, detail-type or detail", "API Reference, PutEventsRequestEntry")
def required_members(setup: TrialSetup) -> bool:
    """Leave out each."""
    entries = [{name: value for name, value in _ENTRY.items() if name != left_out} for left_out in _ENTRY]
    answer = setup.events.put_events(Entries=entries)
    return all("ErrorCode" in entry for entry in answer["Entries"])


@behaviour("PutEvents accepts the other entries if it rejects one", "API Reference, PutEvents")
def entry_by_entry(setup: TrialSetup) -> bool:
    """Send a valid entry after one whose detail is not valid JSON."""
    answer = setup.events.put_events(Entries=[{**_ENTRY, "Detail": "{"}, _ENTRY])
    first, second = answer["Entries"]
    return answer["FailedEntryCount"] == 1 and "ErrorCode" in first and bool(second.get("EventId"))


@behaviour("PutEvents rejects more than 10 entries", "API Reference, PutEvents")
def many_entries(setup: TrialSetup) -> bool:
    """Send 11."""
    return failed(setup.events.put_events, Entries=[_ENTRY] * 11) is not None


@behaviour("PutEvents rejects entries of more than 1 MB", "User Guide, Calculating PutEvents event entry size")
def large_entry(setup: TrialSetup) -> bool:
    """Send a detail of 1 MB, with what else counts."""
    return (
        failed(setup.events.put_events, Entries=[{**_ENTRY, "Detail": f'{{"x": "{"x" * 1024 * 1024}"}}'}]) is not None
    )


@behaviour("PutRule rejects an invalid pattern", "API Reference, PutRule")
def invalid_pattern(setup: TrialSetup) -> bool:
    """Put a rule whose pattern has a string in place of a list."""
    with setup.bus() as bus:
        return _rule_rejected(setup, bus.name, "InvalidEventPatternException", EventPattern=_INVALID)


@behaviour("TestEventPattern rejects an invalid pattern", "API Reference, TestEventPattern")
def tested_pattern(setup: TrialSetup) -> bool:
    """Test a pattern that has a string in place of a list."""
    event = '{"id": "1", "source": "a", "detail-type": "b", "account": "111122223333", "region": "us-east-1", '
    event += '"time": "2026-01-01T00:00:00Z", "resources": [], "detail": {}}'
    test = setup.events.test_event_pattern
    return rejected("InvalidEventPatternException", test, EventPattern=_INVALID, Event=event)


@behaviour("CreateArchive rejects an invalid pattern", "API Reference, CreateArchive")
def archive_pattern(setup: TrialSetup) -> bool:
    """Create an archive whose pattern has a string in place of a list."""
    with setup.fresh_bus() as bus:
        arn = bus.backend.bus_arn(bus.name)
        words = {"ArchiveName": bus.name, "EventSourceArn": arn, "EventPattern": _INVALID}
        return rejected("InvalidEventPatternException", setup.events.create_archive, **words)


@behaviour("PutRule rejects a pattern of more than 2,048 characters", _QUOTAS)
def long_pattern(setup: TrialSetup) -> bool:
    """Put a rule whose pattern has 2,049 characters."""
    with setup.bus() as bus:
        pattern = '{"source": ["' + "x" * (2049 - 16) + '"]}'
        return _rule_rejected(setup, bus.name, None, EventPattern=pattern)


@behaviour("PutRule rejects a name of more than 64 characters", "API Reference, PutRule")
def long_rule_name(setup: TrialSetup) -> bool:
    """Try 65 characters."""
    with setup.bus() as bus:
        return _rule_rejected(setup, bus.name, "ValidationException", Name="r" * 65)


@behaviour("PutRule rejects a description of more than 512 characters", "API Reference, PutRule")
def long_description(setup: TrialSetup) -> bool:
    """Try 513 characters."""
    with setup.bus() as bus:
        return _rule_rejected(setup, bus.name, "ValidationException", Description="d" * 513)


@behaviour("PutRule rejects more than 50 tags", "User Guide, Tagging Amazon EventBridge resources")
def many_tags(setup: TrialSetup) -> bool:
    """Try 51."""
    with setup.bus() as bus:
        tags = [{"Key": f"tag-{number}", "Value": "x"} for number in range(51)]
        return _rule_rejected(setup, bus.name, None, Tags=tags)


def _rule_rejected(setup: TrialSetup, bus: str, code: str | None, **changes: Any) -> bool:
    """Whether PutRule rejects a rule with these changes, with an error code if one is given; removes the rule."""
    words = {"Name": RULE, "EventBusName": bus, "EventPattern": _VALID, **changes}
    error = failed(setup.events.put_rule, **words)
    if error is None:
        aws_error_of(lambda: setup.events.delete_rule(Name=words["Name"], EventBusName=bus))
    return error is not None and code in (None, error.code)


@behaviour("PutTargets rejects a sixth target of a rule", _QUOTAS)
def many_targets(setup: TrialSetup) -> bool:
    """Put five more beside the one that is there."""
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, sample().pattern)
        more = [{"Id": f"target-{number}", "Arn": bus.queue_arn()} for number in range(5)]
        return _targets_rejected(setup, bus.name, None, *more)


@behaviour("PutTargets requires a role for a Kinesis stream", "API Reference, PutTargets; recorded on AWS")
def role_required(setup: TrialSetup) -> bool:
    """Put a stream as a target, without a role."""
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, sample().pattern)
        stream = bus.queue_arn().replace(":sqs:", ":kinesis:").rpartition(":")[0] + ":stream/trial"
        return _targets_rejected(setup, bus.name, "ValidationException", {"Id": "stream", "Arn": stream})


@behaviour("PutTargets rejects a target with both Input and InputPath", "API Reference, Target; recorded on AWS")
def one_input(setup: TrialSetup) -> bool:
    """Put a target with both."""
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, sample().pattern)
        both = {"Id": "both", "Arn": bus.queue_arn(), "Input": "{}", "InputPath": "$.detail"}
        return _targets_rejected(setup, bus.name, "ValidationException", both)


def _targets_rejected(setup: TrialSetup, bus: str, code: str | None, *targets: dict[str, Any]) -> bool:
    """Whether PutTargets rejects targets, with an error code if one is given; removes them."""
    answers: list[dict[str, Any]] = []
    put = setup.events.put_targets
    error = aws_error_of(lambda: answers.append(put(Rule=RULE, EventBusName=bus, Targets=list(targets))))
    if error is not None:
        return code in (None, error.code)
    setup.events.remove_targets(Rule=RULE, EventBusName=bus, Ids=[target["Id"] for target in targets])
    return bool(answers[0]["FailedEntryCount"])


@behaviour("DeleteRule rejects a rule that has targets", "API Reference, DeleteRule")
def rule_with_targets(setup: TrialSetup) -> bool:
    """Delete one."""
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, sample().pattern)
        return rejected("ValidationException", setup.events.delete_rule, Name=RULE, EventBusName=bus.name)


@behaviour("DeleteEventBus rejects a bus that has rules", "API Reference, DeleteEventBus; recorded on AWS")
def bus_with_rules(setup: TrialSetup) -> bool:
    """Delete one."""
    with setup.fresh_bus() as bus:
        bus.put_rule_under_test(RULE, sample().pattern)
        return rejected("ValidationException", setup.events.delete_event_bus, Name=bus.name)


@behaviour("ListRules rejects a bus that does not exist", "API Reference, ListRules")
def unknown_bus(setup: TrialSetup) -> bool:
    """List the rules of one."""
    name = setup.session.run.new_name()
    return rejected("ResourceNotFoundException", setup.events.list_rules, EventBusName=name)


@behaviour("RemoveTargets rejects a rule that does not exist", "API Reference, RemoveTargets")
def unknown_rule(setup: TrialSetup) -> bool:
    """Remove a target from one."""
    with setup.bus() as bus:
        remove = setup.events.remove_targets
        return rejected("ResourceNotFoundException", remove, Rule="unknown", EventBusName=bus.name, Ids=["target"])


REJECTIONS: tuple[Behaviour, ...] = (
    source_refused,
    malformed_detail,
    long_detail_type,
    required_members,
    entry_by_entry,
    many_entries,
    large_entry,
    invalid_pattern,
    tested_pattern,
    archive_pattern,
    long_pattern,
    long_rule_name,
    long_description,
    many_tags,
    many_targets,
    role_required,
    one_input,
    rule_with_targets,
    bus_with_rules,
    unknown_bus,
    unknown_rule,
)
"""The behaviours of this module."""
