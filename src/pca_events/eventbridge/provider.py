"""The entry point: LocalStack serves `events` through this provider if PROVIDER_OVERRIDE_EVENTS is `pca`.

LocalStack's own provider keeps the resources; the operations that differ from AWS are replaced in its dispatch table.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from localstack.aws.api.events import ResourceNotFoundException
from localstack.services.events.models import EventBus, ValidationException
from localstack.services.events.provider import EventsProvider
from localstack.services.events.target import TargetSenderFactory
from localstack.services.internal import get_internal_apis
from localstack.services.plugins import Service, aws_provider

from pca_events.eventbridge import control_api
from pca_events.eventbridge.archives import Archives
from pca_events.eventbridge.constraints import (
    LONGEST_PATTERN,
    MOST_BUSES,
    MOST_RULES,
    MOST_TAGS,
    constrained,
    refuse_above,
)
from pca_events.eventbridge.delivery import Deliveries, Delivery
from pca_events.eventbridge.dispatch import Dispatcher
from pca_events.eventbridge.partitions import serve_all_partitions
from pca_events.eventbridge.patterns import compiled, refuse_invalid
from pca_events.eventbridge.permissions import check_publishing
from pca_events.eventbridge.publishing import (
    MOST_ENTRIES,
    Entry,
    EntryResult,
    Event,
    Operation,
    Sender,
    event_of,
    new_stamps,
    new_trace,
    refusal,
    refuse_sizes,
)
from pca_events.eventbridge.target_input import refusal_of
from pca_events.eventbridge.trace import Traces
from pca_events.eventbridge.unavailable import warn_if_unavailable
from pca_events.regions import is_known

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The event of an entry, and its event bus; None if the bus does not exist, which AWS does not report."""

    event: Event
    bus: EventBus | None


@aws_provider(api="events", name="pca")  # type: ignore[untyped-decorator]
def events() -> Service:
    """Return the service, whose requests are checked against the constraints of its model."""
    provider = EventBridge()
    service = Service.for_provider(provider)
    skeleton = service.skeleton
    skeleton.dispatch_table = constrained(skeleton.service, provider.corrected(skeleton.dispatch_table))
    return service


