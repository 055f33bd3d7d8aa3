"""Keys and the parts of certificates: subjects, extensions, validity."""

import base64
import ipaddress
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from pca_events.simulator.core import der
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


PSS = "_PSS"
SIGNING = {
    "RSA": tuple(f"SHA{size}WITHRSA{padded}" for padded in ("", PSS) for size in (256, 384, 512)),
    "ECDSA": tuple(f"SHA{size}WITHECDSA" for size in (256, 384, 512)),
}


def check_algorithms(key_algorithm: str, signing_algorithm: str) -> None:
    """Raise InvalidArgsException if the key does not support the signing algorithm."""
    if key_algorithm not in GENERATORS:
        raise invalid_args(f"The key algorithm {key_algorithm} is not supported in this region.")
    valid = SIGNING["RSA" if key_algorithm.startswith("RSA_") else "ECDSA"]
    if signing_algorithm not in valid:
        raise invalid_args(
            f"Signing algorithm {signing_algorithm} cannot be used with key type {key_algorithm}. "
            f"Valid signing algorithms are: {', '.join(valid)}."
        )


def hash_of(signing_algorithm: str) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512:
    """The hash of a signing algorithm such as SHA256WITHRSA."""
    return HASHES[signing_algorithm[:6]]


def padding_of(signing_algorithm: str) -> padding.PSS | None:
    """The padding of a signing algorithm such as SHA256WITHRSA_PSS; None for the usual one."""
    if not signing_algorithm.endswith(PSS):
        return None
    used = hash_of(signing_algorithm)
    return padding.PSS(padding.MGF1(used), used.digest_size)


def signature(key: PrivateKey, signing_algorithm: str, signed: bytes) -> bytes:
    """The signature of some bytes."""
    used = hash_of(signing_algorithm)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(signed, padding_of(signing_algorithm) or padding.PKCS1v15(), used)
    return key.sign(signed, ec.ECDSA(used))


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


def remaining_path_length(path: list[x509.Certificate]) -> int | None:
    """How many CAs may follow the first certificate of a path that ends at its root; None for any number."""
    limits, below = [], 0
    for certificate in path:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        if constraints.path_length is not None:
            limits.append(constraints.path_length - below)
        below += certificate.issuer != certificate.subject
    return min(limits, default=None)


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


def key_usage(asked: dict[str, Any]) -> Extension | None:
    """The KeyUsage extension; None if no usage is set, which RFC 5280 does not allow."""
    bits = [bit for bit, name in enumerate(KEY_USAGES) if asked.get(name)]
    if not bits:
        return None
    try:
        return x509.KeyUsage(**{ours: bool(asked.get(theirs)) for theirs, ours in KEY_USAGES.items()}), True
    except ValueError:  # the library rejects EncipherOnly and DecipherOnly without KeyAgreement; the service does not
        return x509.UnrecognizedExtension(ExtensionOID.KEY_USAGE, der.key_usage(bits)), True


def other_name(asked: dict[str, Any]) -> x509.OtherName:
    """An OtherName whose value is a UTF8String."""
    value = der.tlv(der.UTF8_STRING, asked["Value"].encode())
    return x509.OtherName(x509.ObjectIdentifier(asked["TypeId"]), value)


GENERAL_NAMES: dict[str, Callable[[Any], x509.GeneralName]] = {
    "OtherName": other_name,
    "Rfc822Name": x509.RFC822Name,
    "DnsName": x509.DNSName,
    "DirectoryName": lambda subject: x509.DirectoryName(name_of(subject)),
    "UniformResourceIdentifier": x509.UniformResourceIdentifier,
    "IpAddress": lambda text: x509.IPAddress(ipaddress.ip_address(text)),
    "RegisteredId": lambda oid: x509.RegisteredID(x509.ObjectIdentifier(oid)),
}


def general_name(asked: dict[str, Any]) -> bytes:
    """A GeneralName as DER; it has exactly one member."""
    given = {name: value for name, value in asked.items() if value is not None}
    if len(given) != 1:
        raise invalid_args("A GeneralName must have exactly one member.")
    [(name, value)] = given.items()
    if name == "EdiPartyName":
        return der.edi_party_name(value["PartyName"], value.get("NameAssigner"))
    if name not in GENERAL_NAMES:
        raise invalid_args(f"A GeneralName of the type {name} is not supported.")
    return der.content_of(x509.SubjectAlternativeName([GENERAL_NAMES[name](value)]).public_bytes())


def alternative_names(asked: list[dict[str, Any]]) -> Extension:
    """The SubjectAlternativeName extension."""
    encoded = der.tlv(der.SEQUENCE, b"".join(map(general_name, asked)))
    return x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, encoded), False


def subject_information_access(asked: list[dict[str, Any]]) -> Extension:
    """The SubjectInformationAccess extension."""
    encoded = [
        der.tlv(der.SEQUENCE, oid(access_method(one["AccessMethod"])) + general_name(one["AccessLocation"]))
        for one in asked
    ]
    value = der.tlv(der.SEQUENCE, b"".join(encoded))
    return x509.UnrecognizedExtension(ExtensionOID.SUBJECT_INFORMATION_ACCESS, value), False


def oid(identifier: x509.ObjectIdentifier) -> bytes:
    """An object identifier as DER."""
    return der.content_of(x509.ExtendedKeyUsage([identifier]).public_bytes())


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
    if usage := key_usage(asked.get("KeyUsage") or {}):
        found.append(usage)
    if asked.get("SubjectAlternativeNames"):
        found.append(alternative_names(asked["SubjectAlternativeNames"]))
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


# AWS writes the attributes in this order, that of the members of its ASN1Subject.
ATTRIBUTES = {
    "Country": NameOID.COUNTRY_NAME,
    "Organization": NameOID.ORGANIZATION_NAME,
    "OrganizationalUnit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "DistinguishedNameQualifier": NameOID.DN_QUALIFIER,
    "State": NameOID.STATE_OR_PROVINCE_NAME,
    "CommonName": NameOID.COMMON_NAME,
    "SerialNumber": NameOID.SERIAL_NUMBER,
    "Locality": NameOID.LOCALITY_NAME,
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
