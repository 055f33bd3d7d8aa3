"""What is already running: an emulator at an endpoint, or AWS behind its gate."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from pca_events.backends import CORRECTED, LOCALSTACK, MINISTACK, MOTO, REGION
from pca_events.backends.backend import Backend
from pca_events.errors import BackendError

NEEDED_SERVICES = ("events", "sqs", "sns", "logs", "sts")
_OFF = ("disabled", "error")


@dataclass(frozen=True)
class Health:
    """The product and version of an emulator, and the required services that it lacks."""

    product: str
    version: str
    missing: tuple[str, ...]


def ask_health(endpoint_url: str, timeout: float) -> Health:
    """Ask the emulator at the endpoint for its health, waiting at most `timeout` seconds for each response.

    Raises:
        BackendError: nothing answers there, or it is neither LocalStack nor an emulator that resembles it; the text
            is a clause that follows the endpoint's name.
    """
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(f"{endpoint_url}/_localstack/health", timeout=timeout) as answer:
            told = json.loads(answer.read())
        services = dict(told["services"])
        version = str(told["version"])
        product = MINISTACK if "ready_scripts" in told else _localstack(endpoint_url, timeout)
    except HTTPError as error:
        if _is_moto(endpoint_url, timeout):
            return Health(MOTO, "unknown", ())
        raise BackendError(f"is not LocalStack: it answers {error.code} at /_localstack/health") from error
    except (URLError, OSError) as error:
        cause = getattr(error, "reason", error)
        raise BackendError(f"does not answer ({getattr(cause, 'strerror', None) or cause})") from error
    except (HTTPException, ValueError, KeyError, TypeError) as error:
        raise BackendError("is not LocalStack: the content of /_localstack/health is not LocalStack's") from error
    missing = tuple(name for name in NEEDED_SERVICES if services.get(name, "disabled") in _OFF)
    return Health(product, version, missing)


def _localstack(endpoint_url: str, timeout: float) -> str:
    """The product of a LocalStack: whether our EventBridge answers there."""
    try:
        with build_opener(ProxyHandler({})).open(f"{endpoint_url}/_localstack/eventbridge", timeout=timeout) as answer:
            return CORRECTED if json.loads(answer.read()).get("provider") == "pca-events" else LOCALSTACK
    except (HTTPError, ValueError, AttributeError):
        return LOCALSTACK


def localstack_name(product: str, version: str) -> str:
    """Return a LocalStack's name for display."""
    return f"{'corrected ' if product == CORRECTED else ''}LocalStack {version}"


_PATIENCE = 4.0  # seconds for the health check; a running LocalStack answers in milliseconds
_START_ONE = "start one (docker compose up --wait, or pca-events localstack) or correct --endpoint-url"


def _name(found: Health) -> str:
    """The name of an emulator for display; a moto server does not report its version."""
    if found.product == MOTO:
        return "moto server"
    return f"MiniStack {found.version}" if found.product == MINISTACK else localstack_name(found.product, found.version)


def _is_moto(endpoint_url: str, timeout: float) -> bool:
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(f"{endpoint_url}/moto-api/config", timeout=timeout) as answer:
            return "batch" in json.loads(answer.read())
    except (OSError, HTTPException, ValueError, TypeError):
        return False


_MOTO_LACKS = "it answers TestEventPattern without a result, sends no account, and does not fill input transformers"


def connect(endpoint_url: str) -> Backend:
    """Return the backend at the endpoint, after checking that it is an emulator that can run the suite.

    Raises:
        BackendError: the URL is invalid, points to AWS, nothing answers, the emulator is neither LocalStack nor
            MiniStack, or it lacks a service.
    """
    url = _checked(endpoint_url)
    found = _asked(url)
    if found.product == MOTO:
        raise BackendError(
            f"{url} is a moto server, which cannot run the suite: {_MOTO_LACKS}; "
            f"pca-events calibrate --endpoint-url {url} shows how it differs from AWS"
        )
    if found.missing:
        lacking = ", ".join(found.missing)
        raise BackendError(f"{url} is {_name(found)} without {lacking}; add {lacking} to its SERVICES")
    return Backend(f"{_name(found)}, at {url}", found.product, found.version, url)


def identify(endpoint_url: str) -> Backend:
    """Return the emulator at the endpoint: LocalStack, MiniStack or a moto server, with the account that it uses.

    Raises:
        BackendError: the URL is invalid, points to AWS, or none of these answers there.
    """
    url = _checked(endpoint_url)
    found = _asked(url)
    backend = Backend(f"{_name(found)}, at {url}", found.product, found.version, url)
    arn = backend.client("events").describe_event_bus(Name="default")["Arn"]
    return replace(backend, account=arn.split(":")[4])


def _asked(url: str) -> Health:
    try:
        return ask_health(url, _PATIENCE)
    except BackendError as error:
        raise BackendError(f"{url} {error}; {_START_ONE}") from error


def _checked(endpoint_url: str) -> str:
    shown = without_password(endpoint_url)
    try:
        url = urlsplit(endpoint_url)
        usable = url.scheme in ("http", "https") and url.hostname and url.port != 0
    except ValueError:  # also for a bracket that is never closed
        usable = False
    if not usable:
        raise BackendError(f'"{shown}" is not an endpoint URL; write it as http://127.0.0.1:4566')
    if url.username is not None or url.password is not None:
        raise BackendError(f"{shown} has a user name or a password, which no emulator needs; give the URL without it")
    if (url.hostname or "").rstrip(".").endswith((".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws")):
        raise BackendError(f"{shown} points to AWS, which --endpoint-url does not accept; give the URL of a LocalStack")
    return f"{url.scheme}://{url.netloc}"


def without_password(url: str) -> str:
    """Return a URL as it may be shown: without a user name and a password, also if it is not a valid URL."""
    return re.sub(r"^(\w+:/+)?.*@", r"\1...@", url, count=1, flags=re.DOTALL)


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
        import boto3

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
    from botocore.exceptions import BotoCoreError, ClientError

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
