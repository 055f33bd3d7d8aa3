"""What a test controls in the simulator: its clock, and failures that have no cause a user can make."""

import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

FAILURE_TAG = "pca-events:fail"
"""The key of the tag; its value is written as `IssueCertificate=2`, several with a space between them."""

OPERATIONS = (
    "CreateCertificateAuthority",
    "IssueCertificate",
    "CreateCertificateAuthorityAuditReport",
    "CRL",
    "CRL-S3",
)
"""What can be made to fail: three operations, the making of a CRL, and its way to S3."""

MOST_FAILURES = 1_000_000
"""The highest count that can be planned."""

_WORD = re.compile(r"(?P<operation>[\w-]+)=(?P<count>[0-9]{1,7})")
_ANY = ""


class PlannedFailures:
    """How often each operation is to fail next: of one CA, or of whichever comes first."""

    def __init__(self) -> None:
        self._left: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._of_this_call = threading.local()

    def plan(self, operation: str, count: int, authority: str = _ANY) -> None:
        """Let the next `count` calls of the operation fail, of the CA with this ARN or of any."""
        with self._lock:
            self._left[operation, authority] = count

    def take(self, operation: str, authority: str) -> bool:
        """Whether the operation is to fail this time; that one failure is then used up."""
        made: Counter[str] | None = getattr(self._of_this_call, "counts", None)
        if made and made[operation] > 0:
            made[operation] -= 1
            return True
        with self._lock:
            for key in ((operation, authority), (operation, _ANY)):
                if self._left[key] > 0:
                    self._left[key] -= 1
                    return True
        return False

    @contextmanager
    def of_new_authority(self, counts: Mapping[str, int]) -> Iterator[Counter[str]]:
        """Let what this thread calls fail so often, for a CA that has no ARN yet; yields what is left."""
        self._of_this_call.counts = Counter(counts)
        try:
            yield self._of_this_call.counts
        finally:
            del self._of_this_call.counts

    def shown(self) -> list[dict[str, Any]]:
        """Return what is planned, as HTTP shows it."""
        with self._lock:
            planned = sorted((key, count) for key, count in self._left.items() if count > 0)
        return [
            {"operation": operation, "count": count} | ({"certificateAuthorityArn": arn} if arn else {})
            for (operation, arn), count in planned
        ]

    def clear(self, authority: str | None = None) -> None:
        """Forget what is planned for one CA, or everything."""
        with self._lock:
            for key in list(self._left):
                if authority is None or key[1] == authority:
                    del self._left[key]


def read_failure_tag(value: str) -> dict[str, int]:
    """Return how often each operation is to fail, as the value of the tag says it.

    Raises:
        ValueError: it is written in another way; the text says how it is written.
    """
    counts: dict[str, int] = {}
    for word in value.split():
        match = _WORD.fullmatch(word)
        if match is None or match["operation"] not in OPERATIONS:
            known = ", ".join(OPERATIONS)
            raise ValueError(
                f'The tag {FAILURE_TAG} is "{value}"; write it as IssueCertificate=2, with an operation of {known}'
            )
        counts[match["operation"]] = int(match["count"])
    return counts


class Clock:
    """Tells the time, in UTC; it never goes back."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC) + self._ahead

    def advance(self, by: timedelta) -> None:
        """Move the time on.

        Raises:
            ValueError: the calendar ends before that.
        """
        with self._lock:
            ahead = self._ahead + by
            try:
                # A CA may be made for a century from now; there must be room for that.
                datetime.now(UTC) + ahead + timedelta(days=365 * 200)
            except OverflowError as error:
                raise ValueError("the calendar ends before that") from error
            self._ahead = ahead
