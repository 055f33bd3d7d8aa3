"""What an emulator says of itself, without credentials."""

import json
from dataclasses import dataclass
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from pca_events.errors import BackendError

NEEDED_SERVICES = ("events", "sqs", "sns", "logs", "sts")
_OFF = ("disabled", "error")


@dataclass(frozen=True)
class Health:
    """The product and version of an emulator, and which of the needed services it lacks."""

    product: str
    version: str
    missing: tuple[str, ...]


def ask(endpoint_url: str, timeout: float) -> Health:
    """Ask the LocalStack at the endpoint for its health, waiting at most `timeout` seconds for each answer.

    Raises:
        BackendError: nothing answers there, or what answers is no LocalStack; the text is a clause
            that follows the endpoint's name.
    """
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(f"{endpoint_url}/_localstack/health", timeout=timeout) as answer:
            told = json.loads(answer.read())
        services = dict(told["services"])
        version = str(told["version"])
        product = "ministack" if "ready_scripts" in told else "localstack"
    except HTTPError as error:
        raise BackendError(f"is no LocalStack: it answers {error.code} at /_localstack/health") from error
    except (URLError, OSError) as error:
        cause = getattr(error, "reason", error)
        raise BackendError(f"does not answer ({getattr(cause, 'strerror', None) or cause})") from error
    except (HTTPException, ValueError, KeyError, TypeError) as error:
        raise BackendError("is no LocalStack: its /_localstack/health is not LocalStack's") from error
    missing = tuple(name for name in NEEDED_SERVICES if services.get(name, "disabled") in _OFF)
    return Health(product, version, missing)


def is_moto(endpoint_url: str, timeout: float) -> bool:
    """Whether a moto server answers at the endpoint; it does not say which version it is."""
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(f"{endpoint_url}/moto-api/config", timeout=timeout) as answer:
            return "batch" in json.loads(answer.read())
    except (OSError, HTTPException, ValueError, TypeError):
        return False
