"""OCSP: the URL of the responder in certificates, and the responses, in the profile of RFC 5019."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from pca_events.regions import dns_suffix_of
from pca_events.simulator.core import der
from pca_events.simulator.core.region_state import Authority, RegionState
from pca_events.simulator.core.x509 import Extension, hash_of, padding_of, public_bytes, signature

VALID_FOR = timedelta(hours=1)
"""From thisUpdate to nextUpdate: AWS lets up to an hour pass before a response shows a revocation."""

_REASONS = {
    "KEY_COMPROMISE": x509.ReasonFlags.key_compromise,
    "CERTIFICATE_AUTHORITY_COMPROMISE": x509.ReasonFlags.ca_compromise,
    "AFFILIATION_CHANGED": x509.ReasonFlags.affiliation_changed,
    "SUPERSEDED": x509.ReasonFlags.superseded,
    "CESSATION_OF_OPERATION": x509.ReasonFlags.cessation_of_operation,
    "PRIVILEGE_WITHDRAWN": x509.ReasonFlags.privilege_withdrawn,
    "A_A_COMPROMISE": x509.ReasonFlags.aa_compromise,
}
# SHA-1 identifies CAs in requests, as RFC 5019 prescribes; nothing is signed with it.
_HASHES = (hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512())  # noqa: S303
_BASIC_RESPONSE = bytes.fromhex("06092b0601050507300101")  # id-pkix-ocsp-basic, 1.3.6.1.5.5.7.48.1.1


def responder_url(authority: Authority, region: str) -> str:
    """The URL of the responder for the certificates of a CA."""
    cname = authority.revocation["OcspConfiguration"].get("OcspCustomCname")
    return f"http://{cname or f'ocsp.acm-pca.{region}.{dns_suffix_of(region)}'}"


def responder_access(authority: Authority, region: str) -> Iterable[Extension]:
    """The AuthorityInformationAccess extension with the responder, if OCSP is enabled."""
    if authority.revocation["OcspConfiguration"]["Enabled"]:
        location = x509.UniformResourceIdentifier(responder_url(authority, region))
        description = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, location)
        yield x509.AuthorityInformationAccess([description]), False


class MalformedRequest(ValueError):
    """Some bytes are not an OCSP request."""


def read_request(data: bytes) -> ocsp.OCSPRequest:
    """Read an OCSP request, of several certificates only the first, as AWS does.

    Raises:
        MalformedRequest: the bytes are not an OCSP request.
    """
    try:
        try:
            request = ocsp.load_der_ocsp_request(data)
        except NotImplementedError:  # the library reads requests for one certificate only
            request = ocsp.load_der_ocsp_request(_first_of(data))
    except (ValueError, IndexError) as error:
        raise MalformedRequest(str(error)) from error
    if request.serial_number < 0:
        raise MalformedRequest("the serial number is negative")
    return request


def _first_of(data: bytes) -> bytes:
    """The request for the first certificate alone, of DER that the library has read."""
    [fields, *_] = der.elements(der.content_of(data))
    requests = next(each for each in der.elements(der.content_of(fields)) if each[0] == der.SEQUENCE)
    [first, *_] = der.elements(der.content_of(requests))
    return der.tlv(der.SEQUENCE, der.tlv(der.SEQUENCE, der.tlv(der.SEQUENCE, first)))


def unsuccessful(status: ocsp.OCSPResponseStatus) -> bytes:
    """A response without the status of a certificate, as DER."""
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)


UNAUTHORIZED = unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED)
"""The response for certificates that the responder knows nothing about."""


@dataclass(frozen=True)
class IssuerId:
    """A CA as OCSP requests identify it: the hashes of its name and of its key."""

    algorithm: str
    name: bytes
    key: bytes

    @classmethod
    def of_request(cls, request: ocsp.OCSPRequest) -> "IssuerId | None":
        """The CA that a request asks, or None if it is given with an unknown hash."""
        try:
            algorithm = request.hash_algorithm.name
        except UnsupportedAlgorithm:
            return None
        return cls(algorithm, request.issuer_name_hash, request.issuer_key_hash)


def _ids_of(certificate: x509.Certificate) -> Iterable[IssuerId]:
    [_, key] = der.elements(der.content_of(public_bytes(certificate.public_key())))
    hashed = certificate.subject.public_bytes(), der.content_of(key)[1:]  # the key without its count of unused bits
    for algorithm in _HASHES:
        yield IssuerId(algorithm.name, *(_digest(algorithm, each) for each in hashed))


def _digest(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    context = hashes.Hash(algorithm)
    context.update(data)
    return context.finalize()


class Issuers:
    """The CAs of a Region by `IssuerId`. Used under the lock of the Region's state."""

    def __init__(self) -> None:
        self._arns: dict[IssuerId, str] = {}
        self._indexed: dict[str, x509.Certificate] = {}

    def find(self, authorities: dict[str, Authority], request: ocsp.OCSPRequest) -> Authority | None:
        """Return the CA that a request asks, also if it has been created or renewed since the last call."""
        for arn, authority in authorities.items():
            certificate = authority.certificate
            if certificate is not None and self._indexed.get(arn) is not certificate:
                self._arns |= dict.fromkeys(_ids_of(certificate), arn)
                self._indexed[arn] = certificate
        wanted = IssuerId.of_request(request)
        return authorities.get(self._arns.get(wanted, "")) if wanted else None


