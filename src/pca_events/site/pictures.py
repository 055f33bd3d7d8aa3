"""Pictures: which operation sends which events and when, and which rule fires on which event."""

from dataclasses import dataclass
from typing import Any, Literal

from pca_events import catalog
from pca_events.catalog import SOURCE, CloudTrailTwin, DocumentedEvent
from pca_events.pattern import EventPattern

Party = Literal["you", "pca", "s3", "bus"]
Kind = Literal["call", "answer", "event", "fails"]
Pattern = dict[str, Any]
Columns = tuple[DocumentedEvent | CloudTrailTwin, ...]

PARTIES: dict[Party, str] = {"you": "You", "pca": "AWS Private CA", "s3": "Your S3 bucket", "bus": "EventBridge"}
"""The parties of sequence diagrams, from left to right."""

_FIRST = 74  # units from the top of a picture to its first arrow
_STEP = 34  # from one arrow to the next
_BELOW = 30  # from the last to the bottom


@dataclass(frozen=True)
class Arrow:
    """A message from one party to another.

    Attributes:
        text: the label.
        event: the id of the event that is sent; empty if none is.
    """

    start: Party
    end: Party
    text: str
    kind: Kind = "call"
    event: str = ""

    def __str__(self) -> str:
        return f"{PARTIES[self.start]} to {PARTIES[self.end]}: {self.text}"


@dataclass(frozen=True)
class Line:
    """One line of a diagram: an arrow, or the name of a branch that starts here.

    Attributes:
        y: its distance from the top, in units of the diagram.
    """

    y: int
    arrow: Arrow | None
    branch: str


@dataclass(frozen=True)
class SequenceDiagram:
    """The calls and events that follow from an operation.

    Attributes:
        operation: its name.
        feature: the feature with the scenarios about it.
        begins: the arrows that always come first.
        branches: the possible continuations, each with its condition.
    """

    operation: str
    feature: str
    begins: tuple[Arrow, ...]
    branches: tuple[tuple[str, tuple[Arrow, ...]], ...]

    @property
    def parties(self) -> tuple[Party, ...]:
        """The parties that take part, from left to right."""
        said = (*self.begins, *(arrow for _, arrows in self.branches for arrow in arrows))
        return tuple(party for party in PARTIES if any(party in (arrow.start, arrow.end) for arrow in said))

    @property
    def lines(self) -> list[Line]:
        """The lines of the diagram, from top to bottom."""
        said: list[tuple[Arrow | None, str]] = [(arrow, "") for arrow in self.begins]
        for name, arrows in self.branches:
            said += [(None, name), *((arrow, "") for arrow in arrows)]
        return [Line(_FIRST + _STEP * number, arrow, branch) for number, (arrow, branch) in enumerate(said)]

    @property
    def height(self) -> int:
        """The height of the diagram."""
        return self.lines[-1].y + _BELOW

    @property
    def description(self) -> str:
        """The diagram as text, for screen readers."""
        begins = ", then ".join(map(str, self.begins))
        ways = (f"if {name}: {', then '.join(map(str, arrows))}" for name, arrows in self.branches)
        return f"{begins}; {'; '.join(ways)}"


def _sent(event: str, text: str) -> Arrow:
    return Arrow("pca", "bus", text, "event", event)


