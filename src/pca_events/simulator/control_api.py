"""The controls of the simulator: JSON over HTTP, under /_localstack/acm-pca."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from localstack.http import Request, Resource, Response

from pca_events.control_requests import BadRequest, Body, account_of, count_of, read_body, seconds_of, shown
from pca_events.simulator.accounts import Account, Simulation
from pca_events.simulator.controls import DELIVERY_FAULTS, OPERATIONS
from pca_events.simulator.core.api_protocol import ServiceError
from pca_events.simulator.core.region_state import Settings
from pca_events.simulator.planned_errors import CODES, ERROR_OPERATIONS, PlannedError

ROOT = "/_localstack/acm-pca"
"""The prefix of every path."""

_DELAYS = {
    f"{name}_seconds": name
    for name in ("crl_delay", "ocsp_delay", "retry_every", "issue_delay", "report_delay", "report_every")
}


def routes(simulation: Simulation) -> list[Resource]:
    """Return the HTTP routes of the simulator."""
    events = {"/events": SentEvents, "/cloudtrail/events": RecordedCalls}
    served = {"": AllControls} | events | {f"/{name}": control for name, control in _CONTROLS.items()}
    return [Resource(ROOT + path, control(simulation)) for path, control in served.items()]


class _Control:
    """Returns its state in one account, `?account=`, for every method; POST changes it, DELETE clears it."""

    takes: tuple[str, ...] = ()

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation

    def on_get(self, request: Request) -> Response:
        """Return the state."""
        return self._answer(request, lambda _: None)

    def _answer(self, request: Request, change: Callable[[Account], None]) -> Response:
        """Make a change and return the state, or the reason why it is invalid."""
        try:
            account = self.simulation.account(account_of(request))
            change(account)
        except (BadRequest, ServiceError) as error:
            return _json(400, {"message": str(error)})
        return _json(200, {"account": account.id, **self.shown(account)})

    def shown(self, account: Account) -> Body:
        """Return the state."""
        raise NotImplementedError


class _Changing(_Control):
    """A control that POST changes."""

    def on_post(self, request: Request) -> Response:
        """Change what the body specifies."""
        return self._answer(request, lambda account: self.change(account, read_body(request, self.takes)))

    def change(self, account: Account, body: Body) -> None:
        """Make the change."""
        raise NotImplementedError


class _Clearing(_Changing):
    """A control that DELETE clears as well."""

    def on_delete(self, request: Request) -> Response:
        """Cancel everything that is planned."""
        return self._answer(request, self.clear)

    def clear(self, account: Account) -> None:
        """Cancel everything that is planned."""
        raise NotImplementedError


class AllControls(_Control):
    """All controls at once; DELETE clears all that can be cleared. The clock never goes back."""

    def on_delete(self, request: Request) -> Response:
        """Cancel everything that is planned, and reset every delay."""
        return self._answer(request, self.clear)

    def clear(self, account: Account) -> None:
        """Cancel everything that is planned, and reset every delay."""
        for control in (FailureControl, SettingsControl, DeliveryControl, TrailControl):
            control(self.simulation).clear(account)

    def shown(self, account: Account) -> Body:
        """Return the state of each."""
        return {name: control(self.simulation).shown(account) for name, control in _CONTROLS.items()}


class FailureControl(_Clearing):
    """What is planned to fail, of one CA or of any: after the call was accepted, or with an error."""

    takes = ("operation", "count", "certificateAuthorityArn", "code", "seconds")

    def shown(self, account: Account) -> Body:
        """Return what is planned."""
        return {"planned": account.failures.shown() + account.errors.shown()}

    def change(self, account: Account, body: Body) -> None:
        """Plan the next failures of an operation."""
        operation, authority = body.get("operation"), body.get("certificateAuthorityArn", "")
        known = OPERATIONS if "code" not in body else ERROR_OPERATIONS
        if operation not in known:
            more = "" if "code" in body else '; with a "code", any operation'
            raise BadRequest(f'"operation" is {shown(operation)}; write one of {", ".join(known)}{more}')
        if not isinstance(authority, str):
            raise BadRequest(f'"certificateAuthorityArn" is {shown(authority)}; write the ARN of a CA')
        if "code" in body:
            account.errors.plan(_error(body, operation, authority))
        elif "seconds" in body:
            raise BadRequest('"seconds" is allowed only with "code"; write "count"')
        else:
            account.failures.plan(operation, count_of(body, "count", 0), authority)

    def clear(self, account: Account) -> None:
        """Cancel what is planned."""
        account.failures.clear()
        account.errors.clear()


def _error(body: Body, operation: str, authority: str) -> PlannedError:
    code = body["code"]
    if not isinstance(code, str) or code not in CODES:
        raise BadRequest(f'"code" is {shown(code)}; write one of {", ".join(CODES)}')
    if ("count" in body) == ("seconds" in body):
        raise BadRequest('write "count", the number of calls that fail, or "seconds", the time for which they fail')
    if "count" in body:
        return PlannedError(operation, code, authority, count_of(body, "count", 0))
    return PlannedError(operation, code, authority, None, seconds_of(body, "seconds"))


class ClockControl(_Changing):
    """The clock of an account."""

    takes = ("advance",)

    def shown(self, account: Account) -> Body:
        """Return the time."""
        return {"now": account.clock.now().isoformat(timespec="seconds")}

    def change(self, account: Account, body: Body) -> None:
        """Advance the clock by a number of seconds, and run what is due."""
        by = seconds_of(body, "advance")
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
        """Change the given delays."""
        delays: dict[str, Any] = {_DELAYS[name]: seconds_of(body, name) for name in body}
        account.settings = replace(account.settings, **delays)

    def clear(self, account: Account) -> None:
        """Reset every delay."""
        account.settings = Settings()


class DeliveryControl(_Clearing):
    """What may happen to the events of an account on their way to the bus."""

    takes = (*DELIVERY_FAULTS, "delay_seconds")

    def shown(self, account: Account) -> Body:
        """Return what is planned for the next events."""
        return account.delivery.shown()

    def change(self, account: Account, body: Body) -> None:
        """Plan that the next events are duplicated, dropped or delayed."""
        delay = seconds_of(body, "delay_seconds") if "delay_seconds" in body else None
        account.delivery.plan({name: count_of(body, name, 0) for name in DELIVERY_FAULTS if name in body}, delay)

    def clear(self, account: Account) -> None:
        """Cancel what is planned, and send the delayed events."""
        account.delivery.clear()


class TrailControl(_Clearing):
    """Whether the account has a trail, so that CloudTrail sends an event for each API call."""

    takes = ("enabled",)

    def shown(self, account: Account) -> Body:
        """Return whether it has."""
        return {"enabled": account.trail.enabled}

    def change(self, account: Account, body: Body) -> None:
        """Switch the trail on or off."""
        if not isinstance(body.get("enabled"), bool):
            raise BadRequest(f'"enabled" is {shown(body.get("enabled"))}; write true or false')
        account.trail.enabled = body["enabled"]

    def clear(self, account: Account) -> None:
        """Set the trail as it was at the start."""
        account.trail.reset()


class SentEvents(_Control):
    """The events that an account's buses have accepted: shows whether an event was not sent, or no rule matched it."""

    def on_get(self, request: Request) -> Response:
        """Return the last thousand, oldest first, and the total number; `?after=` skips the first ones."""
        try:
            account, after = self.simulation.account(account_of(request)), _after(request)
        except (BadRequest, ServiceError) as error:
            return _json(400, {"message": str(error)})
        sent, count = self.given(account, after)
        return _json(200, {"account": account.id, "sent": sent, "count": count})

    def given(self, account: Account, after: int) -> tuple[list[Body], int]:
        """Return the events of AWS Private CA, and their number."""
        return account.delivery.given(after)


class RecordedCalls(SentEvents):
    """The events of CloudTrail that an account's buses have accepted."""

    def given(self, account: Account, after: int) -> tuple[list[Body], int]:
        """Return the events of CloudTrail, and their number."""
        return account.trail.given(after)


_CONTROLS: dict[str, type[_Control]] = {
    "failures": FailureControl,
    "clock": ClockControl,
    "settings": SettingsControl,
    "delivery": DeliveryControl,
    "cloudtrail": TrailControl,
}


def _after(request: Request) -> int:
    after: str = request.args.get("after", "0")
    if not re.fullmatch("[0-9]{1,9}", after):
        raise BadRequest(f'"after" is "{after}"; write how many events are known already')
    return int(after)


def _json(status: int, body: Body) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
