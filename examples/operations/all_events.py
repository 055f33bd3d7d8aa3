"""Has the simulator send all eleven documented events, and receives them:  python all_events.py [ENDPOINT].

CRLs and audit reports fail because the bucket has no policy. Internal failures are planned with the tag
pca-events:fail, which AWS ignores.
"""

import json
import sys
import uuid

import boto3

ENDPOINT = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4566"
ACCOUNT, REGION = "111122223333", "us-east-1"
NAME = f"all-events-{uuid.uuid4()}"  # of the queue, the rule and the bucket
KINDS = 11
SIGNING = "SHA256WITHECDSA"

session = boto3.Session(ACCOUNT, "any", region_name=REGION)  # LocalStack takes the account from the access key
events = session.client("events", endpoint_url=ENDPOINT)
pca = session.client("acm-pca", endpoint_url=ENDPOINT)
s3 = session.client("s3", endpoint_url=ENDPOINT)
sqs = session.client("sqs", endpoint_url=ENDPOINT)


def allow(service, action, resource):
    """Return a policy that allows an AWS service one action."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": action,
        "Resource": resource,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def create_queue_and_rule():
    """Create a queue that receives every event of AWS Private CA, and return its URL."""
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{NAME}"
    policy = allow("events", "sqs:SendMessage", arn)
    url = sqs.create_queue(QueueName=NAME, Attributes={"Policy": policy})["QueueUrl"]
    events.put_rule(Name=NAME, EventPattern=json.dumps({"source": ["aws.acm-pca"]}))
    events.put_targets(Rule=NAME, Targets=[{"Id": "queue", "Arn": arn}])
    return url


def create_bucket():
    """Create the bucket for CRLs and audit reports; without its policy, it is rejected as a bucket for CRLs."""
    s3.create_bucket(Bucket=NAME)
    allow_private_ca_to_write()


def allow_private_ca_to_write():
    """Put the policy of the bucket."""
    s3.put_bucket_policy(Bucket=NAME, Policy=allow("acm-pca", "s3:*", "*"))


def create_root_ca():
    """Create an active root CA that writes a CRL, and return its ARN."""
    crl = {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": NAME, "S3ObjectAcl": "BUCKET_OWNER_FULL_CONTROL"}
    authority = create_ca(RevocationConfiguration={"CrlConfiguration": crl})
    root = "arn:aws:acm-pca:::template/RootCACertificate/V1"
    certificate = issue_certificate(authority, days=9, TemplateArn=root)
    answer = pca.get_certificate(CertificateAuthorityArn=authority, CertificateArn=certificate)
    pca.import_certificate_authority_certificate(CertificateAuthorityArn=authority, Certificate=answer["Certificate"])
    return authority


def create_ca(**more):
    """Create a root CA and return its ARN."""
    answer = pca.create_certificate_authority(
        CertificateAuthorityType="ROOT",
        CertificateAuthorityConfiguration={
            "KeyAlgorithm": "EC_prime256v1",
            "SigningAlgorithm": SIGNING,
            "Subject": {"CommonName": "All events"},
        },
        **more,
    )
    return answer["CertificateAuthorityArn"]


def issue_certificate(authority, days, **more):
    """Issue a certificate for the key of the CA, which saves another key, and return its ARN."""
    answer = pca.issue_certificate(
        CertificateAuthorityArn=authority,
        Csr=pca.get_certificate_authority_csr(CertificateAuthorityArn=authority)["Csr"],
        SigningAlgorithm=SIGNING,
        Validity={"Value": days, "Type": "DAYS"},
        **more,
    )
    return answer["CertificateArn"]


def fail(operations):
    """Return a tag with the number of internal failures of each operation."""
    return [{"Key": "pca-events:fail", "Value": operations}]


def revoke_and_report(authority):
    """Revoke a new certificate, for which the CA writes its CRL, and create an audit report."""
    serial = issue_certificate(authority, days=5).rpartition("/")[2]
    pca.revoke_certificate(CertificateAuthorityArn=authority, CertificateSerial=serial, RevocationReason="SUPERSEDED")
    pca.create_certificate_authority_audit_report(
        CertificateAuthorityArn=authority, S3BucketName=NAME, AuditReportResponseFormat="JSON"
    )


def send_all_events():
    """Have AWS Private CA send each of its events."""
    create_bucket()
    authority = create_root_ca()
    create_ca(Tags=fail("CreateCertificateAuthority=1"))
    pca.tag_certificate_authority(CertificateAuthorityArn=authority, Tags=fail("IssueCertificate=1 CRL=1 CRL-S3=1"))
    issue_certificate(authority, days=5)  # fails, as planned
    s3.delete_bucket_policy(Bucket=NAME)
    revoke_and_report(authority)  # two attempts at a CRL fail, as planned; the audit report cannot be stored
    revoke_and_report(authority)  # nor can the CRL
    allow_private_ca_to_write()
    revoke_and_report(authority)  # both are stored


def receive(queue):
    """Yield the events in a queue; end the program if none arrives for ten seconds."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=10)
        messages = answer.get("Messages")
        if not messages:
            sys.exit("no event has arrived for ten seconds")
        for message in messages:
            yield json.loads(message["Body"])


def print_each_kind_once(queue):
    """Print the first event of each kind, until all kinds have arrived."""
    seen = set()
    for event in receive(queue):
        kind = (event["detail-type"], *event["detail"].values())
        if kind not in seen:
            print(*kind, "·", *event["resources"])
            seen.add(kind)
        if len(seen) == KINDS:
            return


if __name__ == "__main__":
    queue_of_events = create_queue_and_rule()
    send_all_events()
    print_each_kind_once(queue_of_events)
