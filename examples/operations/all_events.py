"""Has the simulator send all eleven documented events:  python examples/operations/all_events.py [ENDPOINT]."""

import json
import sys
import uuid

import boto3

endpoint = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4566"
account = f"{uuid.uuid4().int % 10**12:012d}"  # LocalStack takes it from the access key: a new one, with a new bus
aws = boto3.Session(account, "any", region_name="us-east-1")
events, sqs, s3, pca = (aws.client(name, endpoint_url=endpoint) for name in ("events", "sqs", "s3", "acm-pca"))

queue = sqs.create_queue(QueueName="pca")["QueueUrl"]
events.put_rule(Name="pca", EventPattern='{"source": ["aws.acm-pca"]}')
events.put_targets(Rule="pca", Targets=[{"Id": "queue", "Arn": f"arn:aws:sqs:us-east-1:{account}:pca"}])
bucket = f"pca-{account}"
grant = {"Effect": "Allow", "Principal": {"Service": "acm-pca.amazonaws.com"}, "Action": "s3:*", "Resource": "*"}
s3.create_bucket(Bucket=bucket)
s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [grant]}))

signed = {"SigningAlgorithm": "SHA256WITHECDSA"}
named = {"KeyAlgorithm": "EC_prime256v1", "Subject": {"CommonName": "All events"}} | signed
root = {"CertificateAuthorityType": "ROOT", "CertificateAuthorityConfiguration": named}
crl = {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": bucket, "S3ObjectAcl": "BUCKET_OWNER_FULL_CONTROL"}
made = pca.create_certificate_authority(**root, RevocationConfiguration={"CrlConfiguration": crl})
ca = {"CertificateAuthorityArn": made["CertificateAuthorityArn"]}
request = {"Csr": pca.get_certificate_authority_csr(**ca)["Csr"], "Validity": {"Value": 9, "Type": "DAYS"}} | signed
issued = pca.issue_certificate(**ca, **request, TemplateArn="arn:aws:acm-pca:::template/RootCACertificate/V1")
own = pca.get_certificate(**ca, CertificateArn=issued["CertificateArn"])["Certificate"]
pca.import_certificate_authority_certificate(**ca, Certificate=own)

request["Validity"]["Value"] = 5
pca.create_certificate_authority(**root, Tags=[{"Key": "pca-events:fail", "Value": "CreateCertificateAuthority=1"}])
pca.tag_certificate_authority(**ca, Tags=[{"Key": "pca-events:fail", "Value": "IssueCertificate=1 CRL=1 CRL-S3=1"}])
pca.issue_certificate(**ca, **request)  # fails, as planned; so do the CRLs of the first two revocations
for granted in (True, True, True, False):
    if not granted:
        s3.delete_bucket_policy(Bucket=bucket)
    serial = pca.issue_certificate(**ca, **request)["CertificateArn"].rpartition("/")[2]
    pca.revoke_certificate(**ca, CertificateSerial=serial, RevocationReason="SUPERSEDED")
    pca.create_certificate_authority_audit_report(**ca, S3BucketName=bucket, AuditReportResponseFormat="JSON")

seen = set()
while len(seen) < 11:
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=10).get("Messages")
    for event in (json.loads(message["Body"]) for message in messages or sys.exit(f"only {len(seen)} kinds came")):
        kind = (event["detail-type"], *event["detail"].values())
        if kind not in seen:
            seen.add(kind)
            print(*kind, "·", *event["resources"])
