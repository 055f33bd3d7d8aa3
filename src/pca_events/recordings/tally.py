"""Counts the events of one input, and records their violations."""

from dataclasses import replace
from functools import cache
from typing import Any

from pca_events import contract
from pca_events.catalog import SOURCE, cloudtrail_twins
from pca_events.json_source import decode
from pca_events.recordings.document_reader import parse_line
from pca_events.recordings.files import CloudTrailRecord, Wrapped, unwrap
from pca_events.recordings.likely_mistakes import UsualLines, unusual, without_placeholders
from pca_events.recordings.report import OTHERS, RecordLocation, ValidationReport
from pca_events.wording import counted

_QUOTES_OF_THE_ENVELOPE = 2 * (9 + 7)
_RESULTS = ("success", "failure")
_EVENT_SOURCE = "acm-pca.amazonaws.com"
_SERVICE_EVENT, _API_CALL = "AWS Service Event via CloudTrail", "AWS API Call via CloudTrail"


class Tally:
    """Receives what a reader finds in one file, and keeps the report.

    Args:
        file: its name in reported locations.
        closed: count unknown fields as violations.
    """

    def __init__(self, file: str, *, closed: bool = False) -> None:
        self.report = ValidationReport(closed=closed)
        self._file = file
        self._closed = closed
        self._checks = contract.checks(closed=closed)
        self._usual = UsualLines()

    def lines(self, lines: list[bytes], first: int) -> int:
        """Take lines of one document each; return how many were taken before a line that is not."""
        shape, kinds = contract.line_regex()
        matches, is_usual, counts = shape.fullmatch, self._usual.contains, [0] * (len(kinds) + 1)
        taken = len(lines)
        for index, line in enumerate(lines):
            if found := matches(line):
                counts[found.lastindex or 0] += 1
                if not is_usual(line):
                    self._note_unusual(parse_line(line), first + index)
            elif not self._take(line, first + index):
                taken = index
                break
        for (detail_type, result), count in zip(kinds, counts[1:], strict=True):
            if count:
                self.report.events[detail_type, result, True] += count
        return taken

    def document(self, value: Any, line: int, path: str) -> None:
        """Take a document that starts on this line."""
        for found in unwrap(value, path):
            place = RecordLocation(self._file, line, found.path)
            if isinstance(found, Wrapped):
                self._count(found.event, place)
            elif isinstance(found, CloudTrailRecord):
                self._count_record(found.record, place)
            elif found.fault:
                self.report.unreadable.note(place, found.fault)
            else:
                self.report.without_event.note(place)

    def broken(self, line: int, last: int, fault: str) -> None:
        """Record lines that could not be read."""
        others = f" (and {counted(last - line, 'line')} after it)" if last > line else ""
        self.report.unreadable.note(RecordLocation(self._file, line), fault + others)

    def other_text(self, line: int) -> None:
        """Record a line of a log that is not JSON."""
        self.report.without_event.note(RecordLocation(self._file, line))

    def _take(self, line: bytes, number: int) -> bool:
        """Take a line that EventBridge would write differently; return whether it could be decoded."""
        try:
            parsed = parse_line(line)
            if self._is_plain(line, parsed, number) or (b"acm-pca" not in line and self._is_foreign(parsed)):
                return True
            value = decode(line.decode())
        except ValueError:
            return not line.strip()
        self.document(value, number, "$")
        return True

    def _is_plain(self, line: bytes, event: Any, number: int) -> bool:
        """Count an event that meets its contract and has neither unknown fields nor duplicate keys.

        The number of quotes in such an event is known; a duplicate key would add at least two.
        """
        try:
            detail = event["detail"]
            plain = len(detail) == 1 or (len(detail) == 2 and isinstance(detail["reason"], str))
            quotes = _QUOTES_OF_THE_ENVELOPE + 2 * len(event["resources"]) + 4 * len(detail)
            detail_type = event["detail-type"]
            if plain and len(event) == 9 and line.count(b'"') == quotes and self._checks[detail_type](event):
                self.report.events[detail_type, detail["result"], True] += 1
                if not self._usual.contains(line):
                    self._note_unusual(event, number)
                return True
        except (KeyError, TypeError):
            pass
        return False

    def _is_foreign(self, event: Any) -> bool:
        """Count an event of another source."""
        try:
            source, detail_type = event["source"], event["detail-type"]
        except (KeyError, TypeError):
            return False
        if isinstance(source, str) and isinstance(detail_type, str) and detail_type not in self._checks:
            self.report.count_source(source)
            return True
        return False

    def _count(self, event: dict[str, Any], place: RecordLocation) -> None:
        source, detail_type = event.get("source"), event.get("detail-type")
        if not isinstance(detail_type, str):
            detail_type = OTHERS
        if source == SOURCE and detail_type in contract.twin_schema_of():
            self.report.twins[detail_type, self._meets(event, detail_type, place)] += 1
        elif source == SOURCE or detail_type in contract.schema_of():
            known = detail_type if detail_type in contract.schema_of() else OTHERS
            meets = self._meets(event, detail_type, place)
            self.report.events[known, _result(event), meets] += 1
            if meets:
                self.report.note_unusual(unusual(event), place)
        else:
            self.report.count_source(source if isinstance(source, str) else "(none)")

    def _count_record(self, record: dict[str, Any], place: RecordLocation) -> None:
        """Count a CloudTrail record, validated as the detail of the event that contains it."""
        if record["eventSource"] != _EVENT_SOURCE:
            self.report.count_record(record["eventSource"])
            return
        detail_type = _SERVICE_EVENT if record.get("eventType") == "AwsServiceEvent" else _API_CALL
        event = {**_envelope(detail_type), "detail": record}
        found = [] if self._passes(event, detail_type) else contract.violations(event, twins=True)
        violations = [
            replace(violation, path="$" + violation.path.removeprefix("$.detail"))
            for violation in found
            if violation.path.startswith("$.detail")
        ]
        self.report.note_violations(violations, place)
        self.report.records[detail_type, not violations] += 1

    def _meets(self, event: dict[str, Any], detail_type: str, place: RecordLocation) -> bool:
        if self._passes(event, detail_type):
            return True
        twins = event.get("source") == SOURCE
        found = contract.violations(event, closed=self._closed, twins=twins)
        self.report.note_violations(without_placeholders(event, found), place)
        return not found

    def _passes(self, event: dict[str, Any], detail_type: str) -> bool:
        """Whether the fast validator accepts an event; it cannot read lone surrogates."""
        check = self._checks.get(detail_type)
        try:
            return check is not None and check(event)
        except UnicodeEncodeError:
            return False

    def _note_unusual(self, event: dict[str, Any], line: int) -> None:
        if found := unusual(event):
            self.report.note_unusual(found, RecordLocation(self._file, line))


@cache
def _envelope(detail_type: str) -> dict[str, Any]:
    return next(twin.sample for twin in cloudtrail_twins() if twin.detail_type == detail_type)


def _result(event: dict[str, Any]) -> str:
    detail = event.get("detail")
    result = detail.get("result") if isinstance(detail, dict) else None
    return result if result in _RESULTS else OTHERS
