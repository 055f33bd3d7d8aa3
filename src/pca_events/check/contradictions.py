"""Conditions of one pattern that contradict each other, as far as no event of AWS Private CA can meet them all."""

import json
import re
from collections.abc import Iterator

from pca_events.check.verdicts import Conditions, exact_texts

_ARN = re.compile(r"arn:(?P<partition>[^:*]+):acm-pca:(?P<region>[^:*]+):(?P<account>[^:*]+):")
_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
}
"""The partition of a Region by the beginning of its name; of all others it is `aws`."""


def contradictions(conditions: Conditions) -> Iterator[str]:
    """Yield each contradiction in words.

    A CA belongs to one Region and one account, and its events are sent there.
    """
    arns = [found for text in exact_texts(conditions.get("resources", ())) if (found := _ARN.match(text))]
    for found in arns:
        if found["partition"] != partition_of(found["region"]):
            where = f"the Region {found['region']} is in {partition_of(found['region'])}"
            yield f"{json.dumps(found.string)} is in the partition {found['partition']}, but {where}"
    for path in ("region", "account"):
        asked = exact_texts(conditions.get(path, ()))
        named = [found[path] for found in arns]
        if asked and named and len(arns) == len(conditions["resources"]) and not set(asked) & set(named):
            yield f"{path} asks for {_listed(asked)}, but the ARNs in resources are of {_listed(named)}"


def partition_of(region: str) -> str:
    """Return the partition of a Region."""
    return next((name for begin, name in _PARTITIONS.items() if region.startswith(begin)), "aws")


def _listed(texts: list[str]) -> str:
    return " or ".join(map(json.dumps, dict.fromkeys(texts)))
