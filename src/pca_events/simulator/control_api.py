"""The controls of the simulator: JSON over HTTP, under /_localstack/acm-pca."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from localstack.http import Request, Resource, Response

from pca_events.simulator.controls import MOST_FAILURES, OPERATIONS
from pca_events.simulator.core.ports import Settings
from pca_events.simulator.event_delivery import DELIVERY_FAULTS
from pca_events.simulator.simulation import Account, Simulation

ROOT = "/_localstack/acm-pca"
"""What every path begins with."""

_LONGEST = 100 * 366 * 24 * 3600.0  # seconds: a century
_DELAYS = {
    f"{name}_seconds": name for name in ("crl_delay", "retry_every", "issue_delay", "report_delay", "report_every")
}

DEFAULT_ACCOUNT = "111122223333"
"""The account that is meant where none is named; `pca-events` works in it."""

Body = dict[str, Any]


class BadRequest(Exception):
    """What is asked for cannot be done; the text says what to write instead."""


def routes(simulation: Simulation) -> list[Resource]:
    """Return what the simulator serves over HTTP."""
    served = {"": AllControls, "/events": SentEvents} | {f"/{name}": control for name, control in _CONTROLS.items()}
    return [Resource(ROOT + path, control(simulation)) for path, control in served.items()]


class _Control:
    """Answers with its state in one account, `?account=`, whatever the method; POST changes it, DELETE clears it."""

    takes: tuple[str, ...] = ()

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation

    def on_get(self, request: Request) -> Response:
        """Show the state."""
        return self._answer(request, lambda _: None)

    def _answer(self, request: Request, change: Callable[[Account], None]) -> Response:
        """Make a change and show the state, or say why it cannot be made."""
        try:
            account = self.simulation.account(_account(request))
            change(account)
        except BadRequest as error:
            return _json(400, {"message": str(error)})
        return _json(200, {"account": account.id, **self.shown(account)})

    def shown(self, account: Account) -> Body:
        """Return the state."""
        raise NotImplementedError


class _Changing(_Control):
    """A control that POST changes."""

    def on_post(self, request: Request) -> Response:
        """Change what the body names."""
        return self._answer(request, lambda account: self.change(account, _read(request, self.takes)))

    def change(self, account: Account, body: Body) -> None:
        """Make the change."""
        raise NotImplementedError


class _Clearing(_Changing):
    """A control that DELETE clears as well."""

    def on_delete(self, request: Request) -> Response:
        """Plan nothing any more."""
        return self._answer(request, self.clear)

    def clear(self, account: Account) -> None:
        """Plan nothing any more."""
        raise NotImplementedError


class AllControls(_Control):
    """Every control at once; DELETE clears all that can be cleared. The clock never goes back."""

    def on_delete(self, request: Request) -> Response:
        """Plan nothing any more, and set every delay as it was."""
        return self._answer(request, self.clear)

    def clear(self, account: Account) -> None:
        """Plan nothing any more, and set every delay as it was."""
        for control in (FailureControl, SettingsControl, DeliveryControl):
            control(self.simulation).clear(account)

    def shown(self, account: Account) -> Body:
        """Return the state of each."""
        return {name: control(self.simulation).shown(account) for name, control in _CONTROLS.items()}


class FailureControl(_Clearing):
    """What is planned to fail, of one CA or of any."""

    takes = ("operation", "count", "certificateAuthorityArn")

    def shown(self, account: Account) -> Body:
        """Return what is planned."""
        return {"planned": account.failures.shown()}

    def change(self, account: Account, body: Body) -> None:
        """Plan the next failures of an operation."""
        operation, authority = body.get("operation"), body.get("certificateAuthorityArn", "")
        if operation not in OPERATIONS:
            raise BadRequest(f'"operation" is {json.dumps(operation)}; write one of {", ".join(OPERATIONS)}')
        if not isinstance(authority, str):
            raise BadRequest(f'"certificateAuthorityArn" is {json.dumps(authority)}; write the ARN of a CA')
        account.failures.plan(operation, _count(body, "count", 1), authority)

    def clear(self, account: Account) -> None:
        """Forget what is planned."""
        account.failures.clear()


class ClockControl(_Changing):
    """The time that an account goes by."""

    takes = ("advance",)

    def shown(self, account: Account) -> Body:
        """Return the time."""
        return {"now": account.clock.now().isoformat(timespec="seconds")}

    def change(self, account: Account, body: Body) -> None:
        """Move the clock on by so many seconds, and do what has become due."""
        by = _seconds(body, "advance")
        try:
            account.advance(by)
        except ValueError as error:
            raise BadRequest(f'"advance" is {body["advance"]}: {error}') from error


class SettingsControl(_Clearing):
    """The delays of an account."""

    takes = tuple(_DELAYS)

    def shown(self, account: Account) -> Body:
        """Return them, in seconds."""
        return {name: getattr(account.settings, field).total_seconds() for name, field in _DELAYS.items()}

    def change(self, account: Account, body: Body) -> None:
        """Change those that are named."""
        delays: dict[str, Any] = {_DELAYS[name]: _seconds(body, name) for name in body}
        account.settings = replace(account.settings, **delays)

    def clear(self, account: Account) -> None:
        """Set every delay as it was."""
        account.settings = Settings()


class DeliveryControl(_Clearing):
    """What may happen to the events of an account on their way to the bus."""

    takes = (*DELIVERY_FAULTS, "delay_seconds")

    def shown(self, account: Account) -> Body:
        """Return what is planned for the next events."""
        return account.delivery.shown()

    def change(self, account: Account, body: Body) -> None:
        """Let the next events be doubled, lost or delayed."""
        delay = _seconds(body, "delay_seconds") if "delay_seconds" in body else None
        account.delivery.plan({name: _count(body, name, 0) for name in DELIVERY_FAULTS if name in body}, delay)

    def clear(self, account: Account) -> None:
        """Plan nothing more, and let go of what is held back."""
        account.delivery.clear()


class SentEvents(_Control):
    """The events that an account's buses have taken, to tell what was not sent from what no rule has caught."""

    def on_get(self, request: Request) -> Response:
        """Return the last thousand, the oldest first, and how many there were; `?after=` leaves out the first ones."""
        try:
            account, after = self.simulation.account(_account(request)), _after(request)
        except BadRequest as error:
            return _json(400, {"message": str(error)})
        sent, count = account.delivery.given(after)
        return _json(200, {"account": account.id, "sent": sent, "count": count})


