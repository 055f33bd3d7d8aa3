"""Stacks of CloudFormation with resources of AWS Private CA and EventBridge: deployed, updated and deleted."""

import copy
import itertools
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError
from cryptography import x509
from more_services import Desk

from pca_events.harness.pca_requests import certificate_request

pytest_plugins = ["service_fixtures"]
Template = dict[str, Any]


def ca(kind: str, name: str, **more: Any) -> Template:
    """A CA with an EC key."""
    properties = {
        "Type": kind,
        "KeyAlgorithm": "EC_prime256v1",
        "SigningAlgorithm": "SHA256WITHECDSA",
        "Subject": {"Country": "US", "Organization": "Desk", "CommonName": name},
    }
    return {"Type": "AWS::ACMPCA::CertificateAuthority", "Properties": {**properties, **more}}


def certificate(issuer: str, csr: Any, template: str, days: int, after: str = "") -> Template:
    """A certificate of a CA of the stack."""
    properties = {
        "CertificateAuthorityArn": {"Ref": issuer},
        "CertificateSigningRequest": csr,
        "SigningAlgorithm": "SHA256WITHECDSA",
        "TemplateArn": f"arn:aws:acm-pca:::template/{template}",
        "Validity": {"Type": "DAYS", "Value": days},
    }
    return {"Type": "AWS::ACMPCA::Certificate", "Properties": properties} | ({"DependsOn": after} if after else {})


def activation(authority: str, of: str, chain: str = "", **more: Any) -> Template:
    """The activation of a CA of the stack with a certificate of the stack."""
    properties = {"CertificateAuthorityArn": {"Ref": authority}, "Certificate": attribute(of, "Certificate"), **more}
    if chain:
        properties["CertificateChain"] = attribute(chain, "CompleteCertificateChain")
    return {"Type": "AWS::ACMPCA::CertificateAuthorityActivation", "Properties": properties}


def attribute(resource: str, name: str) -> Template:
    """An attribute of a resource."""
    return {"Fn::GetAtt": [resource, name]}


def hierarchy() -> Template:
    """A root and two levels below it, in the order of the example in the CloudFormation User Guide."""
    csr = "CertificateSigningRequest"
    names = ["IssueCertificate", "GetCertificate", "ListPermissions"]
    permission = {"CertificateAuthorityArn": {"Ref": "Two"}, "Principal": "acm.amazonaws.com", "Actions": names}
    return {
        "Resources": {
            "Root": ca("ROOT", "Root", RevocationConfiguration={"CrlConfiguration": {"Enabled": "false"}}),
            "RootCertificate": certificate("Root", attribute("Root", csr), "RootCACertificate/V1", 100),
            "RootActivation": activation("Root", "RootCertificate", Status="ACTIVE"),
            "One": ca("SUBORDINATE", "One", RevocationConfiguration={}, Tags=[]),
            "OneCertificate": certificate(
                "Root", attribute("One", csr), "SubordinateCACertificate_PathLen3/V1", 90, "RootActivation"
            ),
            "OneActivation": activation("One", "OneCertificate", "RootActivation", Status="ACTIVE"),
            "Two": ca("SUBORDINATE", "Two", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]),
            "TwoCertificate": certificate(
                "One", attribute("Two", csr), "SubordinateCACertificate_PathLen2/V1", 80, "OneActivation"
            ),
            "TwoActivation": activation("Two", "TwoCertificate", "OneActivation"),
            "TwoPermission": {"Type": "AWS::ACMPCA::Permission", "Properties": permission},
            "Desk": certificate("Two", certificate_request().decode(), "EndEntityCertificate/V1", 70, "TwoActivation"),
        },
        "Outputs": {
            "Chain": {"Value": attribute("TwoActivation", "CompleteCertificateChain")},
            "Certificate": {"Value": attribute("Desk", "Certificate")},
            "Arn": {"Value": {"Ref": "Desk"}},
            "Two": {"Value": {"Ref": "Two"}},
        },
    }


