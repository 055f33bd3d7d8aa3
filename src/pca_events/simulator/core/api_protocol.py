"""What all operations share: the errors as the API returns them, the constraints on requests, and pagination."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any


class ServiceError(Exception):
    """An error of the service, as its API returns it.

    Attributes:
        code: the name of the error, such as `ResourceNotFoundException`.
        message: what the caller reads.
        status: the HTTP status.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def not_found(arn: str) -> ServiceError:
    """No such resource."""
    return ServiceError("ResourceNotFoundException", f"Could not find resource {arn}")


def invalid_arn(arn: str) -> ServiceError:
    """The ARN does not have the form that the operation needs."""
    return ServiceError("InvalidArnException", f"The ARN is not valid: {arn}")


def invalid_args(message: str) -> ServiceError:
    """An argument, or a combination of arguments, is invalid."""
    return ServiceError("InvalidArgsException", message)


def invalid_request(message: str) -> ServiceError:
    """The request cannot be carried out, or is forbidden."""
    return ServiceError("InvalidRequestException", message)


def invalid_state(message: str) -> ServiceError:
    """The state of the CA does not allow the operation."""
    return ServiceError("InvalidStateException", message)


def validation(message: str) -> ServiceError:
    """The common error of AWS services for a value that violates its constraints."""
    return ServiceError("ValidationException", message)


def malformed_csr(message: str) -> ServiceError:
    """The certificate signing request cannot be read or is invalid."""
    return ServiceError("MalformedCSRException", message)


def malformed_certificate(message: str) -> ServiceError:
    """An imported certificate cannot be read or is not a CA certificate."""
    return ServiceError("MalformedCertificateException", message)


def mismatch(message: str) -> ServiceError:
    """An imported certificate does not belong to the CA or to its chain."""
    return ServiceError("CertificateMismatchException", message)


def in_progress(message: str) -> ServiceError:
    """The requested resource is still being created."""
    return ServiceError("RequestInProgressException", message)


def failed(message: str) -> ServiceError:
    """The requested resource could not be created."""
    return ServiceError("RequestFailedException", message)


KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "blob": (bytes, bytearray),
    "list": (list, tuple),
    "structure": (dict,),
}

JSON_KINDS: dict[str, tuple[type, ...]] = KINDS | {
    "integer": (int, float),
    "long": (int, float),
    "blob": (str,),
    "list": (list,),
}
"""The types of a request as JSON: a blob is Base64, and a number may be written with a fraction, which is cut off."""

MOST_VIOLATIONS = 100
"""How many violations an error lists: a request of some kilobytes can have as many as it has values."""


