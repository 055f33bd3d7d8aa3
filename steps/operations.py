"""Calls of AWS Private CA operations, and the events that AWS Private CA sends."""

from typing import Any

from pytest_bdd import given, parsers, then, when

from pca_events import phrases
from pca_events.catalog import Event
from pca_events.harness.aws_errors import aws_error_of
from pca_events.harness.expectations import expect, expect_aws_error, expect_equal, expect_sent
from pca_events.harness.other_account import OtherAccount
from pca_events.harness.pca_requests import crl_in
from pca_events.harness.pca_scenario import PcaScenario

Sent = list[Event]
"""The events that were sent since the scenario last checked."""

MISHAPS = {"delivered twice": "duplicate", "delayed by one minute": "delay", "lost": "drop"}
"""What can happen to the next event, with the name of the simulator's switch."""

OBJECTS = {"a CRL": "crl/", "an audit report": "audit-report/"}
"""The kinds of object in a bucket, with the prefix of their keys."""

_COUNTS = {"once": 1, "twice": 2}


def _count(words: str) -> int:
    """Read `once`, `twice` or `3 times`."""
    return _COUNTS.get(words) or int(words.removesuffix(" times"))


def _minutes(words: str) -> int:
    """Read `1 minute` or `15 minutes`."""
    return int(words.removesuffix("s").removesuffix(" minute"))


@given(parsers.parse("a caller in the Region {region}"))
def move_caller(pca_caller: PcaScenario, region: str) -> None:
    """Use the Region, and receive the events of its default bus."""
    pca_caller.move_to(region)


@given(parsers.parse("a bucket that {state}"))
def create_bucket(pca_caller: PcaScenario, state: str) -> None:
    """Create the bucket of the scenario as documented, or with one fault."""
    pca_caller.bucket.set_state(state)


@given(parsers.parse("a CA with status {status}"))
def create_ca(pca_caller: PcaScenario, status: str) -> None:
    """Create the CA of the scenario; the events of this setup are ignored."""
    pca_caller.make_authority(status)
    pca_caller.pass_over()


@given(parsers.parse("an active CA that publishes its CRL to a bucket that {state}"))
def create_ca_with_crl(pca_caller: PcaScenario, state: str) -> None:
    """Create the bucket and the CA of the scenario; the events of this setup are ignored."""
    pca_caller.bucket.set_state(state)
    pca_caller.make_authority("ACTIVE", with_crl=True)
    pca_caller.pass_over()


@given(
    parsers.parse("the CA is shared with another account, which may call {operations}"),
    target_fixture="pca_other_account",
)
def share_ca(pca_caller: PcaScenario, operations: str) -> OtherAccount:
    """Attach a policy to the CA that allows another account these operations, and nothing else."""
    other = OtherAccount(pca_caller)
    other.allow(operations.split(", "))
    return other


@given("an account with which the CA is not shared", target_fixture="pca_other_account")
def not_shared(pca_caller: PcaScenario) -> OtherAccount:
    """Use another account, without a policy on the CA."""
    return OtherAccount(pca_caller)


@given("a certificate issued by the CA")
def issue_certificate(pca_caller: PcaScenario) -> None:
    """Issue a certificate; the event of this setup is ignored."""
    pca_caller.call("IssueCertificate")
    pca_caller.pass_over()


@given(parsers.parse("{operation} is set to fail {times}"), converters={"times": _count})
def set_failures(pca_caller: PcaScenario, operation: str, times: int) -> None:
    """Make the next calls of the operation fail with an internal failure, which no request can cause."""
    pca_caller.simulator.set("failures", operation=operation, count=times)


@given(parsers.parse("{setting} is set to {seconds:d}"))
def set_delay(pca_caller: PcaScenario, setting: str, seconds: int) -> None:
    """Set a delay of the simulator, in seconds."""
    pca_caller.simulator.set("settings", **{setting: seconds})


@given(parsers.parse("the next event is {mishap}"))
def disturb_delivery(pca_caller: PcaScenario, mishap: str) -> None:
    """Make the simulator send the next event twice, one minute late, or not at all."""
    pca_caller.simulator.set("delivery", **{MISHAPS[mishap]: 1})


@when(parsers.parse("{operation} is called"))
def call(pca_caller: PcaScenario, operation: str) -> None:
    """Call the operation with the CA, certificate and bucket of the scenario."""
    pca_caller.call(operation)


