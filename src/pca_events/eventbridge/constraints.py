"""What AWS refuses whatever the resource: constraints of the service model, and quotas.

The model gives lengths, patterns, ranges and enumerations. The quotas are AWS's defaults, which an account can have
raised; where AWS does not document the answer to what exceeds one, it is that of the other quotas.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from localstack.aws.api import CommonServiceException
from localstack.aws.api.events import LimitExceededException
from localstack.services.events.models import ValidationException

Handlers = Mapping[str, Any]

MOST_BUSES = 100
"""The event buses of an account and Region."""
MOST_RULES = 300
"""The rules of an event bus."""
MOST_TAGS = 50
"""The tags of a resource."""
LONGEST_PATTERN = 2_048
"""The characters of an event pattern."""


def refuse_above(quota: int, count: int) -> None:
    """Refuse what exceeds a quota.

    Raises:
        LimitExceededException: the count is above the quota.
    """
    if count > quota:
        raise LimitExceededException("The requested resource exceeds the maximum number allowed.")


def constrained(model: ServiceModel, handlers: Handlers) -> dict[str, Any]:
    """Return the handlers of a service, each of which refuses a request that breaks a constraint of its input."""
    return {name: _checked(model.operation_model(name).input_shape, handler) for name, handler in handlers.items()}


def _checked(shape: Shape | None, handler: Any) -> Any:
    def handle(context: Any, request: Any) -> Any:
        request = request or {}  # the body may be null
        if shape is not None:
            _check_types(shape, request, "")
        if shape is not None and (broken := list(_broken(shape, request, ""))):
            errors = "error" if len(broken) == 1 else "errors"
            raise ValidationException(f"{len(broken)} validation {errors} detected: {'; '.join(broken)}")
        return handler(context, request)

    return handle


_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "list": (list,),
    "structure": (dict,),
    "map": (dict,),
}
"""The types that LocalStack's parser does not check; it reads the others."""


def _check_types(shape: Shape, value: Any, path: str) -> None:
    """Check the types of a request, and that its text is Unicode.

    Raises:
        CommonServiceException: SerializationException, as AWS answers.
    """
    expected = _TYPES.get(shape.type_name)
    if expected is not None and (not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected)):
        raise _unreadable(path, shape.type_name)
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _unreadable(path, "Unicode string") from None
    for member, item, name in _members(shape, value):
        _check_types(member, item, f"{path}.{name}" if path else name)


def _unreadable(path: str, kind: str) -> CommonServiceException:
    return CommonServiceException("SerializationException", f"{path or 'The request'} is not of type {kind}")


def _broken(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Yield what is wrong with a value, in the words of AWS."""
    # How AWS shows a list of structures is not known in general; LocalStack checks the number of their elements itself.
    for constraint in _violations(shape, value):
        yield f"Value '{_shown(value)}' at '{path}' failed to satisfy constraint: {constraint}"
    if isinstance(shape, StructureShape):
        for name in shape.required_members:
            if value.get(name) is None:
                place = f"{path}.{name[:1].lower()}{name[1:]}".lstrip(".")
                yield f"Value null at '{place}' failed to satisfy constraint: Member must not be null"
    for member, item, name in _members(shape, value):
        yield from _broken(member, item, f"{path}.{name}" if path else name)


def _members(shape: Shape, value: Any) -> Iterator[tuple[Shape, Any, str]]:
    """Yield the shape, the value and the name of each member that is given."""
    if isinstance(shape, StructureShape):
        given = ((name, value[name]) for name in shape.members if value.get(name) is not None)
        yield from ((shape.members[name], item, name[:1].lower() + name[1:]) for name, item in given)
    elif isinstance(shape, ListShape):
        yield from ((shape.member, item, f"{number}.member") for number, item in enumerate(value, 1))
    elif isinstance(shape, MapShape):
        yield from ((shape.value, item, f"{key}.member") for key, item in value.items())


def _violations(shape: Shape, value: Any) -> Iterator[str]:
    limits = shape.metadata
    if shape.type_name in ("integer", "long"):
        measured, what = value, "value"
    elif isinstance(value, str) or (isinstance(shape, ListShape) and not isinstance(shape.member, StructureShape)):
        measured, what = len(value), "length"
    else:
        return
    if "max" in limits and measured > limits["max"]:
        yield f"Member must have {what} less than or equal to {limits['max']}"
    if "min" in limits and measured < limits["min"]:
        yield f"Member must have {what} greater than or equal to {limits['min']}"
    if isinstance(value, str) and "pattern" in limits and not _pattern(limits["pattern"]).fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {limits['pattern']}"
    if isinstance(value, str) and limits.get("enum") and value not in limits["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"


@lru_cache(maxsize=200)  # the model has a few dozen
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _shown(value: Any) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)
