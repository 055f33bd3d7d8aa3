"""The page of the simulator's certificate templates and errors: `python tests/unit/simulator_reference.py >FILE`.

FILE is docs/simulator-reference.md. Each row of the templates is read from a certificate that the simulator issued, and
each error is one that the simulator returned.
"""

import sys
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import botocore.session
from cryptography import x509
from cryptography.x509.oid import ExtensionOID
from simulated_errors import PROVOKED, provoked
from simulated_world import Desk, crl_enabled, csr

END_ENTITY = [
    "EndEntityCertificate",
    "EndEntityClientAuthCertificate",
    "EndEntityServerAuthCertificate",
    "CodeSigningCertificate",
    "OCSPSigningCertificate",
]
SUBORDINATE = [f"SubordinateCACertificate_PathLen{path}" for path in range(4)]
BLANK_SUBORDINATE = [f"Blank{name}" for name in SUBORDINATE]
BLANK_END_ENTITY = ["BlankEndEntityCertificate", "BlankEndEntityCertificate_CriticalBasicConstraints"]
BLANK_ROOT = ["BlankRootCACertificate", *(f"BlankRootCACertificate_PathLen{path}" for path in range(4))]
PASSED_THROUGH = [*BLANK_END_ENTITY, *END_ENTITY, *SUBORDINATE, *BLANK_SUBORDINATE]
TEMPLATES = [
    *END_ENTITY,
    "RootCACertificate",
    *SUBORDINATE,
    *(f"{name}_CSRPassthrough" for name in PASSED_THROUGH),
    *(f"{name}_APIPassthrough" for name in [*PASSED_THROUGH, "RootCACertificate", *BLANK_ROOT]),
    *(f"{name}_APICSRPassthrough" for name in PASSED_THROUGH),
]
"""The names of all templates that the user guide defines."""

CUSTOM = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")


class Row(NamedTuple):
    """A certificate as the template made it."""

    template: str
    constraints: str
    key_usage: str
    extended: str
    names: str
    more: str
    point: str


@cache
def desk() -> tuple[Desk, str]:
    """A world with a root CA that publishes CRLs."""
    made = Desk()
    return made, made.root(RevocationConfiguration=crl_enabled())


def issued(template: str) -> x509.Certificate:
    """A certificate of a template, whose CSR and API ask for names, usages and an extension of their own."""
    world, authority = desk()
    wanted = [
        (x509.SubjectAlternativeName([x509.DNSName("csr.example.com")]), False),
        (x509.TLSFeature([x509.TLSFeatureType.status_request]), False),
        (x509.KeyUsage(False, True, False, False, False, False, False, False, False), True),
    ]
    key = world.key_of(authority) if "Root" in template else None
    request = csr("it", *wanted, key=key) if key else csr("it", *wanted)
    extensions: dict[str, Any] = {"CustomExtensions": [{"ObjectIdentifier": CUSTOM.dotted_string, "Value": "BAAA"}]}
    api = {"ApiPassthrough": {"Extensions": extensions}} if "_API" in template else {}
    return world.parsed(authority, world.issued(authority, TemplateArn=template, Csr=request, **api))


def row(template: str) -> Row:
    """The row of a template."""
    found = {each.oid: each for each in issued(template).extensions}
    constraints = found[ExtensionOID.BASIC_CONSTRAINTS]
    path = f", pathlen:{constraints.value.path_length}" if constraints.value.path_length is not None else ""
    more = [("API", CUSTOM in found), ("CSR", ExtensionOID.TLS_FEATURE in found)]
    return Row(
        template,
        f"{critical(constraints)}CA:{str(constraints.value.ca).upper()}{path}",
        key_usages(found.get(ExtensionOID.KEY_USAGE)),
        extended_usages(found.get(ExtensionOID.EXTENDED_KEY_USAGE)),
        "passed" if ExtensionOID.SUBJECT_ALTERNATIVE_NAME in found else "dropped",
        ", ".join(name for name, passed in more if passed) or "none",
        "yes" if ExtensionOID.CRL_DISTRIBUTION_POINTS in found else "no",
    )


def critical(extension: x509.Extension[Any]) -> str:
    """The word critical for a critical extension."""
    return "critical, " if extension.critical else ""


def key_usages(extension: x509.Extension[Any] | None) -> str:
    """The key usages in the order of their bits; that of the CSR is nonRepudiation."""
    if extension is None:
        return "none"
    names = {
        "digital_signature": "digitalSignature",
        "content_commitment": "nonRepudiation",
        "key_encipherment": "keyEncipherment",
        "key_cert_sign": "keyCertSign",
        "crl_sign": "cRLSign",
    }
    used = ", ".join(text for name, text in names.items() if getattr(extension.value, name))
    return critical(extension) + used


def extended_usages(extension: x509.Extension[Any] | None) -> str:
    """The extended key usages."""
    if extension is None:
        return "none"
    return critical(extension) + ", ".join(usage._name for usage in extension.value)


API = botocore.session.get_session().get_service_model("acm-pca")


def documented_errors() -> Iterator[tuple[str, str]]:
    """Yield each operation with each error that the API documents for it."""
    for operation in API.operation_names:
        for shape in API.operation_model(operation).error_shapes:
            yield operation, shape.name


def error_rows() -> Iterator[tuple[str, str, str]]:
    """Yield each operation with the documented errors that a request causes, and those that none causes."""
    for operation in API.operation_names:
        documented = [code for name, code in documented_errors() if name == operation]
        caused = [code for code in documented if (operation, code) in PROVOKED]
        assert all(provoked(operation, code) == code for code in caused)
        yield operation, in_words(caused), in_words([code for code in documented if code not in caused])


def in_words(codes: list[str]) -> str:
    """Errors without the ending that all have."""
    return ", ".join(code.removesuffix("Exception") for code in codes) or "none"


HEAD = """# Templates and errors of the local Private CA

What the [local Private CA](simulator.md) issues for each certificate template, and which of the documented errors a
request can cause. The page is generated by `tests/unit/simulator_reference.py`: each row of the first table is read
from a certificate, and each error of the second was returned.

## Templates

Every template of AWS Private CA. The CSR asks for a subject alternative name (SAN), for the key usage nonRepudiation
and for another extension, and the API for a custom extension. A CRL distribution point is included if the CA has a CRL.

"""
ERRORS = """
## Errors

The errors that the API reference documents for each operation. Those of the last column depend on the state of AWS,
not on the request. Common errors, such as ValidationException and AccessDeniedException, are not listed. All names end
with `Exception`.

"""


def table(head: list[str], rows: Iterator[Any]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def page() -> str:
    """The page."""
    head = [
        "template",
        "basic constraints",
        "key usage",
        "extended key usage",
        "SAN of the CSR",
        "other extensions of",
        "CRL distribution point",
    ]
    templates = table(head, ((f"`{each.template}/V1`", *each[1:]) for each in map(row, TEMPLATES)))
    errors = table(["operation", "caused by a request", "not caused by any request"], error_rows())
    return HEAD + templates + ERRORS + errors


if __name__ == "__main__":
    sys.stdout.write(page())
