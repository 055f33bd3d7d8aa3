"""Has the simulator send all eleven documented events, and sees them arrive:  python all_events.py [ENDPOINT]."""

import json
import sys
import uuid

import boto3

endpoint = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4566"
aws = boto3.Session("111122223333", "any", region_name="us-east-1")  # LocalStack takes the account from the access key
events, sqs, s3, pca = (aws.client(name, endpoint_url=endpoint) for name in ("events", "sqs", "s3", "acm-pca"))
name = f"all-events-{uuid.uuid4()}"  # of queue, rule and bucket
arn = f"arn:aws:sqs:us-east-1:111122223333:{name}"
eventbridge = {"Service": "events.amazonaws.com"}
allow = {"Effect": "Allow", "Principal": eventbridge, "Action": "sqs:SendMessage", "Resource": arn}
queue = sqs.create_queue(QueueName=name, Attributes={"Policy": json.dumps({"Statement": [allow]})})["QueueUrl"]
events.put_rule(Name=name, EventPattern='{"source": ["aws.acm-pca"]}')
events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])

signed = {"SigningAlgorithm": "SHA256WITHECDSA"}
named = {"KeyAlgorithm": "EC_prime256v1", "Subject": {"CommonName": "All events"}, **signed}
root = {"CertificateAuthorityType": "ROOT", "CertificateAuthorityConfiguration": named}
grant = {"Effect": "Allow", "Principal": {"Service": "acm-pca.amazonaws.com"}, "Action": "*", "Resource": "*"}
policy = json.dumps({"Statement": [grant]})
s3.create_bucket(Bucket=name)
s3.put_bucket_policy(Bucket=name, Policy=policy)  # a bucket without it is rejected as a bucket for CRLs
crl = {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": name, "S3ObjectAcl": "BUCKET_OWNER_FULL_CONTROL"}
made = pca.create_certificate_authority(**root, RevocationConfiguration={"CrlConfiguration": crl})
ca = {"CertificateAuthorityArn": made["CertificateAuthorityArn"]}
wanted = {
    "Csr": pca.get_certificate_authority_csr(**ca)["Csr"],
    "Validity": {"Value": 9, "Type": "DAYS"},
    **ca,
    **signed,
}
own = pca.issue_certificate(TemplateArn="arn:aws:acm-pca:::template/RootCACertificate/V1", **wanted)["CertificateArn"]
found = pca.get_certificate(CertificateArn=own, **ca)["Certificate"]
pca.import_certificate_authority_certificate(Certificate=found, **ca)

wanted["Validity"]["Value"] = 5
pca.create_certificate_authority(**root, Tags=[{"Key": "pca-events:fail", "Value": "CreateCertificateAuthority=1"}])
pca.tag_certificate_authority(**ca, Tags=[{"Key": "pca-events:fail", "Value": "IssueCertificate=1 CRL=1 CRL-S3=1"}])
pca.issue_certificate(**wanted)  # fails, as planned; so do the first two CRLs
s3.delete_bucket_policy(Bucket=name)
for with_policy in (False, False, True):
    if with_policy:
        s3.put_bucket_policy(Bucket=name, Policy=policy)
    serial = pca.issue_certificate(**wanted)["CertificateArn"].rpartition("/")[2]
    pca.revoke_certificate(CertificateSerial=serial, RevocationReason="SUPERSEDED", **ca)
    pca.create_certificate_authority_audit_report(S3BucketName=name, AuditReportResponseFormat="JSON", **ca)

seen = set()
while len(seen) < 11:
    came = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=10).get("Messages")
    for event in (json.loads(message["Body"]) for message in came or sys.exit(f"only {len(seen)} kinds came")):
        kind = (event["detail-type"], *event["detail"].values())
        if kind not in seen:
            print(*kind, "·", *event["resources"])
        seen.add(kind)
