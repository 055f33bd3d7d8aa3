"""The entry point: LocalStack serves `acm-pca` through this provider."""

import json
import logging
import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.aws.handlers import preprocess_request, serve_custom_exception_handlers
from localstack.aws.protocol.parser import RequestParserError
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.internal import get_internal_apis
from localstack.services.plugins import Service, ServiceLifecycleHook, aws_provider
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header

from pca_events.eventbridge.partitions import serve_all_partitions
from pca_events.regions import partition_of
from pca_events.simulator import control_api
from pca_events.simulator.accounts import Account, Simulation, tick
from pca_events.simulator.cloudtrail import ApiCall
from pca_events.simulator.controls import FAILURE_TAG
from pca_events.simulator.core.api_protocol import ServiceError, check_json
from pca_events.simulator.core.service import PrivateCaService
from pca_events.simulator.ocsp_responder import OcspResponder
from pca_events.simulator.planned_errors import FailureTag, read_failure_tag
from pca_events.simulator.state_api import state_route

LOG = logging.getLogger(__name__)
_SERVICE = "acm-pca"
_READ_AS_JSON = (_SERVICE, "events")


@aws_provider(api=_SERVICE, name="default")  # type: ignore[untyped-decorator]
def acm_pca() -> Service:
    """Return the service with every operation of the model."""
    model = load_service(_SERVICE)
    provider = Provider(Simulation())
    table = dict.fromkeys(model.operation_names, provider)
    return Service(_SERVICE, skeleton=Skeleton(model, table), lifecycle_hook=provider)


