# ruff: noqa: E501
"""What the suite says of a bus, a target or a transport that misbehaves: a verdict, and what happened in words."""

import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from burst import RETRIED_WHEN_THROTTLED, SERVICES, burst, five_percent
from fault_proxy import Fault, FaultProxy
from faults import (
    NOTE,
    Message,
    When,
    altered,
    broadened,
    calls_of,
    changed,
    cut,
    delayed,
    dropped,
    duplicated,
    garbled,
    gone,
    halved,
    hanging,
    inserted,
    lacking,
    misdelivered,
    note_of,
    refused,
    removed,
    reordered,
    reset,
    rewritten,
    signed,
    since,
    throttled,
    unrouted,
    whole,
    witnessed,
)
from scenario_count import scenario_count

from pca_events.backends import Backend, connect
from pca_events.harness import pca_scenario, scenario_bus
from pca_events.pytest_plugin.suite.outcomes import NullListener
from pca_events.pytest_plugin.suite.run import run_suite
from pca_events.suite_report import RunReport

pytest_plugins = ["integration_fixtures"]

PATIENCE = 4.0
"""Seconds that the harness waits for published events: more than a late delivery takes, less than by default."""

IMPATIENCE = 1.0
"""The same if nothing is late, and something never arrives."""

EVENT = "crl-generation-failure-internal"
UUID = "[0-9a-f-]{36}"

# Scenarios, as -k selects them

REACHES = f"test_a_crl_generation_event_reaches_its_rule_event and {EVENT}"
FIRES_NO_OTHER = f"test_a_crl_generation_event_does_not_fire_the_ten_other_rules_event and {EVENT}"
BROAD = "test_a_rule_for_the_source_alone_receives_all_documented_events"
SILENCE = (
    "test_a_rule_for_one_detailtype_and_result_result_does_not_match_other and failure-certificate-issuance-success"
)
MOVED = "test_events_are_delivered_before_and_after_the_change_change and another and queue"
REVOKED = "test_revoking_a_certificate_sends_an_event"
KINDS = (REACHES, FIRES_NO_OTHER, BROAD, SILENCE, MOVED, REVOKED)
EVERY_KIND = " or ".join(f"({each})" for each in KINDS)
LATE_KIND = " or ".join(f"({each})" for each in (REACHES, SILENCE, MOVED, REVOKED))
COUNT = {EVERY_KIND: 6, LATE_KIND: 4}  # scenarios


@dataclass(frozen=True)
class Row:
    """One fault, and the expected outcome.

    Attributes:
        name: of the fault.
        faults: makes it.
        select: the scenarios that meet with it.
        says: what the first line of the failure begins with, as a regular expression; empty if all must pass.
    """

    name: str
    faults: Callable[[], Sequence[Fault]]
    select: str = EVERY_KIND
    says: str = ""


def note_for(rule: str) -> Callable[[Message], dict[str, Any]]:
    """Make a note as of this rule about the event of another message."""
    return lambda seen: {NOTE: {"rule": rule, "id": seen.body.get("id") or seen.body[NOTE]["id"], "inputs": {}}}


