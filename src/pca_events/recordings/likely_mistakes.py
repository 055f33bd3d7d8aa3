"""Mistakes that a schema cannot describe: unusual values in valid events, and placeholders left from the AWS docs."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pca_events.contract import Violation
from pca_events.errors import BadInput
from pca_events.json_path import get
from pca_events.regions import is_known, partition_of

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
