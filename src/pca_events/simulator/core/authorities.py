"""The life of a CA: created, described, listed, updated, tagged, deleted and restored."""

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

from cryptography import x509

from pca_events.simulator.core.api_protocol import ServiceError, invalid_args, invalid_state, page
from pca_events.simulator.core.crl_state import CrlState
from pca_events.simulator.core.crls import bucket_region, complete_configuration
from pca_events.simulator.core.region_state import CA_CREATION, Authority, RegionState
from pca_events.simulator.core.x509 import (
    GENERATORS,
    PrivateKey,
    check_algorithms,
    hash_of,
    key_usage,
    name_of,
    padding_of,
    pem,
    subject_information_access,
)

RESTORABLE_DAYS = 30


def create_certificate_authority(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """CreateCertificateAuthority."""
    token = request.get("IdempotencyToken")
    with state.lock:
        made = state.remembered("authority", token)
    if made is not None:
        return {"CertificateAuthorityArn": made}
    authority = new_authority(state, request)
    authority.crl.region = bucket_region(state, authority.arn, authority.revocation["CrlConfiguration"])
    with state.lock:
        made = state.remembered("authority", token)
        if made is not None:
            return {"CertificateAuthorityArn": made}
        if len(state.authorities) >= state.settings.authorities:
            raise ServiceError("LimitExceededException", "The quota of certificate authorities has been exceeded.")
        state.authorities[authority.arn] = authority
        state.remember("authority", token, authority.arn)
    finish_creation(state, authority)
    return {"CertificateAuthorityArn": authority.arn}


def new_authority(state: RegionState, request: dict[str, Any]) -> Authority:
    """A CA in the state CREATING; raise an error if the request is invalid."""
    configuration = request["CertificateAuthorityConfiguration"]
    check_algorithms(configuration["KeyAlgorithm"], configuration["SigningAlgorithm"])
    subject = name_of(configuration["Subject"])
    if not subject.rdns:
        raise invalid_args("The subject of a certificate authority must not be empty.")
    new_id = str(uuid.uuid4())
    authority = Authority(
        id=new_id,
        arn=f"arn:{state.partition}:acm-pca:{state.region}:{state.account}:certificate-authority/{new_id}",
        kind=request["CertificateAuthorityType"],
        configuration=configuration,
        subject=subject,
        revocation=complete_configuration(request.get("RevocationConfiguration")),
        usage_mode=request.get("UsageMode") or "GENERAL_PURPOSE",
        key_storage=request.get("KeyStorageSecurityStandard") or "FIPS_140_2_LEVEL_3_OR_HIGHER",
        created_at=state.now(),
        crl=CrlState(partition=str(uuid.uuid4())),
    )
    authority.tags = merged_tags(request.get("Tags") or [], {})
    make_csr(authority, GENERATORS["EC_prime256v1"](), "SHA256WITHECDSA")
    return authority


def finish_creation(state: RegionState, authority: Authority) -> None:
    """Generate the key of a CA, or let the creation fail as planned, and send the event."""
    if state.environment.planned_failure("CreateCertificateAuthority", authority.arn):
        with state.lock:
            authority.failure_reason = "OTHER"
            authority.set_status("FAILED", state.now())
        state.send_failure(CA_CREATION, authority.arn)
        return
    key = GENERATORS[authority.configuration["KeyAlgorithm"]]()
    csr = make_csr(authority, key, authority.configuration["SigningAlgorithm"])
    with state.lock:
        authority.key, authority.csr = key, csr
        authority.set_status("PENDING_CERTIFICATE", state.now())
    state.send_success(CA_CREATION, authority.arn)


def describe_certificate_authority(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """DescribeCertificateAuthority."""
    with state.lock:
        return {"CertificateAuthority": description(state, state.authority(request["CertificateAuthorityArn"]))}


def description(state: RegionState, authority: Authority) -> dict[str, Any]:
    """A CA as the API describes it, without members that have no value."""
    certificate = authority.certificate
    described = {
        "Arn": authority.arn,
        "OwnerAccount": state.account,
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


def list_certificate_authorities(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """ListCertificateAuthorities without those of other accounts."""
    with state.lock:
        all_of_them = [description(state, each) for each in state.authorities.values()]
    return page(all_of_them, request, "CertificateAuthorities", most=100)


def update_certificate_authority(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """UpdateCertificateAuthority."""
    status, asked = request.get("Status"), request.get("RevocationConfiguration") or {}
    with state.lock:
        authority = state.authority(request["CertificateAuthorityArn"])
        check_updatable(authority, status)
        revocation = complete_configuration(asked, authority.revocation)
    region = authority.crl.region
    if asked.get("CrlConfiguration"):
        region = bucket_region(state, authority.arn, revocation["CrlConfiguration"])
    with state.lock:
        check_updatable(authority, status)
        authority.revocation, authority.crl.region = revocation, region
        if status not in (None, authority.status):
            authority.set_status(status, state.now())
    return {}


def check_updatable(authority: Authority, status: str | None) -> None:
    """Raise an error if a CA cannot be updated; before it has a certificate, only its revocation configuration can."""
    if authority.status not in ("ACTIVE", "DISABLED") and (authority.status != "PENDING_CERTIFICATE" or status):
        raise invalid_state("The certificate authority must be in the ACTIVE or DISABLED state to be updated")
    if status not in (None, "ACTIVE", "DISABLED"):
        raise invalid_args(f"The status {status} cannot be set; ACTIVE and DISABLED can.")


def delete_certificate_authority(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """DeleteCertificateAuthority: restorable for 7 to 30 days, unless its creation did not succeed."""
    with state.lock:
        authority = state.authority(request["CertificateAuthorityArn"])
        if authority.status in ("ACTIVE", "DELETED"):
            raise invalid_state("The certificate authority is not in a valid state for deletion.")
        if authority.status in ("CREATING", "FAILED"):
            del state.authorities[authority.arn]
            return {}
        days = request.get("PermanentDeletionTimeInDays") or RESTORABLE_DAYS
        authority.restorable_until = state.now() + timedelta(days=days)
        authority.status_before_deletion = authority.status
        authority.set_status("DELETED", state.now())
        state.scheduler.add(authority.restorable_until, partial(delete_permanently, state, authority))
    return {}


def delete_permanently(state: RegionState, authority: Authority) -> None:
    """Delete a CA permanently once its restoration period has ended."""
    with state.lock:
        if authority.restorable_until is not None and authority.restorable_until <= state.now():
            state.authorities.pop(authority.arn, None)


def restore_certificate_authority(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """RestoreCertificateAuthority."""
    with state.lock:
        authority = state.authority(request["CertificateAuthorityArn"])
        if authority.status != "DELETED":
            raise invalid_state(f"The certificate authority {authority.arn} is not in the DELETED state.")
        authority.restorable_until = None
        authority.set_status(authority.status_before_deletion, state.now())
        expire(state, authority)
    return {}


def expire(state: RegionState, authority: Authority) -> None:
    """Set the status of a CA to EXPIRED if its certificate has expired."""
    with state.lock:
        certificate = authority.certificate
        if certificate is None or authority.status not in ("ACTIVE", "DISABLED"):
            return
        if certificate.not_valid_after_utc <= state.now():
            authority.disabled_when_expired = authority.status == "DISABLED"
            authority.set_status("EXPIRED", state.now())


def make_csr(authority: Authority, key: PrivateKey, algorithm: str) -> str:
    """A CSR as PEM, signed with a key; raise InvalidArgsException if its extensions are invalid."""
    asked = authority.configuration.get("CsrExtensions") or {}
    try:
        builder = x509.CertificateSigningRequestBuilder().subject_name(authority.subject)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        if usage := key_usage(asked.get("KeyUsage") or {}):
            builder = builder.add_extension(*usage)
        if asked.get("SubjectInformationAccess"):
            builder = builder.add_extension(*subject_information_access(asked["SubjectInformationAccess"]))
        return pem(builder.sign(key, hash_of(algorithm), rsa_padding=padding_of(algorithm)))
    except (ValueError, TypeError) as error:
        raise invalid_args(f"The extensions of the CSR are not valid: {error}") from error


MOST_TAGS = 50


def merged_tags(asked: list[dict[str, Any]], there: dict[str, str | None]) -> dict[str, str | None]:
    """The existing tags merged with the requested ones; raise an error if AWS rejects them."""
    keys = [tag["Key"] for tag in asked]
    for key in keys:
        check_tag_key(key)
        if keys.count(key) > 1:
            raise ServiceError("InvalidTagException", f"The tag key {key} is given more than once.")
    together = there | {tag["Key"]: tag.get("Value") for tag in asked}
    if len(together) > MOST_TAGS:
        raise ServiceError("TooManyTagsException", f"You can associate up to {MOST_TAGS} tags with a private CA.")
    return together


def check_tag_key(key: str) -> None:
    """Raise InvalidTagException for a key that is reserved for AWS."""
    if key.lower().startswith("aws:"):
        raise ServiceError("InvalidTagException", f"The tag key {key} begins with aws:, which is reserved.")


def tag_certificate_authority(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """TagCertificateAuthority."""
    with state.lock:
        authority = state.authority_in_use(request["CertificateAuthorityArn"])
        authority.tags = merged_tags(request["Tags"], authority.tags)
    return {}


def untag_certificate_authority(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """UntagCertificateAuthority: a tag given with a value is removed only if it has that value."""
    with state.lock:
        authority = state.authority_in_use(request["CertificateAuthorityArn"])
        for asked in request["Tags"]:
            check_tag_key(asked["Key"])
        for asked in request["Tags"]:
            if asked.get("Value") in (None, authority.tags.get(asked["Key"])):
                authority.tags.pop(asked["Key"], None)
    return {}


def list_tags(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """ListTags; also for a CA whose creation is in progress or failed, as AWS does."""
    with state.lock:
        authority = state.authority(request["CertificateAuthorityArn"])
        if authority.status == "DELETED":
            authority = state.authority_in_use(authority.arn)
        tags = [
            {"Key": key} if value is None else {"Key": key, "Value": value} for key, value in authority.tags.items()
        ]
    return page(tags, request, "Tags")
