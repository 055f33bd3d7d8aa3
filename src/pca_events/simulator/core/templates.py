"""Certificate templates, and the extensions of a certificate: the template's, the API's, the CSR's."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from pca_events.simulator.core.api_protocol import invalid_args
from pca_events.simulator.core.crls import distribution_point
from pca_events.simulator.core.csrs import requested_extensions
from pca_events.simulator.core.ocsp import responder_access
from pca_events.simulator.core.region_state import Authority, template_name
from pca_events.simulator.core.x509 import Extension, api_extensions

NAME = re.compile(
    r"(?P<base>(?P<blank>Blank)?(RootCACertificate|SubordinateCACertificate|EndEntityCertificate"
    r"|EndEntityClientAuthCertificate|EndEntityServerAuthCertificate|CodeSigningCertificate|OCSPSigningCertificate))"
    r"(_CriticalBasicConstraints(?=_))?(_PathLen(?P<path>[0-3]))?(_(?P<through>API|CSR|APICSR)Passthrough)?"
)
USAGES = {
    "EndEntityCertificate": [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH],
    "EndEntityClientAuthCertificate": [ExtendedKeyUsageOID.CLIENT_AUTH],
    "EndEntityServerAuthCertificate": [ExtendedKeyUsageOID.SERVER_AUTH],
    "CodeSigningCertificate": [ExtendedKeyUsageOID.CODE_SIGNING],
    "OCSPSigningCertificate": [ExtendedKeyUsageOID.OCSP_SIGNING],
}
SIGNING_ONLY = ("CodeSigningCertificate", "OCSPSigningCertificate")
# The service always computes these itself, so that those of a CSR are ignored.
OWN = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    }
)


@dataclass(frozen=True)
class Template:
    """A certificate template.

    Attributes:
        root: whether it is for the certificate of a root CA.
        path: the path length of a CA certificate; None for no limit.
        api: whether ApiPassthrough is used.
        csr: whether the extensions of the CSR are used; its subject alternative name always is.
        fixed: the extensions that all its certificates share.
    """

    root: bool
    ca: bool
    path: int | None
    api: bool
    csr: bool
    fixed: tuple[Extension, ...]


@lru_cache(maxsize=1 << 8)
def template(arn: str) -> Template:
    """The template of an ARN; raise InvalidArnException or InvalidArgsException for one that AWS does not have."""
    found = NAME.fullmatch(template_name(arn))
    if not found or not template_exists(found):
        raise invalid_args(f"The template {arn} is not supported.")
    base, through = found["base"].removeprefix("Blank"), found["through"] or ""
    ca, path = base.endswith("CACertificate"), None if found["path"] is None else int(found["path"])
    critical = ca or "CriticalBasicConstraints" in found[0]
    fixed: list[Extension] = [(x509.BasicConstraints(ca=ca, path_length=path), critical)]
    if not found["blank"]:
        fixed += usages(base)
    return Template(
        root=base == "RootCACertificate",
        ca=ca,
        path=path,
        api=through.startswith("API"),
        csr=through.endswith("CSR"),
        fixed=tuple(fixed),
    )


def template_exists(name: re.Match[str]) -> bool:
    """Whether AWS has the template: not every combination of path length, blank and passthrough exists."""
    base, blank, path, through = name["base"].removeprefix("Blank"), name["blank"], name["path"], name["through"]
    if "CriticalBasicConstraints" in name[0]:
        return bool(blank and through and base == "EndEntityCertificate")
    if base == "RootCACertificate":
        return (through == "API") if blank else (path is None and through in (None, "API"))
    if base == "SubordinateCACertificate":
        return path is not None and bool(through or not blank)
    return path is None and (not blank or (base == "EndEntityCertificate" and through is not None))


def usages(base: str) -> list[Extension]:
    """KeyUsage and ExtendedKeyUsage of a template."""
    ca = base.endswith("CACertificate")
    key_usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not ca and base not in SIGNING_ONLY,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
    extended = [] if ca else [(x509.ExtendedKeyUsage(USAGES[base]), base in SIGNING_ONLY)]
    return [(key_usage, True), *extended]


def extensions(
    authority: Authority, region: str, made_from: Template, csr: x509.CertificateSigningRequest, api: dict[str, Any]
) -> list[Extension]:
    """All extensions of a certificate, each once; raise InvalidArgsException if ApiPassthrough is invalid."""
    found = {extension.oid: (extension, critical) for extension, critical in made_from.fixed}
    add_missing(found, key_identifiers(authority, made_from, csr))
    if not made_from.root:
        add_missing(found, distribution_point(authority, region))
        add_missing(found, responder_access(authority, region))
    if made_from.api:
        try:
            add_missing(found, api_extensions(api.get("Extensions") or {}))
        except ValueError as error:
            raise invalid_args(f"ApiPassthrough is not valid: {error}") from error
    add_missing(found, csr_extensions(made_from, csr))
    return list(found.values())


def add_missing(found: dict[x509.ObjectIdentifier, Extension], more: Iterable[Extension]) -> None:
    """Add the extensions that are not present yet."""
    for extension, critical in more:
        found.setdefault(extension.oid, (extension, critical))


def key_identifiers(
    authority: Authority, made_from: Template, csr: x509.CertificateSigningRequest
) -> Iterable[Extension]:
    """The identifiers of the subject's key and of the CA's."""
    yield x509.SubjectKeyIdentifier.from_public_key(csr.public_key()), False
    if made_from.root:
        return
    yield authority.key_identifier, False


def csr_extensions(made_from: Template, csr: x509.CertificateSigningRequest) -> Iterable[Extension]:
    """The extensions of a CSR that the template copies: always the subject alternative name."""
    for extension, critical in requested_extensions(csr):
        alternative = extension.oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME
        if alternative or (made_from.csr and extension.oid not in OWN):
            yield extension, critical
