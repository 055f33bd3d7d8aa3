"""Where an event may come from: partition, Region and account."""

import random
import re
from dataclasses import dataclass

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
"""Some Regions of each partition; the first is the one that is taken where none is named."""

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+){1,2}-[0-9]{1,2}")


@dataclass(frozen=True)
class Place:
    """A partition, one of its Regions, and an account there."""

    partition: str
    region: str
    account: str


def place(account: str | None = None, region: str | None = None, partition: str | None = None) -> Place:
    """Return a place of which some parts are given, and the others agree with them.

    Raises:
        BadInput: a part is none, or they do not agree.
    """
    if account is not None and not re.fullmatch(r"[0-9]{12}", account):
        raise BadInput(f'"{account}" is no account; it has twelve digits')
    if partition is not None and partition not in PARTITIONS:
        raise BadInput(f'"{partition}" is no partition; known: {", ".join(PARTITIONS)}')
    if region is None:
        region = PARTITIONS[partition or "aws"][0]
    if not _REGION.fullmatch(region):
        raise BadInput(f'"{region}" is no Region; write it as us-east-1')
    home = partition_of(region)
    if partition not in (None, home):
        raise BadInput(f"{region} is a Region of the partition {home}, not of {partition}")
    return Place(home, region, account or "111122223333")


def anywhere(chance: random.Random) -> Place:
    """Return a place of any partition, in any account."""
    partition = chance.choice(list(PARTITIONS))
    return Place(partition, chance.choice(PARTITIONS[partition]), "".join(chance.choices("0123456789", k=12)))
