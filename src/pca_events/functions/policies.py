"""The resource policy of a function: who may call what.

Messages of errors are those of AWS, as LocalStack has recorded them in its own Lambda.
"""

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from localstack.aws.api.lambda_ import (
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
)

from pca_events.functions.names import FunctionId

_IAM = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:.+")
_CONDITIONS = {
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
}


class FunctionPolicy:
    """The statements of a function, and its revision.

    Attributes:
        revision: changes with every change of the function.
    """

    def __init__(self, function: FunctionId) -> None:
        self._function = function
        self._statements: dict[str, dict[str, Any]] = {}
        self.revision = str(uuid.uuid4())

    @property
    def document(self) -> str | None:
        """The policy as JSON; None without statements."""
        if not self._statements:
            return None
        statements = list(self._statements.values())
        return json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": statements})

    def add(self, request: Mapping[str, Any]) -> str:
        """Add the statement of AddPermission, and return it as JSON.

        Raises:
            ResourceConflictException: there is one with this id.
            InvalidParameterValueException: the principal is invalid.
            PreconditionFailedException: the function has another revision.
        """
        self._require_revision(request, "GetPolicy")
        sid = request["StatementId"]
        if sid in self._statements:
            raise ResourceConflictException(
                f"The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the "
                "existing statement.",
                Type="User",
            )
        self._statements[sid] = _statement(self._function, request)
        self.change()
        return json.dumps(self._statements[sid])

    def get(self) -> dict[str, Any]:
        """Return what GetPolicy answers.

        Raises:
            ResourceNotFoundException: there is no statement.
        """
        if self.document is None:
            raise ResourceNotFoundException("The resource you requested does not exist.", Type="User")
        return {"Policy": self.document, "RevisionId": self.revision}

    def remove(self, request: Mapping[str, Any]) -> None:
        """Remove the statement of RemovePermission.

        Raises:
            ResourceNotFoundException: there is no such statement.
            PreconditionFailedException: the function has another revision.
        """
        if not self._statements:
            raise ResourceNotFoundException("No policy is associated with the given resource.", Type="User")
        sid = request["StatementId"]
        if sid not in self._statements:
            raise ResourceNotFoundException(f"Statement {sid} is not found in resource policy.", Type="User")
        self._require_revision(request, "GetFunction/GetAlias")
        del self._statements[sid]
        self.change()

    def change(self) -> None:
        """Give the function a new revision."""
        self.revision = str(uuid.uuid4())

    def _require_revision(self, request: Mapping[str, Any], ask: str) -> None:
        if request.get("RevisionId") not in (None, "", self.revision):
            raise PreconditionFailedException(
                "The Revision Id provided does not match the latest Revision Id. "
                f"Call the {ask} API to retrieve the latest Revision Id",
                Type="User",
            )


def _statement(function: FunctionId, request: Mapping[str, Any]) -> dict[str, Any]:
    conditions: dict[str, dict[str, str]] = {}
    for name, (operator, key) in _CONDITIONS.items():
        if value := request.get(name):
            conditions.setdefault(operator, {})[key] = value
    return {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(request["Principal"], function),
        "Action": request["Action"],
        "Resource": function.arn,
        **({"Condition": conditions} if conditions else {}),
    }


def _principal(principal: str, function: FunctionId) -> Any:
    if principal == "*":
        return principal
    if re.fullmatch(r"\d{12}", principal):
        return {"AWS": f"arn:{function.arn.split(':')[1]}:iam::{principal}:root"}
    if _IAM.fullmatch(principal):
        return {"AWS": principal}
    if re.fullmatch(r"[\w.-]+\.amazonaws\.com(\.cn)?", principal):
        return {"Service": principal}
    raise InvalidParameterValueException(
        "The provided principal was invalid. Please check the principal and try again.", Type="User"
    )
