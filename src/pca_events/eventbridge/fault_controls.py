"""The control of delivery faults: what a consumer's test plans, under /_localstack/eventbridge/faults."""

import json
from typing import Any, Protocol

from localstack.http import Request, Response

from pca_events.control_requests import BadRequest, Body, account_of, count_of, read_body, seconds_of, shown
from pca_events.eventbridge.delivery_faults import ANY_RULE, FAULTS, PlannedFault

_MEMBERS = ("fault", "count", "rule", "delay_seconds")


class Faulty(Protocol):
    """What delivers events, as this control sees it."""

    def planned_faults(self, account: str) -> list[dict[str, Any]]:
        """Return the planned faults of an account as JSON."""

    def plan_fault(self, account: str, planned: PlannedFault) -> None:
        """Plan a fault of the next deliveries of an account."""

    def clear_faults(self, account: str) -> None:
        """Cancel the planned faults of an account, and make the deliveries that were held back."""


class FaultControls:
    """Faults of the next deliveries in one account, `?account=`: GET shows, POST plans, DELETE cancels.

    POST takes `fault` (drop, delay, duplicate, fail or shuffle), `count` (1 if not given, 2 for shuffle; 0 cancels),
    `rule` (the ARN of a rule; any rule if not given) and `delay_seconds` (with the fault delay).
    """

    def __init__(self, deliveries: Faulty) -> None:
        self._deliveries = deliveries

    def on_get(self, request: Request) -> Response:
        """Return what is planned."""
        return self._answer(request, "GET")

    def on_post(self, request: Request) -> Response:
        """Plan a fault."""
        return self._answer(request, "POST")

    def on_delete(self, request: Request) -> Response:
        """Cancel what is planned, and make the deliveries that were held back."""
        return self._answer(request, "DELETE")

    def _answer(self, request: Request, method: str) -> Response:
        try:
            account = account_of(request)
            if method == "POST":
                self._deliveries.plan_fault(account, _planned(read_body(request, _MEMBERS)))
        except BadRequest as error:
            return json_response(400, {"message": str(error)})
        if method == "DELETE":
            self._deliveries.clear_faults(account)
        state = {"account": account, "planned": self._deliveries.planned_faults(account)}
        return json_response(200, state)


def json_response(status: int, body: dict[str, Any]) -> Response:
    """Return a response with a JSON body."""
    return Response(json.dumps(body), status, mimetype="application/json")


def _planned(body: Body) -> PlannedFault:
    fault, rule = body.get("fault"), body.get("rule", ANY_RULE)
    if fault not in FAULTS:
        raise BadRequest(f'"fault" is {shown(fault)}; write one of {", ".join(FAULTS)}')
    if not isinstance(rule, str) or ("rule" in body and ":rule/" not in rule):
        raise BadRequest(f'"rule" is {shown(rule)}; write the ARN of a rule, or leave it out for any rule')
    if (fault == "delay") != ("delay_seconds" in body):
        raise BadRequest('"delay_seconds" is needed with the fault delay, and allowed with no other')
    count = count_of({"count": 2 if fault == "shuffle" else 1, **body}, "count", 0)
    planned = PlannedFault(fault, rule, count)
    if fault == "delay":
        planned.seconds = seconds_of(body, "delay_seconds")
    return planned
