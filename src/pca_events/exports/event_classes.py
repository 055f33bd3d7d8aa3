"""The contracts as a module of frozen dataclasses: `pca_events.types`, which a test compares with this text.

`python -m pca_events.exports.event_classes >src/pca_events/types.py` writes it again.
"""

import re
import sys
from collections.abc import Sequence

from pca_events.catalog import SOURCE
from pca_events.contract import per_result
from pca_events.contract.schemas import Schema
from pca_events.errors import PcaEventsError
from pca_events.exports.detail_types import (
    WRITTEN_BY,
    DetailType,
    documented_detail_types,
    documented_values,
    name_of_string,
    named_strings,
    paragraph,
    quoted,
)

_WIDTH = 120
_ENDINGS = {"success": "Succeeded", "failure": "Failed"}

_HEAD = '''"""The documented events as frozen dataclasses, one for each detail-type and result.

    >>> import pca_events
    >>> event = parse(pca_events.sample("crl-generation-failure-internal"))
    >>> match event:
    ...     case CrlGenerationFailed():
    ...         print(event.reason)
    Failed to generate CRL. Internal failure.

The module imports only the standard library, so that a copy of it works in a deployment package.

{written_by}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal, Self, TypeAlias

_SOURCE = {source}


@dataclass(frozen=True, kw_only=True)
class _Event:
    """What all events have."""

    DETAIL_TYPE: ClassVar[str]
    _DETAIL: ClassVar[Mapping[str, tuple[str, ...]]]
    _RESOURCES: ClassVar[tuple[str, ...]]

    id: str
    account: str
    region: str
    time: datetime

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """Read an event as a handler receives it; fields that the contract does not define are ignored.

        Raises:
            ValueError: it is an event of another kind, or lacks a field.
        """
        _expect("$.source", event.get("source"), (_SOURCE,))
        _expect("$.detail-type", event.get("detail-type"), (cls.DETAIL_TYPE,))
        detail = event.get("detail")
        if not isinstance(detail, Mapping):
            raise ValueError("$.detail is not an object")  # noqa: TRY004
        fields: dict[str, Any] = {{name: _string(event, name) for name in ("id", "account", "region")}}
        for name, values in cls._DETAIL.items():
            fields[name] = _expect(f"$.detail.{{name}}", detail.get(name), values)
        resources = event.get("resources")
        if not isinstance(resources, list) or len(resources) < len(cls._RESOURCES):
            raise ValueError(f"$.resources is {{resources!r}}; expected {{' and '.join(cls._RESOURCES)}}")
        for index, name in enumerate(cls._RESOURCES):
            fields[name] = _string(resources, index)
        return cls(time=_time(_string(event, "time")), **fields)


def _expect(path: str, value: Any, values: tuple[str, ...]) -> str:
    if value not in values:
        wanted = ", ".join(f'"{{each}}"' for each in values)
        raise ValueError(f"{{path}} is {{value!r}}; expected {{wanted}}")
    return str(value)


def _string(fields: Any, key: str | int) -> str:
    path = f"$.{{key}}" if isinstance(key, str) else f"$.resources[{{key}}]"
    value = fields.get(key) if isinstance(key, str) else fields[key]
    if not isinstance(value, str):
        raise ValueError(f"{{path}} is {{value!r}}; expected a string")  # noqa: TRY004
    return value


def _time(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"$.time is {{value!r}}; expected a time such as 2026-01-01T00:00:00Z") from None
'''

_TAIL = '''
def parse(event: Mapping[str, Any]) -> PrivateCaEvent:
    """Read an event of AWS Private CA of any kind; fields that the contract does not define are ignored.

    Raises:
        ValueError: it is not a documented event, or lacks a field.
    """
    detail = event.get("detail")
    result = detail.get("result") if isinstance(detail, Mapping) else None
    found = _CLASSES.get((event.get("detail-type"), result))
    if found is None:
        raise ValueError(f"$.detail-type {event.get('detail-type')!r} with the result {result!r} is not documented")
    return found.parse(event)
'''


