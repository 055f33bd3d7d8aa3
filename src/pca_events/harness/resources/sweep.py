"""Everything that runs left on an emulator: also on the buses of others, and in the accounts of scenarios."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pca_events.backends import ACCOUNT, CORRECTED, REGION
from pca_events.backends.control_clients import SimulatorControls, accounts_with
from pca_events.errors import Leak
from pca_events.harness.aws_errors import aws_error_of, or_none
from pca_events.harness.pca_requests import Bucket
from pca_events.harness.resources import KINDS, SWEPT_KINDS, Queue, Rule, SweptKind
from pca_events.harness.resources.inventory import LOG_GROUPS, Found, created, find
from pca_events.harness.run import OWN_ACCOUNT, PREFIX, RUN_TAG, RunId
from pca_events.harness.session import Session

_NAME = re.compile(r"pca-events-[0-9a-f]{8}-[0-9a-f]{8}(-witness)?")
"""What `RunId.new_name` returns; somebody else's rule may only begin like it."""

_DERIVED = re.compile(rf"({LOG_GROUPS})?{_NAME.pattern}(-[a-z0-9-]+)?(\.fifo)?")
"""The names of everything else, which begin with such a name."""


@dataclass(frozen=True)
class LeftBehind:
    """One resource on the emulator.

    Attributes:
        arn: its ARN.
        created: asks when it was created; the answer is None if it is gone or the emulator does not report it.
        remove: removes it; does nothing if it does not exist.
    """

    arn: str
    created: Callable[[], datetime | None]
    remove: Callable[[], None]


def left_on(session: Session, prefix: str, kinds: Iterable[SweptKind] = SWEPT_KINDS) -> list[LeftBehind]:
    """List everything of runs on an emulator whose name begins with the prefix, in the order of removal.

    What only begins like it, as the queue `pca-events-alerts`, is somebody else's. Rules on the buses of others are
    listed if they have the name of a run. CAs and buckets are listed in accounts that
    a run had for itself. A stock LocalStack and other emulators do not report their accounts, so that only that of the
    session is searched there.

    Raises:
        BadInput: the prefix is too short.
    """
    wanted = set(kinds)
    places = {(ACCOUNT, REGION): None}
    if session.backend.product == CORRECTED:
        places |= dict.fromkeys(accounts_with(session.backend, prefix))
    found: list[LeftBehind] = []
    for account, region in places:
        there = Session(replace(session.backend, account=account, region=region), session.run, session.mode.name)
        found += _in_account(there, prefix, wanted)
    return found


def _in_account(session: Session, prefix: str, wanted: set[SweptKind]) -> Iterator[LeftBehind]:
    own = find(session, prefix, [kind for kind in KINDS if kind in wanted])  # first, as it checks the prefix
    if "rules" in wanted:
        yield from _rules_on_other_buses(session, prefix)
    if session.backend.is_localstack:
        yield from _of_trials(session, prefix, wanted)
    markers = _markers(session, prefix) if wanted & {"authorities", "buckets", "queues"} else set()
    if markers and "authorities" in wanted:
        yield from _authorities(session)
    if markers and "buckets" in wanted:
        yield from _buckets(session, prefix)
    for each in own:
        if _DERIVED.fullmatch(each.name):
            yield _left(session, each, marks=each.kind == "queues" and each.name in markers)


def _left(session: Session, found: Found, *, marks: bool) -> LeftBehind:
    def remove() -> None:
        if marks and [*_authorities(session), *_buckets(session, PREFIX)]:
            raise Leak("the CAs and buckets in its account are found by it; remove them first")
        found.resource.delete(session)

    return LeftBehind(found.arn, lambda: created(session, found), remove)


def _of_trials(session: Session, prefix: str, wanted: set[SweptKind]) -> Iterator[LeftBehind]:
    """List what only `calibrate` creates."""
    events = session.events
    if "api-destinations" in wanted:
        for each in session.listed("events", "list_api_destinations", "ApiDestinations", NamePrefix=prefix) or ():
            yield from _named(each, each["ApiDestinationArn"], events.delete_api_destination)
    if "connections" in wanted:
        for each in session.listed("events", "list_connections", "Connections", NamePrefix=prefix) or ():
            yield from _named(each, each["ConnectionArn"], events.delete_connection)
    if "keys" in wanted:
        yield from _keys(session.backend.client("kms"), prefix)


