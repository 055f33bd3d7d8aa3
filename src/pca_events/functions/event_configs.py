"""What a function does with asynchronous invocations: retries, the longest age of an event, and destinations.

Messages of errors are those of AWS, as LocalStack has recorded them in its own Lambda.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api.lambda_ import InvalidParameterValueException

from pca_events.functions.names import FunctionId, function_of_arn

MOST_RETRIES = 2
LONGEST_AGE = 21_600
"""Seconds: six hours."""

_DESTINATIONS = ("sqs", "sns", "events", "lambda")
_DEAD_LETTERS = ("sqs", "sns")


@dataclass(frozen=True)
class EventConfig:
    """The configuration of asynchronous invocations; None stands for the default of AWS Lambda.

    Attributes:
        on_success, on_failure: the ARNs of the destinations; empty for none.
    """

    changed: datetime
    retries: int | None = None
    age: int | None = None
    on_success: str = ""
    on_failure: str = ""

    @property
    def most_retries(self) -> int:
        """How often a function that fails is invoked again."""
        return MOST_RETRIES if self.retries is None else self.retries

    @property
    def longest_age(self) -> int:
        """Seconds after which an event is no longer tried."""
        return LONGEST_AGE if self.age is None else self.age

    def shown(self, function: FunctionId) -> dict[str, Any]:
        """Return what the API answers."""
        return {
            "LastModified": self.changed,
            "FunctionArn": function.qualified_arn,
            **({} if self.retries is None else {"MaximumRetryAttempts": self.retries}),
            **({} if self.age is None else {"MaximumEventAgeInSeconds": self.age}),
            "DestinationConfig": {
                name: {"Destination": arn} if arn else {}
                for name, arn in (("OnSuccess", self.on_success), ("OnFailure", self.on_failure))
            },
        }


def event_config(
    request: Mapping[str, Any], function: FunctionId, exists: Any, before: EventConfig | None = None
) -> EventConfig:
    """Return the configuration of PutFunctionEventInvokeConfig, or with one before, that of the update.

    Args:
        request: of either operation.
        function: its function.
        exists: whether there is a function with an id.
        before: what an update changes.

    Raises:
        InvalidParameterValueException: it says nothing, or a destination is invalid.
    """
    names = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
    if all(request.get(name) is None for name in names):
        message = "You must specify at least one of error handling or destination setting."
        raise InvalidParameterValueException(message, Type="User")
    found = replace(before or EventConfig(datetime.now(UTC)), changed=datetime.now(UTC))
    if request.get("MaximumRetryAttempts") is not None:
        found = replace(found, retries=request["MaximumRetryAttempts"])
    if request.get("MaximumEventAgeInSeconds") is not None:
        found = replace(found, age=request["MaximumEventAgeInSeconds"])
    if (given := request.get("DestinationConfig")) is not None:
        success, failure = ((given.get(name) or {}).get("Destination") or "" for name in ("OnSuccess", "OnFailure"))
        _refuse_destinations(success, failure, function, exists)
        found = replace(found, on_success=success, on_failure=failure)
    return found


def _refuse_destinations(success: str, failure: str, function: FunctionId, exists: Any) -> None:
    given = [arn for arn in (failure, success) if arn]
    allowed = ((success, _DESTINATIONS), (failure, (*_DESTINATIONS, "s3")))
    if any(arn and arn.split(":")[2] not in services for arn, services in allowed):
        shown = [
            f"{name}(destination={arn})" if arn else "null"
            for name, arn in (("OnSuccess", success), ("OnFailure", failure))
        ]
        config = f"DestinationConfig(onSuccess={shown[0]}, onFailure={shown[1]})"
        raise InvalidParameterValueException(f"The provided destination config {config} is invalid.", Type="User")
    for arn in given:
        if arn.split(":")[2] != "lambda":
            continue
        if len(arn.split(":")) < 7 or not exists(function_of_arn(arn)[0]):
            raise InvalidParameterValueException(f"The destination ARN {arn} is invalid.", Type="User")
        if function_of_arn(arn)[0] == function:
            message = "You can't specify the function as a destination for itself."
            raise InvalidParameterValueException(message, Type="User")


def dead_letter_target(config: Mapping[str, Any]) -> str:
    """Return the ARN of DeadLetterConfig; empty if it removes the one that is set.

    Raises:
        InvalidParameterValueException: it is neither a queue nor a topic.
    """
    arn: str = config.get("TargetArn") or ""
    if arn and arn.split(":")[2] not in _DEAD_LETTERS:
        message = f"The provided dead letter config TargetArn {arn} is neither a queue nor a topic."
        raise InvalidParameterValueException(message, Type="User")
    return arn
