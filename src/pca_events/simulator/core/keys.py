"""Keys of CAs and their signing algorithms."""

from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pca_events.simulator.core.errors import invalid_args

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

GENERATORS: dict[str, Callable[[], PrivateKey]] = {
    "RSA_2048": lambda: rsa.generate_private_key(65537, 2048),
    "RSA_3072": lambda: rsa.generate_private_key(65537, 3072),
    "RSA_4096": lambda: rsa.generate_private_key(65537, 4096),
    "EC_prime256v1": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EC_secp384r1": lambda: ec.generate_private_key(ec.SECP384R1()),
    "EC_secp521r1": lambda: ec.generate_private_key(ec.SECP521R1()),
}
HASHES: dict[str, hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    "SHA256": hashes.SHA256(),
    "SHA384": hashes.SHA384(),
    "SHA512": hashes.SHA512(),
}


def family(algorithm: str) -> str:
    """RSA or ECDSA, for a key algorithm or a signing algorithm; empty for others."""
    if algorithm.startswith("RSA_") or algorithm.endswith("WITHRSA"):
        return "RSA"
    return "ECDSA" if algorithm.startswith("EC_") or algorithm.endswith("WITHECDSA") else ""


def check_algorithms(key_algorithm: str, signing_algorithm: str) -> None:
    """Raise InvalidArgsException if the key does not support the signing algorithm."""
    if key_algorithm not in GENERATORS:
        raise invalid_args(f"The key algorithm {key_algorithm} is not supported in this region.")
    if family(key_algorithm) != family(signing_algorithm):
        raise invalid_args(
            f"The signing algorithm {signing_algorithm} is not compatible with the key algorithm {key_algorithm}."
        )


def hash_of(signing_algorithm: str) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512:
    """The hash of a signing algorithm such as SHA256WITHRSA."""
    return HASHES[signing_algorithm[:6]]


def same_key(one: object, other: object) -> bool:
    """Whether two public keys are the same."""
    return public_bytes(one) == public_bytes(other)


def public_bytes(key: object) -> bytes:
    """A public key as DER; empty for a type that the service does not support."""
    if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b""


def pem(thing: x509.Certificate | x509.CertificateSigningRequest) -> str:
    """A certificate or a CSR as PEM, without a newline at its end."""
    return thing.public_bytes(Encoding.PEM).decode().strip()
