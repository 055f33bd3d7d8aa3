"""The extensions of a certificate: its template's first, then those of the API, then those of the CSR."""

from collections.abc import Iterable
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from pca_events.simulator.core.crl_places import distribution_point
from pca_events.simulator.core.model import Authority
from pca_events.simulator.core.passthrough import Extension, api_extensions
from pca_events.simulator.core.refusals import invalid_args
from pca_events.simulator.core.templates import OWN, Template


def extensions(
    authority: Authority, region: str, made_from: Template, csr: x509.CertificateSigningRequest, api: dict[str, Any]
) -> list[Extension]:
    """All extensions of a certificate, each once; raise InvalidArgsException where ApiPassthrough does not hold."""
    found = {extension.oid: (extension, critical) for extension, critical in made_from.fixed}
    add(found, identifiers(authority, made_from, csr))
    if not made_from.root:
        add(found, distribution_point(authority, region))
    if made_from.api:
        try:
            add(found, api_extensions(api.get("Extensions") or {}))
        except ValueError as error:
            raise invalid_args(f"ApiPassthrough is not valid: {error}") from error
    add(found, of_csr(made_from, csr))
    return list(found.values())


def add(found: dict[x509.ObjectIdentifier, Extension], more: Iterable[Extension]) -> None:
    """Add the extensions that are not there yet, and that a request may set at all."""
    for extension, critical in more:
        found.setdefault(extension.oid, (extension, critical))


def identifiers(authority: Authority, made_from: Template, csr: x509.CertificateSigningRequest) -> Iterable[Extension]:
    """The identifiers of the subject's key and of the CA's."""
    yield x509.SubjectKeyIdentifier.from_public_key(csr.public_key()), False
    if made_from.root:
        return
    yield authority_key_identifier(authority), False


def authority_key_identifier(authority: Authority) -> x509.AuthorityKeyIdentifier:
    """The identifier of a CA's key, as its certificate gives it."""
    if authority.certificate is not None:
        for extension in authority.certificate.extensions:
            if isinstance(extension.value, x509.SubjectKeyIdentifier):
                return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(extension.value)
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.signing_key.public_key())


def of_csr(made_from: Template, csr: x509.CertificateSigningRequest) -> Iterable[Extension]:
    """The extensions of a CSR that its template lets through: the subject alternative name always does."""
    for extension in csr.extensions:
        alternative = extension.oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME and not made_from.ca
        if alternative or (made_from.csr and extension.oid not in OWN):
            yield extension.value, extension.critical
