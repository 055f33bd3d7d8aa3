"""What CloudTrail records of AWS Private CA, as events: each API call, and what the service does by itself.

The form of the records is that of the examples in the AWS Private CA User Guide, the fields around them those of the
CloudTrail User Guide. CloudTrail sends to EventBridge only if the account has a trail; here a switch takes its part.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pca_events.moving_clock import MovingClock
from pca_events.service_switches import is_on
from pca_events.simulator.controls import EventSender, OutgoingEvent
from pca_events.simulator.core.api_protocol import ServiceError
from pca_events.simulator.core.region_state import CERTIFICATE_ISSUANCE, CRL_GENERATION, IssuedCertificate

API_CALL = "AWS API Call via CloudTrail"
SERVICE_EVENT = "AWS Service Event via CloudTrail"

_VERSION = "1.11"
_SOURCE = "acm-pca.amazonaws.com"
_READ_ONLY = ("Describe", "Get", "List")
_LARGEST_FIELD = 100 * 1024  # bytes of requestParameters, and of responseElements
_TIME = "%Y-%m-%dT%H:%M:%SZ"

Record = dict[str, Any]


@dataclass(frozen=True)
class ApiCall:
    """One call of the API, and how it ended.

    Attributes:
        operation: its name.
        request: with the API's member names; blobs are bytes.
        answer: of the service; None if it rejected the call.
        error: with which it rejected the call.
        account: of the caller.
        region: that was called.
        partition: of the Region.
        access_key: of the caller.
        address: of the caller.
        user_agent: of the caller.
        invoked_by: the service that calls for the caller, such as `acm.amazonaws.com`; empty for a direct call.
        request_id: as in the response.
    """

    operation: str
    request: Mapping[str, Any]
    answer: Mapping[str, Any] | None
    error: ServiceError | None
    account: str
    region: str
    partition: str
    access_key: str
    address: str
    user_agent: str
    invoked_by: str
    request_id: str


class Trail:
    """The trail of one account.

    Args:
        account: whose calls are recorded.
        clock: sets the time of the records.
        sender: sends them to the default bus of the account.

    Attributes:
        enabled: whether calls are recorded; the switch `cloudtrail` sets it for every account.
    """

    def __init__(self, account: str, clock: MovingClock, sender: EventSender) -> None:
        self._account = account
        self._clock = clock
        self._sender = sender
        self.enabled = is_on("cloudtrail")

    def reset(self) -> None:
        """Set the trail as it was at the start."""
        self.enabled = is_on("cloudtrail")

    def given(self, after: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Return the last events of CloudTrail that the bus has accepted, as `EventSender.given` does."""
        return self._sender.given(self._account, after)

    def record_call(self, call: ApiCall, shared_id: str = "") -> None:
        """Record a call, if the trail is enabled; a call of another account about a CA of this one has a shared id."""
        if self.enabled:
            self._send(API_CALL, call.region, call_record(call) | ({"sharedEventID": shared_id} if shared_id else {}))

    def record_action(
        self, region: str, detail_type: str, resources: list[str], result: str, issued: IssuedCertificate | None
    ) -> None:
        """Record what the service has done, if the trail is enabled and CloudTrail records such an action.

        Args:
            region: of the CA.
            detail_type: of the event that AWS Private CA sends.
            resources: of that event.
            result: of that event, `success` or `failure`.
            issued: the certificate of an issuance.
        """
        if self.enabled and (record := action_record(self._account, detail_type, resources, result, issued)):
            self._send(SERVICE_EVENT, region, record)

    def _send(self, detail_type: str, region: str, record: Record) -> None:
        now = self._clock.now()
        stamps = {"eventTime": now.strftime(_TIME), "awsRegion": region, "eventID": str(uuid.uuid4())}
        entry = {
            "Source": "aws.acm-pca",
            "DetailType": detail_type,
            "Time": now,
            "Resources": [],
            "Detail": json.dumps(record | stamps | {"recipientAccountId": self._account}),
        }
        self._sender.send(OutgoingEvent(self._account, region, entry))


def call_record(call: ApiCall) -> Record:
    """Return the record of a call, without what a trail adds."""
    record: Record = {
        "eventVersion": _VERSION,
        "userIdentity": _identity(call),
        "eventSource": _SOURCE,
        "eventName": call.operation,
        "sourceIPAddress": call.invoked_by or call.address,
        "userAgent": call.invoked_by or call.user_agent,
        "requestParameters": _limited(_as_recorded(call.request)) or None,
        "responseElements": None,
        "requestID": call.request_id,
        "readOnly": call.operation.startswith(_READ_ONLY),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "eventCategory": "Management",
    }
    if call.error is not None:
        record |= {"errorCode": call.error.code, "errorMessage": call.error.message}
    elif not record["readOnly"] and call.answer:
        record["responseElements"] = _limited(_as_recorded(call.answer))
    return record


def action_record(
    account: str, detail_type: str, resources: list[str], result: str, issued: IssuedCertificate | None
) -> Record | None:
    """Return the record of an action of the service, without what a trail adds; None if CloudTrail records none."""
    record: Record = {
        "eventVersion": _VERSION,
        "userIdentity": {"accountId": account, "invokedBy": _SOURCE},
        "eventSource": _SOURCE,
        "sourceIPAddress": _SOURCE,
        "userAgent": _SOURCE,
        "requestParameters": None,
        "responseElements": None,
        "readOnly": False,
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "eventCategory": "Management",
    }
    if detail_type == CRL_GENERATION and result == "success":
        named = [{"type": "AWS::ACMPCA::CertificateAuthority", "ARN": resources[0]}]
        return record | {"eventName": "GenerateCRL", "resources": named}
    if detail_type == CERTIFICATE_ISSUANCE and issued is not None:
        status = "ISSUED" if result == "success" else "FAILED"
        details = {"status": status, "templateArn": issued.template}
        return record | {"eventName": "IssueCertificateDetails", "serviceEventDetails": details}
    return None


def _identity(call: ApiCall) -> Record:
    """The caller, which is the root user of its account: LocalStack knows no others."""
    identity = {
        "type": "Root",
        "principalId": call.account,
        "arn": f"arn:{call.partition}:iam::{call.account}:root",
        "accountId": call.account,
        "accessKeyId": call.access_key,
    }
    return identity | ({"invokedBy": call.invoked_by} if call.invoked_by else {})


def _as_recorded(value: Any) -> Any:
    """A value with the names of members in lower camel case; a blob as the Java buffer that the examples show."""
    if isinstance(value, Mapping):
        return {name[:1].lower() + name[1:]: _as_recorded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_recorded(each) for each in value]
    if isinstance(value, bytes):
        size = len(value)
        return {
            "hb": [byte - 256 if byte > 127 else byte for byte in value],
            "offset": 0,
            "isReadOnly": False,
            "bigEndian": True,
            "nativeByteOrder": False,
            "mark": -1,
            "position": size,
            "limit": size,
            "capacity": size,
            "address": 0,
        }
    return value


def _limited(field: Record) -> Record:
    """A field of the record; CloudTrail omits the content of one that is too large."""
    size = len(json.dumps(field).encode())
    return field if size <= _LARGEST_FIELD else {"omitted": True, "originalSize": size}