def _named(found: dict[str, Any], arn: str, delete: Callable[..., Any]) -> Iterator[LeftBehind]:
    name = found["Name"]
    if _DERIVED.fullmatch(name):
        yield LeftBehind(arn, lambda: found["CreationTime"], lambda: or_none(delete, Name=name))


def _keys(kms: Any, prefix: str) -> Iterator[LeftBehind]:
    keys: list[dict[str, Any]] = []
    pages = kms.get_paginator("list_keys").paginate()
    if aws_error_of(lambda: keys.extend(key for page in pages for key in page["Keys"])) is not None:
        return  # the service is off
    for key in keys:
        yield from _key(kms, key["KeyId"], prefix)


def _key(kms: Any, key: str, prefix: str) -> Iterator[LeftBehind]:
    tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key)["Tags"]}
    if RUN_TAG not in tags or not RunId(tags[RUN_TAG]).prefix.startswith(prefix):
        return
    told = kms.describe_key(KeyId=key)["KeyMetadata"]
    if told["KeyState"] != "PendingDeletion":
        yield LeftBehind(
            told["Arn"],
            lambda: told["CreationDate"],
            lambda: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7),
        )


def _rules_on_other_buses(session: Session, prefix: str) -> Iterator[LeftBehind]:
    for bus in session.listed("events", "list_event_buses", "EventBuses") or ():
        if bus["Name"].startswith(prefix) and _DERIVED.fullmatch(bus["Name"]):
            continue
        named = session.listed("events", "list_rules", "Rules", EventBusName=bus["Name"], NamePrefix=prefix) or ()
        for rule in named:
            if _NAME.fullmatch(rule["Name"]):
                yield _rule(session, bus["Name"], rule)


def _rule(session: Session, bus: str, rule: dict[str, str]) -> LeftBehind:
    """Return a rule, which is as old as its queue; EventBridge does not report its age."""
    name = rule["Name"]
    queue = Found("queues", "", None, Queue(name), "")

    def made() -> datetime | None:
        age: list[datetime | None] = [None]
        aws_error_of(lambda: age.append(created(session, queue)))  # the queue may be gone
        return age[-1]

    return LeftBehind(rule["Arn"], made, lambda: Rule(bus, name, {}).delete(session))


def _markers(session: Session, prefix: str) -> set[str]:
    """Return the queues that say that a run had the account for itself: created first, and deleted last."""
    urls = session.listed("sqs", "list_queues", "QueueUrls", QueueNamePrefix=prefix) or ()
    return {
        url.rpartition("/")[2]
        for url in urls
        if OWN_ACCOUNT in (or_none(session.sqs.list_queue_tags, QueueUrl=url) or {}).get("Tags", {})
    }


def _authorities(session: Session) -> Iterator[LeftBehind]:
    for each in session.listed("pca", "list_certificate_authorities", "CertificateAuthorities") or ():
        if each["Status"] != "DELETED":
            yield _authority(session, each)


def _authority(session: Session, authority: dict[str, Any]) -> LeftBehind:
    arn = authority["Arn"]

    def remove() -> None:
        SimulatorControls(session.backend).clear()  # an error of its deletion may be planned
        try:
            if authority["Status"] == "ACTIVE":
                or_none(session.pca.update_certificate_authority, CertificateAuthorityArn=arn, Status="DISABLED")
            or_none(
                session.pca.delete_certificate_authority, CertificateAuthorityArn=arn, PermanentDeletionTimeInDays=7
            )
        except session.pca.exceptions.InvalidStateException:  # another sweep may have deleted it
            found = or_none(session.pca.describe_certificate_authority, CertificateAuthorityArn=arn)
            if found and found["CertificateAuthority"]["Status"] != "DELETED":
                raise

    return LeftBehind(arn, lambda: authority["CreatedAt"], remove)


def _buckets(session: Session, prefix: str) -> Iterator[LeftBehind]:
    for bucket in session.s3.list_buckets()["Buckets"]:
        if bucket["Name"].startswith(prefix) and _NAME.fullmatch(bucket["Name"]):
            yield _bucket(session, bucket)


def _bucket(session: Session, bucket: dict[str, Any]) -> LeftBehind:
    arn = f"arn:{session.backend.partition}:s3:::{bucket['Name']}"
    return LeftBehind(arn, lambda: bucket["CreationDate"], Bucket(session, bucket["Name"]).delete)
