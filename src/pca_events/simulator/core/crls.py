"""Certificate revocation lists: their configuration, their location, their generation and refresh."""

import re
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from cryptography import x509

from pca_events.regions import dns_suffix_of
from pca_events.simulator.core.api_protocol import invalid_args, validation
from pca_events.simulator.core.crl_state import RevokedEntries, signed_crl
from pca_events.simulator.core.region_state import (
    CRL_GENERATION,
    CRL_NOT_GENERATED,
    CRL_NOT_WRITTEN,
    CRL_WRITE_FAILED_INTERNALLY,
    Authority,
    BucketRefused,
    IssuedCertificate,
    RegionState,
)
from pca_events.simulator.core.x509 import Extension, signature

BACKDATED = timedelta(minutes=60)


def publish_first_crl(state: RegionState, authority: Authority) -> None:
    """Schedule a CRL if a certificate refers to a location that none was scheduled for."""
    with state.lock:
        crl = authority.crl_configuration
        if not crl or omits_extension(crl) or authority.crl.location == location(authority):
            return
        authority.crl.location = location(authority)
    schedule_crl(state, authority, state.settings.crl_delay)


def schedule_crl(state: RegionState, authority: Authority, delay: timedelta) -> None:
    """Schedule a CRL after a delay, or generate it at once. Does nothing if a CRL is due earlier."""
    due = state.now() + delay
    with state.lock:
        if not authority.crl_configuration:
            return
        authority.crl.location = location(authority)
        if authority.crl.due is None or due < authority.crl.due:
            authority.crl.due = due
    if delay:
        state.scheduler.add(due, partial(generate_crl, state, authority))
    else:
        generate_crl(state, authority)


def generate_crl(state: RegionState, authority: Authority) -> None:
    """Generate the CRL that is due and send its event; one at a time for a CA, so that the newest is written last."""
    crl_state = authority.crl
    with crl_state.lock:
        with state.lock:
            if crl_state.due is None or crl_state.due > state.now():
                return
            crl_state.due = None
            if not authority.crl_configuration or authority.status not in ("ACTIVE", "DISABLED"):
                crl_state.location = ("", "")  # so that the next certificate which refers to a CRL publishes one
                return
        reason = write_crl(state, authority)
        if reason is None:
            crl_state.made_at = state.now()
            state.send_success(CRL_GENERATION, authority.arn)
        else:
            state.send_failure(CRL_GENERATION, authority.arn, reason=reason)
    days = authority.crl_configuration.get("ExpirationInDays", 1)
    schedule_next(state, authority, state.settings.retry_every if reason else timedelta(days=days) / 2)


def schedule_next(state: RegionState, authority: Authority, delay: timedelta) -> None:
    """Schedule a retry, or the refresh of a CRL before it expires; never at once, which would loop on a failure."""
    schedule_crl(state, authority, max(delay, timedelta(microseconds=1)))


def write_crl(state: RegionState, authority: Authority) -> str | None:
    """Generate and store a CRL; return the documented reason if that fails."""
    if state.environment.planned_failure("CRL", authority.arn):
        return CRL_NOT_GENERATED
    body = encode_crl(state, authority)
    if state.environment.planned_failure("CRL-S3", authority.arn):
        return CRL_WRITE_FAILED_INTERNALLY
    bucket, key = location(authority)
    try:
        acl = CANNED_ACLS[authority.crl_configuration["S3ObjectAcl"]]
        state.environment.write_object(bucket, key, body, "application/pkix-crl", acl, authority.arn)
    except BucketRefused:
        return CRL_NOT_WRITTEN
    return None


def encode_crl(state: RegionState, authority: Authority) -> bytes:
    """The CRL as DER, signed by the CA; it begins an hour ago, as the CRL of the user guide does."""
    now = state.now().replace(microsecond=0)
    crl_state, crl = authority.crl, authority.crl_configuration
    crl_state.number = max(crl_state.number + 1, int(state.now().timestamp() * 1000))
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.subject if authority.certificate is None else authority.certificate.subject)
        .last_update(now - BACKDATED)
        .next_update(now + timedelta(days=crl["ExpirationInDays"]))
        .add_extension(authority.key_identifier, critical=False)
        .add_extension(x509.CRLNumber(crl_state.number), critical=False)
    )
    if crl.get("CrlType") == "PARTITIONED":
        builder = builder.add_extension(issuing_distribution_point(state, authority), critical=True)
    with state.lock:
        entries = revoked_entries(authority)
        entries.drop_ended(crl_state.made_at)
        encoded = entries.encoded()
    key, algorithm = authority.signing_key, authority.configuration["SigningAlgorithm"]
    csr = x509.load_pem_x509_csr(authority.csr.encode())
    return signed_crl(builder, encoded, csr, lambda signed: signature(key, algorithm, signed))


def revoked_entries(authority: Authority) -> RevokedEntries:
    """The entries of a CA's CRL, made from its certificates on first use. Called under the state's lock."""
    if authority.crl.entries is None:
        authority.crl.entries = RevokedEntries()
        for each in authority.issued.values():
            add_entry(authority.crl.entries, each)
    return authority.crl.entries


def add_entry(entries: RevokedEntries, issued: IssuedCertificate) -> None:
    """Add a certificate if it is revoked."""
    if issued.revoked_at is not None and issued.certificate is not None:
        entries.add(int(issued.id, 16), issued.revoked_at, issued.reason, issued.certificate.not_valid_after_utc)


