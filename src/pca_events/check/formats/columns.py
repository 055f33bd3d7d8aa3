"""The documented events as the columns of a matrix, grouped by what they are about."""

from dataclasses import dataclass
from functools import cache

from pca_events.catalog import DocumentedEvent, documented_events

_KINDS = {
    "ACM Private CA Creation": "CA",
    "ACM Private CA Certificate Issuance": "Issuance",
    "ACM Private CA Certificate Revocation": "Revocation",
    "ACM Private CA CRL Generation": "CRL",
    "ACM Private CA Audit Report Generation": "Audit report",
}


@dataclass(frozen=True)
class Column:
    """One documented event.

    Attributes:
        event: its id.
        kind: what it is about: `CRL`.
        outcome: how that ended: `ok`, `failed`, `S3 permissions`.
    """

    event: str
    kind: str
    outcome: str


@cache
def columns() -> tuple[Column, ...]:
    """One column for each documented event, in the order of the AWS page; those of one kind lie side by side."""
    return tuple(Column(event.id, _KINDS[event.detail_type], _outcome(event)) for event in documented_events())


def _outcome(event: DocumentedEvent) -> str:
    """How it ended; of the failures that differ by their reason, the id says the reason in short."""
    if event.reason is None:
        return "ok" if event.result == "success" else "failed"
    return event.id.partition("-failure-")[2].replace("-", " ").replace("s3", "S3")