@when(parsers.parse("{operation} is called with {member} as {value}"))
def call_with(pca_caller: PcaScenario, operation: str, member: str, value: str) -> None:
    """Call the operation with a different value for one member of the request."""
    pca_caller.call(operation, **{member: phrases.value(value)})


@when(parsers.parse("{operation} is called {count:d} times from {threads:d} threads"))
def call_often(pca_caller: PcaScenario, operation: str, count: int, threads: int) -> None:
    """Call the operation concurrently from several threads."""
    pca_caller.call_often(operation, count, threads)


@when(parsers.re(r'a call to (?P<operation>\w+) is rejected with "(?P<code>\w+)"'))
def call_is_rejected(pca_caller: PcaScenario, operation: str, code: str) -> None:
    """Call the operation, and expect the error code."""
    _refused(pca_caller, operation, code)


@when(
    parsers.re(r'a call to (?P<operation>\w+) with (?P<member>\w+) as (?P<value>.+) is rejected with "(?P<code>\w+)"')
)
def call_with_is_rejected(pca_caller: PcaScenario, operation: str, member: str, value: str, code: str) -> None:
    """Call the operation with a different value for one member of the request, and expect the error code."""
    _refused(pca_caller, operation, code, **{member: phrases.value(value)})


@when(parsers.parse('a call to {operation} with a CRL in the bucket is rejected with "{code}"'))
def call_with_crl_is_rejected(pca_caller: PcaScenario, operation: str, code: str) -> None:
    """Call the operation with a CRL configuration that names the bucket, and expect the error code."""
    _refused(pca_caller, operation, code, RevocationConfiguration=crl_in(pca_caller.bucket.name))


@when(parsers.parse("the other account calls {operation}"))
def other_calls(pca_other_account: OtherAccount, operation: str) -> None:
    """Call the operation with the CA and certificate of the scenario, as the other account."""
    pca_other_account.call(operation)


@when(parsers.re(r'a call of the other account to (?P<operation>\w+) is rejected with "(?P<code>\w+)"'))
def other_is_rejected(pca_other_account: OtherAccount, operation: str, code: str) -> None:
    """Call the operation as the other account, and expect the error code."""
    expect_aws_error(aws_error_of(lambda: pca_other_account.call(operation)), operation, code)


@when("the policy of the CA is deleted")
def delete_policy(pca_caller: PcaScenario) -> None:
    """Delete the policy, so that the CA is no longer shared."""
    pca_caller.call("DeletePolicy")


@when(parsers.parse("the simulator's clock advances by {duration}"), converters={"duration": _minutes})
def advance_clock(pca_caller: PcaScenario, duration: int) -> None:
    """Advance the clock of the simulator without waiting."""
    pca_caller.simulator.set("clock", advance=duration * 60)


@when(parsers.parse("the bucket is changed to one that {state}"))
def change_bucket(pca_caller: PcaScenario, state: str) -> None:
    """Change the bucket to the documented state, or to one with a fault."""
    pca_caller.bucket.set_state(state)


@then(parsers.parse('AWS Private CA sends exactly "{event_ids}"'), target_fixture="pca_sent")
def is_sent(pca_caller: PcaScenario, event_ids: str) -> Sent:
    """Expect these events, in any order, each as documented and from the caller's CA, account and Region."""
    sent = pca_caller.sent()
    expect_sent(sent, event_ids.split(", "))
    for event in sent:
        expect_equal(event["account"], pca_caller.session.backend.account, "the account of the event")
        expect_equal(event["region"], pca_caller.session.backend.region, "the Region of the event")
        expect_equal(event["resources"][0], pca_caller.authority, "the CA in the event")
    return sent


@then(parsers.parse('AWS Private CA sends "{event_id}" {count:d} times, each time for a different resource'))
def are_sent(pca_caller: PcaScenario, count: int, event_id: str) -> None:
    """Expect this number of identical events, each with a different last resource."""
    sent = pca_caller.sent()
    expect_sent(sent, [event_id] * count)
    expect_equal(len({event["resources"][-1] for event in sent}), count, "the number of different resources")


@then("AWS Private CA sends no event")
def nothing_is_sent(pca_caller: PcaScenario) -> None:
    """Expect no event; a control event proves that the rule receives events."""
    expect_sent(pca_caller.sent(), [])


