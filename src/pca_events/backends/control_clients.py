"""The clients of the control APIs that our Private CA and our EventBridge have inside LocalStack, over HTTP."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from pca_events.backends import CORRECTED
from pca_events.backends.backend import Backend
from pca_events.errors import BackendError, BackendGone, BadAnswer

_TIMEOUT = 30.0  # seconds; advancing the clock runs everything that is due


def _ask(backend: Backend, method: str, path: str, body: dict[str, Any] | bytes | None = None) -> dict[str, Any]:
    """Send one request with an object, or with JSON as it is, and return the answer.

    Raises:
        BackendError: the request was refused.
        BackendGone: the backend has stopped answering.
    """
    where = f"{backend.endpoint_url}/_localstack/{path}"
    calls = backend.api_calls
    if calls.gone:
        raise BackendGone(calls.gone)
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    request = Request(where, data, method=method)  # noqa: S310
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=_TIMEOUT) as answer:
            told: dict[str, Any] = json.loads(answer.read())
    except HTTPError as error:
        raise BackendError(f"{method} {where} returned {error.code}: {_reason(error.read())}") from error
    except ValueError as error:
        raise BadAnswer(f"{method} {where} returned invalid JSON: {error}") from error
    except OSError as error:
        calls.gone = f"{method} {where}: {getattr(error, 'reason', error)}"
        raise BackendGone(calls.gone) from error
    return told


def _reason(body: bytes) -> str:
    """The message of an answer, or the beginning of one that is not that of a control."""
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return body.decode(errors="replace")[:300]


def saved_state(backend: Backend) -> dict[str, Any]:
    """Return the state of all accounts of the simulator, private keys included, and of their buckets.

    Raises:
        BackendError: it cannot be saved.
    """
    return _ask(backend, "GET", "acm-pca/state")


def load_state(backend: Backend, state: bytes) -> dict[str, int]:
    """Load a state into a simulator without CAs, and return how many CAs, certificates, buckets and objects it has.

    Raises:
        BackendError: the simulator rejects it; the message says why.
    """
    return _ask(backend, "PUT", "acm-pca/state", state)


class SimulatorControls:
    """Controls one account of the simulator: failures, clock, delays and delivery.

    Args:
        backend: where it is, and whose account.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def exists(self) -> bool:
        """Whether the backend has a simulator; AWS is not asked.

        Raises:
            BackendGone: the backend has stopped answering.
        """
        if not self._backend.is_localstack:
            return False
        try:
            self._ask("GET", "")
        except BackendGone:
            raise
        except BackendError:
            return False
        return True

    def set(self, switch: str, **body: Any) -> dict[str, Any]:
        """Change a control (`failures`, `clock`, `settings`, `delivery`), and return its state.

        Raises:
            BackendError: there is no simulator, or it rejects the change.
        """
        return self._ask("POST", f"/{switch}", body)

    def sent(self, after: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Return the last events that the account's buses have accepted from the simulator, oldest first.

        Args:
            after: how many of them to skip, because they are known already.

        Returns:
            The events, and the total number.

        Raises:
            BackendError: there is no simulator.
        """
        return self._events("/events", after)

    def recorded(self, after: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Return the last events of CloudTrail that the account's buses have accepted, as `sent` does."""
        return self._events("/cloudtrail/events", after)

    def _events(self, path: str, after: int) -> tuple[list[dict[str, Any]], int]:
        answer = self._ask("GET", path, query=f"&after={after}")
        return answer["sent"], answer["count"]

    def shown(self, switch: str) -> dict[str, Any]:
        """Return the state of a control.

        Raises:
            BackendError: there is no simulator.
        """
        return self._ask("GET", f"/{switch}")

    def cancel(self, switch: str) -> dict[str, Any]:
        """Cancel what is planned with a control (`failures`, `delivery`), and return its state.

        Raises:
            BackendError: there is no simulator.
        """
        return self._ask("DELETE", f"/{switch}")

    def clear(self) -> None:
        """Cancel what is planned, send the delayed events, and reset every delay.

        Raises:
            BackendError: there is no simulator.
        """
        self._ask("DELETE", "")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None, query: str = "") -> dict[str, Any]:
        return _ask(self._backend, method, f"acm-pca{path}?account={self._backend.account}{query}", body)


class DeliveryControls:
    """Controls the deliveries of our EventBridge in one account: faults on purpose, and the clock.

    Args:
        backend: where it is, and whose account.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def plan(self, **body: Any) -> list[dict[str, Any]]:
        """Plan a fault (`fault`, `count`, `rule`, `delay_seconds`), and return everything that is planned.

        Raises:
            BackendError: EventBridge there has no such control, or it rejects the fault.
        """
        return self._faults("POST", body)

    def planned(self) -> list[dict[str, Any]]:
        """Return what is planned.

        Raises:
            BackendError: EventBridge there has no such control.
        """
        return self._faults("GET")

    def clear(self) -> list[dict[str, Any]]:
        """Cancel what is planned, and make the deliveries that were held back.

        Raises:
            BackendError: EventBridge there has no such control.
        """
        return self._faults("DELETE")

    def advance(self, seconds: float) -> None:
        """Advance the clock of the account; what is due by then is done."""
        _ask(self._backend, "POST", f"acm-pca/clock?account={self._backend.account}", {"advance": seconds})

    def _faults(self, method: str, body: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        path = f"eventbridge/faults?account={self._backend.account}"
        planned: list[dict[str, Any]] = _ask(self._backend, method, path, body)["planned"]
        return planned


def accounts_with(backend: Backend, prefix: str) -> list[tuple[str, str]]:
    """Return the accounts and Regions with rules, event buses or queues whose names begin with a prefix.

    Raises:
        BackendError: the backend has stopped answering, or is not a corrected LocalStack.
    """
    found = _ask(backend, "GET", f"eventbridge/accounts?prefix={quote(prefix)}")["accounts"]
    return [(each["account"], each["region"]) for each in found]


def has_traces(backend: Backend) -> bool:
    """Whether the backend can tell what happened to an event."""
    return backend.product == CORRECTED


def trace_of(backend: Backend, event_id: str) -> dict[str, Any]:
    """Return what happened to an event: each rule of its bus, what blocked it, and each attempt to deliver.

    Raises:
        BackendError: the backend keeps no traces, or none of this event.
    """
    return _ask(backend, "GET", f"eventbridge/trace?event-id={event_id}")


def trace_lines(rules: list[dict[str, Any]]) -> list[str]:
    """Return what happened to an event in words: a line for each rule of its trace, and for each attempt."""
    lines: list[str] = []
    for rule in rules:
        lines.append(f"rule {rule['name']}: {'; '.join([rule['outcome'], *rule['blocked']])}")
        lines += [line for target in rule["targets"] for line in _attempts(target)]
    return lines


def _attempts(target: dict[str, Any]) -> list[str]:
    return [
        f"  target {target['id']}, {attempt['time']}: {attempt['answer']}"
        + (f"; {attempt['next']}" if attempt["next"] else "")
        for attempt in target["attempts"]
    ]
