"""The entry point: LocalStack serves `lambda` through this provider if its emulator has functions.

The functions exist in every account and Region; their policies and configurations belong to one of each.
"""

import json
import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.aws.api.lambda_ import (
    InvalidRequestContentException,
    RequestTooLargeException,
    ResourceNotFoundException,
)
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.plugins import Service, ServiceLifecycleHook, aws_provider

from pca_events.eventbridge.constraints import constrained
from pca_events.eventbridge.functions import Note
from pca_events.functions.asynchronous import AsynchronousInvocations
from pca_events.functions.configuration import configuration_of, updated
from pca_events.functions.entries import functions_here
from pca_events.functions.event_configs import EventConfig, event_config
from pca_events.functions.invocations import Environments, Ran
from pca_events.functions.names import LATEST, FunctionId, function_named, function_of_arn
from pca_events.functions.policies import FunctionPolicy
from pca_events.iam_policy import Request, evaluate
from pca_events.regions import partition_of

Answer = dict[str, Any]
LOG = logging.getLogger(__name__)

_MOST_PAYLOAD = {"RequestResponse": 6 * 1024 * 1024, "Event": 1024 * 1024}  # bytes


@dataclass
class FunctionState:
    """What an account and Region has set for a function.

    Attributes:
        policy: its resource policy.
        events: the configuration of asynchronous invocations; None by default.
        dead_letters: the ARN of the dead-letter queue, or empty.
        variables: environment variables; replaced as a whole.
    """

    policy: FunctionPolicy
    events: EventConfig | None = None
    dead_letters: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    changed: datetime = field(default_factory=lambda: datetime.now(UTC))


@aws_provider(api="lambda", name="pca")  # type: ignore[untyped-decorator]
def functions() -> Service:
    """Return the service; an operation that it does not have is rejected with one line."""
    provider, model = Functions(), load_service("lambda")
    handlers = {**{name: partial(_refuse, name) for name in model.operation_names}, **provider.operations()}
    return Service("lambda", skeleton=Skeleton(model, constrained(model, handlers)), lifecycle_hook=provider)


def _refuse(operation: str, _context: Any, _request: Any) -> None:
    message = (
        f"{operation} is not supported: the functions of this LocalStack are those of "
        "pca-events localstack --function NAME=ENTRY"
    )
    raise CommonServiceException("OperationNotSupported", message, 400, sender_fault=True)


