"""The revocation configuration of a CA: what AWS refuses, and what it adds."""

import re
from typing import Any

from pca_events.simulator.core.refusals import invalid_args

BUCKET_NAME = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
PREFIX = re.compile(r"https?://", re.IGNORECASE)
CANNED_ACLS = {"PUBLIC_READ": "public-read", "BUCKET_OWNER_FULL_CONTROL": "bucket-owner-full-control"}


def settled(asked: dict[str, Any] | None, before: dict[str, Any] | None = None) -> dict[str, Any]:
    """A complete configuration: what is asked for, else what there was before, else nothing enabled."""
    asked = asked or {}
    before = before or {"CrlConfiguration": {"Enabled": False}, "OcspConfiguration": {"Enabled": False}}
    crl = asked.get("CrlConfiguration") or before["CrlConfiguration"]
    ocsp = asked.get("OcspConfiguration") or before["OcspConfiguration"]
    check_crl(crl)
    check_ocsp(ocsp)
    if crl["Enabled"]:
        crl = {"S3ObjectAcl": "PUBLIC_READ", **crl}
    return {"CrlConfiguration": dict(crl), "OcspConfiguration": dict(ocsp)}


def check_crl(crl: dict[str, Any]) -> None:
    """Raise InvalidArgsException where a CRL configuration does not hold together."""
    check_disabled("CRL", crl)
    if not crl["Enabled"]:
        return
    if crl.get("ExpirationInDays") is None:
        raise invalid_args("ExpirationInDays is required when the CRL is enabled.")
    if not BUCKET_NAME.fullmatch(crl.get("S3BucketName") or ""):
        raise invalid_args("S3BucketName is required when the CRL is enabled, and follows the naming rules of S3.")
    check_cname(crl.get("CustomCname"))
    omitted = (crl.get("CrlDistributionPointExtensionConfiguration") or {}).get("OmitExtension")
    if omitted and crl.get("CustomCname"):
        raise invalid_args("OmitExtension cannot be enabled with a custom CNAME.")


def check_ocsp(ocsp: dict[str, Any]) -> None:
    """Raise InvalidArgsException where an OCSP configuration does not hold together."""
    check_disabled("OCSP", ocsp)
    check_cname(ocsp.get("OcspCustomCname"))


def check_disabled(what: str, part: dict[str, Any]) -> None:
    """Raise InvalidArgsException where something is switched off and configured at once."""
    if not part["Enabled"] and any(value is not None for name, value in part.items() if name != "Enabled"):
        raise invalid_args(f"A configuration that disables {what} must contain Enabled=False only.")


def check_cname(cname: str | None) -> None:
    """Raise InvalidArgsException where a CNAME begins with a protocol."""
    if cname and PREFIX.match(cname):
        raise invalid_args('A custom CNAME must not include a protocol prefix such as "http://" or "https://".')