def python_classes(detail_types: Sequence[DetailType]) -> str:
    """Write the module."""
    kinds = [(detail_type, result) for detail_type in detail_types for result in detail_type.by_result]
    names = [class_name(detail_type, result) for detail_type, result in kinds]
    union = "\n    | ".join(names)
    keys = "".join(
        f"    ({quoted(detail_type.words)}, {quoted(result)}): {name},\n"
        for (detail_type, result), name in zip(kinds, names, strict=True)
    )
    return "\n".join(
        [
            _HEAD.format(written_by=WRITTEN_BY, source=quoted(SOURCE)),
            *(_class(*kind) for kind in kinds),
            f'\nPrivateCaEvent: TypeAlias = (\n    {union}\n)\n"""Any of the events."""\n',
            f"_CLASSES: dict[tuple[Any, Any], type[PrivateCaEvent]] = {{\n{keys}}}\n",
            _TAIL,
        ]
    )


def class_name(detail_type: DetailType, result: str) -> str:
    """Return the name of a class: `CrlGenerationFailed`, from the IDs of the events."""
    event_id = next(sample.id for sample in detail_type.samples if sample.result == result)
    words = event_id.partition(f"-{result}")[0].split("-")
    return "".join(word.capitalize() for word in words) + _ENDINGS[result]


def _class(detail_type: DetailType, result: str) -> str:
    detail = detail_type.by_result[result]
    resources: Schema = per_result(detail_type.path)[result]["properties"]["resources"]
    strings = [name_of_string(item) for item in resources["prefixItems"]]
    fields = [_snake(name) for name in strings]
    if resources.get("minItems", 0) < len(fields):
        raise PcaEventsError(f"{class_name(detail_type, result)}: a resource that may be absent cannot be exported")
    about = [
        *(
            f"{name}: {_lower(named_strings()[string]['description'])}"
            for name, string in zip(fields, strings, strict=True)
        ),
        *(f"{name}: {_lower(field['description'])}" for name, field in detail["properties"].items()),
    ]
    listed = ", ".join(map(quoted, fields)) + ("," if len(fields) == 1 else "")
    lines = [
        "",
        "@dataclass(frozen=True, kw_only=True)",
        f"class {class_name(detail_type, result)}(_Event):",
        *_wrapped(f'"""{detail_type.title}, with the result {result}.', "    "),
        "",
        "    Attributes:",
        *(line for text in about for line in _wrapped(text, "        ", "            ")),
        '    """',
        "",
        f"    DETAIL_TYPE = {quoted(detail_type.words)}",
        "    _DETAIL: ClassVar = {",
        *_values(detail),
        "    }",
        f"    _RESOURCES = ({listed})",
        "",
        *(f"    {name}: str" for name in fields),
        *(line for name, field in detail["properties"].items() for line in _field(name, field)),
        "",
    ]
    return "\n".join(lines)


def _values(detail: Schema) -> list[str]:
    lines = []
    for name, field in detail["properties"].items():
        values = documented_values(field)
        if len(values) == 1:
            lines.append(f"        {quoted(name)}: ({quoted(values[0])},),")
        else:
            lines.append(f"        {quoted(name)}: (")
            lines += [*(f"            {quoted(value)}," for value in values), "        ),"]
    return lines


def _field(name: str, field: Schema) -> list[str]:
    values = list(map(quoted, documented_values(field)))
    line = f"    {name}: Literal[{', '.join(values)}]"
    if len(line) <= _WIDTH:
        return [line]
    return [f"    {name}: Literal[", *(f"        {value}," for value in values), "    ]"]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _wrapped(text: str, prefix: str, more: str | None = None) -> list[str]:
    first, *rest = paragraph(text, prefix, _WIDTH)
    if more is None or not rest:
        return [first, *rest]
    joined = " ".join(line.strip() for line in rest)
    return [first, *paragraph(joined, more, _WIDTH)]


if __name__ == "__main__":
    sys.stdout.write(python_classes(documented_detail_types()))
