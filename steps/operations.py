"""Operations of AWS Private CA that are called, and what comes of them."""

from typing import Any

from pytest_bdd import given, parsers, then, when

from pca_events import phrases
from pca_events.catalog import Event
from pca_events.harness.aws_errors import aws_error_of
from pca_events.harness.expectations import expect, expect_aws_error, expect_equal, expect_sent
from pca_events.harness.pca_scenario import PcaScenario

Sent = list[Event]
"""The events that came of what a scenario has called, since its last look."""


@given(parsers.parse("a bucket that {state}"))
def make_bucket(caller: PcaScenario, state: str) -> None:
    """Make the scenario's bucket as documented, or with one thing wrong."""
    caller.bucket.set_state(state)


@given(parsers.parse("a certificate authority that is {status}"))
def make_authority(caller: PcaScenario, status: str) -> None:
    """Make the CA that the scenario is about; the events of that are none of the scenario's."""
    caller.make_authority(status)
    caller.pass_over()


@given(parsers.parse("an active certificate authority with its CRL in a bucket that {state}"))
def make_authority_with_crl(caller: PcaScenario, state: str) -> None:
    """Make the scenario's bucket, and its CA; the events of that are none of the scenario's."""
    caller.bucket.set_state(state)
    caller.make_authority("ACTIVE", with_crl=True)
    caller.pass_over()


@given("a certificate that it has issued")
def issue_certificate(caller: PcaScenario) -> None:
    """Have a certificate issued; its event is none of the scenario's."""
    caller.call("IssueCertificate")
    caller.pass_over()


@given(parsers.parse("{operation} is planned to fail {count:d} times"))
def plan_failures(caller: PcaScenario, operation: str, count: int) -> None:
    """Plan internal failures, which have no cause that a user can make."""
    caller.simulator.set("failures", operation=operation, count=count)


@given(parsers.parse("{setting} is {seconds:d} seconds"))
def set_delay(caller: PcaScenario, setting: str, seconds: int) -> None:
    """Set one of the simulator's delays."""
    caller.simulator.set("settings", **{setting: seconds})


@given(parsers.parse("the next {count:d} events meet with: {mishap}"))
def plan_mishaps(caller: PcaScenario, count: int, mishap: str) -> None:
    """Let events be dropped, delayed by a minute, or sent twice."""
    caller.simulator.set("delivery", **{mishap: count})


@when(parsers.parse("{operation} is called"))
def call(caller: PcaScenario, operation: str) -> None:
    """Call the operation about the scenario's CA, certificate and bucket."""
    caller.call(operation)


@when(parsers.parse("{operation} is called with {member} as {value}"))
def call_with(caller: PcaScenario, operation: str, member: str, value: str) -> None:
    """Call the operation with another value of one member of its request."""
    caller.call(operation, **{member: phrases.value(value)})


@when(parsers.parse("{operation} is called {count:d} times from {threads:d} threads"))
def call_often(caller: PcaScenario, operation: str, count: int, threads: int) -> None:
    """Call the operation from several threads at once."""
    caller.call_often(operation, count, threads)


@when(parsers.re(r'a call of (?P<operation>\w+) is refused with "(?P<code>\w+)"'))
def call_in_vain(caller: PcaScenario, operation: str, code: str) -> None:
    """Call the operation, and expect that code."""
    _refused(caller, operation, code)


@when(parsers.re(r'a call of (?P<operation>\w+) with (?P<member>\w+) as (?P<value>.+) is refused with "(?P<code>\w+)"'))
def call_with_in_vain(caller: PcaScenario, operation: str, member: str, value: str, code: str) -> None:
    """Call the operation with another value of one member of its request, and expect that code."""
    _refused(caller, operation, code, **{member: phrases.value(value)})


@when(parsers.parse("{minutes:d} minutes pass"))
def pass_time(caller: PcaScenario, minutes: int) -> None:
    """Move the simulator's clock on; nobody waits."""
    caller.simulator.set("clock", advance=minutes * 60)


