"""The name of a function: alone, as a part of an ARN, or as an ARN, with or without a qualifier."""

import re
from dataclasses import dataclass
from typing import Any

from localstack.aws.api.lambda_ import InvalidParameterValueException, ResourceNotFoundException

from pca_events.regions import partition_of

LATEST = "$LATEST"
"""The one version of each function."""

_NAME = re.compile(
    r"(arn:aws[a-z-]*:lambda:)?((?P<region>[a-z]+(-[a-z]+)+-\d):)?((?P<account>\d{12}):)?(function:)?"
    r"(?P<name>[A-Za-z0-9_-]+)(:(?P<qualifier>\$LATEST|[A-Za-z0-9_-]+))?"
)


@dataclass(frozen=True)
class FunctionId:
    """A function of an account and Region."""

    account: str
    region: str
    name: str

    @property
    def arn(self) -> str:
        """The ARN, without a qualifier."""
        return f"arn:{partition_of(self.region)}:lambda:{self.region}:{self.account}:function:{self.name}"

    @property
    def qualified_arn(self) -> str:
        """The ARN of the one version."""
        return f"{self.arn}:{LATEST}"


def function_of_arn(arn: str) -> tuple[FunctionId, str]:
    """Return the function and the qualifier of an ARN; the qualifier may be empty."""
    _, _, _, region, account, _, name, *qualifiers = arn.split(":")
    return FunctionId(account, region, name), qualifiers[0] if qualifiers else ""


def function_named(name: str, qualifier: str | None, context: Any) -> tuple[FunctionId, str]:
    """Return the function and the qualifier that a request names.

    Args:
        name: FunctionName.
        qualifier: Qualifier.
        context: of the request, with the account and Region of the caller.

    Raises:
        InvalidParameterValueException: the name has another form, or another qualifier than the request.
        ResourceNotFoundException: it is of another Region.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise InvalidParameterValueException(f"{name} is not the name or the ARN of a function.", Type="User")
    region = found["region"] or context.region
    # The services of LocalStack call Lambda in the Region of the ARN.
    if region != context.region:
        message = f"Functions from '{region}' are not reachable in this region ('{context.region}')"
        raise ResourceNotFoundException(message, Type="User")
    if qualifier and found["qualifier"] and qualifier != found["qualifier"]:
        message = "The derived qualifier from the function name does not match the specified qualifier."
        raise InvalidParameterValueException(message, Type="User")
    function = FunctionId(found["account"] or context.account_id, region, found["name"])
    return function, qualifier or found["qualifier"] or ""