class Functions(ServiceLifecycleHook):
    """The functions, as AWS Lambda and EventBridge use them."""

    def __init__(self) -> None:
        self._handlers = functions_here()
        self._states: dict[FunctionId, FunctionState] = {}
        self._lock = threading.RLock()
        self._environments = Environments(self._handlers, lambda function: self._state(function).variables)
        self._asynchronous = AsynchronousInvocations(self)

    def on_before_stop(self) -> None:
        """End the processes of all handlers."""
        self._environments.close()

    def operations(self) -> dict[str, Callable[[Any, Answer], Any]]:
        """Return the operations that are there."""
        return {
            "Invoke": self._invoke,
            "AddPermission": self._add_permission,
            "GetPolicy": self._get_policy,
            "RemovePermission": self._remove_permission,
            "GetFunction": self._get_function,
            "GetFunctionConfiguration": self._get_function_configuration,
            "ListFunctions": self._list_functions,
            "UpdateFunctionConfiguration": self._update_function_configuration,
            "PutFunctionEventInvokeConfig": self._put_event_config,
            "UpdateFunctionEventInvokeConfig": self._update_event_config,
            "GetFunctionEventInvokeConfig": self._get_event_config,
            "ListFunctionEventInvokeConfigs": self._list_event_configs,
            "DeleteFunctionEventInvokeConfig": self._delete_event_config,
        }

    def policy_of(self, arn: str) -> str | None:
        """Return the policy of a function as JSON, without statements if it has none; None without the function."""
        function, qualifier = function_of_arn(arn)
        if function.name not in self._handlers or qualifier not in ("", LATEST):
            return None
        return self._state(function).policy.document or '{"Version": "2012-10-17", "Statement": []}'

    def accept(self, arn: str, payload: bytes, note: Note) -> None:
        """Queue an event of EventBridge for a function that exists and may be invoked."""
        self._asynchronous.accept(function_of_arn(arn)[0], payload, str(uuid.uuid4()), note)

    def run(self, function: FunctionId, payload: bytes, request_id: str, *, waits: bool = False) -> Ran:
        """Invoke a function, and return how that ended."""
        return self._environments.run(function, payload, request_id, waits=waits)

    def event_config(self, function: FunctionId) -> EventConfig | None:
        """Return how a function is invoked asynchronously; None by default."""
        return self._state(function).events

    def dead_letters(self, function: FunctionId) -> str:
        """Return the ARN of the dead-letter queue of a function; empty if it has none."""
        return self._state(function).dead_letters

    def _state(self, function: FunctionId) -> FunctionState:
        with self._lock:
            return self._states.setdefault(function, FunctionState(FunctionPolicy(function)))

    def _found(self, context: Any, request: Answer, action: str) -> tuple[FunctionId, FunctionState]:
        """Return the function of a request, which the caller may use."""
        function, qualifier = function_named(request["FunctionName"], request.get("Qualifier"), context)
        self._authorize(context, function, action)
        if function.name not in self._handlers or qualifier not in ("", LATEST):
            arn = f"{function.arn}:{qualifier}" if qualifier else function.arn
            raise ResourceNotFoundException(f"Function not found: {arn}", Type="User")
        return function, self._state(function)

    def _authorize(self, context: Any, function: FunctionId, action: str) -> None:
        """Evaluate the policy of the function for the caller, unless that is its own account."""
        internal = context.internal_request_params or {}
        service, source = internal.get("service_principal"), internal.get("source_arn")
        if not service and context.account_id == function.account:
            return
        caller = f"arn:{partition_of(context.region)}:iam::{context.account_id}:root"
        asked = Request(action, function.arn, caller=caller, context={"aws:principalaccount": context.account_id})
        if service:
            caller = f"{service}.amazonaws.com"
            of = {"aws:sourcearn": source, "aws:sourceaccount": source.split(":")[4]} if source else {}
            keys = {"aws:principalisawsservice": "true", "aws:principalservicename": caller, **of}
            asked = Request(action, function.arn, services=(caller,), context=keys)
        policy = json.loads(self.policy_of(function.arn) or "null")
        decision = evaluate(policy, replace(asked, context={**asked.context, "aws:securetransport": "true"}))
        if not decision.allowed:
            message = (
                f"User: {caller} is not authorized to perform: {action} on resource: {function.arn} because no "
                f"resource-based policy allows the {action} action ({decision.reason})"
            )
            LOG.warning("%s", message)
            raise CommonServiceException("AccessDeniedException", message, 403, sender_fault=True)

    def _invoke(self, context: Any, request: Answer) -> Answer:
        function, _ = self._found(context, request, "lambda:InvokeFunction")
        kind = request.get("InvocationType") or "RequestResponse"
        payload = _payload(request.get("Payload"))
        if len(payload) > (most := _MOST_PAYLOAD.get(kind, len(payload))):
            message = f"Request must be smaller than {most} bytes for the InvokeFunction operation"
            raise RequestTooLargeException(message, Type="User")
        if kind == "DryRun":
            return {"StatusCode": 204, "ExecutedVersion": LATEST}
        if kind == "Event":
            self._asynchronous.accept(function, payload, context.request_id)
            return {"StatusCode": 202, "Payload": b""}
        ran = self.run(function, payload, context.request_id)
        return {
            "StatusCode": 200,
            "ExecutedVersion": LATEST,
            "Payload": ran.payload,
            **({"FunctionError": "Unhandled"} if ran.failed else {}),
            **({"LogResult": ran.log_result} if request.get("LogType") == "Tail" else {}),
        }

    def _add_permission(self, context: Any, request: Answer) -> Answer:
        _, state = self._found(context, request, "lambda:AddPermission")
        with self._lock:
            return {"Statement": state.policy.add(request)}

    def _get_policy(self, context: Any, request: Answer) -> Answer:
        _, state = self._found(context, request, "lambda:GetPolicy")
        return state.policy.get()

    def _remove_permission(self, context: Any, request: Answer) -> None:
        _, state = self._found(context, request, "lambda:RemovePermission")
        with self._lock:
            state.policy.remove(request)

    def _configuration(self, function: FunctionId) -> Answer:
        return configuration_of(function, self._handlers[function.name], self._state(function))

    def _get_function_configuration(self, context: Any, request: Answer) -> Answer:
        function, _ = self._found(context, request, "lambda:GetFunctionConfiguration")
        return self._configuration(function)

    def _get_function(self, context: Any, request: Answer) -> Answer:
        function, _ = self._found(context, request, "lambda:GetFunction")
        return {"Configuration": self._configuration(function), "Tags": {}}

    def _list_functions(self, context: Any, _request: Answer) -> Answer:
        names = sorted(self._handlers)
        return {"Functions": [self._configuration(FunctionId(context.account_id, context.region, n)) for n in names]}

    def _update_function_configuration(self, context: Any, request: Answer) -> Answer:
        function, state = self._found(context, request, "lambda:UpdateFunctionConfiguration")
        with self._lock:
            updated(state, request)
        self._environments.close(function)
        return self._configuration(function)

    def _put_event_config(self, context: Any, request: Answer) -> Answer:
        function, state = self._found(context, request, "lambda:PutFunctionEventInvokeConfig")
        return self._set_event_config(function, state, request, None)

    def _update_event_config(self, context: Any, request: Answer) -> Answer:
        function, before = self._event_config_of(context, request, "lambda:UpdateFunctionEventInvokeConfig")
        return self._set_event_config(function, self._state(function), request, before)

    def _set_event_config(
        self, function: FunctionId, state: FunctionState, request: Answer, before: EventConfig | None
    ) -> Answer:
        state.events = event_config(request, function, lambda other: other.name in self._handlers, before)
        return state.events.shown(function)

    def _event_config_of(self, context: Any, request: Answer, action: str) -> tuple[FunctionId, EventConfig]:
        function, state = self._found(context, request, action)
        if state.events is None:
            message = f"The function {function.qualified_arn} doesn't have an EventInvokeConfig"
            raise ResourceNotFoundException(message, Type="User")
        return function, state.events

    def _get_event_config(self, context: Any, request: Answer) -> Answer:
        function, events = self._event_config_of(context, request, "lambda:GetFunctionEventInvokeConfig")
        return events.shown(function)

    def _list_event_configs(self, context: Any, request: Answer) -> Answer:
        function, state = self._found(context, request, "lambda:ListFunctionEventInvokeConfigs")
        return {"FunctionEventInvokeConfigs": [state.events.shown(function)] if state.events else []}

    def _delete_event_config(self, context: Any, request: Answer) -> None:
        function, _ = self._event_config_of(context, request, "lambda:DeleteFunctionEventInvokeConfig")
        self._state(function).events = None


def _payload(given: Any) -> bytes:
    """Return the payload of Invoke, which is JSON; an empty one is an empty object."""
    payload: bytes = given.read() if hasattr(given, "read") else given or b""
    payload = payload.encode() if isinstance(payload, str) else payload
    if not payload:
        return b"{}"
    try:
        json.loads(payload)
    except ValueError as error:
        raise InvalidRequestContentException(f"Could not parse request body into json: {error}", Type="User") from None
    return payload
