"""The delivery of events to targets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from localstack.utils.xray.trace_header import TraceHeader

from pca_events.eventbridge.publishing import Event
from pca_events.eventbridge.trace import Attempt, Traces
from pca_events.moving_clock import clock_of


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to one target of a rule.

    Attributes:
        event: the whole event, never changed.
        rule: LocalStack's model of the rule.
        target: as PutTargets got it.
        trace_header: of X-Ray.
        forwarded: whether the event comes from another event bus; then EventBridge does not send it to a third.
    """

    event: Event
    rule: Any
    target: Mapping[str, Any]
    trace_header: TraceHeader
    forwarded: bool = False


class Host(Protocol):
    """The provider, as deliveries see it."""

    traces: Traces
    _target_sender_store: dict[str, Any]

    def keep(self, delivery: Delivery) -> str:
        """Keep an event in the archive that is the target, and return what is noted in the trace."""

    def forward(self, delivery: Delivery) -> str:
        """Put an event on the event bus that is the target, and return what is noted in the trace."""


class Deliveries:
    """Delivers events to targets."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def deliver(self, delivery: Delivery) -> None:
        """Try to deliver, and note the answer in the trace of the event."""
        rule, target = delivery.rule, delivery.target
        answer = "delivered"
        try:
            if ":archive/" in target["Arn"]:
                answer = self._host.keep(delivery)
            elif ":event-bus/" in target["Arn"]:
                answer = self._host.forward(delivery)
            else:
                sender = self._host._target_sender_store[f"{rule.arn}-{target['Id']}"]
                sender.process_event(delivery.event.copy(), delivery.trace_header)
        except Exception as error:
            answer = str(error)
        now = clock_of(rule.account_id).now().isoformat(timespec="milliseconds")
        attempt = Attempt(rule.name, target["Id"], target["Arn"], now, answer)
        self._host.traces.attempted(delivery.event["id"], attempt)
