"""What a test controls in the simulator: its clock, and failures that users cannot cause."""

import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

FAILURE_TAG = "pca-events:fail"
"""The key of the tag; its value is, for example, `IssueCertificate=2`, several separated by spaces."""

OPERATIONS = (
    "CreateCertificateAuthority",
    "IssueCertificate",
    "CreateCertificateAuthorityAuditReport",
    "CRL",
    "CRL-S3",
)
"""What can be planned to fail: three operations, the generation of a CRL, and its upload to S3."""

_WORD = re.compile(r"(?P<operation>[\w-]+)=(?P<count>[0-9]{1,7})")
_ANY = ""


class PlannedFailures:
    """How many of the next operations fail: for one CA, or for any."""

    def __init__(self) -> None:
        self._left: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._of_this_call = threading.local()

    def plan(self, operation: str, count: int, authority: str = _ANY) -> None:
        """Plan that the next `count` calls of the operation fail, for the CA with this ARN or for any."""
        with self._lock:
            self._left[operation, authority] = count

    def take(self, operation: str, authority: str) -> bool:
        """Return whether the operation fails this time, and use up that failure."""
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
        """Plan failures of this thread's calls, for a CA that has no ARN yet; yields the remaining counts."""
        self._of_this_call.counts = Counter(counts)
        try:
            yield self._of_this_call.counts
        finally:
            del self._of_this_call.counts

    def shown(self) -> list[dict[str, Any]]:
        """Return what is planned, as the control API shows it."""
        with self._lock:
            planned = sorted((key, count) for key, count in self._left.items() if count > 0)
        return [
            {"operation": operation, "count": count} | ({"certificateAuthorityArn": arn} if arn else {})
            for (operation, arn), count in planned
        ]

    def clear(self, authority: str | None = None) -> None:
        """Cancel what is planned for one CA, or everything."""
        with self._lock:
            for key in list(self._left):
                if authority is None or key[1] == authority:
                    del self._left[key]


def read_failure_tag(value: str) -> dict[str, int]:
    """Return how many times each operation fails, from the value of the tag.

    Raises:
        ValueError: the value has another format; the text describes the format.
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
