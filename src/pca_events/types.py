"""The documented events as frozen dataclasses, one for each detail-type and result.

    >>> import pca_events
    >>> event = parse(pca_events.sample("crl-generation-failure-internal"))
    >>> match event:
    ...     case CrlGenerationFailed():
    ...         print(event.reason)
    Failed to generate CRL. Internal failure.

The module imports only the standard library, so that a copy of it works in a deployment package.

Written by pca-events 1.0.0 from its contracts: do not edit, generate it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal, Self, TypeAlias

_SOURCE = "aws.acm-pca"


@dataclass(frozen=True, kw_only=True)
class _Event:
    """What all events have."""

    DETAIL_TYPE: ClassVar[str]
    _DETAIL: ClassVar[Mapping[str, tuple[str, ...]]]
    _RESOURCES: ClassVar[tuple[str, ...]]

    id: str
    account: str
    region: str
    time: datetime

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """Read an event as a handler receives it; fields that the contract does not define are ignored.

        Raises:
            ValueError: it is an event of another kind, or lacks a field.
        """
        _expect("$.source", event.get("source"), (_SOURCE,))
        _expect("$.detail-type", event.get("detail-type"), (cls.DETAIL_TYPE,))
        detail = event.get("detail")
        if not isinstance(detail, Mapping):
            raise ValueError("$.detail is not an object")  # noqa: TRY004
        fields: dict[str, Any] = {name: _string(event, name) for name in ("id", "account", "region")}
        for name, values in cls._DETAIL.items():
            fields[name] = _expect(f"$.detail.{name}", detail.get(name), values)
        resources = event.get("resources")
        if not isinstance(resources, list) or len(resources) < len(cls._RESOURCES):
            raise ValueError(f"$.resources is {resources!r}; expected {' and '.join(cls._RESOURCES)}")
        for index, name in enumerate(cls._RESOURCES):
            fields[name] = _string(resources, index)
        return cls(time=_time(_string(event, "time")), **fields)


def _expect(path: str, value: Any, values: tuple[str, ...]) -> str:
    if value not in values:
        wanted = ", ".join(f'"{each}"' for each in values)
        raise ValueError(f"{path} is {value!r}; expected {wanted}")
    return str(value)


def _string(fields: Any, key: str | int) -> str:
    path = f"$.{key}" if isinstance(key, str) else f"$.resources[{key}]"
    value = fields.get(key) if isinstance(key, str) else fields[key]
    if not isinstance(value, str):
        raise ValueError(f"{path} is {value!r}; expected a string")  # noqa: TRY004
    return value


def _time(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"$.time is {value!r}; expected a time such as 2026-01-01T00:00:00Z") from None


@dataclass(frozen=True, kw_only=True)
class CaCreationSucceeded(_Event):
    """CA creation, with the result success.

    Attributes:
        certificate_authority_arn: the ARN of a private certificate authority, in any AWS partition.
        result: the outcome of the operation.
    """

    DETAIL_TYPE = "ACM Private CA Creation"
    _DETAIL: ClassVar = {
        "result": ("success",),
    }
    _RESOURCES = ("certificate_authority_arn",)

    certificate_authority_arn: str
    result: Literal["success"]


@dataclass(frozen=True, kw_only=True)
class CaCreationFailed(_Event):
    """CA creation, with the result failure.

    Attributes:
        certificate_authority_arn: the ARN of a private certificate authority, in any AWS partition.
        result: the outcome of the operation.
    """

    DETAIL_TYPE = "ACM Private CA Creation"
    _DETAIL: ClassVar = {
        "result": ("failure",),
    }
    _RESOURCES = ("certificate_authority_arn",)

    certificate_authority_arn: str
    result: Literal["failure"]


@dataclass(frozen=True, kw_only=True)
class CertificateIssuanceSucceeded(_Event):
    """Certificate issuance, with the result success.

    Attributes:
        certificate_authority_arn: the ARN of a private certificate authority, in any AWS partition.
        certificate_arn: the ARN of a certificate: the ARN of its authority, then the ID of the certificate.
        result: the outcome of the operation.
    """

    DETAIL_TYPE = "ACM Private CA Certificate Issuance"
    _DETAIL: ClassVar = {
        "result": ("success",),
    }
    _RESOURCES = ("certificate_authority_arn", "certificate_arn")

    certificate_authority_arn: str
    certificate_arn: str
    result: Literal["success"]


@dataclass(frozen=True, kw_only=True)
class CertificateIssuanceFailed(_Event):
    """Certificate issuance, with the result failure.

    Attributes:
        certificate_authority_arn: the ARN of a private certificate authority, in any AWS partition.
        certificate_arn: the ARN of a certificate: the ARN of its authority, then the ID of the certificate.
        result: the outcome of the operation.
    """

    DETAIL_TYPE = "ACM Private CA Certificate Issuance"
    _DETAIL: ClassVar = {
        "result": ("failure",),
    }
    _RESOURCES = ("certificate_authority_arn", "certificate_arn")

    certificate_authority_arn: str
    certificate_arn: str
    result: Literal["failure"]


@dataclass(frozen=True, kw_only=True)
class CertificateRevocationSucceeded(_Event):
    """Certificate revocation, with the result success.

    Attributes:
        certificate_authority_arn: the ARN of a private certificate authority, in any AWS partition.
        certificate_arn: the ARN of a certificate: the ARN of its authority, then the ID of the certificate.
        result: the outcome of the operation.
    """

    DETAIL_TYPE = "ACM Private CA Certificate Revocation"
    _DETAIL: ClassVar = {
        "result": ("success",),
    }
    _RESOURCES = ("certificate_authority_arn", "certificate_arn")

    certificate_authority_arn: str
    certificate_arn: str
    result: Literal["success"]


@dataclass(frozen=True, kw_only=True)
class CrlGenerationSucceeded(_Event):
    """CRL generation, with the result success.

    Attributes:
        certificate_authority_arn: the ARN of a private certificate authority, in any AWS partition.
        result: the outcome of the operation.
    """

    DETAIL_TYPE = "ACM Private CA CRL Generation"
    _DETAIL: ClassVar = {
        "result": ("success",),
    }
    _RESOURCES = ("certificate_authority_arn",)

    certificate_authority_arn: str
    result: Literal["success"]


@dataclass(frozen=True, kw_only=True)
class CrlGenerationFailed(_Event):
    """CRL generation, with the result failure.

    Attributes:
        certificate_authority_arn: the ARN of a private certificate authority, in any AWS partition.
        result: the outcome of the operation.
        reason: why the generation failed; absent on a success.
    """

    DETAIL_TYPE = "ACM Private CA CRL Generation"
    _DETAIL: ClassVar = {
        "result": ("failure",),
        "reason": (
            "Failed to write CRL to S3. Check your S3 bucket permissions.",
            "Failed to write CRL to S3. Internal failure.",
            "Failed to generate CRL. Internal failure.",
        ),
    }
    _RESOURCES = ("certificate_authority_arn",)

    certificate_authority_arn: str
    result: Literal["failure"]
    reason: Literal[
        "Failed to write CRL to S3. Check your S3 bucket permissions.",
        "Failed to write CRL to S3. Internal failure.",
        "Failed to generate CRL. Internal failure.",
    ]


@dataclass(frozen=True, kw_only=True)
class AuditReportGenerationSucceeded(_Event):
    """Audit report generation, with the result success.

    Attributes:
        certificate_authority_arn: the ARN of a private certificate authority, in any AWS partition.
        audit_report_id: the ID of an audit report: 36 characters; not an ARN.
        result: the outcome of the operation.
    """

    DETAIL_TYPE = "ACM Private CA Audit Report Generation"
    _DETAIL: ClassVar = {
        "result": ("success",),
    }
    _RESOURCES = ("certificate_authority_arn", "audit_report_id")

    certificate_authority_arn: str
    audit_report_id: str
    result: Literal["success"]


@dataclass(frozen=True, kw_only=True)
class AuditReportGenerationFailed(_Event):
    """Audit report generation, with the result failure.

    Attributes:
        certificate_authority_arn: the ARN of a private certificate authority, in any AWS partition.
        audit_report_id: the ID of an audit report: 36 characters; not an ARN.
        result: the outcome of the operation.
    """

    DETAIL_TYPE = "ACM Private CA Audit Report Generation"
    _DETAIL: ClassVar = {
        "result": ("failure",),
    }
    _RESOURCES = ("certificate_authority_arn", "audit_report_id")

    certificate_authority_arn: str
    audit_report_id: str
    result: Literal["failure"]


PrivateCaEvent: TypeAlias = (
    CaCreationSucceeded
    | CaCreationFailed
    | CertificateIssuanceSucceeded
    | CertificateIssuanceFailed
    | CertificateRevocationSucceeded
    | CrlGenerationSucceeded
    | CrlGenerationFailed
    | AuditReportGenerationSucceeded
    | AuditReportGenerationFailed
)
"""Any of the events."""

_CLASSES: dict[tuple[Any, Any], type[PrivateCaEvent]] = {
    ("ACM Private CA Creation", "success"): CaCreationSucceeded,
    ("ACM Private CA Creation", "failure"): CaCreationFailed,
    ("ACM Private CA Certificate Issuance", "success"): CertificateIssuanceSucceeded,
    ("ACM Private CA Certificate Issuance", "failure"): CertificateIssuanceFailed,
    ("ACM Private CA Certificate Revocation", "success"): CertificateRevocationSucceeded,
    ("ACM Private CA CRL Generation", "success"): CrlGenerationSucceeded,
    ("ACM Private CA CRL Generation", "failure"): CrlGenerationFailed,
    ("ACM Private CA Audit Report Generation", "success"): AuditReportGenerationSucceeded,
    ("ACM Private CA Audit Report Generation", "failure"): AuditReportGenerationFailed,
}


def parse(event: Mapping[str, Any]) -> PrivateCaEvent:
    """Read an event of AWS Private CA of any kind; fields that the contract does not define are ignored.

    Raises:
        ValueError: it is not a documented event, or lacks a field.
    """
    detail = event.get("detail")
    result = detail.get("result") if isinstance(detail, Mapping) else None
    found = _CLASSES.get((event.get("detail-type"), result))
    if found is None:
        raise ValueError(f"$.detail-type {event.get('detail-type')!r} with the result {result!r} is not documented")
    return found.parse(event)
