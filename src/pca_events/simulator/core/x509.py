"""Keys and the parts of certificates: subjects, extensions, validity."""

import base64
import ipaddress
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pca_events.simulator.core.api_protocol import invalid_args

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


EXTENDED_KEY_USAGES = {
    "SERVER_AUTH": ExtendedKeyUsageOID.SERVER_AUTH,
    "CLIENT_AUTH": ExtendedKeyUsageOID.CLIENT_AUTH,
    "CODE_SIGNING": ExtendedKeyUsageOID.CODE_SIGNING,
    "EMAIL_PROTECTION": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    "TIME_STAMPING": ExtendedKeyUsageOID.TIME_STAMPING,
    "OCSP_SIGNING": ExtendedKeyUsageOID.OCSP_SIGNING,
    "SMART_CARD_LOGIN": ExtendedKeyUsageOID.SMARTCARD_LOGON,
    "DOCUMENT_SIGNING": x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.12"),
    "CERTIFICATE_TRANSPARENCY": x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.4"),
}
ACCESS_METHODS = {
    "CA_REPOSITORY": x509.ObjectIdentifier("1.3.6.1.5.5.7.48.5"),
    "RESOURCE_PKI_MANIFEST": x509.ObjectIdentifier("1.3.6.1.5.5.7.48.10"),
    "RESOURCE_PKI_NOTIFY": x509.ObjectIdentifier("1.3.6.1.5.5.7.48.13"),
}
KEY_USAGES = {
    "DigitalSignature": "digital_signature",
    "NonRepudiation": "content_commitment",
    "KeyEncipherment": "key_encipherment",
    "DataEncipherment": "data_encipherment",
    "KeyAgreement": "key_agreement",
    "KeyCertSign": "key_cert_sign",
    "CRLSign": "crl_sign",
    "EncipherOnly": "encipher_only",
    "DecipherOnly": "decipher_only",
}
Extension = tuple[x509.ExtensionType, bool]


def key_usage(asked: dict[str, Any]) -> x509.KeyUsage:
    """The KeyUsage extension."""
    return x509.KeyUsage(**{ours: bool(asked.get(theirs)) for theirs, ours in KEY_USAGES.items()})


def other_name(asked: dict[str, Any]) -> x509.OtherName:
    """An OtherName whose value is a UTF8String."""
    text = asked["Value"].encode()
    return x509.OtherName(x509.ObjectIdentifier(asked["TypeId"]), b"\x0c" + der_length(len(text)) + text)


def der_length(size: int) -> bytes:
    """A length in DER: the length itself if it is short, else the number of its bytes and the bytes."""
    if size < 128:
        return bytes([size])
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(digits)]) + digits


GENERAL_NAMES: dict[str, Callable[[Any], x509.GeneralName]] = {
    "OtherName": other_name,
    "Rfc822Name": x509.RFC822Name,
    "DnsName": x509.DNSName,
    "DirectoryName": lambda subject: x509.DirectoryName(name_of(subject)),
    "UniformResourceIdentifier": x509.UniformResourceIdentifier,
    "IpAddress": lambda text: x509.IPAddress(ipaddress.ip_address(text)),
    "RegisteredId": lambda oid: x509.RegisteredID(x509.ObjectIdentifier(oid)),
}


def general_name(asked: dict[str, Any]) -> x509.GeneralName:
    """A GeneralName, which has exactly one member."""
    given = {name: value for name, value in asked.items() if value is not None}
    if len(given) != 1:
        raise invalid_args("A GeneralName must have exactly one member.")
    [(name, value)] = given.items()
    if name not in GENERAL_NAMES:
        raise invalid_args(f"A GeneralName of the type {name} is not supported.")
    return GENERAL_NAMES[name](value)


def subject_information_access(asked: list[dict[str, Any]]) -> x509.SubjectInformationAccess:
    """The SubjectInformationAccess extension."""
    return x509.SubjectInformationAccess(
        [
            x509.AccessDescription(access_method(one["AccessMethod"]), general_name(one["AccessLocation"]))
            for one in asked
        ]
    )


