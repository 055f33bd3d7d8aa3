"""Certificate revocation lists: asked for, made, stored, told, retried and refreshed."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from pca_events.simulator.core import events
from pca_events.simulator.core.crl_places import full_name, object_key
from pca_events.simulator.core.extensions import authority_key_identifier
from pca_events.simulator.core.keys import hash_of
from pca_events.simulator.core.model import Authority, Issued
from pca_events.simulator.core.register import Register
from pca_events.simulator.core.revocation_configuration import CANNED_ACLS
from pca_events.simulator.core.world import BucketRefused

REASONS = {
    "KEY_COMPROMISE": x509.ReasonFlags.key_compromise,
    "CERTIFICATE_AUTHORITY_COMPROMISE": x509.ReasonFlags.ca_compromise,
    "AFFILIATION_CHANGED": x509.ReasonFlags.affiliation_changed,
    "SUPERSEDED": x509.ReasonFlags.superseded,
    "CESSATION_OF_OPERATION": x509.ReasonFlags.cessation_of_operation,
    "PRIVILEGE_WITHDRAWN": x509.ReasonFlags.privilege_withdrawn,
    "A_A_COMPROMISE": x509.ReasonFlags.aa_compromise,
}


def ask(register: Register, authority: Authority, delay: timedelta) -> None:
    """Have a CRL made after a delay, or at once without one. A CRL that is due earlier serves too."""
    due = register.now() + delay
    with register.lock:
        if not authority.crl_configuration:
            return
        if authority.crl.due is None or due < authority.crl.due:
            authority.crl.due = due
    if delay:
        register.agenda.add(due, lambda: make(register, authority))
    else:
        make(register, authority)


def make(register: Register, authority: Authority) -> None:
    """Make the CRL that is due, if one still is, and tell; one at a time for a CA, so that the newest is the last."""
    state = authority.crl
    with state.lock:
        with register.lock:
            wanted = state.due is not None and state.due <= register.now()
            if not wanted or not authority.crl_configuration or authority.status not in ("ACTIVE", "DISABLED"):
                return
            state.due = None
        reason = stored(register, authority)
        if reason is None:
            state.made_at = register.now()
            events.success(register.world, events.CRL, authority.arn)
        else:
            events.failure(register.world, events.CRL, authority.arn, reason=reason)
    days = authority.crl_configuration.get("ExpirationInDays", 1)
    ask_again(register, authority, register.settings.retry_every if reason else timedelta(days=days) / 2)


def ask_again(register: Register, authority: Authority, delay: timedelta) -> None:
    """Note a retry, or the refresh of a CRL long before it ends; never at once, or a failure would turn in place."""
    ask(register, authority, max(delay, timedelta(microseconds=1)))


def stored(register: Register, authority: Authority) -> str | None:
    """Make a CRL and store it; the documented reason where that fails."""
    if register.world.planned_failure("CRL", authority.arn):
        return events.CRL_INTERNAL
    body = encoded(register, authority)
    if register.world.planned_failure("CRL-S3", authority.arn):
        return events.CRL_BUCKET_INTERNAL
    crl = authority.crl_configuration
    try:
        acl = CANNED_ACLS[crl["S3ObjectAcl"]]
        register.world.write_object(crl["S3BucketName"], object_key(authority), body, "application/pkix-crl", acl)
    except BucketRefused:
        return events.CRL_BUCKET
    return None


def encoded(register: Register, authority: Authority) -> bytes:
    """The CRL as DER, signed by the CA."""
    now = register.now().replace(microsecond=0)
    state, crl = authority.crl, authority.crl_configuration
    state.number = max(state.number + 1, int(register.now().timestamp() * 1000))
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.subject if authority.certificate is None else authority.certificate.subject)
        .last_update(now)
        .next_update(now + timedelta(days=crl["ExpirationInDays"]))
        .add_extension(authority_key_identifier(authority), critical=False)
        .add_extension(x509.CRLNumber(state.number), critical=False)
    )
    if crl.get("CrlType") == "PARTITIONED":
        builder = builder.add_extension(issuing_distribution_point(register, authority), critical=True)
    with register.lock:
        revoked = [each for each in authority.issued.values() if is_listed(each, state.made_at)]
    for each in revoked:
        builder = builder.add_revoked_certificate(entry(each))
    signature = hash_of(authority.configuration["SigningAlgorithm"])
    return builder.sign(authority.signing_key, signature).public_bytes(Encoding.DER)


def issuing_distribution_point(register: Register, authority: Authority) -> x509.IssuingDistributionPoint:
    """The place that a partition names as its own."""
    return x509.IssuingDistributionPoint(
        full_name=full_name(authority, register.region),
        relative_name=None,
        only_contains_user_certs=False,
        only_contains_ca_certs=False,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )


def is_listed(issued: Issued, last: datetime | None) -> bool:
    """Whether a certificate is revoked, and had not expired before the CRL before this one."""
    if issued.revoked_at is None or issued.certificate is None:
        return False
    return last is None or issued.certificate.not_valid_after_utc > last


def entry(issued: Issued) -> x509.RevokedCertificate:
    """The entry of a revoked certificate; UNSPECIFIED is told by saying nothing."""
    revoked_at = issued.revoked_at
    if revoked_at is None:
        raise AssertionError(f"{issued.arn} is not revoked")
    builder = x509.RevokedCertificateBuilder(int(issued.id, 16), revoked_at.replace(microsecond=0, tzinfo=None))
    if issued.reason in REASONS:
        builder = builder.add_extension(x509.CRLReason(REASONS[issued.reason]), critical=False)
    return builder.build()
