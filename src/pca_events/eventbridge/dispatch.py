"""The way of an event from its bus to the targets of the rules that fire on it."""

import logging
from concurrent.futures import ThreadPoolExecutor

from localstack.services.events.models import EventBus, Rule
from localstack.utils.xray.trace_header import TraceHeader

from pca_events.eventbridge.delivery import Deliveries, Delivery
from pca_events.eventbridge.patterns import fires
from pca_events.eventbridge.publishing import Event
from pca_events.eventbridge.trace import Traces
from pca_events.pattern.document import flatten

LOG = logging.getLogger(__name__)
_WORKERS = 8  # events that are delivered at the same time; a target that is slow delays its own event only


class Dispatcher:
    """Matches each event against the rules of its bus, one after another in the order in which they were put.

    Events have no order among each other, as on AWS.
    """

    def __init__(self, deliveries: Deliveries, traces: Traces) -> None:
        self._deliveries = deliveries
        self._traces = traces
        self._pool = ThreadPoolExecutor(_WORKERS, "eventbridge")

    def dispatch(
        self,
        event: Event,
        bus: EventBus,
        trace_header: TraceHeader,
        only: frozenset[str] = frozenset(),
        *,
        forwarded: bool = False,
    ) -> None:
        """Deliver an event in another thread.

        Args:
            event: it is not changed.
            bus: whose rules, as they are now, may fire.
            trace_header: of X-Ray.
            only: the ARNs of the rules that may fire; all rules if empty.
            forwarded: whether it comes from another event bus.
        """
        rules = tuple(rule for rule in list(bus.rules.values()) if not only or rule.arn in only)
        self._traces.begin(event, bus, rules)
        self._pool.submit(self._run, event, rules, trace_header, forwarded)

    def _run(self, event: Event, rules: tuple[Rule, ...], trace_header: TraceHeader, forwarded: bool) -> None:
        try:
            flat = flatten(event)
            for rule in rules:
                if fires(rule, event, flat):
                    for target in tuple(rule.targets.values()):
                        self._deliveries.deliver(Delivery(event, rule, target, trace_header, forwarded))
        except Exception as error:
            LOG.error("EventBridge could not dispatch event %s: %r", event["id"], error)  # noqa: TRY400
        finally:
            self._traces.dispatched(event["id"])
