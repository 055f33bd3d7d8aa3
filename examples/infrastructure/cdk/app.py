"""A CDK app: a queue receives an event for every failed issuance; `cdk synth` writes cdk.out."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs

app = cdk.App()
stack = cdk.Stack(app, "CertificateDesk")
undelivered = sqs.Queue(stack, "Undelivered")
tickets = sqs.Queue(stack, "Tickets")
events.Rule(
    stack,
    "IssuanceFailed",
    event_pattern=events.EventPattern(
        source=["aws.acm-pca"],
        detail_type=["ACM Private CA Certificate Issuance"],
        detail={"result": ["failure"]},
    ),
    targets=[targets.SqsQueue(tickets, dead_letter_queue=undelivered, retry_attempts=10)],
)
app.synth()
