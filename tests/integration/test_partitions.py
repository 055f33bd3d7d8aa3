"""A Region of each partition on one emulator: the ARNs of every service, the events, CRLs and policies."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from test_simulator_provider import Account, outside

from pca_events.backends import Backend
from pca_events.cli import main
from pca_events.contract import violations
from pca_events.harness import RunId, Session
from pca_events.harness.pca_requests import crl_in, issuance
from pca_events.harness.pca_scenario import PcaScenario
from pca_events.regions import REGIONS, partition_of

__all__ = ["outside"]

PLACES = {
    "us-gov-west-1": "s3.us-gov-west-1.amazonaws.com",
    "cn-north-1": "s3.cn-north-1.amazonaws.com.cn",
    "eusc-de-east-1": "s3.eusc-de-east-1.amazonaws.eu",
    "us-iso-east-1": "s3.us-iso-east-1.c2s.ic.gov",
    "us-isob-east-1": "s3.us-isob-east-1.sc2s.sgov.gov",
    "eu-isoe-west-1": "s3.eu-isoe-west-1.cloud.adc-e.uk",
    "us-isof-south-1": "s3.us-isof-south-1.csp.hci.ic.gov",
}
"""A Region of each partition other than `aws`, and the end of the host name of its buckets."""

TEAM = "444455556666"


@pytest.fixture(params=PLACES)
def there(request: pytest.FixtureRequest, pca_backend: Backend, own_account: str) -> Backend:
    """An account of the test's own, in each Region."""
    return replace(pca_backend, region=request.param, account=own_account)


@pytest.fixture
def account(there: Backend) -> Account:
    return Account(there)


@pytest.fixture
def scenario(there: Backend) -> Iterator[PcaScenario]:
    with PcaScenario(Session(there, RunId())) as made:
        yield made


def test_every_partition_is_tried() -> None:
    assert {partition_of(region) for region in PLACES} == set(REGIONS) - {"aws"}


def test_a_ca_with_a_crl_and_reports(scenario: PcaScenario) -> None:
    there = scenario.session.backend
    scenario.bucket.set_state("is as documented")
    scenario.make_authority("ACTIVE", with_crl=True)
    scenario.call("IssueCertificate")
    scenario.call("RevokeCertificate")
    scenario.call("CreateCertificateAuthorityAuditReport")
    events = scenario.sent()
    assert [violations(event) for event in events] == [[]] * 7
    assert {(event["source"], event["region"]) for event in events} == {("aws.acm-pca", there.region)}
    beginning = f"arn:{there.partition}:acm-pca:{there.region}:{there.account}:certificate-authority/"
    assert all(event["resources"][0].startswith(beginning) for event in events)
    answer = scenario.call("GetCertificate")
    [point] = (
        x509.load_pem_x509_certificate(answer["Certificate"].encode())
        .extensions.get_extension_for_class(x509.CRLDistributionPoints)
        .value
    )
    ca = scenario.authority.rpartition("/")[2]
    assert [name.value for name in point.full_name or ()] == [
        f"http://{scenario.name}.{PLACES[there.region]}/crl/{ca}.crl"
    ]
    crl = x509.load_der_x509_crl(scenario.bucket.objects()[f"crl/{ca}.crl"])
    assert [revoked.serial_number for revoked in crl] == [int(scenario.certificate.rpartition("/")[2], 16)]
    pca = scenario.session.pca
    listed = [each["Arn"] for each in pca.list_certificate_authorities()["CertificateAuthorities"]]
    assert scenario.authority in listed  # other tests use the account at the same time
    assert {arn.split(":")[1] for arn in listed} == {there.partition}


