"""The entry point: LocalStack serves `acm-pca` by this."""

import logging
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.aws.handlers import serve_custom_exception_handlers
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.internal import get_internal_apis
from localstack.services.plugins import Service, ServiceLifecycleHook, aws_provider

from pca_events.simulator import http
from pca_events.simulator.calls import call
from pca_events.simulator.core.world import ServiceError
from pca_events.simulator.simulation import Simulation
from pca_events.simulator.unreadable import answer_unreadable

LOG = logging.getLogger(__name__)
_SERVICE = "acm-pca"


@aws_provider(api=_SERVICE, name="default")  # type: ignore[untyped-decorator]
def acm_pca() -> Service:
    """Return the service: every operation of the model, and what starts and stops with it."""
    model = load_service(_SERVICE)
    provider = Provider(Simulation())
    table = dict.fromkeys(model.operation_names, provider)
    return Service(_SERVICE, skeleton=Skeleton(model, table), lifecycle_hook=provider)


class Provider(ServiceLifecycleHook):
    """Answers every operation, in the account and Region of its caller."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def on_before_start(self) -> None:
        """Offer the switches over HTTP, and begin."""
        for route in http.routes(self._simulation):
            get_internal_apis().add(route)
        serve_custom_exception_handlers.append(answer_unreadable)
        self._simulation.start()

    def on_before_stop(self) -> None:
        """End what runs by itself."""
        self._simulation.stop()

    def __call__(self, context: Any, request: Any) -> dict[str, Any]:
        """Answer one request.

        Raises:
            CommonServiceException: the service's own error; InternalFailure where it is one of the simulator's.
        """
        name = context.operation.name
        try:
            account = self._simulation.account(context.account_id)
            store = account.store(context.region, context.partition)
            return call(store, account.failures, name, dict(request or {}))
        except ServiceError as error:
            raise CommonServiceException(error.code, error.message, error.status) from None
        except Exception as error:
            LOG.error("%s.%s went wrong in the simulator: %r", _SERVICE, name, error)  # noqa: TRY400
            message = "The request processing has failed because of an unknown error, exception or failure."
            raise CommonServiceException("InternalFailure", message, 500) from None
