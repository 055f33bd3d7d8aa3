"""RevokeCertificate."""

import re
from typing import Any

from pca_events.simulator.core import crls, events
from pca_events.simulator.core.issuance import found
from pca_events.simulator.core.model import Issued
from pca_events.simulator.core.refusals import invalid_request, invalid_state
from pca_events.simulator.core.register import Register
from pca_events.simulator.core.world import ServiceError

SERIAL = re.compile(r"(0x)?[0-9a-f]{1,2}(:?[0-9a-f]{2})*|(0x)?[0-9a-f]+", re.IGNORECASE | re.ASCII)


def revoke(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """RevokeCertificate: an event follows a success only, and a CRL where CRLs are enabled."""
    with register.lock:
        authority = register.authority(request["CertificateAuthorityArn"])
        if authority.status not in ("ACTIVE", "DISABLED"):
            raise invalid_state(
                f"The certificate authority {authority.arn} is not in the correct state to revoke certificates."
            )
        issued = found(authority, id_of(request["CertificateSerial"]))
        check(issued)
        issued.revoked_at, issued.reason = register.now(), request["RevocationReason"]
    events.success(register.world, events.REVOCATION, authority.arn, issued.arn)
    crls.ask(register, authority, register.settings.crl_delay)
    return {}


def id_of(serial: str) -> str:
    """The id of a certificate from its serial number, with or without colons; raise InvalidRequestException."""
    if not SERIAL.fullmatch(serial):
        raise invalid_request(f"The serial number {serial[:64]} is not in hexadecimal format.")
    digits = serial.lower().removeprefix("0x").replace(":", "")
    return digits.lstrip("0").zfill(32)


def check(issued: Issued) -> None:
    """Raise where a certificate cannot be revoked: it is that of a root CA, or is revoked already."""
    if issued.certificate is not None and issued.certificate.issuer == issued.certificate.subject and not issued.chain:
        raise invalid_request("Self-signed certificate can not be revoked")
    if issued.revoked_at is not None:
        raise ServiceError(
            "RequestAlreadyProcessedException", f"The certificate {issued.arn} has already been revoked."
        )
