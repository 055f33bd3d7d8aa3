"""Real EventBridge, behind a gate: AWS is used only with --aws, PCA_ACC=1, a named profile and an allowed account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from pca_events.backends import REGION
from pca_events.backends.backend import Backend
from pca_events.errors import BackendError

SWITCH = "PCA_ACC"


@dataclass(frozen=True)
class AwsBackend(Backend):
    """AWS, with the credentials of a named profile; those of the environment are ignored."""

    profile: str = ""

    def client(self, service: str, path: str = "") -> Any:
        """Return a boto3 client of the service with the credentials of the profile.

        Raises:
            BackendError: a path is given; AWS serves every API at its root.
        """
        if path:
            raise BackendError(f"AWS has no {path}; use --mode alias or pattern-only")
        return boto3.Session(profile_name=self.profile, region_name=self.region).client(service)


def check_switch(environment: Mapping[str, str]) -> bool:
    """Return whether the switch PCA_ACC is on.

    Raises:
        BackendError: it has an ambiguous value.
    """
    value = environment.get(SWITCH, "")
    if value not in ("", "1"):
        raise BackendError(f'{SWITCH} is "{value}", which is ambiguous; set it to 1, or unset it')
    return value == "1"


def connect_aws(environment: Mapping[str, str], profile: str | None, accounts: Sequence[str]) -> Backend:
    """Return AWS as a backend, after every gate is passed.

    Args:
        environment: which must contain PCA_ACC=1.
        profile: the named profile of the AWS configuration to take credentials from.
        accounts: the ids of the allowed accounts.

    Raises:
        BackendError: PCA_ACC is not 1, an option is missing, or the profile belongs to another account.
    """
    if not check_switch(environment):
        raise BackendError(
            f"--aws creates and deletes resources in an AWS account; it also needs {SWITCH}=1 in the environment"
        )
    if not profile:
        raise BackendError("--aws does not use credentials from the environment; name a profile with --aws-profile")
    if not accounts:
        raise BackendError("--aws runs in allowed accounts only; name them with --aws-account")
    backend = AwsBackend("AWS", "aws", "", "", profile=profile)
    return _in_allowed_account(backend, accounts)


def _in_allowed_account(backend: AwsBackend, accounts: Sequence[str]) -> Backend:
    try:
        account = str(backend.client("sts").get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise BackendError(f"profile {backend.profile} does not give access to an account: {error}") from error
    if account not in accounts:
        raise BackendError(
            f"profile {backend.profile} belongs to account {account}, which --aws-account does not allow"
        )
    name = f"AWS, account {account}, {REGION}"
    return AwsBackend(name, "aws", "", "", account=account, profile=backend.profile)
