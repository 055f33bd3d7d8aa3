"""Requests that are no request of the API: LocalStack would call them an internal error, AWS does not."""

import json
from typing import Any

from localstack.aws.protocol.parser import RequestParserError


def answer_unreadable(chain: Any, exception: Exception, context: Any, response: Any) -> None:  # noqa: ARG001
    """Answer a request to acm-pca that LocalStack cannot read, as the JSON protocol of AWS does: with status 400."""
    if (
        not isinstance(exception, RequestParserError)
        or not context.service
        or context.service.service_name != "acm-pca"
    ):
        return
    operation = context.request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    if operation in context.service.operation_names:
        body = {"__type": "SerializationException", "message": str(exception)}
    else:
        body = {"__type": "UnknownOperationException", "message": f"there is no operation {operation}"}
    response.set_response(json.dumps(body))
    response.status_code = 400
    response.mimetype = "application/x-amz-json-1.1"
    context.service = None  # the handlers that follow write an answer of their own where there is a service
