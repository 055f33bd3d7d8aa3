"""Evaluation of IAM policies: does one policy allow a request?

    >>> from pca_events.iam_policy import Request, evaluate
    >>> statement = {
    ...     "Effect": "Allow",
    ...     "Principal": {"Service": "events.amazonaws.com"},
    ...     "Action": "sqs:SendMessage",
    ...     "Resource": "arn:aws:sqs:eu-west-1:111122223333:alarms",
    ...     "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:events:eu-west-1:111122223333:rule/crl"}},
    ... }
    >>> request = Request(
    ...     "sqs:SendMessage",
    ...     "arn:aws:sqs:eu-west-1:111122223333:alarms",
    ...     services=("events.amazonaws.com",),
    ...     context={"aws:sourcearn": "arn:aws:events:eu-west-1:111122223333:rule/other"},
    ... )
    >>> decision = evaluate({"Version": "2012-10-17", "Statement": statement}, request)
    >>> decision.allowed, decision.why, decision.key
    (False, 'condition', 'aws:sourcearn')

The answer is True or False if the policy and the request are known, and may be None if a part of them is not: a
value of infrastructure code that only a deployment knows, or a condition key of a request that is not `complete`.

Sources: the reference of IAM JSON policy elements and "Policy evaluation logic" in the IAM User Guide.
"""

from pca_events.iam_policy.conditions import is_operator
from pca_events.iam_policy.evaluation import UNKNOWN, VERSION_WITH_VARIABLES, StatementResult, decide, evaluate, judge
from pca_events.iam_policy.request import Compare, Decision, Request, Why, as_list

__all__ = [
    "UNKNOWN",
    "VERSION_WITH_VARIABLES",
    "Compare",
    "Decision",
    "Request",
    "StatementResult",
    "Why",
    "as_list",
    "decide",
    "evaluate",
    "is_operator",
    "judge",
]