SEQUENCES = (
    SequenceDiagram(
        "CreateCertificateAuthority",
        "features/operations/create_certificate_authority.feature",
        (
            Arrow("you", "pca", "CreateCertificateAuthority"),
            Arrow("pca", "you", "its ARN, in either case", "answer"),
        ),
        (
            ("creation succeeds", (_sent("ca-creation-success", "CA Creation: success"),)),
            (
                "creation fails",
                (
                    _sent("ca-creation-failure", "CA Creation: failure"),
                    Arrow("you", "pca", "DescribeCertificateAuthority"),
                    Arrow("pca", "you", "status FAILED with the reason", "answer"),
                ),
            ),
        ),
    ),
    SequenceDiagram(
        "IssueCertificate",
        "features/operations/issue_certificate.feature",
        (
            Arrow("you", "pca", "IssueCertificate"),
            Arrow("pca", "you", "an ARN, not yet a certificate", "answer"),
        ),
        (
            (
                "issuance succeeds",
                (
                    _sent("certificate-issuance-success", "Certificate Issuance: success"),
                    Arrow("you", "pca", "GetCertificate"),
                    Arrow("pca", "you", "the certificate", "answer"),
                ),
            ),
            (
                "issuance fails",
                (
                    _sent("certificate-issuance-failure", "Certificate Issuance: failure"),
                    Arrow("you", "pca", "GetCertificate"),
                    Arrow("pca", "you", "RequestFailedException", "fails"),
                ),
            ),
        ),
    ),
    SequenceDiagram(
        "RevokeCertificate",
        "features/operations/revoke_certificate.feature",
        (
            Arrow("you", "pca", "RevokeCertificate"),
            _sent("certificate-revocation-success", "Certificate Revocation: success"),
        ),
        (
            (
                "the CA publishes a CRL, about 30 minutes later",
                (
                    Arrow("pca", "s3", "the new CRL"),
                    _sent("crl-generation-success", "CRL Generation: success"),
                ),
            ),
            (
                "the bucket denies the write; retried every 15 minutes",
                (
                    Arrow("pca", "s3", "the new CRL", "fails"),
                    _sent("crl-generation-failure-s3-permissions", "CRL Generation: failure"),
                ),
            ),
            (
                "the certificate is already revoked, or the call fails",
                (Arrow("pca", "you", "an exception, and no event", "fails"),),
            ),
        ),
    ),
    SequenceDiagram(
        "CreateCertificateAuthorityAuditReport",
        "features/operations/create_certificate_authority_audit_report.feature",
        (
            Arrow("you", "pca", "CreateCertificateAuthorityAuditReport"),
            Arrow("pca", "you", "the report ID and the S3 key", "answer"),
        ),
        (
            (
                "the report is written",
                (
                    Arrow("pca", "s3", "the report"),
                    _sent("audit-report-generation-success", "Audit Report Generation: success"),
                ),
            ),
            (
                "the report cannot be written",
                (
                    Arrow("pca", "s3", "the report", "fails"),
                    _sent("audit-report-generation-failure", "Audit Report Generation: failure"),
                ),
            ),
        ),
    ),
)
"""The diagrams of the four operations that send events."""


@dataclass(frozen=True)
class MatrixRow:
    """A rule and the events that it fires on.

    Attributes:
        label: what the rule matches.
        event: the id of the only documented event that the rule is for; empty for a broad rule.
        fires: for each column, whether it fires.
    """

    label: str
    event: str
    fires: tuple[bool, ...]


@dataclass(frozen=True)
class Matrix:
    """Rules and the events that they fire on.

    Attributes:
        columns: the documented events, then those of CloudTrail that have the same source.
        exact: the rule for each documented event.
        broad: rules for several events.
    """

    columns: Columns
    exact: tuple[MatrixRow, ...]
    broad: tuple[MatrixRow, ...]


def matrix() -> Matrix:
    """Match the rule of each event, and common broad rules, with every event; the pattern engine decides."""
    columns: Columns = (*catalog.documented_events(), *catalog.cloudtrail_twins())
    exact = tuple(_row(event.title, event.pattern, columns, event.id) for event in catalog.documented_events())
    broad = tuple(_row(label, pattern, columns) for label, pattern in _broad())
    return Matrix(columns, exact, broad)


def _broad() -> list[tuple[str, Pattern]]:
    by_type: list[tuple[str, Pattern]] = [
        (f"any {detail_type.removeprefix('ACM Private ')}", {"source": [SOURCE], "detail-type": [detail_type]})
        for detail_type in catalog.detail_types()
    ]
    failures = {"source": [SOURCE], "detail-type": list(catalog.detail_types()), "detail": {"result": ["failure"]}}
    return [
        *by_type,
        ("any failure", failures),
        ("the source alone", {"source": [SOURCE]}),
        ('result "failed"', {"source": [SOURCE], "detail": {"result": ["failed"]}}),
    ]


def _row(label: str, pattern: Pattern, columns: Columns, event: str = "") -> MatrixRow:
    read = EventPattern.parse(pattern)
    return MatrixRow(label, event, tuple(read.matches(column.sample) for column in columns))
