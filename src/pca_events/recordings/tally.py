"""Counts the events of one input, and records their violations and the mistakes that a schema cannot describe.

These are unusual values in valid events, and placeholders left from the AWS documentation.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from pca_events import contract
from pca_events.catalog import SOURCE, cloudtrail_twins
from pca_events.contract import Violation
from pca_events.errors import BadInput
from pca_events.json_path import get
from pca_events.json_source import decode
from pca_events.recordings.document_reader import parse_line
from pca_events.recordings.files import CloudTrailRecord, Wrapped, unwrap
from pca_events.recordings.report import OTHERS, RecordLocation, ValidationReport
from pca_events.regions import is_known, partition_of
from pca_events.wording import counted

_SERIAL_DIGITS = 40
"""The hexadecimal digits of the longest serial number: 20 octets (RFC 5280, section 4.1.2.2)."""

_BEFORE_THE_REGION = 150
_AUTHORITY, _CERTIFICATE = b":certificate-authority/", b"/certificate/"
_ACCOUNT, _ID = len(":111122223333"), len("11223344-1234-1122-2233-112233445566")
_REGIONS = re.compile(rb'"region": ?"([^"]+)", ?"resources": ?\["arn:([^:]+):acm-pca:([^:]+)')


def unusual(event: dict[str, Any]) -> list[Violation]:
    """Return the unusual values of an event that meets its contract.

    Returns:
        One for each path and kind; `keyword` is the kind.
    """
    return [Violation(path, message, "", kind) for path, kind, message in _remarks(event)]


class UsualLines:
    """A quick test whether the line of an event without unknown fields has no unusual values.

    The answer is False for a line whose fields are not in the order of `contract.line_regex`.
    """

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def contains(self, line: bytes) -> bool:
        """Whether the event of this line, which meets its contract, has no unusual values."""
        region = line.find(b'"region"', _BEFORE_THE_REGION)
        authority = line.find(_AUTHORITY, region)
        if line[region : authority - _ACCOUNT] not in self._known and not self._learn(line[region:authority]):
            return False
        certificate = line.find(_CERTIFICATE, authority)
        if certificate < 0:
            return True
        first = line[line.rfind(b'"', region, authority) : authority + len(_AUTHORITY) + _ID]
        serial = certificate + len(_CERTIFICATE)
        return line.startswith(first, certificate - len(first)) and line.find(b'"', serial) - serial <= _SERIAL_DIGITS

    def _learn(self, places: bytes) -> bool:
        """Whether the Regions and the partition are known and agree; then they do for any account."""
        found = _REGIONS.match(places)
        if found is None:
            return False
        region, partition, of_arn = (part.decode() for part in found.groups())
        usual = is_known(region) and is_known(of_arn) and partition_of(region) == partition == partition_of(of_arn)
        if usual:
            self._known.add(places[:-_ACCOUNT])
        return usual


def _remarks(event: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    region, resources = event["region"], event["resources"]
    if not is_known(region):
        yield "$.region", "unknown Region", f'"{region}" is not a Region that pca-events knows'
    for index, resource in enumerate(resources):
        if resource.startswith("arn:"):
            for kind, message in _of_arn(resource, region):
                yield f"$.resources[{index}]", kind, message
    if len(resources) > 1 and "/certificate/" in resources[1]:
        authority, _, serial = resources[1].partition("/certificate/")
        if authority != resources[0]:
            message = "the certificate belongs to another certificate authority than the one in $.resources[0]"
            yield "$.resources[1]", "other certificate authority", message
        if len(serial) > _SERIAL_DIGITS:
            message = f"the certificate ID has {len(serial)} hexadecimal digits; a serial number has at most 40"
            yield "$.resources[1]", "too long for a serial number", message


def _of_arn(arn: str, region: str) -> Iterator[tuple[str, str]]:
    _, partition, _, of_arn, *_ = arn.split(":")
    if not is_known(of_arn):
        if of_arn != region:  # which is reported already
            yield "unknown Region", f'"{of_arn}" is not a Region that pca-events knows'
    elif partition != partition_of(of_arn):
        yield "other partition", f'{of_arn} is a Region of partition "{partition_of(of_arn)}", not of "{partition}"'
    elif is_known(region) and partition != partition_of(region):
        home = partition_of(region)
        yield "other partition", f'the ARN is of partition "{partition}", but the event is from {region} ("{home}")'


_NAMES = "event_ID|account|region|CA_ID|certificate_ID|audit_report_ID"
_WHOLE = re.compile(r"event_ID|account|region|audit_report_ID")
_ARN = re.compile(
    r"arn:[a-z-]+:acm-pca:(?:region|[a-z0-9-]+):(?:account|[0-9]{12}):certificate-authority/(?:CA_ID|[0-9a-f-]{36})"
    r"(?:/certificate/(?:certificate_ID|[0-9a-f]{1,64}))?"
)
_IN_ARN = re.compile(rf"(?<=[:/])(?:{_NAMES})(?=[:/]|$)")


def without_placeholders(event: Any, violations: Iterable[Violation]) -> list[Violation]:
    """Return the violations, with those of placeholders combined into one."""
    kept: list[Violation] = []
    found: list[Violation] = []
    names: list[str] = []
    for violation in violations:
        here = _placeholders(_value(event, violation.path))
        names += here
        (found if here else kept).append(violation)
    if found:
        listed = ", ".join(dict.fromkeys(names))
        message = (
            f"has placeholders from the AWS documentation instead of values: {listed}; "
            "pca-events sample prints realistic events"
        )
        kept.insert(0, Violation("$", message, found[0].schema, "placeholder"))
    return kept


def _value(event: Any, path: str) -> object:
    try:
        return get(event, path)
    except BadInput:  # no value, or a name that a path cannot contain
        return None


def _placeholders(value: object) -> list[str]:
    if not isinstance(value, str):
        return []
    if _WHOLE.fullmatch(value):
        return [value]
    return _IN_ARN.findall(value) if _ARN.fullmatch(value) else []


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