def relabelled(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a note that says something else."""
    return {NOTE: {**body[NOTE], **changes}}


def of_unknown_event(seen: Message) -> dict[str, Any]:
    """Make the same message about an event that was not published."""
    unknown = "00000000-0000-4000-8000-000000000000"
    return relabelled(seen.body, id=unknown) if NOTE in seen.body else {**seen.body, "id": unknown}


def with_result(result: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Make the same event with another result."""
    return lambda event: {**event, "detail": {**event["detail"], "result": result}}


def revocation(message: Message) -> bool:
    """Whether it is the complete event of a revocation."""
    return whole(message) and "Revocation" in message.body["detail-type"]


PUT_EVENTS = calls_of("PutEvents")
RECEIVE = calls_of("ReceiveMessage")
FIVE_PERCENT = 20

HARMLESS = [
    Row("no fault", list),
    Row("everything twice", lambda: [duplicated(When())], BROAD),
    Row("everything twice, by another MessageId", lambda: [duplicated(When(), another_id=True)]),
    Row("whole events twice", lambda: [duplicated(When(whole), another_id=True)], MOVED),
    Row("events of the catch-all rule twice", lambda: [duplicated(When(witnessed))], BROAD),
    Row("everything 2 s late", lambda: [delayed(When())], LATE_KIND),
    Row("whole events 2 s late", lambda: [delayed(When(whole))], MOVED),
    Row("events of the catch-all rule 2 s late", lambda: [delayed(When(witnessed))], SILENCE),
    Row("every other message 2 s late", lambda: [delayed(When(every=2))], MOVED),
    Row("messages in another order", lambda: [reordered()], BROAD),
    Row("receives in another order", lambda: [reordered(at_a_time=1)], BROAD),
    Row("twice, late and in another order", lambda: [reordered(), duplicated(When(every=2)), delayed(When(every=3))], SILENCE),
    Row("5 % throttled", lambda: [throttled(When(signed, every=FIVE_PERCENT))]),
    Row("5 % answered 500", lambda: [refused(When(signed, every=FIVE_PERCENT), 500, "InternalFailure")]),
    Row("5 % answered 503", lambda: [refused(When(signed, every=FIVE_PERCENT), 503, "ServiceUnavailable")], BROAD),
    Row("one PutEvents throttled", lambda: [throttled(When(PUT_EVENTS, times=1))], REACHES),
    Row("two PutEvents in a row throttled", lambda: [throttled(When(PUT_EVENTS, times=2))], REACHES),
    Row("two PutEvents in a row answered 500", lambda: [refused(When(PUT_EVENTS, times=2), 500, "InternalException")], REACHES),
    Row("one connection reset", lambda: [reset(When(signed, skip=5, times=1))], REACHES),
    Row("a PutEvents answered 500 after it was done", lambda: [refused(When(PUT_EVENTS, times=1), 500, "InternalException", processed=True)], REACHES),
    Row("a PutEvents reset after it was done", lambda: [reset(When(PUT_EVENTS, times=1), processed=True)], REACHES),
    Row("a CreateEventBus answered 500 after it was done", lambda: [refused(When(calls_of("CreateEventBus"), times=1), 500, "InternalException", processed=True)], REACHES),
    Row("a DeleteQueue answered 500 after it was done", lambda: [refused(When(calls_of("DeleteQueue"), times=1), 500, "InternalFailure", processed=True)], REACHES),
    Row("a slow answer", lambda: [hanging(When(PUT_EVENTS, times=1), 2.0)], REACHES),
]  # fmt: skip
"""Each leaves every scenario green."""

DID_NOT_FIRE = f"the rule for {EVENT} did not fire"
ALTERED = f"the rule for {EVENT} sent its target an event that differs from the one that was published:"

HARMFUL = [
    Row("dropped: the event at the rule under test", lambda: [dropped(When(whole))], REACHES, DID_NOT_FIRE),
    Row("dropped: the note of one of eleven rules", lambda: [dropped(When(note_of(EVENT)))], FIRES_NO_OTHER, DID_NOT_FIRE),
    Row("dropped: a control", lambda: [dropped(When(whole))], SILENCE, "the rule for certificate-issuance-failure did not fire"),
    Row("dropped: one of eleven events", lambda: [dropped(When(whole, skip=3, times=1))], BROAD, "the rule under test did not fire, although its pattern matches the event"),
    Row("dropped: the event of an operation", lambda: [dropped(When(revocation))], REVOKED, f"certificate-revocation-success \\({UUID}\\) was sent, but did not arrive in 1 s"),
    Row("dropped: what the catch-all rule receives", lambda: [dropped(When(witnessed))], REACHES, "the catch-all rule on bus [-a-z0-9]+ did not receive 1 of 1 events in 1 s"),
    Row("dropped: a published entry", lambda: [unrouted(When())], REACHES, "the catch-all rule on bus [-a-z0-9]+ did not receive 1 of 1 events in 1 s"),
    Row("dropped: everything", lambda: [dropped(When())], REACHES, "the catch-all rule on bus [-a-z0-9]+ did not receive 1 of 1 events in 1 s"),
    Row("altered: before the rule", lambda: [rewritten(When(), with_result("failed"))], REACHES, f'{DID_NOT_FIRE}: detail.result wanted "failure", found "failed"'),
    Row("altered: before eleven rules", lambda: [rewritten(When(times=1), with_result("failed"))], FIRES_NO_OTHER, f'{DID_NOT_FIRE}: detail.result wanted "failure", found "failed"'),
    Row("altered: after the rule", lambda: [altered(When(whole), "$.detail.result", "failed")], REACHES, f'the rule for {EVENT} sent its target an event that differs from the one that was published: \\$.detail.result wanted "failure", found "failed"'),
    Row("altered: the event of an operation", lambda: [altered(When(revocation), "$.detail.result", "failed")], REVOKED, 'certificate-revocation-success was received with a change: \\$.detail.result wanted "success", found "failed"'),
    Row("removed: a field", lambda: [removed(When(whole), "$.detail.reason")], REACHES, f'{ALTERED} \\$.detail.reason is missing, wanted "Failed to generate CRL. Internal failure."'),
    Row("removed: detail", lambda: [removed(When(whole), "$.detail")], REACHES, f"{ALTERED} \\$.detail is missing, wanted {{"),
    Row("removed: the id", lambda: [removed(When(whole), "$.id")], REACHES, f"the rule for {EVENT} sent its target something that is not a whole event: "),
    Row("removed: the label of a note", lambda: [changed(When(note_of(EVENT)), lambda body: {NOTE: {"id": body[NOTE]["id"]}})], FIRES_NO_OTHER, "the rule under test sent its target something that is not a whole event: "),
    Row("added: a field", lambda: [altered(When(whole), "$.detail.extra", 1)], REACHES, f"{ALTERED} \\$.detail.extra was added: 1"),
    Row("retyped: version", lambda: [altered(When(whole), "$.version", 0)], REACHES, f'the rule for {EVENT} sent its target an event that differs from the one that the bus handled: \\$.version wanted the string "0", found the number 0'),
    Row("retyped: detail", lambda: [altered(When(whole), "$.detail", "text")], REACHES, f'{ALTERED} \\$.detail wanted the object .*, found the string "text"'),
    Row("retyped: resources", lambda: [altered(When(whole), "$.resources", None)], REVOKED, "[-a-z]+-success was received with a change: \\$.resources wanted the list .*, found null"),
    Row("no event: an empty object", lambda: [changed(When(whole), lambda _: {})], REACHES, f"the rule for {EVENT} sent its target something that is not a whole event: {{}}"),
    Row("no event: text", lambda: [changed(When(whole), lambda _: "hello")], REACHES, f'the rule for {EVENT} sent its target something that is not a whole event: "hello"'),
    Row("wrong rule: under another label", lambda: [changed(When(note_of(EVENT)), lambda body: relabelled(body, rule="ca-creation-success"))], FIRES_NO_OTHER, DID_NOT_FIRE),
    Row("wrong rule: another one fires too", lambda: [inserted(When(note_of(EVENT)), note_for("ca-creation-success"))], FIRES_NO_OTHER, 'the rule for ca-creation-success fired on "ACM Private CA CRL Generation" with result "failure", which it must not match: detail-type wanted "ACM Private CA Creation", found "ACM Private CA CRL Generation"'),
    Row("wrong rule: it fires for what it must not", lambda: [broadened()], SILENCE, 'the rule for certificate-issuance-failure fired on "ACM Private CA Certificate Issuance" with result "success", which it must not match: detail.result wanted "failure", found "success"'),
    Row("wrong queue", lambda: [misdelivered(When(whole, skip=1), lambda queue: queue.removesuffix("-2"))], MOVED, 'the events after the change: wanted "ca-creation-success in queue-2", found "ca-creation-success"'),
    Row("unknown rule", lambda: [inserted(When(whole, times=1), note_for("ghost"))], REACHES, 'a rule "ghost" fired that the scenario did not put; it put rule-under-test'),
    Row("unknown event: whole", lambda: [inserted(When(whole), of_unknown_event)], REACHES, f"the rule for {EVENT} fired on the event {UUID}, which was not published"),
    Row("unknown event: a note", lambda: [inserted(When(note_of(EVENT)), of_unknown_event)], FIRES_NO_OTHER, f"the rule for {EVENT} fired on the event {UUID}, which was not published"),
    Row("unknown event: of an operation", lambda: [inserted(When(revocation), of_unknown_event)], REVOKED, "an event arrived that AWS Private CA did not send: "),
    Row("half a PutEvents answer", lambda: [halved(When(PUT_EVENTS, times=1))], REACHES, 'PutEvents answered 200 with invalid JSON: {"(Entries|FailedEntryCo)'),
    Row("half a ReceiveMessage answer", lambda: [halved(When(RECEIVE, times=1))], REACHES, 'ReceiveMessage answered 200 with invalid JSON: {"Messages"'),
    Row("a ReceiveMessage answer that ends early, each time", lambda: [cut(When(RECEIVE))], REACHES, "ReceiveMessage received an incomplete answer: .*IncompleteRead"),
    Row("a PutEvents answer that is not JSON", lambda: [garbled(When(PUT_EVENTS, times=1))], REACHES, "PutEvents answered 200 with invalid JSON: .*<html>It works!</html>"),
    Row("a ReceiveMessage answer that is not JSON", lambda: [garbled(When(RECEIVE, times=1))], REACHES, "ReceiveMessage answered 200 with invalid JSON: .*<html>It works!</html>"),
    Row("a PutEvents answer without Entries", lambda: [lacking(When(PUT_EVENTS, times=1), "$.Entries")], REACHES, 'PutEvents answered 200 with no "Entries": {"FailedEntryCount": ?0'),
    Row("a PutEvents answer without an EventId", lambda: [lacking(When(PUT_EVENTS, times=1), "$.Entries[0].EventId")], REACHES, 'PutEvents answered 200 with 0 ids for 1 events: \\[{}\\]'),
    Row("a PutEvents answer without an entry", lambda: [lacking(When(PUT_EVENTS, times=1), "$.Entries[0]")], REACHES, 'PutEvents answered 200 with 0 ids for 1 events: \\[\\]'),
    Row("a message without Body", lambda: [lacking(When(RECEIVE, times=1), "$.Messages[0].Body")], REACHES, 'ReceiveMessage answered 200 with a member of "Messages" without "Body": {"Messages"'),
    Row("a queue without URL", lambda: [lacking(When(calls_of("CreateQueue", "GetQueueUrl"), times=1), "$.QueueUrl")], REACHES, 'CreateQueue answered 200 with no "QueueUrl": '),
    Row("a list of rules without Rules", lambda: [lacking(When(calls_of("ListRules"), times=1), "$.Rules")], REACHES, 'ListRules answered 200 with no "Rules": '),
    Row("a CA without ARN", lambda: [lacking(When(calls_of("CreateCertificateAuthority"), times=1), "$.CertificateAuthorityArn")], REVOKED, 'CreateCertificateAuthority answered 200 with no "CertificateAuthorityArn": '),
    Row("PutEvents always throttled", lambda: [throttled(When(PUT_EVENTS))], REACHES, "PutEvents was refused 6 times with ThrottlingException: "),
    Row("PutEvents always answered 500", lambda: [refused(When(PUT_EVENTS), 500, "InternalException")], REACHES, "PutEvents answered 500 6 times: .*InternalException"),
    Row("PutEvents refused", lambda: [refused(When(PUT_EVENTS), 400, "ValidationException")], REACHES, "PutEvents was refused with ValidationException: "),
    Row("PutEvents always reset", lambda: [reset(When(PUT_EVENTS))], REACHES, "PutEvents received an incomplete answer: "),
]  # fmt: skip
"""Each turns its scenario red, with what happened in the first line."""


@pytest.mark.parametrize("row", HARMFUL, ids=lambda row: row.name)
def test_the_page_shows_the_message_of_each_fault(row: Row) -> None:
    page = (Path(__file__).parents[2] / "docs" / "faults.md").read_text("utf-8")
    shown = dict(re.findall(r"^\| (.+?) \| `(.*)` \|$", page, re.MULTILINE))[row.name]
    for written, meant in (("0a1b…", str(uuid.UUID(int=0))), ("pca-events-…", "pca-events-a"), ("in 10 s", "in 1 s")):
        shown = shown.replace(written, meant)
    assert re.match(row.says, shown)


STOPPED = "the backend stopped answering after scenario 3"
LATER = "the backend stopped answering after scenario [34]: 3 bad answers in a row, the last: "
ENDINGS = [
    Row("gone before the fourth scenario", lambda: [gone(When(calls_of("PutRule"), skip=6))], says=STOPPED),
    Row("gone in the middle of the fourth scenario", lambda: [gone(fourth("PutEvents"))], says=STOPPED),
    Row("gone while it receives in the fourth scenario", lambda: [since(fourth("PutEvents"), gone(When(RECEIVE)))], says=STOPPED),
    Row("gone while the third scenario is cleaned up", lambda: [gone(When(calls_of("DeleteRule"), skip=5))], says="the backend stopped answering after scenario [23]"),
    Row("gone before the first scenario", lambda: [gone(When(signed))], says="the backend stopped answering before the first scenario"),
    Row("every answer is not JSON", lambda: [since(fourth("PutEvents"), garbled(When(signed)))], says=LATER),
    Row("every answer is half of one", lambda: [since(fourth("PutEvents"), halved(When(signed)))], says=LATER),
    Row("every answer is 500", lambda: [since(fourth("PutEvents"), refused(When(signed), 500, "InternalFailure"))], says=LATER),
    Row("every connection is reset", lambda: [since(fourth("PutEvents"), reset(When(signed)))], says=LATER),
    Row("three bad answers in a row", lambda: [since(fourth("PutEvents"), garbled(When(signed, times=3)))], says=LATER),
]  # fmt: skip
"""Each ends the run: the report is kept, what comes after is red with one cause."""

RUN = "event_reaches_its_rule_event"
RUN_COUNT = 11


def fourth(*operations: str) -> When:
    """Meet such calls from the fourth on."""
    return When(calls_of(*operations), skip=3)


@pytest.fixture
def run(proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> Callable[[Row], RunReport]:
    """Run the scenarios of a row through the proxy."""

    def run(row: Row) -> RunReport:
        backend = connect(proxy.url)
        proxy.add(*row.faults())
        for module in (scenario_bus, pca_scenario):
            monkeypatch.setattr(module, "_DEADLINE", IMPATIENCE if row.says else PATIENCE)
        if row.says:  # nothing is late that could still come
            monkeypatch.setattr(scenario_bus, "_GRACE", 0.2)
        return run_suite(backend, NullListener(), ["-k", row.select])

    return run


def verify(url: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run `pca-events verify` in a separate process."""
    line = [sys.executable, "-m", "pca_events", "verify", "--endpoint-url", url, *words]
    return subprocess.run(line, capture_output=True, text=True, timeout=300)


def failures(report: RunReport) -> list[str]:
    """Return the first line of each failure."""
    return [failure.reason.partition("\n")[0] for failure in report.failures] + report.broken + report.leaks


def named(rows: Sequence[Row]) -> pytest.MarkDecorator:
    """Run a test for each row, under its name."""
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in rows])


@pytest.mark.slow
@named(HARMLESS)
def test_it_stays_green(row: Row, run: Callable[[Row], RunReport]) -> None:
    report = run(row)
    assert failures(report) == []
    assert len(report.results) == COUNT.get(row.select, 1)
    assert {result.verdict for result in report.results} == {"passed"}


@pytest.mark.slow
@named(HARMFUL)
def test_it_fails_with_a_message(row: Row, run: Callable[[Row], RunReport]) -> None:
    report = run(row)
    assert [result.verdict for result in report.results] == ["failed"]
    (said,) = failures(report)
    assert re.match(row.says, said), said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("services", "code", "status"),
    [(RETRIED_WHEN_THROTTLED, "ThrottlingException", None), (SERVICES, "ServiceUnavailable", 503), (SERVICES, "InternalFailure", 500)],
)  # fmt: skip
def test_five_percent_of_microburst_stay_green(
    pca_backend: Backend, services: Sequence[str], code: str, status: int | None
) -> None:
    with burst(pca_backend.endpoint_url, five_percent(services, code, status)) as running:
        report = run_suite(connect(running.url), NullListener(), ["-k", EVERY_KIND])
        fired = {fired.service for fired in running.microburst.fired}
    assert failures(report) == []
    assert [result.verdict for result in report.results] == ["passed"] * COUNT[EVERY_KIND]
    assert fired >= {"events", "acm-pca"}


@pytest.mark.slow
@named(ENDINGS)
def test_a_run_that_the_backend_ends(row: Row, proxy: FaultProxy, tmp_path: Path) -> None:
    proxy.add(*row.faults())
    messages = tmp_path / "run.ndjson"
    ended = verify(proxy.url, "-k", RUN, "--messages", str(messages))
    said = ended.stdout + ended.stderr
    assert ended.returncode == 2, said
    assert "Traceback" not in said
    assert re.search(row.says, said), said
    assert re.search(
        rf"{RUN_COUNT} of {scenario_count()} scenarios, mode service: [0-3] passed, ([89]|1\d) failed, 0 skipped", said
    ), said
    assert '"testRunFinished"' in messages.read_text("utf-8")


@pytest.mark.slow
def test_isolated_invalid_responses_do_not_end_the_run(proxy: FaultProxy) -> None:
    proxy.add(garbled(When(PUT_EVENTS, every=4)))
    ended = verify(proxy.url, "-k", RUN)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert f"{RUN_COUNT} of {scenario_count()} scenarios, mode service: 8 passed, 3 failed, 0 skipped" in ended.stdout
