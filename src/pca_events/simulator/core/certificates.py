"""Certificates that a CA issues: IssueCertificate, GetCertificate and RevokeCertificate."""

import re
import secrets
from typing import Any

from cryptography import x509

from pca_events.simulator.core.certificate_requests import Wanted, validated_request
from pca_events.simulator.core.crls import schedule_crl
from pca_events.simulator.core.errors import (
    ServiceError,
    failed,
    in_progress,
    invalid_request,
    invalid_state,
    not_found,
)
from pca_events.simulator.core.keys import pem
from pca_events.simulator.core.model import Authority, Issued, certificate_id
from pca_events.simulator.core.region_state import CERTIFICATE_ISSUANCE, CERTIFICATE_REVOCATION, Register


def issue_certificate(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """IssueCertificate: it answers at once; the certificate follows after the delay of the settings."""
    token = request.get("IdempotencyToken")
    with register.lock:
        authority = register.authority(request["CertificateAuthorityArn"])
        if authority.status in ("CREATING", "FAILED", "DELETED", "DISABLED"):
            raise invalid_state("The certificate authority is not in a valid state for issuing certificates.")
        made = register.remembered(authority.arn, token)
    if made is not None:
        return {"CertificateArn": made}
    what = validated_request(register, authority, request)
    serial = secrets.randbits(127) | 1 << 126
    issued = Issued(f"{serial:032x}", f"{authority.arn}/certificate/{serial:032x}", what.template_arn)
    with register.lock:
        made = register.remembered(authority.arn, token)
        if made is not None:
            return {"CertificateArn": made}
        register.remember(authority.arn, token, issued.arn)
        authority.issued[issued.id] = issued
    if register.settings.issue_delay:
        due = register.now() + register.settings.issue_delay
        register.scheduler.add(due, lambda: sign(register, authority, issued, what))
    else:
        sign(register, authority, issued, what)
    return {"CertificateArn": issued.arn}


def sign(register: Register, authority: Authority, issued: Issued, what: Wanted) -> None:
    """Sign a certificate, outside of the lock, or let it fail; then tell."""
    certificate = attempt(register, authority, issued, what)
    if certificate is None:
        with register.lock:
            issued.status = "FAILED"
        register.send_failure(CERTIFICATE_ISSUANCE, authority.arn, issued.arn)
        return
    text, chain = pem(certificate), "" if what.template.root else chain_above(authority)
    with register.lock:
        issued.certificate, issued.pem, issued.chain = certificate, text, chain
        issued.issued_at, issued.status = register.now(), "ISSUED"
    register.send_success(CERTIFICATE_ISSUANCE, authority.arn, issued.arn)


def attempt(register: Register, authority: Authority, issued: Issued, what: Wanted) -> x509.Certificate | None:
    """A signed certificate; none where a failure is planned, the CA has gone, or a value cannot be encoded."""
    planned = register.world.planned_failure("IssueCertificate", authority.arn)
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


def get_certificate(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """GetCertificate."""
    with register.lock:
        authority = register.authority(request["CertificateAuthorityArn"])
        if authority.status in ("CREATING", "FAILED", "DELETED"):
            raise invalid_state(
                f"The certificate authority {authority.arn} is not in the correct state to have issued certificates."
            )
        issued = issued_certificate(authority, certificate_id(request["CertificateArn"], authority.arn))
        response = {"Certificate": issued.pem}
        return response | {"CertificateChain": issued.chain} if issued.chain else response


def issued_certificate(authority: Authority, the_id: str) -> Issued:
    """An issued certificate; raise why there is none: unknown, still pending, or failed."""
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


def revoke_certificate(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """RevokeCertificate: an event follows a success only, and a CRL where CRLs are enabled."""
    with register.lock:
        authority = register.authority(request["CertificateAuthorityArn"])
        if authority.status not in ("ACTIVE", "DISABLED"):
            raise invalid_state(
                f"The certificate authority {authority.arn} is not in the correct state to revoke certificates."
            )
        issued = issued_certificate(authority, certificate_id_of_serial(request["CertificateSerial"]))
        check_revocable(issued)
        issued.revoked_at, issued.reason = register.now(), request["RevocationReason"]
    register.send_success(CERTIFICATE_REVOCATION, authority.arn, issued.arn)
    schedule_crl(register, authority, register.settings.crl_delay)
    return {}


def certificate_id_of_serial(serial: str) -> str:
    """The id of a certificate from its serial number, with or without colons; raise InvalidRequestException."""
    if not SERIAL.fullmatch(serial):
        raise invalid_request(f"The serial number {serial[:64]} is not in hexadecimal format.")
    digits = serial.lower().removeprefix("0x").replace(":", "")
    return digits.lstrip("0").zfill(32)


def check_revocable(issued: Issued) -> None:
    """Raise where a certificate cannot be revoked: it is that of a root CA, or is revoked already."""
    if issued.certificate is not None and issued.certificate.issuer == issued.certificate.subject and not issued.chain:
        raise invalid_request("Self-signed certificate can not be revoked")
    if issued.revoked_at is not None:
        raise ServiceError(
            "RequestAlreadyProcessedException", f"The certificate {issued.arn} has already been revoked."
        )