_CONTROLS: dict[str, type[_Control]] = {
    "failures": FailureControl,
    "clock": ClockControl,
    "settings": SettingsControl,
    "delivery": DeliveryControl,
}


def _account(request: Request) -> str:
    account: str = request.args.get("account", DEFAULT_ACCOUNT)
    if not re.fullmatch("[0-9]{12}", account):
        raise BadRequest(f'"account" is "{account}"; write the twelve digits of an account')
    return account


def _after(request: Request) -> int:
    after: str = request.args.get("after", "0")
    if not re.fullmatch("[0-9]{1,9}", after):
        raise BadRequest(f'"after" is "{after}"; write how many events are known already')
    return int(after)


def _read(request: Request, known: Sequence[str]) -> Body:
    try:
        body = json.loads(request.get_data())
    except ValueError as error:
        raise BadRequest(f"the body is no JSON ({error}); write an object with {', '.join(known)}") from error
    if not isinstance(body, dict) or not body:
        raise BadRequest(f"the body is no JSON object with anything in it; write one with {', '.join(known)}")
    if unknown := [name for name in body if name not in known]:
        raise BadRequest(f"{', '.join(map(json.dumps, unknown))} is not known here; write {', '.join(known)}")
    return body


def _count(body: Mapping[str, Any], name: str, least: int) -> int:
    value = body.get(name)
    if type(value) is not int or not least <= value <= MOST_FAILURES:
        raise BadRequest(f'"{name}" is {json.dumps(value)}; write a whole number from {least} to {MOST_FAILURES}')
    return value


def _seconds(body: Mapping[str, Any], name: str) -> timedelta:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LONGEST:
        raise BadRequest(f'"{name}" is {json.dumps(value)}; write seconds, from 0 to {_LONGEST:.0f}')
    return timedelta(seconds=value)


def _json(status: int, body: Body) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
