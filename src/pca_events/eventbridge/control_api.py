"""What AWS services and tests use of this EventBridge: JSON over HTTP, under /_localstack/eventbridge."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Protocol

from localstack.aws.accounts import get_account_id_from_access_key_id
from localstack.http import Request, Resource, Response
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header, extract_region_from_headers

from pca_events.control_requests import DEFAULT_ACCOUNT, BadRequest, account_of, read_json
from pca_events.eventbridge.fault_controls import FaultControls, Faulty, json_response
from pca_events.eventbridge.publishing import MOST_ENTRIES, Entry, Sender
from pca_events.eventbridge.trace import Traces

ROOT = "/_localstack/eventbridge"
"""The prefix of every path."""

_TEXTS = ("EventBusName", "Source", "DetailType", "Detail", "EventId")


class Bus(Protocol):
    """The provider, as the control API sees it."""

    traces: Traces

    @property
    def deliveries(self) -> Faulty:
        """What delivers events to targets."""

    def publish(self, sender: Sender, entries: Sequence[Entry]) -> dict[str, Any]:
        """Put entries on their event buses."""


def routes(provider: Bus) -> list[Resource]:
    """Return the HTTP routes."""
    return [
        Resource(ROOT, Identity()),
        Resource(f"{ROOT}/service-events", ServiceEvents(provider)),
        Resource(f"{ROOT}/trace", TraceOfEvent(provider)),
        Resource(f"{ROOT}/accounts", Accounts()),
        Resource(f"{ROOT}/faults", FaultControls(provider.deliveries)),
    ]


class Identity:
    """What answers `events` here, so that a client can tell it from a stock LocalStack."""

    def on_get(self, _request: Request) -> Response:
        """Return the name and version of this package."""
        return json_response(200, {"provider": "pca-events", "version": version("pca-events")})


class ServiceEvents:
    """The channel of AWS services: PutEvents for sources that begin with `aws.`.

    It takes the JSON body of PutEvents and gives its answer, so that a client of EventBridge can use it as an endpoint.
    The account and Region are those of the request's signature, or of `?account=` and `?region=`.
    """

    def __init__(self, provider: Bus) -> None:
        self._provider = provider

    def on_post(self, request: Request) -> Response:
        """Put entries on their event buses as an AWS service does."""
        try:
            return json_response(200, self._provider.publish(_sender(request), _entries(request)))
        except BadRequest as error:
            return json_response(400, {"__type": "ValidationException", "message": str(error)})


class TraceOfEvent:
    """Why an event did or did not arrive: `?event-id=`."""

    def __init__(self, provider: Bus) -> None:
        self._provider = provider

    def on_get(self, request: Request) -> Response:
        """Return the trace of an event."""
        event_id = request.args.get("event-id", "")
        trace = self._provider.traces.of(event_id)
        if trace is None:
            return json_response(404, {"message": f'no recent event has the id "{event_id}"; write one as "event-id"'})
        return json_response(200, trace)


class Accounts:
    """Where there are rules, event buses or queues whose names begin with `?prefix=`."""

    def on_get(self, request: Request) -> Response:
        """Return the accounts and Regions."""
        prefix = request.args.get("prefix", "")
        found = {
            (account, region)
            for account, region, names in _all_names()
            if any(name.startswith(prefix) for name in names)
        }
        return json_response(
            200, {"accounts": [{"account": account, "region": region} for account, region in sorted(found)]}
        )


def _all_names() -> Iterator[tuple[str, str, list[str]]]:
    from localstack.services.events.models import events_stores
    from localstack.services.sqs.models import sqs_stores

    for account, region, store in list(events_stores.iter_stores()):
        for bus in list(store.event_buses.values()):
            yield account, region, [bus.name, *bus.rules]
    for account, region, queues in list(sqs_stores.iter_stores()):
        yield account, region, list(queues.queues)


def _sender(request: Request) -> Sender:
    key = extract_access_key_id_from_auth_header(dict(request.headers))
    account = account_of(request, get_account_id_from_access_key_id(key) if key else DEFAULT_ACCOUNT)
    return Sender(account, request.args.get("region", extract_region_from_headers(request.headers)), is_service=True)


def _entries(request: Request) -> list[Entry]:
    body = read_json(request, ["Entries"])
    entries = body.get("Entries") if isinstance(body, dict) else None
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_ENTRIES:
        raise BadRequest(f'"Entries" is not a list of 1 to {MOST_ENTRIES} entries, as PutEvents takes it')
    return [_entry(entry, number) for number, entry in enumerate(entries, 1)]


def _entry(entry: Any, number: int) -> Entry:
    if not isinstance(entry, dict):
        raise BadRequest(f"entry {number} is not an object; write Source, DetailType and Detail")
    for name in _TEXTS:
        if not isinstance(entry.get(name, ""), str):
            raise BadRequest(f"{name} of entry {number} is not a string")
    resources = entry.get("Resources", [])
    if not isinstance(resources, list) or not all(isinstance(resource, str) for resource in resources):
        raise BadRequest(f"Resources of entry {number} is not a list of strings")
    return {**entry, "Time": _time(entry["Time"], number)} if "Time" in entry else entry


def _time(value: Any, number: int) -> datetime:
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        return datetime.fromtimestamp(value, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise BadRequest(f"Time of entry {number} is not a time; write seconds since 1970, or ISO 8601") from None
