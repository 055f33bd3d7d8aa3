"""The Regions and partitions, compared with those of botocore."""

import json
from pathlib import Path

import botocore
import pytest

from pca_events.regions import REGIONS, dns_suffix_of, is_known, partition_of

KNOWN = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text())["partitions"]
PLACES = [
    (region, known["id"], known["outputs"]["dnsSuffix"])
    for known in KNOWN
    for region in known["regions"]
    if not region.endswith("-global")
]


@pytest.mark.parametrize(("region", "partition", "suffix"), PLACES)
def test_each_region_is_in_the_partition_of_botocore(region: str, partition: str, suffix: str) -> None:
    assert is_known(region)
    assert partition_of(region) == partition
    assert dns_suffix_of(region) == suffix


def test_no_region_is_unknown_to_botocore() -> None:
    assert {name for names in REGIONS.values() for name in names} <= {region for region, _, _ in PLACES}
