"""Counts the events of one input and notes what is wrong with them."""

from typing import Any

from pca_events import contract
from pca_events.catalog import SOURCE
from pca_events.recordings import NoEvent, decode, parse_line, unwrap
from pca_events.validation.report import OTHERS, Place, ValidationReport

_QUOTES_OF_THE_ENVELOPE = 2 * (9 + 7)
_RESULTS = ("success", "failure")


class Tally:
    """Takes what a reader finds in one file, and keeps the report.

    Args:
        file: the name by which places are reported.
        closed: count fields that the contract does not know as violations.
    """

    def __init__(self, file: str, *, closed: bool = False) -> None:
        self.report = ValidationReport()
        self._file = file
        self._closed = closed
        self._checks = contract.checks(closed=closed)

    def lines(self, lines: list[bytes], first: int) -> int:
        """Take lines that are one document each; return how many were taken before one was not."""
        shape, kinds = contract.line_shapes()
        matches, counts = shape.fullmatch, [0] * (len(kinds) + 1)
        taken = len(lines)
        for index, line in enumerate(lines):
            if found := matches(line):
                counts[found.lastindex or 0] += 1
            elif not self._take(line, first + index):
                taken = index
                break
        for (detail_type, result), count in zip(kinds, counts[1:], strict=True):
            if count:
                self.report.events[detail_type, result, True] += count
        return taken

    def document(self, value: Any, line: int, path: str) -> None:
        """Take a document that begins on this line."""
        for found in unwrap(value, path):
            place = Place(self._file, line, found.path)
            if not isinstance(found, NoEvent):
                self._count(found.event, place)
            elif found.fault:
                self.report.unreadable.note(place, found.fault)
            else:
                self.report.without_event.note(place)

    def broken(self, line: int, last: int, fault: str) -> None:
        """Take note of lines that could not be read."""
        others = f" (and {last - line} lines after it)" if last > line else ""
        self.report.unreadable.note(Place(self._file, line), fault + others)

    def other_text(self, line: int) -> None:
        """Take note of a line of a log that is no JSON."""
        self.report.without_event.note(Place(self._file, line))

    def _take(self, line: bytes, number: int) -> bool:
        """Take a line that is not as EventBridge writes it; whether it could be decoded."""
        try:
            parsed = parse_line(line)
            if self._is_plain(line, parsed) or (b"acm-pca" not in line and self._is_foreign(parsed)):
                return True
            value = decode(line.decode())
        except ValueError:
            return not line.strip()
        self.document(value, number, "$")
        return True

    def _is_plain(self, line: bytes, event: Any) -> bool:
        """Count an event that meets its contract, has no field beyond it, and no key twice.

        The quotes of such an event are known; a key that is there twice would add two at least.
        """
        try:
            detail = event["detail"]
            plain = len(detail) == 1 or (len(detail) == 2 and isinstance(detail["reason"], str))
            quotes = _QUOTES_OF_THE_ENVELOPE + 2 * len(event["resources"]) + 4 * len(detail)
            detail_type = event["detail-type"]
            if plain and len(event) == 9 and line.count(b'"') == quotes and self._checks[detail_type](event):
                self.report.events[detail_type, detail["result"], True] += 1
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

    def _count(self, event: dict[str, Any], place: Place) -> None:
        source, detail_type = event.get("source"), event.get("detail-type")
        if not isinstance(detail_type, str):
            detail_type = OTHERS
        if source == SOURCE and detail_type in contract.twin_schema_of():
            self.report.twins[detail_type, self._meets(event, detail_type, place)] += 1
        elif source == SOURCE or detail_type in contract.schema_of():
            known = detail_type if detail_type in contract.schema_of() else OTHERS
            self.report.events[known, _result(event), self._meets(event, detail_type, place)] += 1
        else:
            self.report.count_source(source if isinstance(source, str) else "(none)")

    def _meets(self, event: dict[str, Any], detail_type: str, place: Place) -> bool:
        check = self._checks.get(detail_type)
        if check is not None and check(event):
            return True
        twins = event.get("source") == SOURCE
        found = contract.violations(event, closed=self._closed, twins=twins)
        self.report.note_violations(found, place)
        return not found


def _result(event: dict[str, Any]) -> str:
    detail = event.get("detail")
    result = detail.get("result") if isinstance(detail, dict) else None
    return result if result in _RESULTS else OTHERS
