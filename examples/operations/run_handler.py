"""Issues a certificate, and shows what the function `inventory` makes of it:  python run_handler.py [ENDPOINT]."""

import json
import sys

import boto3

endpoint = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4566"
aws = boto3.Session("111122223333", "any", region_name="us-east-1")  # LocalStack takes the account from the access key
pca, events, functions, sqs = (
    aws.client(service, endpoint_url=endpoint) for service in ("acm-pca", "events", "lambda", "sqs")
)

pattern = {"source": ["aws.acm-pca"], "detail-type": ["ACM Private CA Certificate Issuance"]}
rule = events.put_rule(Name="issued", EventPattern=json.dumps(pattern))["RuleArn"]
function = functions.get_function(FunctionName="inventory")["Configuration"]["FunctionArn"]
events.put_targets(Rule="issued", Targets=[{"Id": "inventory", "Arn": function}])
functions.add_permission(
    FunctionName="inventory",
    StatementId="issued",
    Action="lambda:InvokeFunction",
    Principal="events.amazonaws.com",
    SourceArn=rule,
)

signed = {"SigningAlgorithm": "SHA256WITHECDSA"}
named = {"KeyAlgorithm": "EC_prime256v1", "Subject": {"CommonName": "Inventory"}, **signed}
made = pca.create_certificate_authority(CertificateAuthorityType="ROOT", CertificateAuthorityConfiguration=named)
ca = {"CertificateAuthorityArn": made["CertificateAuthorityArn"]}
issued = pca.issue_certificate(
    Csr=pca.get_certificate_authority_csr(**ca)["Csr"],
    Validity={"Value": 30, "Type": "DAYS"},
    TemplateArn="arn:aws:acm-pca:::template/RootCACertificate/V1",
    **ca,
    **signed,
)

queue = sqs.create_queue(QueueName="inventory")["QueueUrl"]
(message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
item = json.loads(message["Body"])
print("in the inventory:", item["result"], item["certificate"] == issued["CertificateArn"])
