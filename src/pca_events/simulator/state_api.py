"""The whole state over HTTP, under /_localstack/acm-pca/state: GET saves it, PUT loads it."""

import json
import logging

from localstack.http import Request, Resource, Response

from pca_events.simulator.accounts import Simulation
from pca_events.simulator.control_api import ROOT
from pca_events.simulator.core.saved_records import DamagedState
from pca_events.simulator.localstack_environment import clients
from pca_events.simulator.saved_state import restore_state, saved_state

LOG = logging.getLogger(__name__)

MOST_BYTES = 256 * 1024 * 1024
"""The bytes of a state."""

_TOO_LARGE = f"the state is larger than {MOST_BYTES >> 20} MiB"


def state_route(simulation: Simulation) -> Resource:
    """Return the HTTP route."""
    return Resource(f"{ROOT}/state", StateControl(simulation))


class StateControl:
    """Returns the state of all accounts, their private keys included, and loads one into a new simulator."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def on_get(self, _request: Request) -> Response:
        """Return the state; one that is too large to be loaded is an error."""
        try:
            text = json.dumps(saved_state(self._simulation, clients), indent=1)
        except Exception as error:
            LOG.error("the state of ACM PCA could not be saved: %r", error)  # noqa: TRY400
            return _answer(500, {"message": f"the state cannot be saved: {error}"})
        if len(text) > MOST_BYTES:
            return _answer(400, {"message": _TOO_LARGE})
        return Response(text, 200, mimetype="application/json")

    def on_put(self, request: Request) -> Response:
        """Load the state in the body, and return how much of everything it has."""
        if (request.content_length or 0) > MOST_BYTES:
            return _answer(400, {"message": _TOO_LARGE})
        try:
            state = json.loads(request.get_data())
            return _answer(200, restore_state(self._simulation, clients, state))
        except (ValueError, RecursionError) as error:
            return _answer(400, {"message": f"it is not valid JSON: {error}"})
        except DamagedState as error:
            return _answer(400, {"message": str(error)})


def _answer(status: int, body: dict[str, str] | dict[str, int]) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
