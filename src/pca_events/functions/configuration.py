"""The configuration of a function as the API has it, and what UpdateFunctionConfiguration changes."""

import hashlib
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from localstack.aws.api.lambda_ import InvalidParameterValueException, PreconditionFailedException

from pca_events.functions.event_configs import dead_letter_target
from pca_events.functions.names import LATEST, FunctionId
from pca_events.functions.policies import FunctionPolicy
from pca_events.handlers.entry import Handler
from pca_events.regions import partition_of

_CHANGED = ("DeadLetterConfig", "Environment")
_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
_RESERVED = ("_HANDLER", "AWS_", "LAMBDA_", "PCA_EVENTS_")


class State(Protocol):
    """What an account and Region has set for a function."""

    policy: FunctionPolicy
    dead_letters: str
    variables: Mapping[str, str]
    changed: datetime


def configuration_of(function: FunctionId, handler: Handler, state: State) -> dict[str, Any]:
    """Return the configuration of a function: its code is on this machine, and its role allows everything."""
    entry = str(handler)
    return {
        "FunctionName": function.name,
        "FunctionArn": function.arn,
        "Runtime": "provided.al2023" if handler.command else _PYTHON,
        "Role": f"arn:{partition_of(function.region)}:iam::{function.account}:role/pca-events",
        "Handler": entry if handler.command else f"{handler.module}.{handler.function}",
        "CodeSize": 0,
        "CodeSha256": hashlib.sha256(entry.encode()).hexdigest(),
        "Description": f"{entry} in {handler.folder}, run by pca-events",
        "Timeout": int(handler.limits.seconds),
        "MemorySize": handler.limits.memory,
        "LastModified": f"{state.changed:%Y-%m-%dT%H:%M:%S}.{state.changed.microsecond // 1000:03d}+0000",
        "Version": LATEST,
        "RevisionId": state.policy.revision,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function.name}"},
        **({"DeadLetterConfig": {"TargetArn": state.dead_letters}} if state.dead_letters else {}),
        **({"Environment": {"Variables": dict(state.variables)}} if state.variables else {}),
    }


def updated(state: State, request: Mapping[str, Any]) -> None:
    """Change what UpdateFunctionConfiguration can change here: the dead-letter queue and the environment variables.

    Raises:
        InvalidParameterValueException: something else is to be changed, or a value is invalid.
        PreconditionFailedException: the function has another revision.
    """
    if request.get("RevisionId") not in (None, "", state.policy.revision):
        message = (
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
        )
        raise PreconditionFailedException(message, Type="User")
    if others := [name for name in request if name not in (*_CHANGED, "FunctionName", "RevisionId")]:
        message = (
            f"{', '.join(others)} cannot be changed: the functions of this LocalStack are those of "
            "pca-events localstack --function NAME=ENTRY"
        )
        raise InvalidParameterValueException(message, Type="User")
    if (letters := request.get("DeadLetterConfig")) is not None:
        state.dead_letters = dead_letter_target(letters)
    if (environment := request.get("Environment")) is not None:
        state.variables = _variables(environment.get("Variables") or {})
    state.changed = datetime.now(UTC)
    state.policy.change()


def _variables(given: Mapping[str, str]) -> dict[str, str]:
    if reserved := [name for name in given if name.startswith(_RESERVED)]:
        message = (
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided contains reserved keys that are currently not supported for modification. Reserved keys used in "
            f"this request: {', '.join(reserved)}"
        )
        raise InvalidParameterValueException(message, Type="User")
    return dict(given)
