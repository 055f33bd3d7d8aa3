"""IssueCertificate and GetCertificate."""

import secrets
from typing import Any

from cryptography import x509

from pca_events.simulator.core import events
from pca_events.simulator.core.arns import certificate_id
from pca_events.simulator.core.keys import pem
from pca_events.simulator.core.model import Authority, Issued
from pca_events.simulator.core.refusals import failed, in_progress, invalid_state, not_found
from pca_events.simulator.core.register import Register
from pca_events.simulator.core.requests import Wanted, wanted


def issue(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """IssueCertificate: it answers at once; the certificate follows after the delay of the settings."""
    token = request.get("IdempotencyToken")
    with register.lock:
        authority = register.authority(request["CertificateAuthorityArn"])
        if authority.status in ("CREATING", "FAILED", "DELETED", "DISABLED"):
            raise invalid_state("The certificate authority is not in a valid state for issuing certificates.")
        made = register.remembered(authority.arn, token)
    if made is not None:
        return {"CertificateArn": made}
    what = wanted(register, authority, request)
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
        register.agenda.add(due, lambda: sign(register, authority, issued, what))
    else:
        sign(register, authority, issued, what)
    return {"CertificateArn": issued.arn}


def sign(register: Register, authority: Authority, issued: Issued, what: Wanted) -> None:
    """Sign a certificate, outside of the lock, or let it fail; then tell."""
    certificate = attempt(register, authority, issued, what)
    if certificate is None:
        with register.lock:
            issued.status = "FAILED"
        events.failure(register.world, events.ISSUANCE, authority.arn, issued.arn)
        return
    text, chain = pem(certificate), "" if what.template.root else chain_above(authority)
    with register.lock:
        issued.certificate, issued.pem, issued.chain = certificate, text, chain
        issued.issued_at, issued.status = register.now(), "ISSUED"
    events.success(register.world, events.ISSUANCE, authority.arn, issued.arn)


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


def get(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """GetCertificate."""
    with register.lock:
        authority = register.authority(request["CertificateAuthorityArn"])
        if authority.status in ("CREATING", "FAILED", "DELETED"):
            raise invalid_state(
                f"The certificate authority {authority.arn} is not in the correct state to have issued certificates."
            )
        issued = found(authority, certificate_id(request["CertificateArn"], authority.arn))
        response = {"Certificate": issued.pem}
        return response | {"CertificateChain": issued.chain} if issued.chain else response


def found(authority: Authority, the_id: str) -> Issued:
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
