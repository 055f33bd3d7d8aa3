"""Certificate signing requests: their text, their key, and the extensions that they ask for."""

import re
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from pca_events.simulator.core import der
from pca_events.simulator.core.api_protocol import malformed_csr, validation
from pca_events.simulator.core.x509 import Extension, PublicKey

EXTENSION_REQUESTS = ("1.2.840.113549.1.9.14", "1.3.6.1.4.1.311.2.1.14")
"""The attributes of a CSR that have extensions: that of PKCS #9, and that of older clients of Microsoft."""


CSR_PATTERN = "-----BEGIN CERTIFICATE REQUEST-----[A-Za-z0-9+/=\\s]+-----END CERTIFICATE REQUEST-----"
CSR_TEXT = re.compile(rf"\s*{CSR_PATTERN}\s*".encode())


def check_csr_text(text: bytes) -> None:
    """Raise ValidationException unless a text is one CSR as PEM, with nothing around it."""
    if not CSR_TEXT.fullmatch(bytes(text)):
        raise validation(
            "1 validation error detected: Value at 'csr' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {CSR_PATTERN}"
        )


def read_csr(pem: bytes) -> tuple[x509.CertificateSigningRequest, PublicKey]:
    """A CSR and its key; raise MalformedCSRException if it cannot be read or its signature is invalid."""
    try:
        csr = x509.load_pem_x509_csr(bytes(pem))
        key = csr.public_key()
        valid = csr.is_signature_valid or _is_signed_with_sha1(csr, key)
        _ = csr.subject, requested_extensions(csr)
    except Exception as error:  # cryptography raises many types for data that it cannot read
        raise malformed_csr(f"The certificate signing request is invalid: {error}") from error
    if not valid:
        raise malformed_csr("The signature of the certificate signing request does not hold.")
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise malformed_csr("The key of the certificate signing request is neither RSA nor EC.")
    return csr, key


def _is_signed_with_sha1(csr: x509.CertificateSigningRequest, key: Any) -> bool:
    # cryptography no longer accepts SHA-1; the CSR in AWS's sample of a CA hierarchy is signed with it.
    if not isinstance(csr.signature_hash_algorithm, hashes.SHA1) or not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(csr.signature, csr.tbs_certrequest_bytes, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
    except InvalidSignature:
        return False
    return True


def requested_extensions(csr: x509.CertificateSigningRequest) -> list[Extension]:
    """The extensions that a CSR asks for, byte for byte, since the service copies them without a look at their content.

    Raises:
        ValueError: they cannot be read, or one is given twice.
        IndexError: as above.
    """
    *_, attributes = der.elements(der.content_of(csr.tbs_certrequest_bytes))
    found = [
        read_extension(extension)
        for number, values in map(_parts, _parts(attributes))
        if der.dotted(number) in EXTENSION_REQUESTS
        for value in _parts(values)
        for extension in _parts(value)
    ]
    if len({extension.oid for extension, _ in found}) < len(found):
        raise ValueError("an extension is given more than once")
    return found


def _parts(value: bytes) -> list[bytes]:
    return der.elements(der.content_of(value))


def read_extension(encoded: bytes) -> Extension:
    """An extension from its DER; raise ValueError or IndexError if it is not one."""
    oid, *critical, value = _parts(encoded)
    content = der.content_of(value)
    if value[0] != der.OCTET_STRING or der.size_of(content) != len(content) or len(critical) > 1:
        raise ValueError("an extension is not encoded as DER")
    marked = bool(critical) and der.content_of(critical[0]) != b"\0"
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(der.dotted(oid)), content), marked
