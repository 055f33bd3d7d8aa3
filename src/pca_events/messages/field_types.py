"""The types of the fields of dataclasses, checked: messages of other tools may have anything at any place."""

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

_T = TypeVar("_T")
_Check = Callable[[Any], bool]


def checked(record: _T) -> _T:
    """Return a record whose fields, and those of the records in them, have the types of their annotations.

    Raises:
        TypeError: a field has another type; the text names it.
    """
    for name, check in _checks_of(type(record)).items():
        if not check(getattr(record, name)):
            raise TypeError(f"{name} is {getattr(record, name)!r:.40}")
    return record


def _checks(record_type: Any) -> dict[str, _Check]:
    hints = get_type_hints(record_type)
    return {field.name: _check(hints[field.name]) for field in fields(record_type)}


_checks_of: Callable[[Any], dict[str, _Check]] = cache(_checks)


def _check(hint: Any) -> _Check:
    """Return a test for values of an annotation; it raises TypeError for a record with a wrong field."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        item = _check(arguments[0])
        return lambda value: isinstance(value, tuple) and all(map(item, value))
    if origin is Mapping:
        key, item = map(_check, arguments)
        return lambda value: isinstance(value, Mapping) and all(key(k) and item(v) for k, v in value.items())
    if origin in (Union, types.UnionType):
        several = [_check(argument) for argument in arguments]
        return lambda value: any(each(value) for each in several)
    if origin is Literal:
        return lambda value: isinstance(value, str) and value in arguments
    if is_dataclass(hint):
        return lambda value: isinstance(value, hint) and checked(value) is value  # type: ignore[arg-type]
    if hint is int:
        return lambda value: isinstance(value, int) and not isinstance(value, bool)
    if hint is float:
        return lambda value: isinstance(value, int | float) and not isinstance(value, bool)
    return lambda value: isinstance(value, hint)