def test_a_hierarchy_is_deployed_updated_and_deleted(desk: Desk) -> None:
    template = hierarchy()
    outputs = desk.deploy("pki", template)
    path = x509.load_pem_x509_certificates(f"{outputs['Certificate']}\n{outputs['Chain']}".encode())
    assert [each.subject.rfc4514_string() for each in path] == [
        "CN=desk.example.com",
        *(f"CN={name},O=Desk,C=US" for name in ("Two", "One", "Root")),
    ]
    for below, above in itertools.pairwise(path):
        below.verify_directly_issued_by(above)
    assert outputs["Arn"].startswith(f"{outputs['Two']}/certificate/")
    assert list(desk.statuses().values()) == ["ACTIVE"] * 3
    about = {"CertificateAuthorityArn": outputs["Two"]}
    assert len(desk.pca.list_permissions(**about)["Permissions"]) == 1
    template["Resources"]["Two"]["Properties"]["Tags"] = [{"Key": "a", "Value": "3"}]
    template["Resources"]["TwoActivation"]["Properties"]["Status"] = "DISABLED"
    desk.deploy("pki", template, update=True)
    assert desk.statuses()[outputs["Two"]] == "DISABLED"
    assert desk.pca.list_tags(**about)["Tags"] == [{"Key": "a", "Value": "3"}]
    desk.destroy("pki")
    assert list(desk.statuses().values()) == ["DELETED"] * 3
    sent = {event["detail-type"] for event in desk.scenario.simulator.sent()[0]}
    assert sent == {"ACM Private CA Creation", "ACM Private CA Certificate Issuance"}
    creations = [
        each["detail"] for each in desk.recorded() if each["detail"]["eventName"] == "CreateCertificateAuthority"
    ]
    assert [each["userIdentity"]["invokedBy"] for each in creations] == ["cloudformation.amazonaws.com"] * 3


