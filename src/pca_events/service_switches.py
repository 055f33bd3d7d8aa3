"""The AWS services around the Private CA that `pca-events localstack --services` switches on."""

import importlib.util
import os
from collections.abc import Iterable, Mapping

SWITCHES: dict[str, str] = {
    "acm": "AWS Certificate Manager, whose private certificates the CAs of the simulator issue",
    "cloudformation": "stacks with AWS::ACMPCA and AWS::Events resources",
    "cloudtrail": "an event for each call of AWS Private CA, as with a trail; the API of CloudTrail is not there",
    "cloudwatch": "CloudWatch, with the metrics of AWS Private CA",
    "kms": "AWS KMS, for buckets, queues and topics with customer managed keys",
}
"""What can be switched on, each with what it is."""

VARIABLE = "PCA_EVENTS_SERVICES"
"""The environment variable of LocalStack with the names that are on, separated by commas."""

FUNCTIONS = "PCA_EVENTS_FUNCTIONS"
"""The environment variable of LocalStack with the functions that its AWS Lambda runs, as JSON; unset without any."""

OVERRIDES = {f"PROVIDER_OVERRIDE_{name.upper()}": "pca" for name in SWITCHES if name != "cloudtrail"}
"""The settings with which LocalStack asks this package for the services; LocalStack has no CloudTrail."""


def read_switches(text: str) -> tuple[str, ...]:
    """Return the names in a list that is separated by commas, each once.

    Raises:
        ValueError: one is unknown.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in SWITCHES:
            raise ValueError(f'there is no service "{name}" to switch on; there are {", ".join(SWITCHES)}')
    return tuple(dict.fromkeys(names))


def lacking_package(names: Iterable[str]) -> str:
    """Return what to install before services can be switched on; empty if nothing lacks."""
    if "cloudformation" not in names or importlib.util.find_spec("samtranslator") is not None:
        return ""
    return "the service cloudformation needs aws-sam-translator; install pca-events[localstack] again (docs/install.md)"


def is_on(name: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a service is on in the LocalStack whose environment this is."""
    return name in (each.strip() for each in environment.get(VARIABLE, "").split(","))


def variable_of(names: Iterable[str]) -> dict[str, str]:
    """Return the environment that switches services on, and the others off."""
    return {VARIABLE: ",".join(names), **OVERRIDES}