def access_method(asked: dict[str, Any]) -> x509.ObjectIdentifier:
    """An access method, by its type or its object identifier."""
    return either(asked, "AccessMethodType", ACCESS_METHODS, "CustomObjectIdentifier")


def either(
    asked: dict[str, Any], kind: str, known: dict[str, x509.ObjectIdentifier], custom: str
) -> x509.ObjectIdentifier:
    """An object identifier, given either by a known name or as itself."""
    if (asked.get(kind) is None) == (asked.get(custom) is None):
        raise invalid_args(f"Exactly one of {kind} and {custom} must be given.")
    return known[asked[kind]] if asked.get(kind) is not None else x509.ObjectIdentifier(asked[custom])


def api_extensions(asked: dict[str, Any]) -> list[Extension]:
    """The extensions of an ApiPassthrough; raise ValueError if one is invalid."""
    found: list[Extension] = []
    if asked.get("CertificatePolicies"):
        found.append((x509.CertificatePolicies([policy(one) for one in asked["CertificatePolicies"]]), False))
    if asked.get("ExtendedKeyUsage"):
        usages = [
            either(one, "ExtendedKeyUsageType", EXTENDED_KEY_USAGES, "ExtendedKeyUsageObjectIdentifier")
            for one in asked["ExtendedKeyUsage"]
        ]
        found.append((x509.ExtendedKeyUsage(usages), False))
    if asked.get("KeyUsage"):
        found.append((key_usage(asked["KeyUsage"]), True))
    if asked.get("SubjectAlternativeNames"):
        found.append(
            (x509.SubjectAlternativeName([general_name(one) for one in asked["SubjectAlternativeNames"]]), False)
        )
    for one in asked.get("CustomExtensions") or []:
        oid, value = x509.ObjectIdentifier(one["ObjectIdentifier"]), base64.b64decode(one["Value"], validate=True)
        found.append((x509.UnrecognizedExtension(oid, value), bool(one.get("Critical"))))
    return found


def policy(asked: dict[str, Any]) -> x509.PolicyInformation:
    """A certificate policy with its qualifiers."""
    qualifiers: list[str | x509.UserNotice] = [
        one["Qualifier"]["CpsUri"] for one in asked.get("PolicyQualifiers") or []
    ]
    return x509.PolicyInformation(x509.ObjectIdentifier(asked["CertPolicyId"]), qualifiers or None)


# Certificates hold them in this order, from the country to the most specific.
ATTRIBUTES = {
    "Country": NameOID.COUNTRY_NAME,
    "State": NameOID.STATE_OR_PROVINCE_NAME,
    "Locality": NameOID.LOCALITY_NAME,
    "Organization": NameOID.ORGANIZATION_NAME,
    "OrganizationalUnit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CommonName": NameOID.COMMON_NAME,
    "DistinguishedNameQualifier": NameOID.DN_QUALIFIER,
    "SerialNumber": NameOID.SERIAL_NUMBER,
    "Title": NameOID.TITLE,
    "Surname": NameOID.SURNAME,
    "GivenName": NameOID.GIVEN_NAME,
    "Initials": NameOID.INITIALS,
    "Pseudonym": NameOID.PSEUDONYM,
    "GenerationQualifier": NameOID.GENERATION_QUALIFIER,
}


def name_of(subject: dict[str, Any]) -> x509.Name:
    """The X.500 name that a Subject describes; raise InvalidArgsException if it is invalid."""
    standard = [(oid, subject[member]) for member, oid in ATTRIBUTES.items() if subject.get(member)]
    custom = subject.get("CustomAttributes") or []
    if standard and custom:
        raise invalid_args("Custom attributes cannot be combined with standard attributes in a subject.")
    try:
        pairs = standard or [(x509.ObjectIdentifier(each["ObjectIdentifier"]), each["Value"]) for each in custom]
        return x509.Name([x509.NameAttribute(oid, text) for oid, text in pairs])
    except ValueError as error:
        raise invalid_args(f"The subject is not valid: {error}") from error
