"""The tags of a CA."""

from typing import Any

from pca_events.simulator.core.paging import page
from pca_events.simulator.core.register import Register
from pca_events.simulator.core.world import ServiceError

MOST = 50


def tags_of(asked: list[dict[str, Any]], there: dict[str, str | None]) -> dict[str, str | None]:
    """The tags there are together with those asked for; raise what AWS refuses."""
    keys = [tag["Key"] for tag in asked]
    for key in keys:
        if key.lower().startswith("aws:"):
            raise ServiceError("InvalidTagException", f"The tag key {key} begins with aws:, which is reserved.")
        if keys.count(key) > 1:
            raise ServiceError("InvalidTagException", f"The tag key {key} is given more than once.")
    together = there | {tag["Key"]: tag.get("Value") for tag in asked}
    if len(together) > MOST:
        raise ServiceError("TooManyTagsException", f"You can associate up to {MOST} tags with a private CA.")
    return together


def tag(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """TagCertificateAuthority."""
    with register.lock:
        authority = register.authority_in_use(request["CertificateAuthorityArn"])
        authority.tags = tags_of(request["Tags"], authority.tags)
    return {}


def untag(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """UntagCertificateAuthority: a tag given with a value goes only where it has that value."""
    with register.lock:
        authority = register.authority_in_use(request["CertificateAuthorityArn"])
        for asked in request["Tags"]:
            if asked.get("Value") in (None, authority.tags.get(asked["Key"])):
                authority.tags.pop(asked["Key"], None)
    return {}


def listed(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """ListTags: also of a CA that is being created or failed, so that whoever watches it can read them."""
    with register.lock:
        authority = register.authority(request["CertificateAuthorityArn"])
        if authority.status == "DELETED":
            authority = register.authority_in_use(authority.arn)
        tags = [
            {"Key": key} if value is None else {"Key": key, "Value": value} for key, value in authority.tags.items()
        ]
    return page(tags, request, "Tags")