class Provider(ServiceLifecycleHook):
    """Answers every operation, in the account and Region of its caller."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def on_before_start(self) -> None:
        """Serve the Regions of every partition, the control API and the OCSP responder, and start the simulation."""
        serve_all_partitions()
        for route in (*control_api.routes(self._simulation), state_route(self._simulation)):
            get_internal_apis().add(route)
        preprocess_request.append(OcspResponder(self._simulation))
        serve_custom_exception_handlers.append(answer_malformed_request)
        self._simulation.start()

    def on_before_stop(self) -> None:
        """Stop the simulation."""
        self._simulation.stop()

    def __call__(self, context: Any, request: Any) -> dict[str, Any]:
        """Answer one request.

        Raises:
            CommonServiceException: the service's error; InternalFailure for an error of the simulator.
        """
        name, asked = context.operation.name, dict(request or {})
        try:
            answer = self._call(context, name, asked)
        except ServiceError as error:
            self._record(context, name, asked, None, error)
            raise CommonServiceException(error.code, error.message, error.status) from None
        self._record(context, name, asked, answer, None)
        return answer

    def _call(self, context: Any, name: str, asked: "Request") -> dict[str, Any]:
        """Call an operation; an error of the simulator is raised as a ServiceError, too."""
        try:
            check_json(name, _document(context.request))
            account = self._simulation.account(context.account_id)
            store = account.store(context.region, partition_of(context.region))
            others = self._simulation.others(account, context.region)
            self._check_planned(account, name, asked)
            return call_operation(account, store, name, asked, others)
        except ServiceError:
            raise
        except Exception as error:
            LOG.error("%s.%s failed in the simulator: %r", _SERVICE, name, error)  # noqa: TRY400
            message = "The request processing has failed because of an unknown error, exception or failure."
            raise ServiceError("InternalFailure", message, 500) from None

    def _record(
        self, context: Any, name: str, asked: "Request", answer: dict[str, Any] | None, error: ServiceError | None
    ) -> None:
        """Record a call in the trail of the caller, and one that succeeded also in that of the account of the CA."""
        caller, owner = self._simulation.known(context.account_id), self._owner_of(asked)
        trails = [each.trail for each in (caller, owner if answer is not None else None) if each is not None]
        trails = list(dict.fromkeys(trails))
        if not any(trail.enabled for trail in trails):
            return
        call = _api_call(context, name, asked, answer, error)
        shared_id = str(uuid.uuid4()) if len(trails) > 1 else ""
        for trail in trails:
            trail.record_call(call, shared_id)

    def _owner_of(self, request: "Request") -> Account | None:
        """The account in the ARN of a request, if it has been used."""
        arn = _arn_in(request)
        return self._simulation.known(arn.split(":")[4]) if arn.count(":") > 4 else None

    def _check_planned(self, account: Account, operation: str, request: "Request") -> None:
        """Raise the error that the account has planned for the operation, or the account of the CA for this CA."""
        arn = _arn_in(request)
        account.errors.check(operation, arn)
        owner = self._owner_of(request)
        if owner is not None and owner is not account:
            owner.errors.check(operation, arn)


Request = dict[str, Any]


def _document(request: Any) -> Any:
    """The body of a request that LocalStack has read, as JSON; None without one, or in another notation."""
    if not request.data or request.mimetype.startswith("application/x-amz-cbor"):
        return None
    return request.get_json(force=True)


def _arn_in(request: Request) -> str:
    return str(request.get("CertificateAuthorityArn") or request.get("ResourceArn") or "")


def _api_call(
    context: Any, name: str, asked: Request, answer: dict[str, Any] | None, error: ServiceError | None
) -> ApiCall:
    """Return a call as CloudTrail sees it."""
    headers = context.request.headers
    principal = (context.internal_request_params or {}).get("service_principal")
    return ApiCall(
        operation=name,
        request=asked,
        answer=answer,
        error=error,
        account=context.account_id,
        region=context.region,
        partition=context.partition,
        access_key=extract_access_key_id_from_auth_header(headers) or context.account_id,
        address=context.request.remote_addr or "127.0.0.1",
        user_agent=headers.get("User-Agent", ""),
        invoked_by=f"{principal}.amazonaws.com" if principal else "",
        request_id=context.request_id,
    )


def call_operation(
    account: Account,
    store: PrivateCaService,
    operation: str,
    request: Request,
    others: Iterable[PrivateCaService] = (),
) -> dict[str, Any]:
    """Call the operation, then run what is due.

    Raises:
        ServiceError: as the service returns it; InvalidTagException if the tag that plans failures is invalid.
    """
    tag = _failure_tag(operation, request)
    if operation == "CreateCertificateAuthority":
        with account.failures.of_new_authority(tag.failures if tag else {}) as left:
            answer = store.call(operation, request)
        _plan(account, FailureTag(dict(left), tag.errors if tag else ()), answer["CertificateAuthorityArn"])
    else:
        answer = store.call(operation, request, others)
        if tag is not None and operation in ("TagCertificateAuthority", "UntagCertificateAuthority"):
            account.failures.clear(request["CertificateAuthorityArn"])
            account.errors.clear(request["CertificateAuthorityArn"])
            _plan(account, tag, request["CertificateAuthorityArn"])
    tick(store)
    return answer


def _plan(account: Account, tag: FailureTag, authority: str) -> None:
    for operation, count in tag.failures.items():
        account.failures.plan(operation, count, authority)
    for error in tag.errors:
        account.errors.plan(replace(error, authority=authority))


def _failure_tag(operation: str, request: Request) -> FailureTag | None:
    """What the tag of a request plans: nothing if the request removes it, None if it does not name it."""
    tags = [tag for tag in request.get("Tags") or () if isinstance(tag, dict)]  # the service rejects all others
    values = [tag.get("Value") or "" for tag in tags if tag.get("Key") == FAILURE_TAG]
    if not values:
        return None
    if operation == "UntagCertificateAuthority":
        return FailureTag({})
    try:
        return read_failure_tag(str(values[-1]))
    except ValueError as error:
        raise ServiceError("InvalidTagException", str(error)) from None


def answer_malformed_request(chain: Any, exception: Exception, context: Any, response: Any) -> None:  # noqa: ARG001
    """Answer a request that LocalStack cannot read, as the JSON protocol of AWS does: with status 400."""
    if (
        not isinstance(exception, RequestParserError)
        or not context.service
        or context.service.service_name not in _READ_AS_JSON
    ):
        return
    operation = context.request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    if operation in context.service.operation_names:
        body = {"__type": "SerializationException", "message": str(exception)}
    else:
        body = {"__type": "UnknownOperationException", "message": f"there is no operation {operation}"}
    response.set_response(json.dumps(body))
    response.status_code = 400
    response.mimetype = "application/x-amz-json-1.1"
    context.service = None  # otherwise the following handlers would replace this answer
