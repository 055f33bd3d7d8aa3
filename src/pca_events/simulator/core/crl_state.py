"""The state of a CA's CRLs; each entry is encoded once, so that a long CRL is not built again for each revocation."""

import heapq
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from pca_events.simulator.core import der

# CRLReason of RFC 5280; UNSPECIFIED omits the extension.
REASONS = {
    "KEY_COMPROMISE": 1,
    "CERTIFICATE_AUTHORITY_COMPROMISE": 2,
    "AFFILIATION_CHANGED": 3,
    "SUPERSEDED": 4,
    "CESSATION_OF_OPERATION": 5,
    "PRIVILEGE_WITHDRAWN": 9,
    "A_A_COMPROMISE": 10,
}
REASON_CODE = bytes.fromhex("0603551d15")  # id-ce-cRLReasons, 2.5.29.21


class RevokedEntries:
    """The revoked certificates of a CA that its next CRL contains."""

    def __init__(self) -> None:
        self._encoded: dict[int, bytes] = {}
        self._ends: list[tuple[datetime, int]] = []

    def add(self, serial: int, revoked_at: datetime, reason: str, ends: datetime) -> None:
        """Add a certificate, which is valid until `ends`."""
        self._encoded[serial] = entry(serial, revoked_at, reason)
        heapq.heappush(self._ends, (ends, serial))

    def drop_ended(self, last: datetime | None) -> None:
        """Remove the certificates that had expired before the last CRL; each is in one CRL after its expiration."""
        while last is not None and self._ends and self._ends[0][0] <= last:
            self._encoded.pop(heapq.heappop(self._ends)[1], None)

    def encoded(self) -> bytes:
        """The entries as DER, without the sequence around them."""
        return b"".join(self._encoded.values())


@dataclass
class CrlState:
    """The state of a CA's CRLs.

    Attributes:
        lock: held while one is made; reentrant, since an environment may call the service.
        due: when the next one is due; None if none is.
        made_at: when the last one was stored.
        number: the CRL number of the last one.
        partition: the id of the one partition, if CRLs are partitioned.
        region: the Region of the bucket; empty for that of the CA.
        location: the bucket and key of the last CRL that was scheduled.
        entries: the revoked certificates; None until the first is revoked.
    """

    partition: str
    lock: threading.RLock = field(default_factory=threading.RLock)
    due: datetime | None = None
    made_at: datetime | None = None
    number: int = 0
    region: str = ""
    location: tuple[str, str] = ("", "")
    entries: RevokedEntries | None = None


def entry(serial: int, revoked_at: datetime, reason: str) -> bytes:
    """One entry as DER."""
    fields = der.integer(serial) + der.time(revoked_at)
    if reason in REASONS:
        code = der.tlv(der.OCTET_STRING, der.tlv(der.ENUMERATED, bytes([REASONS[reason]])))
        fields += der.tlv(der.SEQUENCE, der.tlv(der.SEQUENCE, REASON_CODE + code))
    return der.tlv(der.SEQUENCE, fields)


ANY_KEY = ec.generate_private_key(ec.SECP256R1())


def signed_crl(
    builder: x509.CertificateRevocationListBuilder,
    entries: bytes,
    csr: x509.CertificateSigningRequest,
    sign: Callable[[bytes], bytes],
) -> bytes:
    """A CRL as DER.

    Args:
        builder: the CRL without entries, with at least one extension.
        entries: as DER.
        csr: that of the CA, whose algorithm is that of its CRLs.
        sign: returns the signature of some bytes.
    """
    # The library writes the fields; its signature, which a cheap key makes, is replaced with that of the CA.
    [fields, _, _] = der.elements(der.content_of(builder.sign(ANY_KEY, hashes.SHA256()).public_bytes(Encoding.DER)))
    [_, algorithm, _] = der.elements(der.content_of(csr.public_bytes(Encoding.DER)))
    version, _, *more, extensions = der.elements(der.content_of(fields))
    revoked = [der.header(der.SEQUENCE, len(entries)), entries] if entries else []
    signed = der.tlv(der.SEQUENCE, version, algorithm, *more, *revoked, extensions)
    return der.tlv(der.SEQUENCE, signed, algorithm, der.tlv(der.BIT_STRING, b"\0", sign(signed)))
