"""The page of templates and errors: each template as AWS defines it, each documented error returned."""

from pathlib import Path

import pytest
from simulated_errors import PROVOKED, provoked
from simulator_reference import END_ENTITY, TEMPLATES, Row, documented_errors, page, row

PAGE = Path(__file__).parents[3] / "docs" / "simulator-reference.md"
EXTENDED = {
    "EndEntityCertificate": "serverAuth, clientAuth",
    "EndEntityClientAuthCertificate": "clientAuth",
    "EndEntityServerAuthCertificate": "serverAuth",
    "CodeSigningCertificate": "critical, codeSigning",
    "OCSPSigningCertificate": "critical, OCSPSigning",
}
SIGNING = ("CodeSigningCertificate", "OCSPSigningCertificate")


def defined(template: str) -> Row:
    """The row of a template, from the definitions in the user guide."""
    base, _, passed = template.removesuffix("Passthrough").rpartition("_")
    base, passed = (base, passed) if passed in ("API", "CSR", "APICSR") else (template, "")
    kind, _, path = base.partition("_PathLen")
    ca = "CACertificate" in kind
    basic = f"CA:{str(ca).upper()}" + (f", pathlen:{path}" if path else "")
    from_csr = "critical, nonRepudiation" if "CSR" in passed else "none"
    usage = "critical, digitalSignature" + ("" if kind in SIGNING else ", keyEncipherment")
    usage = "critical, digitalSignature, keyCertSign, cRLSign" if ca else usage
    return Row(
        template,
        f"critical, {basic}" if ca or "CriticalBasicConstraints" in kind else basic,
        from_csr if kind.startswith("Blank") else usage,
        EXTENDED.get(kind, "none"),
        "passed",
        {"": "none", "API": "API", "CSR": "CSR", "APICSR": "API, CSR"}[passed],
        "no" if "Root" in kind else "yes",
    )


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_certificate_of_a_template_has_what_aws_defines(template: str) -> None:
    assert row(template) == defined(template)


def test_the_templates_are_those_of_the_user_guide() -> None:
    assert len(TEMPLATES) == len(set(TEMPLATES)) == 61
    assert set(END_ENTITY) <= set(TEMPLATES)


@pytest.mark.parametrize(("operation", "code"), PROVOKED)
def test_a_request_causes_the_documented_error(operation: str, code: str) -> None:
    assert provoked(operation, code) == code


def test_the_errors_are_documented() -> None:
    documented = list(documented_errors())
    assert len(documented) == 111
    assert set(PROVOKED) <= set(documented)


def test_the_page_is_generated() -> None:
    assert PAGE.read_text("utf-8") == page(), "python tests/suite/regenerate.py simulator"
