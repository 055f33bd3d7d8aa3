"""CAs come and go: created, described, listed, changed, deleted and restored."""

import uuid
from datetime import timedelta
from typing import Any

from pca_events.simulator.core import events
from pca_events.simulator.core.authority_csr import make_csr
from pca_events.simulator.core.keys import GENERATORS, check_algorithms
from pca_events.simulator.core.model import Authority, CrlState
from pca_events.simulator.core.paging import page
from pca_events.simulator.core.refusals import invalid_args, invalid_state
from pca_events.simulator.core.register import Register
from pca_events.simulator.core.revocation_configuration import settled
from pca_events.simulator.core.subjects import name_of
from pca_events.simulator.core.tags import tags_of
from pca_events.simulator.core.world import ServiceError

RESTORABLE_DAYS = 30


def create(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """CreateCertificateAuthority."""
    authority = drafted(register, request)
    token = request.get("IdempotencyToken")
    with register.lock:
        made = register.remembered("authority", token)
        if made is not None:
            return {"CertificateAuthorityArn": made}
        if len(register.authorities) >= register.settings.authorities:
            raise ServiceError("LimitExceededException", "The quota of certificate authorities has been exceeded.")
        register.authorities[authority.arn] = authority
        register.remember("authority", token, authority.arn)
    finish(register, authority)
    return {"CertificateAuthorityArn": authority.arn}


def drafted(register: Register, request: dict[str, Any]) -> Authority:
    """A CA in the state CREATING; raise what is wrong with the request."""
    configuration = request["CertificateAuthorityConfiguration"]
    check_algorithms(configuration["KeyAlgorithm"], configuration["SigningAlgorithm"])
    subject = name_of(configuration["Subject"])
    if not subject.rdns:
        raise invalid_args("The subject of a certificate authority must not be empty.")
    new_id = str(uuid.uuid4())
    authority = Authority(
        id=new_id,
        arn=f"arn:{register.partition}:acm-pca:{register.region}:{register.account}:certificate-authority/{new_id}",
        kind=request["CertificateAuthorityType"],
        configuration=configuration,
        subject=subject,
        revocation=settled(request.get("RevocationConfiguration")),
        usage_mode=request.get("UsageMode") or "GENERAL_PURPOSE",
        key_storage=request.get("KeyStorageSecurityStandard") or "FIPS_140_2_LEVEL_3_OR_HIGHER",
        created_at=register.now(),
        crl=CrlState(partition=str(uuid.uuid4())),
    )
    authority.tags = tags_of(request.get("Tags") or [], {})
    make_csr(authority, GENERATORS["EC_prime256v1"]())
    return authority


def finish(register: Register, authority: Authority) -> None:
    """Give a CA its key, or let it fail as planned, and tell."""
    if register.world.planned_failure("CreateCertificateAuthority", authority.arn):
        with register.lock:
            authority.failure_reason = "OTHER"
            authority.become("FAILED", register.now())
        events.failure(register.world, events.CREATION, authority.arn)
        return
    key = GENERATORS[authority.configuration["KeyAlgorithm"]]()
    csr = make_csr(authority, key)
    with register.lock:
        authority.key, authority.csr = key, csr
        authority.become("PENDING_CERTIFICATE", register.now())
    events.success(register.world, events.CREATION, authority.arn)


def describe(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """DescribeCertificateAuthority."""
    with register.lock:
        return {"CertificateAuthority": description(register, register.authority(request["CertificateAuthorityArn"]))}


def description(register: Register, authority: Authority) -> dict[str, Any]:
    """A CA as the API describes it; what it does not have is left out."""
    certificate = authority.certificate
    described = {
        "Arn": authority.arn,
        "OwnerAccount": register.account,
        "CreatedAt": authority.created_at,
        "LastStateChangeAt": authority.changed_at,
        "Type": authority.kind,
        "Serial": str(certificate.serial_number) if certificate else None,
        "Status": authority.status,
        "NotBefore": certificate.not_valid_before_utc if certificate else None,
        "NotAfter": certificate.not_valid_after_utc if certificate else None,
        "FailureReason": authority.failure_reason,
        "CertificateAuthorityConfiguration": authority.configuration,
        "RevocationConfiguration": authority.revocation,
        "RestorableUntil": authority.restorable_until,
        "KeyStorageSecurityStandard": authority.key_storage,
        "UsageMode": authority.usage_mode,
    }
    return {name: value for name, value in described.items() if value is not None}


def listed(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """ListCertificateAuthorities: no CA of another account is ever shared here."""
    with register.lock:
        own = request.get("ResourceOwner") != "OTHER_ACCOUNTS"
        all_of_them = [description(register, each) for each in register.authorities.values()] if own else []
    return page(all_of_them, request, "CertificateAuthorities", most=100)


def update(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """UpdateCertificateAuthority."""
    status = request.get("Status")
    with register.lock:
        authority = register.authority(request["CertificateAuthorityArn"])
        if authority.status not in ("ACTIVE", "DISABLED"):
            raise invalid_state("The certificate authority must be in the ACTIVE or DISABLED state to be updated")
        if status not in (None, "ACTIVE", "DISABLED"):
            raise invalid_args(f"The status {status} cannot be set; ACTIVE and DISABLED can.")
        authority.revocation = settled(request.get("RevocationConfiguration"), authority.revocation)
        if status not in (None, authority.status):
            authority.become(status, register.now())
    return {}


def delete(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """DeleteCertificateAuthority: restorable for 7 to 30 days, unless it never came to be."""
    with register.lock:
        authority = register.authority(request["CertificateAuthorityArn"])
        if authority.status in ("ACTIVE", "DELETED"):
            raise invalid_state("The certificate authority is not in a valid state for deletion.")
        if authority.status in ("CREATING", "FAILED"):
            del register.authorities[authority.arn]
            return {}
        days = request.get("PermanentDeletionTimeInDays") or RESTORABLE_DAYS
        authority.restorable_until = register.now() + timedelta(days=days)
        authority.status_before_deletion = authority.status
        authority.become("DELETED", register.now())
        register.agenda.add(authority.restorable_until, lambda: forget(register, authority))
    return {}


def forget(register: Register, authority: Authority) -> None:
    """Delete a CA for good once its restore window has ended."""
    with register.lock:
        if authority.restorable_until is not None and authority.restorable_until <= register.now():
            register.authorities.pop(authority.arn, None)


def restore(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """RestoreCertificateAuthority."""
    with register.lock:
        authority = register.authority(request["CertificateAuthorityArn"])
        if authority.status != "DELETED":
            raise invalid_state(f"The certificate authority {authority.arn} is not in the DELETED state.")
        authority.restorable_until = None
        authority.become(authority.status_before_deletion, register.now())
        expire(register, authority)
    return {}


def expire(register: Register, authority: Authority) -> None:
    """Note that the certificate of a CA has expired, where it has."""
    with register.lock:
        certificate = authority.certificate
        if certificate is None or authority.status not in ("ACTIVE", "DISABLED"):
            return
        if certificate.not_valid_after_utc <= register.now():
            authority.become("EXPIRED", register.now())