def answers(authority: Authority) -> bool:
    """Whether the responder knows the certificates of a CA; as for CRLs, it must be ACTIVE or DISABLED."""
    return authority.status in ("ACTIVE", "DISABLED") and bool(authority.revocation["OcspConfiguration"]["Enabled"])


@dataclass(frozen=True)
class _Status:
    """The status of a certificate, and when and why it was revoked, if it was."""

    value: ocsp.OCSPCertStatus
    revoked_at: datetime | None = None
    reason: x509.ReasonFlags | None = None


def _status_of(state: RegionState, authority: Authority, serial: int) -> _Status:
    issued = authority.issued.get(f"{serial:032x}")
    if issued is None or issued.status != "ISSUED":
        return _Status(ocsp.OCSPCertStatus.UNKNOWN)
    if issued.revoked_at is None or issued.revoked_at + state.settings.ocsp_delay > state.now():
        return _Status(ocsp.OCSPCertStatus.GOOD)
    revoked_at = issued.revoked_at.replace(microsecond=0)
    return _Status(ocsp.OCSPCertStatus.REVOKED, revoked_at, _REASONS.get(issued.reason))


def ocsp_response(state: RegionState, issuers: Issuers, request: ocsp.OCSPRequest) -> bytes:
    """The response to a request as DER; signed outside the lock."""
    with state.lock:
        authority = issuers.find(state.authorities, request)
        if authority is None or authority.certificate is None or not answers(authority):
            return UNAUTHORIZED
        certificate = authority.certificate
        status, now = _status_of(state, authority, request.serial_number), state.now().replace(microsecond=0)
    builder = ocsp.OCSPResponseBuilder().responder_id(ocsp.OCSPResponderEncoding.HASH, certificate)
    builder = builder.add_response_by_hash(
        request.issuer_name_hash,
        request.issuer_key_hash,
        request.serial_number,
        request.hash_algorithm,
        status.value,
        now,
        now + VALID_FOR,
        status.revoked_at,
        status.reason,
    )
    return _signed(builder, authority)


def _signed(builder: ocsp.OCSPResponseBuilder, authority: Authority) -> bytes:
    """The response as DER, signed with the key and the algorithm of its CA."""
    key, algorithm = authority.signing_key, authority.configuration["SigningAlgorithm"]
    made = builder.sign(key, hash_of(algorithm))
    if padding_of(algorithm) is None:
        return made.public_bytes(Encoding.DER)
    # The library signs responses without RSA-PSS: its signature is replaced. The CSR has the right identifier.
    csr = x509.load_pem_x509_csr(authority.csr.encode()).public_bytes(Encoding.DER)
    [_, identifier, _] = der.elements(der.content_of(csr))
    signed = der.tlv(der.BIT_STRING, b"\0", signature(key, algorithm, made.tbs_response_bytes))
    basic = der.tlv(der.SEQUENCE, made.tbs_response_bytes, identifier, signed)
    body = der.tlv(der.SEQUENCE, _BASIC_RESPONSE, der.tlv(der.OCTET_STRING, basic))
    return der.tlv(der.SEQUENCE, der.tlv(der.ENUMERATED, b"\0"), der.tlv(0xA0, body))