@cache
def model() -> dict[str, Any]:
    """Operations by name with the shape of their request, and the shapes that requests are made of."""
    text = files(__package__).joinpath("constraints.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of the model in Python's syntax, which has no Unicode categories: letters and digits become `\\w`."""
    return re.compile(pattern.replace(r"\p{L}\p{Z}\p{N}_", r"\w\s"))


def check_request(operation: str, request: dict[str, Any]) -> None:
    """Raise the error that AWS returns for an unknown operation or for a request that violates its shape."""
    if operation not in model()["operations"]:
        raise ServiceError("UnknownOperationException", f"The operation {operation} is not known.")
    broken = list(islice(violations(model()["operations"][operation], request, ""), MOST_VIOLATIONS))
    if broken:
        many = "1 validation error" if len(broken) == 1 else f"{len(broken)} validation errors"
        raise validation(f"{many} detected: {'; '.join(broken)}")


def check_json(operation: str, document: Any) -> None:
    """Raise SerializationException if a request has values of another type as JSON.

    A parser may turn them into the right type: a string into a number, or into the list of its characters.
    """
    check_json_types(model()["operations"][operation], document, "")


def check_json_types(shape_name: str, value: Any, path: str) -> None:
    """Raise SerializationException if a value, or one in it, has another type than its shape; a null has none."""
    if value is None:
        return
    shape = model()["shapes"][shape_name]
    check_type(shape["type"], value, path, JSON_KINDS)
    if shape["type"] == "structure":
        for name, member in shape["members"].items():
            check_json_types(member, value.get(name), joined(path, name))
    elif shape["type"] == "list":
        for index, item in enumerate(value, start=1):
            check_json_types(shape["member"], item, f"{path}.{index}.member")


def violations(shape_name: str, value: Any, path: str) -> Iterator[str]:
    """Yield each constraint that a value violates, in the words of AWS."""
    shape = model()["shapes"][shape_name]
    check_type(shape["type"], value, path, KINDS)
    if shape["type"] == "structure":
        yield from of_structure(shape, value, path)
    elif shape["type"] == "list":
        yield from of_sizes(shape, value, path)
        for index, item in enumerate(value[: shape.get("max")], start=1):
            yield from violations(shape["member"], item, f"{path}.{index}.member")
    else:
        yield from of_sizes(shape, value, path)
        yield from of_text(shape_name, shape, value, path)


def check_type(kind: str, value: Any, path: str, kinds: dict[str, tuple[type, ...]]) -> None:
    """Raise SerializationException unless a value has the type of a shape; a boolean is not a number."""
    if not isinstance(value, kinds[kind]) or (kind != "boolean" and isinstance(value, bool)):
        raise ServiceError("SerializationException", f"{path or 'The request'} is not of type {kind}")


def of_structure(shape: dict[str, Any], value: dict[str, Any], path: str) -> Iterator[str]:
    """Yield the missing members of a structure, and the violations of the others."""
    for name in shape.get("required", []):
        if value.get(name) is None:
            yield failing("null", joined(path, name), "Member must not be null")
    for name, member in shape["members"].items():
        if value.get(name) is not None:
            yield from violations(member, value[name], joined(path, name))


def of_sizes(shape: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    """Yield lengths and numbers that are out of range."""
    number = isinstance(value, int)
    measure, what = (value, "value") if number else (len(value), "length")
    if "min" in shape and measure < shape["min"]:
        yield failing(shown(value), path, f"Member must have {what} greater than or equal to {shape['min']}")
    if "max" in shape and measure > shape["max"]:
        yield failing(shown(value), path, f"Member must have {what} less than or equal to {shape['max']}")
    if shape["type"] == "long" and not -(2**63) <= value < 2**63:
        raise ServiceError("SerializationException", f"{path} is not a 64-bit number")


def of_text(shape_name: str, shape: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    """Yield strings that are not in the enumeration or do not match the pattern. Operations check ARNs themselves."""
    if "enum" in shape and value not in shape["enum"]:
        yield failing(shown(value), path, f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]")
    if "pattern" in shape and shape_name != "Arn" and not compiled(shape["pattern"]).fullmatch(value):
        rule = f"Member must satisfy regular expression pattern: {shape['pattern']}"
        yield failing(shown(value), path, rule)


def failing(value: str, path: str, rule: str) -> str:
    """One violation."""
    return f"Value {value} at '{path}' failed to satisfy constraint: {rule}"


def shown(value: Any) -> str:
    """A value in quotes, truncated."""
    text = value if isinstance(value, str) else str(value)
    return f"'{text[:200]}'"


def joined(path: str, name: str) -> str:
    """The path of a member, in the spelling of AWS's messages."""
    spelt = name[0].lower() + name[1:]
    return f"{path}.{spelt}" if path else spelt


def page(items: list[Any], request: dict[str, Any], member: str, most: int = 1000) -> dict[str, Any]:
    """The requested page of the items, under the name of the member, with a NextToken if there are more."""
    start = start_of(request.get("NextToken"), member)
    end = start + min(request.get("MaxResults") or most, most)
    response: dict[str, Any] = {member: items[start:end]}
    if end < len(items):
        response["NextToken"] = base64.urlsafe_b64encode(f"{member}:{end}".encode()).decode()
    return response


def start_of(token: str | None, member: str) -> int:
    """The index at which a NextToken continues; raise InvalidNextTokenException for an unknown token."""
    if token is None:
        return 0
    try:
        name, _, number = base64.b64decode(token, altchars=b"-_", validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        name = number = ""
    if name != member or not number.isdecimal():
        raise ServiceError(
            "InvalidNextTokenException",
            "The token specified in the NextToken argument is not valid. Use the one of your previous call.",
        )
    return int(number[:9])