def test_the_revocation_configuration_is_updated_in_place(desk: Desk) -> None:
    desk.scenario.bucket.set_state("is as documented")
    bucket = desk.scenario.bucket.name
    crl = {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": bucket, "S3ObjectAcl": "BUCKET_OWNER_FULL_CONTROL"}
    template = {"Resources": {"Root": ca("ROOT", "Root")}}
    desk.deploy("one", template)
    template["Resources"]["Root"]["Properties"]["RevocationConfiguration"] = {"CrlConfiguration": crl}
    desk.deploy("one", template, update=True)
    (arn,) = desk.statuses()
    described = desk.pca.describe_certificate_authority(CertificateAuthorityArn=arn)["CertificateAuthority"]
    assert described["RevocationConfiguration"]["CrlConfiguration"]["S3BucketName"] == bucket
    del template["Resources"]["Root"]["Properties"]["RevocationConfiguration"]
    desk.deploy("one", template, update=True)
    described = desk.pca.describe_certificate_authority(CertificateAuthorityArn=arn)["CertificateAuthority"]
    assert not described["RevocationConfiguration"]["CrlConfiguration"]["Enabled"]
    desk.destroy("one")


def test_a_rejected_resource_fails_the_stack_with_the_error_of_the_service(desk: Desk) -> None:
    template = {"Resources": {"Root": ca("ROOT", "Root", SigningAlgorithm="SHA256WITHRSA")}}
    with pytest.raises(WaiterError):
        desk.deploy("wrong", template)
    events = desk.stacks.describe_stack_events(StackName="wrong")["StackEvents"]
    reasons = [event["ResourceStatusReason"] for event in events if event.get("ResourceStatusReason")]
    assert any("SigningAlgorithm" in reason or "SHA256WITHRSA" in reason for reason in reasons), reasons


def rules() -> Template:
    """A bus with two statements of its policy, an archive, and a rule for a queue; and a rule of the default bus."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
        "Action": "events:PutEvents",
        "Resource": attribute("Bus", "Arn"),
    }
    on_bus = {"EventBusName": {"Ref": "Bus"}}
    pattern = {"source": ["desk"], "detail": {"count": [{"numeric": [">", 0]}], "ok": [True]}}
    return {
        "Resources": {
            "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "desk"}},
            "First": {
                "Type": "AWS::Events::EventBusPolicy",
                "Properties": {**on_bus, "StatementId": "first", "Statement": statement},
                "DependsOn": "Second",
            },
            "Second": {
                "Type": "AWS::Events::EventBusPolicy",
                "Properties": {**on_bus, "StatementId": "second", "Action": "events:PutEvents", "Principal": "7" * 12},
            },
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    **on_bus,
                    "EventPattern": pattern,
                    "Targets": [{"Id": "queue", "Arn": attribute("Queue", "Arn")}],
                },
            },
            "OnDefault": {
                "Type": "AWS::Events::Rule",
                "Properties": {"Name": "on-default", "State": "DISABLED", "EventPattern": {"source": ["desk"]}},
            },
            "Archive": {
                "Type": "AWS::Events::Archive",
                "Properties": {"SourceArn": attribute("Bus", "Arn"), "RetentionDays": 3},
            },
            "Queue": {"Type": "AWS::SQS::Queue"},
        },
        "Outputs": {"Rule": {"Value": {"Ref": "Rule"}}, "Arn": {"Value": attribute("Rule", "Arn")}},
    }


def test_rules_buses_policies_and_archives_are_deployed_updated_and_deleted(desk: Desk) -> None:
    template, events = rules(), desk.events
    outputs = desk.deploy("events", template)
    bus, _, name = outputs["Rule"].partition("|")
    assert (bus, outputs["Arn"].partition(":rule/")[2]) == ("desk", f"desk/{name}")
    pattern = template["Resources"]["Rule"]["Properties"]["EventPattern"]
    assert json.loads(events.describe_rule(Name=name, EventBusName=bus)["EventPattern"]) == pattern
    assert [each["Id"] for each in events.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]] == ["queue"]
    assert _statements(desk) == ["first", "second"]
    assert events.describe_rule(Name="on-default")["State"] == "DISABLED"
    changed = copy.deepcopy(template)
    resources = changed["Resources"]
    resources["Rule"]["Properties"]["EventPattern"] = {"source": ["other"]}
    resources["Rule"]["Properties"]["Targets"] = [{"Id": "moved", "Arn": attribute("Queue", "Arn")}]
    resources["OnDefault"]["Properties"]["State"] = "ENABLED"
    resources["Archive"]["Properties"]["RetentionDays"] = 9
    del resources["Second"], resources["First"]["DependsOn"]
    desk.deploy("events", changed, update=True)
    assert json.loads(events.describe_rule(Name=name, EventBusName=bus)["EventPattern"]) == {"source": ["other"]}
    assert [each["Id"] for each in events.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]] == ["moved"]
    assert _statements(desk) == ["first"]
    assert events.describe_rule(Name="on-default")["State"] == "ENABLED"
    assert [archive["RetentionDays"] for archive in events.list_archives()["Archives"]] == [9]
    desk.destroy("events")
    assert [each["Name"] for each in events.list_event_buses()["EventBuses"]] == ["default"]
    assert events.list_rules()["Rules"] == events.list_archives()["Archives"] == []


def _statements(desk: Desk) -> list[str]:
    policy = json.loads(desk.events.describe_event_bus(Name="desk")["Policy"])
    return sorted(statement["Sid"] for statement in policy["Statement"])


def test_a_pattern_that_aws_rejects_fails_the_stack(desk: Desk) -> None:
    wrong = {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": "aws.acm-pca"}}}
    with pytest.raises(WaiterError):
        desk.deploy("wrong", {"Resources": {"Rule": wrong}})
    events = desk.stacks.describe_stack_events(StackName="wrong")["StackEvents"]
    assert any("Event pattern is not valid" in event.get("ResourceStatusReason", "") for event in events)
    with pytest.raises(ClientError):
        desk.events.describe_rule(Name="Rule")
