"""Validation reports as JSON (`validation-report.schema.json`): written, read and merged."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from pca_events.contract import Violation
from pca_events.errors import BadInput
from pca_events.recordings.report import Group, Groups, Occurrences, RecordLocation, ValidationReport

FORMAT = "pca-events validation report"
VERSION = 1

_LARGEST = 1 << 26


@cache
def validation_schema() -> dict[str, Any]:
    """Return the JSON Schema of a report."""
    schema: dict[str, Any] = json.loads(Path(__file__).with_name("validation-report.schema.json").read_text("utf-8"))
    return schema


def as_json(report: ValidationReport) -> dict[str, Any]:
    """Return a report as a JSON value that `from_json` reads."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "closed": report.closed,
        "events": [
            {"detail-type": detail_type, "result": result, "meets": meets, "count": count}
            for (detail_type, result, meets), count in sorted(report.events.items())
        ],
        "cloudtrail": _verdicts(report.twins),
        "cloudtrail_records": _verdicts(report.records),
        "other_records": dict(sorted(report.other_records.items())),
        "other_sources": dict(sorted(report.other_sources.items())),
        "violations": [_group(group) for group in report.by_frequency()],
        "unusual": [_group(group) for group in report.unusual_by_frequency()],
        "unreadable": _noted(report.unreadable),
        "without_event": _noted(report.without_event),
    }


def from_json(stored: Any) -> ValidationReport:
    """Return the report that a value of `as_json` represents.

    Raises:
        ValueError: the value is not one of `as_json`; the message says where.
    """
    try:
        if stored["format"] != FORMAT or stored["version"] != VERSION:
            raise ValueError(f'expected "format": "{FORMAT}" and "version": {VERSION}')
        return ValidationReport(
            closed=_bool(stored["closed"]),
            events=Counter(
                {
                    (_text(row["detail-type"]), _text(row["result"]), _bool(row["meets"])): _number(row["count"])
                    for row in stored["events"]
                }
            ),
            twins=_read_verdicts(stored["cloudtrail"]),
            records=_read_verdicts(stored["cloudtrail_records"]),
            other_records=Counter({_text(name): _number(n) for name, n in stored["other_records"].items()}),
            other_sources=Counter({_text(name): _number(n) for name, n in stored["other_sources"].items()}),
            groups=_read_groups(stored["violations"]),
            unusual=_read_groups(stored["unusual"]),
            unreadable=_read_noted(stored["unreadable"]),
            without_event=_read_noted(stored["without_event"]),
        )
    except KeyError as missing:
        raise ValueError(f"{missing} is missing") from missing
    except (TypeError, AttributeError) as error:
        raise ValueError(f"does not have the structure of a report ({error})") from error


def read_report(file: Path) -> ValidationReport:
    """Read a report that `pca-events validate --report` wrote.

    Raises:
        BadInput: the file cannot be read, or is not a report.
    """
    remedy = "name files that pca-events validate --report wrote"
    try:
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise BadInput(f"{file} is larger than {_LARGEST >> 20} MiB, so it is not a report; {remedy}")
        return from_json(json.loads(content))
    except FileNotFoundError as error:
        from pca_events.wording import file_meant

        raise BadInput(f"{file} does not exist{file_meant(str(file))}") from error
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{file} is not a report: {error}; {remedy}") from error


def merged(files: list[Path]) -> ValidationReport:
    """Merge the reports in these files.

    Raises:
        BadInput: one cannot be read, or only some were made with `closed`.
    """
    first = read_report(files[0])
    total = ValidationReport(closed=first.closed)
    total.merge(first)
    for file in files[1:]:
        report = read_report(file)
        if report.closed != total.closed:
            strict, other = (file, files[0]) if report.closed else (files[0], file)
            raise BadInput(f"{strict} was made with --closed and {other} without it; validate all parts the same way")
        total.merge(report)
    return total


def _verdicts(counts: Counter[tuple[str, bool]]) -> list[dict[str, Any]]:
    return [
        {"detail-type": detail_type, "meets": meets, "count": count}
        for (detail_type, meets), count in sorted(counts.items())
    ]


def _read_verdicts(stored: Any) -> Counter[tuple[str, bool]]:
    return Counter({(_text(row["detail-type"]), _bool(row["meets"])): _number(row["count"]) for row in stored})


def _group(group: Group) -> dict[str, Any]:
    violation = group.violation
    return {
        "path": violation.path,
        "message": violation.message,
        "keyword": violation.keyword,
        "documented": violation.documented,
        "schemas": list(group.schemas),
        "count": group.count,
        "first": _place(group.first),
    }


def _read_groups(stored: Any) -> Groups:
    found: Groups = {}
    for row in stored:
        schemas = tuple(_text(schema) for schema in row["schemas"])
        names = ("path", "message", "keyword", "documented")
        path, message, keyword, documented = (_text(row[name]) for name in names)
        violation = Violation(path, message, schemas[0] if schemas else "", keyword, documented)
        found[path, keyword, documented] = Group(violation, _number(row["count"]), _read_place(row["first"]), schemas)
    return found


def _place(place: RecordLocation) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "path": place.path}


def _read_place(stored: Any) -> RecordLocation:
    return RecordLocation(_text(stored["file"]), _number(stored["line"]), _text(stored["path"]))


def _noted(noted: Occurrences) -> dict[str, Any]:
    return {"count": noted.count, "first": [{**_place(place), "reason": words} for place, words in noted.kept]}


def _read_noted(stored: Any) -> Occurrences:
    kept = [(_read_place(row), _text(row["reason"])) for row in stored["first"]]
    return Occurrences(_number(stored["count"]), kept)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a string, found {str(value)[:60]}")
    return value


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"expected true or false, found {str(value)[:60]}")
    return value


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(f"expected a count, found {str(value)[:60]}")
    return value
