"""What a handler of SQS says about the records of a batch: the partial batch response, read as SQS reads it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pca_events.handlers.environment import Outcome
from pca_events.handlers.wrapping import Form
from pca_events.wording import counted

SQS_FORMS: tuple[Form, ...] = ("sqs", "sqs-sns")


def failed_records(outcome: Outcome, records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the records that SQS delivers again, with ReportBatchItemFailures; all if the response is invalid."""
    if not outcome.succeeded:
        return list(records)
    answer = outcome.value
    if not isinstance(answer, dict) or answer.get("batchItemFailures") in (None, []):
        return []
    try:
        named = {str(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]}
    except (TypeError, KeyError):
        return list(records)
    known = {record["messageId"] for record in records}
    return list(records) if named - known else [record for record in records if record["messageId"] in named]


def judged(outcome: Outcome, payload: bytes, form: Form) -> Outcome:
    """Return the outcome of a delivery of valid records: a response that names one of them is a failure."""
    if form not in SQS_FORMS or not outcome.succeeded:
        return outcome
    records = json.loads(payload)["Records"]
    failed = failed_records(outcome, records)
    if not failed:
        return outcome
    error = f"its response makes SQS deliver {len(failed)} of {counted(len(records), 'record')} again"
    return replace(outcome, status="reported a failure", error=error)
