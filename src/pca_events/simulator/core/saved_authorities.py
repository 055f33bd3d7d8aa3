"""A CA as plain data: PEM for its key, requests and certificates, JSON for everything else."""

from dataclasses import replace
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from pca_events.simulator.core.access import check_policy
from pca_events.simulator.core.api_protocol import check_request
from pca_events.simulator.core.audit_reports import CONTENT_TYPES
from pca_events.simulator.core.crl_state import CrlState
from pca_events.simulator.core.crls import complete_configuration
from pca_events.simulator.core.region_state import (
    AuditReport,
    Authority,
    IssuedCertificate,
    RegionState,
)
from pca_events.simulator.core.saved_records import DamagedState, Record, moment_text
from pca_events.simulator.core.x509 import PrivateKey, check_algorithms, name_of, pem, same_key

STATES = ("CREATING", "PENDING_CERTIFICATE", "ACTIVE", "DISABLED", "EXPIRED", "DELETED", "FAILED")
WITH_CERTIFICATE = ("ACTIVE", "DISABLED", "EXPIRED")
_AS_THEY_ARE = ("id", "kind", "usage_mode", "key_storage", "status", "failure_reason", "csr", "status_before_deletion")
_TIMES = ("created_at", "changed_at", "restorable_until")


def saved_authority(authority: Authority) -> dict[str, Any]:
    """A CA with everything that it has. Called under the lock of the region's state."""
    chains: dict[str, int] = {}  # most certificates of a CA have the same one
    issued = [_saved_certificate(each, chains) for each in authority.issued.values()]
    return {
        **{name: getattr(authority, name) for name in _AS_THEY_ARE},
        **{name: moment_text(getattr(authority, name)) for name in _TIMES},
        "disabled_when_expired": authority.disabled_when_expired,
        "configuration": authority.configuration,
        "revocation": authority.revocation,
        "key": None if authority.key is None else key_text(authority.key),
        "certificate": None if authority.certificate is None else pem(authority.certificate),
        "chain": [pem(each) for each in authority.chain],
        "crl": _saved_crl(authority.crl),
        "tags": [{"key": key, "value": value} for key, value in authority.tags.items()],
        "policy": authority.policy,
        "permissions": [
            {**permission, "CreatedAt": moment_text(permission["CreatedAt"])}
            for permission in authority.permissions.values()
        ],
        "reports": [
            {
                "id": report.id,
                "bucket": report.bucket,
                "key": report.key,
                "form": report.form,
                "created_at": moment_text(report.created_at),
                "status": report.status,
            }
            for report in authority.reports.values()
        ],
        "chains": list(chains),
        "issued": issued,
    }


def _saved_certificate(issued: IssuedCertificate, chains: dict[str, int]) -> dict[str, Any]:
    return {
        "id": issued.id,
        "template": issued.template,
        "status": issued.status,
        "pem": issued.pem,
        "chain": chains.setdefault(issued.chain, len(chains)) if issued.chain else None,
        "requested_at": moment_text(issued.requested_at),
        "issued_at": moment_text(issued.issued_at),
        "revoked_at": moment_text(issued.revoked_at),
        "reason": issued.reason,
    }


def _saved_crl(crl: CrlState) -> dict[str, Any]:
    """The state of the CRLs; the entries of the next one follow from the certificates."""
    return {
        "partition": crl.partition,
        "due": moment_text(crl.due),
        "made_at": moment_text(crl.made_at),
        "number": crl.number,
        "region": crl.region,
        "location": list(crl.location),
    }