def test_the_arns_of_every_service(there: Backend) -> None:
    name = RunId().new_name()
    events, sqs, sns, logs = (there.client(service) for service in ("events", "sqs", "sns", "logs"))
    place = f"{there.region}:{there.account}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    assert queue == there.queue_arn(name) == f"arn:{there.partition}:sqs:{place}:{name}"
    assert sns.create_topic(Name=name)["TopicArn"] == there.topic_arn(name)
    logs.create_log_group(logGroupName=name)
    assert logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]["logGroupArn"] == there.log_group_arn(name)
    assert events.create_event_bus(Name=name)["EventBusArn"] == there.bus_arn(name)
    rule = events.put_rule(Name=name, EventBusName=name, EventPattern='{"source": ["s"]}')["RuleArn"]
    assert rule == there.rule_arn(name, name)
    events.tag_resource(ResourceARN=rule, Tags=[{"Key": "k", "Value": "v"}])
    assert events.list_tags_for_resource(ResourceARN=rule)["Tags"] == [{"Key": "k", "Value": "v"}]
    made = events.create_archive(ArchiveName=name, EventSourceArn=there.bus_arn(name))
    assert made["ArchiveArn"] == there.archive_arn(name)
    caller = there.client("sts").get_caller_identity()
    assert caller["Arn"] == f"arn:{there.partition}:iam::{there.account}:root"


def test_a_rule_delivers_as_the_policy_of_its_queue_says(there: Backend) -> None:
    name = RunId().new_name()
    events, sqs = there.client("events"), there.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    events.create_event_bus(Name=name)
    for rule in ("refused", "allowed"):
        events.put_rule(Name=rule, EventBusName=name, EventPattern='{"source": ["s"]}')
        target = {"Id": rule, "Arn": there.queue_arn(name), "Input": json.dumps(rule)}
        assert events.put_targets(Rule=rule, EventBusName=name, Targets=[target])["FailedEntryCount"] == 0
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": there.queue_arn(name),
        "Condition": {"ArnEquals": {"aws:SourceArn": there.rule_arn(name, "allowed")}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events.put_events(Entries=[{"Source": "s", "DetailType": "t", "Detail": "{}", "EventBusName": there.bus_arn(name)}])
    [message] = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=10)["Messages"]
    assert json.loads(message["Body"]) == "allowed"


def code_of(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as told:
        call(**request)
    return str(told.value.response["Error"]["Code"])


def test_policies_and_templates_are_of_the_partition(scenario: PcaScenario) -> None:
    there = scenario.session.backend
    scenario.make_authority("ACTIVE")
    pca, arn = scenario.session.pca, scenario.authority

    def policy(partition: str) -> str:
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{partition}:iam::{TEAM}:root"},
            "Action": "acm-pca:IssueCertificate",
            "Resource": arn,
            "Condition": {
                "StringEquals": {
                    "acm-pca:TemplateArn": f"arn:{there.partition}:acm-pca:::template/EndEntityCertificate/V1"
                }
            },
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    assert code_of(pca.put_policy, ResourceArn=arn, Policy=policy("aws")) == "InvalidPolicyException"
    pca.put_policy(ResourceArn=arn, Policy=policy(there.partition))
    team = replace(there, account=TEAM).client("acm-pca")
    wanted = issuance(arn)
    assert team.issue_certificate(**wanted)["CertificateArn"].startswith(arn)
    del wanted["TemplateArn"]
    assert team.issue_certificate(**wanted)["CertificateArn"].startswith(arn)
    wanted["TemplateArn"] = "arn:aws:acm-pca:::template/EndEntityCertificate/V1"
    assert code_of(pca.issue_certificate, **wanted) == "InvalidArnException"


def test_a_bucket_policy_of_another_partition_grants_nothing(scenario: PcaScenario) -> None:
    scenario.bucket.set_state("is as documented")
    s3 = scenario.session.s3
    granted = s3.get_bucket_policy(Bucket=scenario.name)["Policy"]
    partition = scenario.session.backend.partition
    s3.put_bucket_policy(Bucket=scenario.name, Policy=granted.replace(f"arn:{partition}:", "arn:aws:"))
    with pytest.raises(ClientError) as told:
        scenario.call("CreateCertificateAuthority", RevocationConfiguration=crl_in(scenario.name))
    assert told.value.response["Error"]["Code"] == "ValidationException"


def test_the_commands_reach_the_region(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    there = account.backend
    words = ("--endpoint-url", there.endpoint_url, "--account", there.account)
    assert main(["fail", "CreateCertificateAuthority", *words]) == 0
    assert account.status(account.create()) == "FAILED"
    rule = there.rule_arn("bus", "rule")
    assert main(["deliver", "drop", "--rule", rule, *words]) == 0
    assert rule in capsys.readouterr().out
    assert main(["deliver", "--cancel", *words]) == 0
