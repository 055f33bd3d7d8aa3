"""Errors that a test plans for the next calls of an operation, so that code that retries can be tested; and the tag."""

import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pca_events.moving_clock import MovingClock
from pca_events.simulator.controls import FAILURE_TAG, OPERATIONS
from pca_events.simulator.core.api_protocol import ServiceError
from pca_events.simulator.core.service import OPERATIONS as API_OPERATIONS

CODES = {
    "ThrottlingException": (400, "Rate exceeded"),
    "ConcurrentModificationException": (400, "Another update of the certificate authority is in progress"),
    "RequestFailedException": (400, "The request has failed"),
    "LimitExceededException": (400, "A quota of AWS Private CA has been exceeded"),
    "InternalFailure": (500, "The request has failed because of an internal failure"),
}
"""The errors that can be planned for every operation, with their HTTP status and message."""

ERROR_OPERATIONS = tuple(API_OPERATIONS)
"""The operations whose calls can be planned to be rejected: all of them."""


@dataclass(frozen=True)
class PlannedError:
    """An error of the next calls of an operation.

    Attributes:
        operation: its name.
        code: one of CODES.
        authority: the ARN of the CA that the calls are about; empty for any.
        count: the number of calls that fail; None if they fail for a time.
        lasts: how long they fail by the clock of the account; used without a count.
    """

    operation: str
    code: str
    authority: str = ""
    count: int | None = 1
    lasts: timedelta = timedelta(0)


class PlannedErrors:
    """The planned errors of one account; one for each operation and CA, the last that was planned."""

    def __init__(self, clock: MovingClock) -> None:
        self._clock = clock
        self._planned: dict[tuple[str, str], tuple[PlannedError, int, datetime | None]] = {}
        self._lock = threading.Lock()

    def plan(self, planned: PlannedError) -> None:
        """Plan an error; a count of 0 cancels the one before."""
        with self._lock:
            key = (planned.operation, planned.authority)
            self._planned.pop(key, None)
            if planned.count is None:
                self._planned[key] = planned, 0, self._clock.now() + planned.lasts
            elif planned.count:
                self._planned[key] = planned, planned.count, None

    def check(self, operation: str, authority: str) -> None:
        """Count one call of an operation about a CA.

        Raises:
            ServiceError: the planned one.
        """
        with self._lock:
            self._forget_expired()
            key = next((key for key in ((operation, authority), (operation, "")) if key in self._planned), None)
            if key is None:
                return
            planned, left, until = self._planned.pop(key)
            if until is not None or left > 1:
                self._planned[key] = planned, left - 1, until
        status, message = CODES[planned.code]
        raise ServiceError(planned.code, f"{message}; planned in the simulator.", status)

    def _forget_expired(self) -> None:
        now = self._clock.now()
        for key, (_, _, until) in list(self._planned.items()):
            if until is not None and until <= now:
                del self._planned[key]

    def shown(self) -> list[dict[str, Any]]:
        """Return what is planned, as the control API shows it."""
        with self._lock:
            self._forget_expired()
            return [
                {"operation": operation, "code": planned.code}
                | ({"count": left} if until is None else {"until": until.isoformat(timespec="seconds")})
                | ({"certificateAuthorityArn": arn} if arn else {})
                for (operation, arn), (planned, left, until) in sorted(self._planned.items(), key=lambda each: each[0])
            ]

    def clear(self, authority: str | None = None) -> None:
        """Cancel what is planned for one CA, or everything."""
        with self._lock:
            for key in list(self._planned):
                if authority is None or key[1] == authority:
                    del self._planned[key]


_WORD = re.compile(
    r"(?P<operation>[\w-]+)=(?P<number>[0-9]{1,7})((?P<unit>[smh])?:(?P<code>[A-Za-z]+))?", flags=re.ASCII
)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}


@dataclass(frozen=True)
class FailureTag:
    """What the value of a tag plans.

    Attributes:
        failures: how many times each operation fails after it was accepted.
        errors: of calls that are rejected; their CA is not set.
    """

    failures: dict[str, int]
    errors: tuple[PlannedError, ...] = ()


def read_failure_tag(value: str) -> FailureTag:
    """Return what a tag plans: `IssueCertificate=2`, `GetCertificate=30s:ThrottlingException`, and others after spaces.

    Raises:
        ValueError: the value has another format; the text describes the format.
    """
    failures: dict[str, int] = {}
    errors: list[PlannedError] = []
    for word in value.split():
        match = _WORD.fullmatch(word)
        if match is None:
            raise _unreadable(value)
        operation, code, number = match["operation"], match["code"], int(match["number"])
        if code is None and operation in OPERATIONS:
            failures[operation] = number
        elif code in CODES and operation in ERROR_OPERATIONS:
            lasts = timedelta(**{_UNITS[match["unit"]]: number}) if match["unit"] else timedelta(0)
            errors.append(PlannedError(operation, code, count=None if match["unit"] else number, lasts=lasts))
        else:
            raise _unreadable(value)
    if any(error.operation == "CreateCertificateAuthority" for error in errors):
        raise ValueError(
            f"The tag {FAILURE_TAG} cannot reject CreateCertificateAuthority, because each attempt has the tag; "
            "use the control /failures"
        )
    return FailureTag(failures, tuple(errors))


def _unreadable(value: str) -> ValueError:
    return ValueError(
        f'The tag {FAILURE_TAG} is "{value}"; write it as IssueCertificate=2, with an operation of '
        f"{', '.join(OPERATIONS)}, or as GetCertificate=2:ThrottlingException or "
        f"GetCertificate=30s:ThrottlingException, with any operation and an error of {', '.join(CODES)}"
    )
