"""The entry points: LocalStack serves `acm`, `cloudformation`, `cloudwatch` and `kms` through these providers.

A service that is switched off answers every call with one error that says how to switch it on. The modules of
LocalStack are imported when a service is first used, so that the emulator starts as fast with them as without.
"""

import sys
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.plugins import Service, aws_provider

from pca_events.service_switches import VARIABLE, is_on

OFF = "ServiceNotEnabled"
"""The code of the error of a service that is switched off."""


@aws_provider(api="acm", name="pca")  # type: ignore[untyped-decorator]
def acm() -> Service:
    """Return AWS Certificate Manager, whose private certificates come from the CAs of the simulator."""
    return _if_on("acm", _acm)


@aws_provider(api="cloudformation", name="pca")  # type: ignore[untyped-decorator]
def cloudformation() -> Service:
    """Return CloudFormation."""
    return _if_on("cloudformation", _cloudformation)


@aws_provider(api="cloudwatch", name="pca")  # type: ignore[untyped-decorator]
def cloudwatch() -> Service:
    """Return CloudWatch."""
    return _if_on("cloudwatch", _cloudwatch)


@aws_provider(api="kms", name="pca")  # type: ignore[untyped-decorator]
def kms() -> Service:
    """Return AWS KMS."""
    return _if_on("kms", _kms)


def _if_on(name: str, made: Callable[[], Service]) -> Service:
    """Make a service that is on; for one that is off, make a service that answers each operation with an error."""
    if is_on(name):
        return made()
    model = load_service(name)
    return Service(name, skeleton=Skeleton(model, dict.fromkeys(model.operation_names, partial(_refuse, name))))


def _refuse(name: str, _context: Any, _request: Any) -> None:
    message = (
        f"{name} is switched off in this LocalStack; start it with pca-events localstack --services {name}, "
        f"or add {name} to {VARIABLE} in its environment"
    )
    raise CommonServiceException(OFF, message, 400, sender_fault=True)


def _acm() -> Service:
    from localstack.services.acm.provider import AcmProvider
    from localstack.services.moto import MotoFallbackDispatcher

    from pca_events.aws_services.private_certificates import PrivateCertificates

    service = Service.for_provider(AcmProvider(), dispatch_table_factory=MotoFallbackDispatcher)
    service.skeleton.dispatch_table = PrivateCertificates(service.skeleton.dispatch_table).operations()
    return service


def _cloudformation() -> Service:
    from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor
    from localstack.services.cloudformation.v2.provider import CloudformationProviderV2

    from pca_events.aws_services import event_resources, private_ca_resources

    own: dict[str, Any] = {each.TYPE: each for each in (*private_ca_resources.RESOURCES, *event_resources.RESOURCES)}
    stock = ResourceProviderExecutor.try_load_resource_provider

    def load(kind: str) -> Any:
        return own[kind]() if kind in own else stock(kind)

    setattr(ResourceProviderExecutor, "try_load_resource_provider", staticmethod(load))  # noqa: B010
    return Service.for_provider(CloudformationProviderV2())


def _cloudwatch() -> Service:
    from localstack.services.cloudwatch.provider_v2 import CloudwatchProvider

    return Service.for_provider(CloudwatchProvider())  # type: ignore[no-untyped-call]


def _kms() -> Service:
    from localstack.services.kms.models import KmsKey
    from localstack.services.kms.provider import KmsProvider

    if sys.version_info < (3, 12):
        setattr(KmsKey, "generate_key_material_id", _key_material_id)  # noqa: B010
    return Service.for_provider(KmsProvider())


def _key_material_id(key: Any, material: bytes) -> str:
    # LocalStack 4.13.1 gives bytes to uuid5, which takes only text before Python 3.12.
    return uuid.uuid5(key._internal_key_id, material.hex()).hex * 2
