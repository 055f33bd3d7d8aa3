"""The certificate templates: what a certificate is for, and what a request may add."""

import re
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from pca_events.simulator.core.arns import template_name
from pca_events.simulator.core.passthrough import Extension
from pca_events.simulator.core.refusals import invalid_args

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
# What the service computes itself, whatever a CSR says.
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
        root: whether it makes the certificate of a root CA.
        path: the path length of a CA certificate; None where it has no limit.
        api: whether ApiPassthrough counts.
        csr: whether the extensions of the CSR count, beyond the subject alternative name.
        fixed: the extensions that are the same in every certificate of it.
    """

    root: bool
    ca: bool
    path: int | None
    api: bool
    csr: bool
    fixed: tuple[Extension, ...]


@cache
def template(arn: str) -> Template:
    """The template of an ARN; raise InvalidArnException or InvalidArgsException for one that AWS does not have."""
    found = NAME.fullmatch(template_name(arn))
    if not found or not exists(found):
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


def exists(name: re.Match[str]) -> bool:
    """Whether AWS has the template: path lengths, blanks and passthroughs go together in some ways only."""
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
    extended = [] if ca else [(x509.ExtendedKeyUsage(USAGES[base]), base == "OCSPSigningCertificate")]
    return [(key_usage, True), *extended]