def issuing_distribution_point(state: RegionState, authority: Authority) -> x509.IssuingDistributionPoint:
    """The distribution point that a partitioned CRL names as its own."""
    return x509.IssuingDistributionPoint(
        full_name=crl_name(authority, state.region),
        relative_name=None,
        only_contains_user_certs=False,
        only_contains_ca_certs=False,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )


def location(authority: Authority) -> tuple[str, str]:
    """The bucket and the key of the CRL."""
    return authority.crl_configuration["S3BucketName"], object_key(authority)


def object_key(authority: Authority) -> str:
    """The key of the CRL in its bucket; the custom path / is the bucket itself."""
    crl = authority.crl_configuration
    path = crl.get("CustomPath") or "crl"
    folder = "" if path == "/" else f"{path}/"
    if crl.get("CrlType") != "PARTITIONED":
        return f"{folder}{authority.id}.crl"
    return f"{folder}{'' if crl.get('CustomPath') else f'{authority.id}/'}{authority.crl.partition}.crl"


def crl_url(authority: Authority, region: str) -> str:
    """The URL of the CRL, in the Region of its bucket."""
    bucket, key = location(authority)
    region = authority.crl.region or region
    host = authority.crl_configuration.get("CustomCname") or f"{bucket}.s3.{region}.{dns_suffix_of(region)}"
    return f"http://{host}/{key}"


def omits_extension(crl: dict[str, Any]) -> bool:
    """Whether certificates do not name the CRL."""
    return bool((crl.get("CrlDistributionPointExtensionConfiguration") or {}).get("OmitExtension"))


def distribution_point(authority: Authority, region: str) -> Iterable[Extension]:
    """The CRL distribution point, if CRLs are enabled and the extension is not omitted."""
    crl = authority.crl_configuration
    if crl and not omits_extension(crl):
        yield (
            x509.CRLDistributionPoints([x509.DistributionPoint(crl_name(authority, region), None, None, None)]),
            False,
        )


def crl_name(authority: Authority, region: str) -> list[x509.GeneralName]:
    """The URL of the CRL as an X.509 name."""
    return [x509.UniformResourceIdentifier(crl_url(authority, region))]


BUCKET_NAME = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
PREFIX = re.compile(r"https?://", re.IGNORECASE)
CANNED_ACLS = {"PUBLIC_READ": "public-read", "BUCKET_OWNER_FULL_CONTROL": "bucket-owner-full-control"}


def complete_configuration(asked: dict[str, Any] | None, before: dict[str, Any] | None = None) -> dict[str, Any]:
    """A complete configuration: the requested one, else the previous one, else everything disabled."""
    asked = asked or {}
    before = before or {"CrlConfiguration": {"Enabled": False}, "OcspConfiguration": {"Enabled": False}}
    crl = asked.get("CrlConfiguration") or before["CrlConfiguration"]
    ocsp = asked.get("OcspConfiguration") or before["OcspConfiguration"]
    check_crl(crl)
    check_ocsp(ocsp)
    if crl["Enabled"]:
        crl = {"S3ObjectAcl": "PUBLIC_READ", **crl}
    return {"CrlConfiguration": dict(crl), "OcspConfiguration": dict(ocsp)}


def bucket_region(state: RegionState, authority_arn: str, crl: dict[str, Any]) -> str:
    """The Region of the bucket of a CRL configuration, empty without one; raise ValidationException if it rejects CRLs.

    Not called under the state's lock.
    """
    if not crl["Enabled"]:
        return ""
    bucket = crl["S3BucketName"]
    try:
        return state.environment.check_bucket(bucket, CANNED_ACLS[crl["S3ObjectAcl"]], authority_arn)
    except BucketRefused as error:
        if "s3:GetBucketAcl" in error.lacking:
            raise validation(
                f"The ACM Private CA Service Principal 'acm-pca.amazonaws.com' requires 's3:GetBucketAcl' permissions "
                f"for your S3 bucket '{bucket}'. Check your S3 bucket permissions and try again."
            ) from error
        raise validation(
            f"Permission error with your S3 bucket '{bucket}'. Check that your bucket policy, encryption settings, "
            "S3 Block Public Access settings, and global account permissions are configured correctly. "
            "For more information, check the service documentation."
        ) from error


def check_crl(crl: dict[str, Any]) -> None:
    """Raise InvalidArgsException if a CRL configuration is inconsistent."""
    check_disabled("CRL", crl)
    if not crl["Enabled"]:
        return
    if crl.get("ExpirationInDays") is None:
        raise invalid_args("ExpirationInDays is required when the CRL is enabled.")
    if not BUCKET_NAME.fullmatch(crl.get("S3BucketName") or ""):
        raise invalid_args("S3BucketName is required when the CRL is enabled, and follows the naming rules of S3.")
    check_cname(crl.get("CustomCname"))
    if omits_extension(crl) and crl.get("CustomCname"):
        raise invalid_args("OmitExtension cannot be enabled with a custom CNAME.")


def check_ocsp(ocsp: dict[str, Any]) -> None:
    """Raise InvalidArgsException if an OCSP configuration is inconsistent."""
    check_disabled("OCSP", ocsp)
    check_cname(ocsp.get("OcspCustomCname"))


def check_disabled(what: str, part: dict[str, Any]) -> None:
    """Raise InvalidArgsException if something is both disabled and configured."""
    if not part["Enabled"] and any(value is not None for name, value in part.items() if name != "Enabled"):
        raise invalid_args(f"A configuration that disables {what} must contain Enabled=False only.")


def check_cname(cname: str | None) -> None:
    """Raise InvalidArgsException if a CNAME begins with a protocol."""
    if cname and PREFIX.match(cname):
        raise invalid_args('A custom CNAME must not include a protocol prefix such as "http://" or "https://".')
