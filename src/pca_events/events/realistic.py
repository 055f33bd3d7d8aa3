"""Realistic events: documented samples with new IDs, from any partition, and variants that consumers must tolerate."""

import copy
import random
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pca_events import catalog
from pca_events.catalog import DocumentedEvent, Event
from pca_events.errors import BadInput
from pca_events.regions import partition_of

PARTITIONS = {
    "aws": ("us-east-1", "us-west-2", "ca-central-1", "eu-west-1", "eu-central-1", "ap-southeast-2", "sa-east-1"),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
    "aws-eusc": ("eusc-de-east-1",),
    "aws-iso": ("us-iso-east-1", "us-iso-west-1"),
    "aws-iso-b": ("us-isob-east-1",),
    "aws-iso-e": ("eu-isoe-west-1",),
    "aws-iso-f": ("us-isof-south-1", "us-isof-east-1"),
}
"""Some Regions of each partition; the first is the default."""

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+){1,2}-[0-9]{1,2}")


@dataclass(frozen=True)
class AwsLocation:
    """A partition, one of its Regions, and an account there."""

    partition: str
    region: str
    account: str


def aws_location(account: str | None = None, region: str | None = None, partition: str | None = None) -> AwsLocation:
    """Return a location from the given parts, and defaults that agree with them.

    Raises:
        BadInput: a part is invalid, or the parts contradict each other.
    """
    if account is not None and not re.fullmatch(r"[0-9]{12}", account):
        raise BadInput(f'"{account}" is not an account ID; expected 12 digits')
    if partition is not None and partition not in PARTITIONS:
        raise BadInput(f'"{partition}" is not a partition; known: {", ".join(PARTITIONS)}')
    if region is None:
        region = PARTITIONS[partition or "aws"][0]
    if not _REGION.fullmatch(region):
        raise BadInput(f'"{region}" is not a Region code; write it as us-east-1')
    home = partition_of(region)
    if partition not in (None, home):
        raise BadInput(f"{region} is a Region of the partition {home}, not of {partition}")
    return AwsLocation(home, region, account or "111122223333")


def anywhere(chance: random.Random) -> AwsLocation:
    """Return a random location in any partition."""
    partition = chance.choice(list(PARTITIONS))
    return AwsLocation(partition, chance.choice(PARTITIONS[partition]), "".join(chance.choices("0123456789", k=12)))


Role = Literal["certificate authority", "certificate", "audit report"]


def role(resource: str) -> Role:
    """The role of a resource of a documented sample."""
    if not resource.startswith("arn:"):
        return "audit report"
    return "certificate" if "/certificate/" in resource else "certificate authority"


def new_resources(roles: Sequence[Role], where: AwsLocation, chance: random.Random) -> list[str]:
    """Make resources with these roles at a location; the certificate belongs to the certificate authority."""
    authority = f"arn:{where.partition}:acm-pca:{where.region}:{where.account}:certificate-authority/{new_id(chance)}"
    made: dict[Role, str] = {
        "certificate authority": authority,
        "certificate": f"{authority}/certificate/{chance.getrandbits(128):032x}",
        "audit report": new_id(chance),
    }
    return [made[role] for role in roles]


def new_id(chance: random.Random) -> str:
    """Make a UUID as AWS does: version 4, in lowercase."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


_SINCE = datetime(2024, 1, 1, tzinfo=UTC)
_SECONDS = 3 * 365 * 24 * 60 * 60
_UNKNOWN: tuple[tuple[str, Any], ...] = (
    ("replay-name", "after-the-outage"),
    ("trace-header", "Root=1-5759e988-bd862e3fe1be46a994272793"),
    ("severity", 3),
    ("tags", {"team": "pki", "stage": ["blue", None]}),
    ("Result", "SUCCESS"),
    ("note", "Zertifikat für Jürgen, 証明書"),
    ("", False),
)


def realistic(entry: DocumentedEvent, where: AwsLocation, chance: random.Random) -> Event:
    """Make an event of this kind: a new ID, a time from 2024 to 2026, and ARNs that agree with the location."""
    event = entry.event
    event["id"] = new_id(chance)
    event["account"] = where.account
    event["region"] = where.region
    event["time"] = f"{_SINCE + timedelta(seconds=chance.randrange(_SECONDS)):%Y-%m-%dT%H:%M:%SZ}"
    event["resources"] = new_resources([role(resource) for resource in entry.sample["resources"]], where, chance)
    return event


def sample(
    event_id: str,
    *,
    account: str | None = None,
    region: str | None = None,
    partition: str | None = None,
    seed: int | str | None = None,
) -> dict[str, Any]:
    """Return a documented event, or a realistic one like it.

    Without options, this is the sample that AWS documents. With one of them, ARNs, ids and times are generated.

    Args:
        event_id: the id of a documented event, such as `crl-generation-failure-internal`.
        account: 12 digits.
        region: a Region code, such as `eu-central-1`.
        partition: `aws`, `aws-cn`, `aws-us-gov` ...; by default that of the Region.
        seed: the same seed gives the same event.

    Raises:
        BadInput: there is no such event, or the account, Region or partition is not valid.
    """
    entry = catalog.documented(event_id)
    if (account, region, partition, seed) == (None, None, None, None):
        return copy.deepcopy(entry.sample)
    chance = random.Random(seed)  # noqa: S311 - reproducible, no secret
    return realistic(entry, aws_location(account, region, partition), chance)


def related(entries: Sequence[DocumentedEvent], where: AwsLocation, chance: random.Random) -> list[Event]:
    """Make one event of each kind, in this order, a minute apart, all about one CA, one certificate and one report."""
    roles: tuple[Role, ...] = ("certificate authority", "certificate", "audit report")
    made = dict(zip(roles, new_resources(roles, where, chance), strict=True))
    events = []
    start = datetime.now(UTC) - timedelta(minutes=len(entries))
    for minute, entry in enumerate(entries):
        event = realistic(entry, where, chance)
        event["time"] = f"{start + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%SZ}"
        event["resources"] = [made[role(resource)] for resource in entry.sample["resources"]]
        events.append(event)
    return events


def variant(entry: DocumentedEvent, chance: random.Random) -> Event:
    """Make an event of this kind from any partition, with its keys in any order, and with undocumented fields."""
    event = realistic(entry, anywhere(chance), chance)
    event["detail"] = _with_unknown_fields(event["detail"], chance)
    return _with_unknown_fields(event, chance)


def with_new_fields(event: Event) -> Event:
    """Return an event with every kind of undocumented field, in the envelope and in its detail."""
    new = dict(_UNKNOWN)
    return {**event, **{name: new[name] for name in new if name not in event}, "detail": {**new, **event["detail"]}}


def _with_unknown_fields(fields: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    more = {name: value for name, value in chance.sample(_UNKNOWN, chance.choice((0, 0, 1, 2))) if name not in fields}
    everything = list((fields | more).items())
    chance.shuffle(everything)
    return dict(everything)
