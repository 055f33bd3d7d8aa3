"""The installation of a CA certificate: its CSR returned, its certificate imported and returned."""

from functools import partial
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtensionOID

from pca_events.simulator.core.api_protocol import (
    failed,
    in_progress,
    invalid_request,
    invalid_state,
    malformed_certificate,
    mismatch,
    validation,
)
from pca_events.simulator.core.authorities import expire
from pca_events.simulator.core.name_constraints import check_path
from pca_events.simulator.core.region_state import Authority, RegionState
from pca_events.simulator.core.x509 import pem, remaining_path_length, same_key

CRITICAL = frozenset(
    {
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.INHIBIT_ANY_POLICY,
        ExtensionOID.ISSUER_ALTERNATIVE_NAME,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.NAME_CONSTRAINTS,
        ExtensionOID.POLICY_MAPPINGS,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.SUBJECT_DIRECTORY_ATTRIBUTES,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ExtensionOID.SUBJECT_INFORMATION_ACCESS,
    }
)


def get_certificate_authority_csr(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """GetCertificateAuthorityCsr."""
    with state.lock:
        authority = state.authority(request["CertificateAuthorityArn"])
        if authority.status == "CREATING":
            raise in_progress(f"The certificate authority {authority.arn} is still being created.")
        if authority.status == "FAILED":
            raise failed(f"The certificate authority {authority.arn} could not be created.")
        if authority.status == "DELETED":
            raise invalid_state(without_csr(authority))
        return {"Csr": authority.csr}


def without_csr(authority: Authority) -> str:
    """AWS's message for a CA that cannot return its CSR or its certificate."""
    return (
        f"The certificate authority {authority.arn} is not in the correct state to have a certificate signing request."
    )


def get_certificate_authority_certificate(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """GetCertificateAuthorityCertificate."""
    with state.lock:
        authority = state.authority(request["CertificateAuthorityArn"])
        if authority.certificate is None or authority.status == "DELETED":
            raise invalid_state(without_csr(authority))
        response = {"Certificate": pem(authority.certificate)}
        if authority.chain:
            response["CertificateChain"] = "\n".join(pem(each) for each in authority.chain)
        return response


def import_certificate_authority_certificate(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """ImportCertificateAuthorityCertificate."""
    with state.lock:
        authority = state.authority(request["CertificateAuthorityArn"])
        if authority.status in ("CREATING", "FAILED", "DELETED", "DISABLED"):
            raise invalid_state(
                f"The certificate authority {authority.arn} is not in the correct state to import a certificate."
            )
        own = read_certificates(request["Certificate"], "certificate")
        chain = read_certificates(request.get("CertificateChain") or b"", "certificate chain")
        if len(own) != 1:
            raise malformed_certificate("Exactly one certificate must be imported; pass its chain separately.")
        check_installable(authority, own[0], chain)
        for each in [*own, *chain]:
            check_extensions(each)
        limit = remaining_path_length([own[0], *chain])
        if limit is not None and limit < 0:
            raise validation("The certificate violates the path length constraint of a certificate of its chain.")
        check_path([own[0], *chain])
        if not own[0].not_valid_before_utc <= state.now() < own[0].not_valid_after_utc:
            raise invalid_request("The certificate is not valid at this time.")
        authority.certificate, authority.chain = own[0], chain
        still_disabled = authority.status == "EXPIRED" and authority.disabled_when_expired
        authority.set_status("DISABLED" if still_disabled else "ACTIVE", state.now())
        state.scheduler.add(own[0].not_valid_after_utc, partial(expire, state, authority))
    return {}


def read_certificates(blob: bytes, what: str) -> list[x509.Certificate]:
    """The certificates of a PEM text; raise MalformedCertificateException if it cannot be read."""
    if not blob.strip():
        return []
    try:
        found = x509.load_pem_x509_certificates(bytes(blob))
        for each in found:
            _ = each.subject, each.issuer, list(each.extensions), each.public_key()
    except Exception as error:  # cryptography raises many types for data that it cannot read
        raise malformed_certificate(f"The {what} cannot be read: {error}") from error
    return found


def check_installable(authority: Authority, own: x509.Certificate, chain: list[x509.Certificate]) -> None:
    """Raise an error if a certificate does not belong to this CA."""
    if not same_key(own.public_key(), authority.signing_key.public_key()):
        raise mismatch("The certificate does not hold the public key of the certificate authority.")
    if own.subject != authority.subject:
        raise mismatch("The subject of the certificate is not that of the certificate authority.")
    self_signed = own.issuer == own.subject and signs(own, own)
    if authority.kind == "ROOT":
        check_root(self_signed, chain)
    else:
        check_subordinate(self_signed, own, chain)


def check_root(self_signed: bool, chain: list[x509.Certificate]) -> None:
    """Raise an error if a certificate cannot belong to a root CA."""
    if not self_signed:
        raise invalid_request("Only a self-signed certificate can be imported as a root CA.")
    if chain:
        raise invalid_request("A root CA certificate has no chain.")


def check_subordinate(self_signed: bool, own: x509.Certificate, chain: list[x509.Certificate]) -> None:
    """Raise an error if a certificate cannot belong to a subordinate CA, or its chain does not end at a root."""
    if self_signed:
        raise invalid_request("A self-signed certificate cannot be imported as a subordinate CA.")
    if not chain:
        raise invalid_request("A certificate chain must be supplied to import a subordinate CA certificate.")
    for below, above in zip([own, *chain], [*chain, chain[-1]], strict=True):
        if not signs(above, below):
            raise mismatch("Each certificate of the chain must sign the one before it, and a root must be its last.")


def signs(above: x509.Certificate, below: x509.Certificate) -> bool:
    """Whether one certificate issued another."""
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def check_extensions(certificate: x509.Certificate) -> None:
    """Raise MalformedCertificateException unless it is a CA certificate with known critical extensions."""
    constraints = [one for one in certificate.extensions if isinstance(one.value, x509.BasicConstraints)]
    if not constraints or not constraints[0].value.ca:
        raise malformed_certificate("The certificate and its chain must be those of certificate authorities.")
    if not constraints[0].critical:
        raise malformed_certificate("Basic constraints must be marked critical.")
    for extension in certificate.extensions:
        if extension.critical and extension.oid not in CRITICAL:
            raise malformed_certificate(f"The extension {extension.oid.dotted_string} must not be marked critical.")