@when(parsers.parse("the bucket becomes one that {state}"))
def change_bucket(caller: PcaScenario, state: str) -> None:
    """Put the bucket right, or wrong."""
    caller.bucket.set_state(state)


@then(parsers.parse('exactly "{event_ids}" is sent'), target_fixture="sent")
def is_sent(caller: PcaScenario, event_ids: str) -> Sent:
    """Expect these events, by their ids and in any order, each as documented and from the caller's own place."""
    sent = caller.sent()
    expect_sent(sent, event_ids.split(", "))
    for event in sent:
        expect_equal(event["account"], caller.session.backend.account, "the account of the event")
        expect_equal(event["region"], caller.session.backend.region, "the Region of the event")
        expect_equal(event["resources"][0], caller.authority, "the CA that the event names")
    return sent


@then(parsers.parse('exactly {count:d} times "{event_id}" is sent, each about its own resource'))
def are_sent(caller: PcaScenario, count: int, event_id: str) -> None:
    """Expect so many events of one kind, no two of which name the same one."""
    sent = caller.sent()
    expect_sent(sent, [event_id] * count)
    expect_equal(len({event["resources"][-1] for event in sent}), count, "the resources that the events name")


@then("nothing is sent")
def nothing_is_sent(caller: PcaScenario) -> None:
    """Expect no event at all, and show by a control that the caller's rule is alive."""
    expect_sent(caller.sent(), [])


@then(parsers.parse("the certificate authority that the event names is {status}"))
def authority_is(caller: PcaScenario, sent: Sent, status: str) -> None:
    """Ask DescribeCertificateAuthority about the event's first resource; a failed CA says why."""
    answer = caller.call("DescribeCertificateAuthority", CertificateAuthorityArn=sent[0]["resources"][0])
    described = answer["CertificateAuthority"]
    expect_equal(described["Status"], status, "the status of the CA")
    expect_equal("FailureReason" in described, status == "FAILED", "whether the CA has a FailureReason")


@then("the certificate that the event names can be fetched")
def certificate_is_fetched(caller: PcaScenario, sent: Sent) -> None:
    """Ask GetCertificate about the event's second resource."""
    answer = caller.call("GetCertificate", CertificateArn=sent[0]["resources"][1])
    expect_equal(answer["Certificate"].split("\n")[0], "-----BEGIN CERTIFICATE-----", "how the certificate begins")


@then(parsers.parse('the certificate that the event names cannot be fetched: "{code}"'))
def certificate_is_not_fetched(caller: PcaScenario, sent: Sent, code: str) -> None:
    """Ask GetCertificate about the event's second resource, and expect that code."""
    _refused(caller, "GetCertificate", code, CertificateArn=sent[0]["resources"][1])


@then(parsers.parse("the audit report that the event names is {status}"))
def report_is(caller: PcaScenario, sent: Sent, status: str) -> None:
    """Ask DescribeCertificateAuthorityAuditReport about the event's second resource."""
    authority, report = sent[0]["resources"]
    answer = caller.session.pca.describe_certificate_authority_audit_report(
        CertificateAuthorityArn=authority, AuditReportId=report
    )
    expect_equal(answer["AuditReportStatus"], status, "the status of the audit report")


@then(parsers.parse("the bucket holds {what} that names the certificate"))
def bucket_holds(caller: PcaScenario, what: str) -> None:
    """Look for the serial number in a CRL, which is DER, or for the ARN in an audit report, which is text."""
    bodies = {key: body for key, body in caller.bucket.objects().items() if key.startswith(_PLACES[what])}
    expect(len(bodies) == 1, f"the bucket was to hold {what}; it holds {', '.join(bodies) or 'none'}")
    serial = caller.certificate.rpartition("/")[2]
    named = bytes.fromhex(serial) if what == "a CRL" else serial.encode()
    expect(named in next(iter(bodies.values())), f"{what} in the bucket does not name the certificate {serial}")


_PLACES = {"a CRL": "crl/", "an audit report": "audit-report/"}


def _refused(caller: PcaScenario, operation: str, code: str, **changes: Any) -> None:
    expect_aws_error(aws_error_of(lambda: caller.call(operation, **changes)), operation, code)
