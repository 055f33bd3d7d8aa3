"""One call of an operation, with the failures that a tag on its CA plans."""

from typing import Any

from pca_events.simulator.core.store import Store
from pca_events.simulator.core.world import ServiceError
from pca_events.simulator.faults import TAG, Failures, read_tag
from pca_events.simulator.simulation import tick

Request = dict[str, Any]


def call(store: Store, failures: Failures, operation: str, request: Request) -> dict[str, Any]:
    """Call the operation, then do what has become due by it.

    Raises:
        ServiceError: as the service answers; InvalidTagException where the tag that plans failures cannot be read.
    """
    counts = _tagged(operation, request)
    if operation == "CreateCertificateAuthority":
        answer = _create(store, failures, request, counts or {})
    else:
        answer = store.call(operation, request)
        _plan(failures, operation, request, counts)
    tick(store)
    return answer


def _create(store: Store, failures: Failures, request: Request, counts: dict[str, int]) -> dict[str, Any]:
    with failures.of_new_authority(counts) as left:
        answer = store.call("CreateCertificateAuthority", request)
    for operation, count in left.items():
        failures.plan(operation, count, answer["CertificateAuthorityArn"])
    return answer


def _plan(failures: Failures, operation: str, request: Request, counts: dict[str, int] | None) -> None:
    authority = request.get("CertificateAuthorityArn", "")
    if operation in ("TagCertificateAuthority", "UntagCertificateAuthority") and counts is not None:
        failures.clear(authority)
        for name, count in counts.items():
            failures.plan(name, count, authority)


def _tagged(operation: str, request: Request) -> dict[str, int] | None:
    """What the request's tag plans; an empty plan where it takes the tag away, None where it does not name the tag."""
    values = [tag.get("Value", "") for tag in request.get("Tags") or () if tag.get("Key") == TAG]
    if not values:
        return None
    if operation == "UntagCertificateAuthority":
        return {}
    try:
        return read_tag(values[-1])
    except ValueError as error:
        raise ServiceError("InvalidTagException", str(error)) from None
