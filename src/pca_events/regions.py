"""The Regions of each AWS partition, from botocore 1.42.34."""

from functools import lru_cache

REGIONS = {
    "aws": frozenset(
        {"af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"}
        | {"ap-south-1", "ap-south-2", *(f"ap-southeast-{number}" for number in range(1, 8))}
        | {"ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2"}
        | {"eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1"}
        | {"sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"}
    ),
    "aws-cn": frozenset({"cn-north-1", "cn-northwest-1"}),
    "aws-us-gov": frozenset({"us-gov-east-1", "us-gov-west-1"}),
    "aws-eusc": frozenset({"eusc-de-east-1"}),
    "aws-iso": frozenset({"us-iso-east-1", "us-iso-west-1"}),
    "aws-iso-b": frozenset({"us-isob-east-1", "us-isob-west-1"}),
    "aws-iso-e": frozenset({"eu-isoe-west-1"}),
    "aws-iso-f": frozenset({"us-isof-east-1", "us-isof-south-1"}),
}
"""AWS adds Regions: one that is missing here may be newer."""

_DNS_SUFFIXES = {
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
}

PREFIXES = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
}
"""The partition of the Regions whose code begins so; all others are in `aws`."""


@lru_cache(maxsize=1024)
def partition_of(region: str) -> str:
    """Return the partition of a Region by the start of its code, also for an unknown Region."""
    return next((partition for prefix, partition in PREFIXES.items() if region.startswith(prefix)), "aws")


def is_known(region: str) -> bool:
    """Whether a Region is in `REGIONS`."""
    return region in REGIONS[partition_of(region)]


def dns_suffix_of(region: str) -> str:
    """Return what the names of the service endpoints in a Region end with: `amazonaws.com.cn` in China."""
    return _DNS_SUFFIXES.get(partition_of(region), "amazonaws.com")