@then("the other account can retrieve the certificate")
def other_retrieves(pca_other_account: OtherAccount, pca_sent: Sent) -> None:
    """Call GetCertificate as the other account; the certificate is the second resource of the event."""
    expect_equal(pca_other_account.scenario.certificate, pca_sent[0]["resources"][1], "the certificate in the event")
    chain = pca_other_account.call("GetCertificate")["CertificateChain"]
    expect_equal(chain.split("\n")[0], "-----BEGIN CERTIFICATE-----", "the first line of the chain")


@then("no event is sent in the other account")
def other_gets_nothing(pca_other_account: OtherAccount) -> None:
    """Expect that the buses of the other account have accepted nothing from AWS Private CA."""
    expect_sent(pca_other_account.sent(), [])


@then(parsers.parse("the CAs that the other account may use are {which}"))
def other_lists(pca_other_account: OtherAccount, which: str) -> None:
    """List the CAs of other accounts as the other account: `that of the scenario`, or `none`."""
    expected = {"that of the scenario": [pca_other_account.scenario.authority], "none": []}
    expect_equal(pca_other_account.listed(), expected[which], "the CAs of other accounts")


@then(parsers.parse("the CA in the event has status {status}"))
def authority_is(pca_caller: PcaScenario, pca_sent: Sent, status: str) -> None:
    """Compare the status of the first resource; only a failed CA has a failure reason."""
    answer = pca_caller.call("DescribeCertificateAuthority", CertificateAuthorityArn=pca_sent[0]["resources"][0])
    described = answer["CertificateAuthority"]
    expect_equal(described["Status"], status, "the status of the CA")
    expect_equal("FailureReason" in described, status == "FAILED", "whether the CA has a FailureReason")


@then(parsers.parse("the ARNs in the event are of the partition {partition}"))
def arns_are_of_partition(pca_sent: Sent, partition: str) -> None:
    """Compare the partition of every ARN in the resources; an audit report has none."""
    found = {arn.split(":")[1] for event in pca_sent for arn in event["resources"] if arn.startswith("arn:")}
    expect_equal(found, {partition}, "the partitions of the ARNs in the event")


@then("the certificate in the event can be retrieved")
def certificate_is_retrieved(pca_caller: PcaScenario, pca_sent: Sent) -> None:
    """Call GetCertificate for the second resource of the event."""
    answer = pca_caller.call("GetCertificate", CertificateArn=pca_sent[0]["resources"][1])
    expect_equal(
        answer["Certificate"].split("\n")[0], "-----BEGIN CERTIFICATE-----", "the first line of the certificate"
    )


@then(parsers.parse('the certificate in the event cannot be retrieved: "{code}"'))
def certificate_is_not_retrieved(pca_caller: PcaScenario, pca_sent: Sent, code: str) -> None:
    """Call GetCertificate for the second resource of the event, and expect the error code."""
    _refused(pca_caller, "GetCertificate", code, CertificateArn=pca_sent[0]["resources"][1])


@then(parsers.parse("the audit report in the event has status {status}"))
def report_is(pca_caller: PcaScenario, pca_sent: Sent, status: str) -> None:
    """Compare the status of the audit report that is the second resource of the event."""
    authority, report = pca_sent[0]["resources"]
    answer = pca_caller.session.pca.describe_certificate_authority_audit_report(
        CertificateAuthorityArn=authority, AuditReportId=report
    )
    expect_equal(answer["AuditReportStatus"], status, "the status of the audit report")


@then(parsers.parse("the bucket contains {what} that lists the certificate"))
def bucket_holds(pca_caller: PcaScenario, what: str) -> None:
    """Look for the serial number in a CRL, which is DER, or for the ARN in an audit report, which is text."""
    bodies = {key: body for key, body in pca_caller.bucket.objects().items() if key.startswith(OBJECTS[what])}
    expect(len(bodies) == 1, f"expected exactly one object in the bucket: {what}; found {', '.join(bodies) or 'none'}")
    serial = pca_caller.certificate.rpartition("/")[2]
    named = bytes.fromhex(serial) if what == "a CRL" else serial.encode()
    expect(named in next(iter(bodies.values())), f"{what} in the bucket does not list the certificate {serial}")


def _refused(caller: PcaScenario, operation: str, code: str, **changes: Any) -> None:
    expect_aws_error(aws_error_of(lambda: caller.call(operation, **changes)), operation, code)