def key_text(key: PrivateKey) -> str:
    """A private key as PEM, without a password."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def restored_authority(state: RegionState, record: Record) -> Authority:
    """A CA as it was saved.

    Raises:
        DamagedState: the record does not describe one.
    """
    the_id = record.text("id")
    arn = f"arn:{state.partition}:acm-pca:{state.region}:{state.account}:certificate-authority/{the_id}"
    configuration, revocation = record.mapping("configuration"), record.mapping("revocation")
    with record.reading("configuration", "not that of a CA"):
        _check_as_requested(record, configuration, revocation)
        subject = name_of(configuration["Subject"])
    authority = Authority(
        id=the_id,
        arn=arn,
        kind=record.text("kind"),
        configuration=configuration,
        subject=subject,
        revocation=revocation,
        usage_mode=record.text("usage_mode"),
        key_storage=record.text("key_storage"),
        created_at=record.moment("created_at"),
        crl=_restored_crl(record.record("crl")),
        status=record.one_of("status", STATES),
        changed_at=record.optional_moment("changed_at"),
        failure_reason=record.optional_text("failure_reason"),
        csr=record.text("csr"),
        chain=[_certificate(record, "chain", text) for text in record.texts("chain")],
        disabled_when_expired=record.flag("disabled_when_expired"),
        restorable_until=record.optional_moment("restorable_until"),
        status_before_deletion=record.text("status_before_deletion"),
        policy=record.optional_text("policy"),
    )
    if authority.policy is not None:
        with record.reading("policy", "not the policy of a CA"):
            check_policy(authority.policy, arn)
    if (text := record.optional_text("certificate")) is not None:
        authority.certificate = _certificate(record, "certificate", text)
    elif {authority.status, authority.status_before_deletion} & set(WITH_CERTIFICATE):
        raise DamagedState(f"{record.place}.certificate is missing")
    if (text := record.optional_text("key")) is not None:
        authority.key = _restored_key(record, text, authority.csr)
    elif authority.status not in ("CREATING", "FAILED"):
        raise DamagedState(f"{record.place}.key is missing")
    authority.tags = {each.text("key"): each.optional_text("value") for each in record.records("tags")}
    for each in record.records("permissions"):
        authority.permissions[each.text("Principal"), each.text("SourceAccount")] = _restored_permission(each)
    authority.reports = {report.id: report for report in map(_restored_report, record.records("reports"))}
    chains = record.texts("chains")
    for each in record.records("issued"):
        issued = _restored_certificate(each, arn, chains)
        authority.issued[issued.id] = issued
    return authority


def _check_as_requested(record: Record, configuration: dict[str, Any], revocation: dict[str, Any]) -> None:
    """Check what the API accepts when a CA is created, and raise the error of the API."""
    request = {
        "CertificateAuthorityConfiguration": configuration,
        "RevocationConfiguration": revocation,
        "CertificateAuthorityType": record.text("kind"),
        "KeyStorageSecurityStandard": record.text("key_storage"),
        "UsageMode": record.text("usage_mode"),
    }
    check_request("CreateCertificateAuthority", request)
    check_algorithms(configuration["KeyAlgorithm"], configuration["SigningAlgorithm"])
    if complete_configuration(revocation) != revocation:
        raise ValueError


def _restored_permission(record: Record) -> dict[str, Any]:
    names = ("CertificateAuthorityArn", "Principal", "SourceAccount", "Policy")
    texts = {name: record.text(name) for name in names}
    return {**texts, "Actions": record.texts("Actions"), "CreatedAt": record.moment("CreatedAt")}


def _restored_key(record: Record, text: str, csr: str) -> PrivateKey:
    with record.reading("key", "not the private key of the CSR"):
        key = load_pem_private_key(text.encode(), None)
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise TypeError
        if not same_key(key.public_key(), x509.load_pem_x509_csr(csr.encode()).public_key()):
            raise ValueError
        return key


def _certificate(record: Record, name: str, text: str) -> x509.Certificate:
    with record.reading(name, "not a certificate as PEM"):
        return x509.load_pem_x509_certificate(text.encode())


def _restored_crl(record: Record) -> CrlState:
    location = record.texts("location")
    if len(location) != len(CrlState("").location):
        raise DamagedState(f"{record.place}.location is not a bucket and a key")
    return CrlState(
        partition=record.text("partition"),
        due=record.optional_moment("due"),
        made_at=record.optional_moment("made_at"),
        number=record.whole("number"),
        region=record.text("region"),
        location=(location[0], location[1]),
    )


def _restored_report(record: Record) -> AuditReport:
    return AuditReport(
        id=record.text("id"),
        bucket=record.text("bucket"),
        key=record.text("key"),
        form=record.one_of("form", tuple(CONTENT_TYPES)),
        created_at=record.moment("created_at"),
        status=record.one_of("status", ("CREATING", "SUCCESS", "FAILED")),
    )


def _restored_certificate(record: Record, authority: str, chains: list[str]) -> IssuedCertificate:
    the_id, text = record.text("id"), record.text("pem")
    with record.reading("id", "not a serial number in hexadecimal"):
        int(the_id, 16)
    status = record.one_of("status", ("PENDING", "ISSUED", "FAILED"))
    if (status == "ISSUED") != bool(text):
        raise DamagedState(f"{record.place}.pem is not what the status {status} has")
    issued = IssuedCertificate(
        id=the_id,
        arn=f"{authority}/certificate/{the_id}",
        template=record.text("template"),
        requested_at=record.moment("requested_at"),
        status=status,
        issued_at=record.optional_moment("issued_at"),
        revoked_at=record.optional_moment("revoked_at"),
        reason=record.text("reason"),
    )
    if not text:
        return issued
    chain = ""
    if record.has("chain"):
        with record.reading("chain", "not the number of a chain"):
            chain = chains[record.whole("chain")]
    return replace(issued, pem=text, chain=chain, certificate=_certificate(record, "pem", text))
