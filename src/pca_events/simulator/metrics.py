"""The metrics of AWS Private CA, put into LocalStack's CloudWatch if it is switched on."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from localstack.aws.connect import connect_to

from pca_events.simulator.core.region_state import (
    CERTIFICATE_ISSUANCE,
    CRL_GENERATION,
    CRL_NOT_WRITTEN,
    IssuedCertificate,
)

LOG = logging.getLogger(__name__)

NAMESPACE = "AWS/ACMPrivateCA"
"""The namespace of the metrics."""

Put = Callable[[str, str, list[dict[str, Any]]], None]
"""Puts metric data of an account and Region."""


def put_metric_data(account: str, region: str, data: list[dict[str, Any]]) -> None:
    """Put metric data into LocalStack's CloudWatch."""
    cloudwatch = connect_to(aws_access_key_id=account, region_name=region).cloudwatch
    cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data)


class Metrics:
    """Puts the metrics that follow from the events of AWS Private CA, in order, in a separate thread."""

    def __init__(self, put: Put = put_metric_data) -> None:
        self._put = put
        self._thread = ThreadPoolExecutor(1, "acm-pca-metrics")

    def count(
        self,
        account: str,
        region: str,
        now: datetime,
        detail_type: str,
        resources: list[str],
        detail: dict[str, str],
        issued: IssuedCertificate | None,
    ) -> None:
        """Put the metrics of an event.

        Args:
            account: of the CA.
            region: of the CA.
            now: the time of the event.
            detail_type: of the event.
            resources: of the event.
            detail: of the event.
            issued: the certificate of an issuance.
        """
        if data := metric_data(now, detail_type, resources, detail, issued):
            self._thread.submit(self._try, account, region, data)

    def _try(self, account: str, region: str, data: list[dict[str, Any]]) -> None:
        try:
            self._put(account, region, data)
        except Exception as error:
            LOG.error("CloudWatch did not accept metrics of AWS Private CA: %r", error)  # noqa: TRY400


def metric_data(
    now: datetime, detail_type: str, resources: list[str], detail: dict[str, str], issued: IssuedCertificate | None
) -> list[dict[str, Any]]:
    """Return the metric data of an event: those of a CRL for its CA, those of an issuance for the operation."""
    succeeded = detail["result"] == "success"
    if detail_type == CRL_GENERATION:
        name = "CRLGenerated" if succeeded else "MisconfiguredCRLBucket"
        if not succeeded and detail["reason"] != CRL_NOT_WRITTEN:
            return []
        return [_datum(now, name, "PrivateCAArn", resources[0], 1.0, "Count")]
    if detail_type == CERTIFICATE_ISSUANCE and issued is not None:
        took = (now - issued.requested_at).total_seconds() * 1000
        return [
            _datum(now, "Success" if succeeded else "Failure", "Operation", "IssueCertificate", 1.0, "Count"),
            _datum(now, "Time", "Operation", "IssueCertificate", took, "Milliseconds"),
        ]
    return []


def _datum(now: datetime, name: str, dimension: str, of: str, value: float, unit: str) -> dict[str, Any]:
    return {
        "MetricName": name,
        "Dimensions": [{"Name": dimension, "Value": of}],
        "Timestamp": now,
        "Value": value,
        "Unit": unit,
    }