class EventBridge(EventsProvider):
    """LocalStack's provider, with what differs from AWS replaced."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.traces = Traces()
        self.deliveries = Deliveries(self)
        self._dispatcher = Dispatcher(self.deliveries, self.traces)
        self._stock: Mapping[str, Operation] = {}

    def on_before_start(self) -> None:
        """Serve the Regions of every partition, and the control API."""
        serve_all_partitions()
        super().on_before_start()  # type: ignore[no-untyped-call]
        for route in control_api.routes(self):
            get_internal_apis().add(route)

    def corrected(self, stock: Mapping[str, Operation]) -> dict[str, Operation]:
        """Return the operations: LocalStack's own, and ours in place of those that differ from AWS."""
        self._stock = stock
        self._archives = Archives(self, stock)
        return {
            **stock,
            **self._archives.operations(),
            "PutRule": self._put_rule,
            "CreateEventBus": self._create_event_bus,
            "TagResource": self._tag_resource,
            "PutTargets": self._put_targets,
            "PutPermission": partial(self._with_default_bus, stock["PutPermission"]),
            "RemovePermission": partial(self._with_default_bus, stock["RemovePermission"]),
            "TestEventPattern": self._test_event_pattern,
            "DeleteEventBus": self._delete_event_bus,
            "PutEvents": self._put_events,
        }

    def _put_rule(self, context: Any, request: Answer) -> Any:
        if pattern := request.get("EventPattern"):
            refuse_invalid(pattern)
            refuse_above(LONGEST_PATTERN, len(pattern))
        bus = self._bus_of(request.get("EventBusName") or "default", context.account_id, context.region)
        if bus is not None and request["Name"] not in bus.rules:
            refuse_above(MOST_RULES, len(bus.rules) + 1)
        refuse_above(MOST_TAGS, len(request.get("Tags") or ()))
        return self._stock["PutRule"](context, request)

    def _create_event_bus(self, context: Any, request: Answer) -> Any:
        store = self.get_store(context.region, context.account_id)
        if request["Name"] not in store.event_buses:
            refuse_above(MOST_BUSES, len(store.event_buses) + 1)
        refuse_above(MOST_TAGS, len(request.get("Tags") or ()))
        return self._stock["CreateEventBus"](context, request)

    def _tag_resource(self, context: Any, request: Answer) -> Any:
        store = self.get_store(context.region, context.account_id)
        there = {tag["Key"] for tag in store.TAGS.list_tags_for_resource(request["ResourceARN"])["Tags"]}
        refuse_above(MOST_TAGS, len(there | {tag["Key"] for tag in request["Tags"]}))
        return self._stock["TagResource"](context, request)

    @staticmethod
    def _with_default_bus(operation: Operation, context: Any, request: Answer) -> Any:
        """Call an operation of LocalStack that does not know the default of EventBusName."""
        return operation(context, {"EventBusName": "default", **request})

    def _put_targets(self, context: Any, request: Answer) -> Any:
        for target in request["Targets"]:
            if refused := refusal_of(target, context.account_id):
                raise ValidationException(refused)
        answer = self._stock["PutTargets"](context, request)
        for target in request["Targets"]:
            warn_if_unavailable(request["Rule"], target["Arn"])
        return answer

    def create_target_sender(self, target: Any, *of_rule: Any) -> Any:
        """Make what calls a target, unless LocalStack does not know its service; a delivery then says so."""
        if target["Arn"].split(":")[2] not in TargetSenderFactory.target_map:
            return None
        return super().create_target_sender(target, *of_rule)

    def _test_event_pattern(self, context: Any, request: Answer) -> Answer:
        """Check the event as LocalStack does, and answer with the engine that decides which rules fire."""
        self._stock["TestEventPattern"](context, {**request, "EventPattern": "{}"})
        refuse_invalid(request["EventPattern"])
        return {"Result": compiled(request["EventPattern"]).matches(request["Event"])}

    def _delete_event_bus(self, context: Any, request: Answer) -> Any:
        bus = self.get_store(context.region, context.account_id).event_buses.get(request["Name"])
        if bus is not None and bus.rules and bus.name != "default":
            raise ValidationException("EventBus can't be deleted since it has rules.")
        return self._stock["DeleteEventBus"](context, request)

    def _put_events(self, context: Any, request: Answer) -> Answer:
        entries: list[Entry] = request["Entries"]
        if len(entries) > MOST_ENTRIES:
            self._stock["PutEvents"](context, request)  # which refuses it in the words of AWS
        refuse_sizes(entries)
        trace_header = context.trace_context["aws_trace_header"]
        return self.publish(Sender(context.account_id, context.region, trace_header=trace_header), entries)

    def publish(self, sender: Sender, entries: Sequence[Entry]) -> Answer:
        """Put entries on their event buses, each on its own, and return the answer of PutEvents.

        Raises:
            CommonServiceException: the bus of another account does not let the sender publish; nothing is published.
        """
        accepted = [self._accepted(sender, entry) for entry in entries]
        for each in accepted:
            if isinstance(each, Accepted) and each.bus is not None and not sender.is_service:
                check_publishing(each.bus, each.event)
        results = [self._published(each, sender) for each in accepted]
        return {"Entries": results, "FailedEntryCount": sum("ErrorCode" in result for result in results)}

    def _accepted(self, sender: Sender, entry: Entry) -> Accepted | EntryResult:
        if (refused := refusal(entry, sender)) is not None:
            return refused
        bus = self._bus_of(entry.get("EventBusName") or "default", sender.account, sender.region)
        return Accepted(event_of(entry, sender), bus)

    def _published(self, accepted: Accepted | EntryResult, sender: Sender) -> EntryResult:
        if not isinstance(accepted, Accepted):
            return accepted
        if accepted.bus is not None:
            self._dispatcher.dispatch(accepted.event, accepted.bus, sender.trace_header)
        return {"EventId": accepted.event["id"]}

    def _bus_of(self, name_or_arn: str, account: str, region: str) -> EventBus | None:
        """Return an event bus by its name in an account and Region, or by its ARN; None if there is none."""
        if name_or_arn.startswith("arn:"):
            _, _, _, region, account, resource = (name_or_arn.split(":", 5) + [""] * 5)[:6]
            if not is_known(region) or not re.fullmatch("[0-9]{12}", account):
                return None
            name_or_arn = resource.removeprefix("event-bus/")
        return self.get_store(region, account).event_buses.get(name_or_arn)

    def keep(self, delivery: Delivery) -> str:
        """Keep an event in the archive that is the target, and return what is noted in the trace."""
        store = self.get_store(delivery.rule.region, delivery.rule.account_id)
        self._archives.keep(store.archives[delivery.target["Arn"].rpartition("/")[2]], delivery.event)
        return "archived"

    def replay(self, event: Event, bus: EventBus, rules: frozenset[str]) -> None:
        """Send an archived event to the rules of its bus with these ARNs; to all rules if there are none."""
        self._dispatcher.dispatch(event, bus, new_trace(), rules)

    def forward(self, delivery: Delivery) -> str:
        """Put an event on the event bus that is the target, and return what is noted in the trace.

        Another bus of the same account and Region stamps its own id and time; account and Region stay the sender's.
        """
        if delivery.forwarded:
            return "not sent: EventBridge does not forward an event that it received from another event bus"
        arn, rule = delivery.target["Arn"], delivery.rule
        bus = self._bus_of(arn, rule.account_id, rule.region)
        if bus is None:
            raise ResourceNotFoundException(f"Event bus {arn} does not exist.")
        event = {**delivery.event, **new_stamps()}
        self._dispatcher.dispatch(event, bus, delivery.trace_header, forwarded=True)
        return f"delivered as event {event['id']}"
