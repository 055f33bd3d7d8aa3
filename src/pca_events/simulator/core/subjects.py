"""X.500 names: from the API's Subject to the names in certificates."""

from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from pca_events.simulator.core.refusals import invalid_args

# The order in which a certificate holds them, from the country to the most particular.
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
    """The X.500 name that a Subject describes; raise InvalidArgsException where it describes none."""
    standard = [(oid, subject[member]) for member, oid in ATTRIBUTES.items() if subject.get(member)]
    custom = subject.get("CustomAttributes") or []
    if standard and custom:
        raise invalid_args("Custom attributes cannot be combined with standard attributes in a subject.")
    try:
        pairs = standard or [(x509.ObjectIdentifier(each["ObjectIdentifier"]), each["Value"]) for each in custom]
        return x509.Name([x509.NameAttribute(oid, text) for oid, text in pairs])
    except ValueError as error:
        raise invalid_args(f"The subject is not valid: {error}") from error
