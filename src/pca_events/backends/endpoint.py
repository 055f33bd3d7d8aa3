"""A LocalStack that is running already, such as the service of docker-compose.yml."""

from dataclasses import replace
from urllib.parse import urlsplit

from pca_events.backends import health
from pca_events.backends.backend import Backend
from pca_events.errors import BackendError

_PATIENCE = 4.0  # seconds for the one question; a running LocalStack answers in milliseconds
_START_ONE = "start one (docker compose up --wait, or pca-events localstack) or correct --endpoint-url"


def connect(endpoint_url: str) -> Backend:
    """Return the backend at the endpoint, after it has shown to be a LocalStack with the needed services.

    Raises:
        BackendError: the URL is none, leads to AWS, nothing answers, what answers is no LocalStack,
            or it lacks a service.
    """
    url = _checked(endpoint_url)
    found = _asked(url)
    if found.product != "localstack":
        raise BackendError(
            f"{url} is {found.product} {found.version}, no LocalStack; "
            f"pca-events calibrate --endpoint-url {url} tells how far it does as AWS does"
        )
    if found.missing:
        lacking = ", ".join(found.missing)
        raise BackendError(f"{url} is a LocalStack without {lacking}; start it with {lacking} among its SERVICES")
    return Backend(f"LocalStack {found.version}, at {url}", "localstack", found.version, url)


def identify(endpoint_url: str) -> Backend:
    """Return whatever emulator is at the endpoint: LocalStack, MiniStack or a moto server.

    Raises:
        BackendError: the URL is none, leads to AWS, or none of these answers there.
    """
    url = _checked(endpoint_url)
    if health.is_moto(url, _PATIENCE):
        backend = Backend(f"moto server, at {url}", "moto", "unknown", url)
    else:
        found = _asked(url)
        backend = Backend(f"{found.product} {found.version}, at {url}", found.product, found.version, url)
    arn = backend.client("events").describe_event_bus(Name="default")["Arn"]
    return replace(backend, account=arn.split(":")[4])


def _asked(url: str) -> health.Health:
    try:
        return health.ask(url, _PATIENCE)
    except BackendError as error:
        raise BackendError(f"{url} {error}; {_START_ONE}") from error


def _checked(endpoint_url: str) -> str:
    url = urlsplit(endpoint_url)
    try:
        usable = url.scheme in ("http", "https") and url.hostname and url.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise BackendError(f'"{endpoint_url}" is no endpoint; write it as http://127.0.0.1:4566')
    if (url.hostname or "").rstrip(".").endswith((".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws")):
        raise BackendError(
            f"{endpoint_url} leads to AWS, which --endpoint-url never does; give the URL of a LocalStack"
        )
    return f"{url.scheme}://{url.netloc}"
