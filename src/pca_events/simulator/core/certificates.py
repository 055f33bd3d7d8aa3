"""Certificates that a CA issues: IssueCertificate, GetCertificate and RevokeCertificate."""

import re
import secrets
from datetime import datetime
from functools import partial
from typing import Any

from cryptography import x509

from pca_events.simulator.core.api_protocol import (
    ServiceError,
    failed,
    in_progress,
    invalid_request,
    invalid_state,
    not_found,
)
from pca_events.simulator.core.certificate_requests import CertificateRequest, validated_request
from pca_events.simulator.core.crls import add_entry, publish_first_crl, revoked_entries, schedule_crl
from pca_events.simulator.core.csrs import check_csr_text
from pca_events.simulator.core.region_state import (
    CERTIFICATE_ISSUANCE,
    CERTIFICATE_REVOCATION,
    Authority,
    IssuedCertificate,
    RegionState,
    certificate_id,
)
from pca_events.simulator.core.x509 import pem

SMALLEST_SERIAL, LARGEST_SERIAL = 1 << 120, 1 << 128  # sixteen bytes, of which none is a leading zero


def issue_certificate(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """IssueCertificate: returns at once; the certificate is issued after the configured delay."""
    check_csr_text(request["Csr"])
    token = request.get("IdempotencyToken")
    with state.lock:
        authority = state.authority(request["CertificateAuthorityArn"])
        if authority.status in ("CREATING", "FAILED", "DELETED", "DISABLED"):
            raise invalid_state("The certificate authority is not in a valid state for issuing certificates.")
        made = state.remembered(authority.arn, token)
    if made is not None:
        return {"CertificateArn": made}
    what = validated_request(state, authority, request)
    serial = secrets.randbelow(LARGEST_SERIAL - SMALLEST_SERIAL) + SMALLEST_SERIAL
    arn = f"{authority.arn}/certificate/{serial:032x}"
    issued = IssuedCertificate(f"{serial:032x}", arn, what.template_arn, requested_at=state.now())
    with state.lock:
        made = state.remembered(authority.arn, token)
        if made is not None:
            return {"CertificateArn": made}
        state.remember(authority.arn, token, issued.arn)
        authority.issued[issued.id] = issued
    if state.settings.issue_delay:
        due = state.now() + state.settings.issue_delay
        state.scheduler.add(due, partial(sign, state, authority, issued, what))
    else:
        sign(state, authority, issued, what)
    return {"CertificateArn": issued.arn}


def sign(state: RegionState, authority: Authority, issued: IssuedCertificate, what: CertificateRequest) -> None:
    """Sign a certificate outside the lock, or let it fail, and send the event."""
    certificate = attempt(state, authority, issued, what)
    if certificate is None:
        with state.lock:
            issued.status = "FAILED"
        state.send_failure(CERTIFICATE_ISSUANCE, authority.arn, issued.arn)
        return
    text, chain = pem(certificate), "" if what.template.root else chain_above(authority)
    with state.lock:
        issued.certificate, issued.pem, issued.chain = certificate, text, chain
        issued.issued_at, issued.status = state.now(), "ISSUED"
    state.send_success(CERTIFICATE_ISSUANCE, authority.arn, issued.arn)
    if not what.template.root:
        publish_first_crl(state, authority)


def attempt(
    state: RegionState, authority: Authority, issued: IssuedCertificate, what: CertificateRequest
) -> x509.Certificate | None:
    """A signed certificate; None if a failure is planned, the CA is not active, or a value cannot be encoded."""
    planned = state.environment.planned_failure("IssueCertificate", authority.arn)
    if planned or authority.status in ("DELETED", "DISABLED"):
        return None
    try:
        return what.signed(authority, int(issued.id, 16))
    except (ValueError, TypeError, OverflowError):
        return None


def chain_above(authority: Authority) -> str:
    """The certificates above those that a CA issues: its own, and its chain."""
    own = [authority.certificate] if authority.certificate else []
    return "\n".join(pem(each) for each in [*own, *authority.chain])


def get_certificate(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """GetCertificate."""
    with state.lock:
        authority = state.authority(request["CertificateAuthorityArn"])
        if authority.status in ("CREATING", "FAILED", "DELETED"):
            raise invalid_state(
                f"The certificate authority {authority.arn} is not in the correct state to have issued certificates."
            )
        issued = issued_certificate(authority, certificate_id(request["CertificateArn"], authority.arn))
        response = {"Certificate": issued.pem}
        return response | {"CertificateChain": issued.chain} if issued.chain else response


def issued_certificate(authority: Authority, the_id: str) -> IssuedCertificate:
    """An issued certificate; raise an error if it is unknown, pending or failed."""
    issued = authority.issued.get(the_id)
    if issued is None:
        raise not_found(f"{authority.arn}/certificate/{the_id}")
    if issued.status == "PENDING":
        raise in_progress(f"The certificate {issued.arn} is still being issued.")
    if issued.status == "FAILED":
        raise failed(
            f"The certificate {issued.arn} could not be issued: the request has failed for an internal reason."
        )
    return issued


SERIAL = re.compile(r"(0x)?[0-9a-f]{1,2}(:?[0-9a-f]{2})*|(0x)?[0-9a-f]+", re.IGNORECASE | re.ASCII)


def revoke_certificate(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """RevokeCertificate: only a success sends an event, and schedules a CRL if CRLs are enabled."""
    with state.lock:
        authority = state.authority(request["CertificateAuthorityArn"])
        if authority.status not in ("ACTIVE", "DISABLED"):
            raise invalid_state(
                f"The certificate authority {authority.arn} is not in the correct state to revoke certificates."
            )
        issued = issued_certificate(authority, certificate_id_of_serial(request["CertificateSerial"]))
        check_revocable(issued, state.now())
        entries = revoked_entries(authority)
        issued.revoked_at, issued.reason = state.now(), request["RevocationReason"]
        add_entry(entries, issued)
    state.send_success(CERTIFICATE_REVOCATION, authority.arn, issued.arn)
    schedule_crl(state, authority, state.settings.crl_delay)
    return {}


def certificate_id_of_serial(serial: str) -> str:
    """The id of a certificate from its serial number, with or without colons; raise InvalidRequestException."""
    if not SERIAL.fullmatch(serial):
        raise invalid_request(f"The serial number {serial[:64]} is not in hexadecimal format.")
    digits = serial.lower().removeprefix("0x").replace(":", "")
    return digits.lstrip("0").zfill(32)


def check_revocable(issued: IssuedCertificate, now: datetime) -> None:
    """Raise an error for the certificate of a root CA, or one that is already revoked or has expired."""
    certificate = issued.certificate
    if certificate is not None and certificate.issuer == certificate.subject and not issued.chain:
        raise invalid_request("Self-signed certificate can not be revoked")
    if issued.revoked_at is not None:
        raise ServiceError(
            "RequestAlreadyProcessedException", f"The certificate {issued.arn} has already been revoked."
        )
    if certificate is not None and certificate.not_valid_after_utc <= now:
        raise invalid_request(f"The certificate {issued.arn} has expired and cannot be revoked.")
