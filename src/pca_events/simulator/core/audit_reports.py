"""Audit reports: every certificate that a CA has issued or revoked, as JSON or CSV in a bucket."""

import csv
import io
import json
import uuid
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pca_events.simulator.core.api_protocol import in_progress, invalid_args, invalid_state, not_found
from pca_events.simulator.core.crls import BUCKET_NAME
from pca_events.simulator.core.region_state import (
    AUDIT_REPORT_GENERATION,
    AuditReport,
    Authority,
    BucketRefused,
    IssuedCertificate,
    RegionState,
)

COLUMNS = (
    "awsAccountId",
    "requestedByServicePrincipal",
    "certificateArn",
    "serial",
    "subject",
    "notBefore",
    "notAfter",
    "issuedAt",
    "revokedAt",
    "revocationReason",
    "templateArn",
)
CONTENT_TYPES = {"JSON": "application/json", "CSV": "text/csv"}


def create_audit_report(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """CreateCertificateAuthorityAuditReport."""
    bucket, form = request["S3BucketName"], request["AuditReportResponseFormat"]
    if not BUCKET_NAME.fullmatch(bucket):
        raise invalid_args(f"The name {bucket} is not one of an S3 bucket.")
    with state.lock:
        authority = state.authority_in_use(request["CertificateAuthorityArn"])
        if authority.status not in ("ACTIVE", "DISABLED"):
            raise invalid_state(f"The certificate authority is in the {authority.status} state.")
        check_rate(state, authority)
        new_id = str(uuid.uuid4())
        key = f"audit-report/{authority.id}/{new_id}.{form.lower()}"
        report = AuditReport(new_id, bucket, key, form, state.now())
        authority.reports[new_id] = report
    if state.settings.report_delay:
        due = state.now() + state.settings.report_delay
        state.scheduler.add(due, partial(generate_report, state, authority, report))
    else:
        generate_report(state, authority, report)
    return {"AuditReportId": new_id, "S3Key": key}


def check_rate(state: RegionState, authority: Authority) -> None:
    """Raise RequestInProgressException for a report too soon after one that succeeded or is in progress."""
    since = state.now() - state.settings.report_every
    if any(report.status != "FAILED" and report.created_at > since for report in authority.reports.values()):
        raise in_progress("You can generate a maximum of one report in this time.")


def generate_report(state: RegionState, authority: Authority, report: AuditReport) -> None:
    """Write a report and send its event; schedule a retry if it fails."""
    failed = not write_report(state, authority, report)
    with state.lock:
        report.status = "FAILED" if failed else "SUCCESS"
    if failed:
        state.send_failure(AUDIT_REPORT_GENERATION, authority.arn, report.id)
        wait = max(state.settings.retry_every, timedelta(microseconds=1))
        state.scheduler.add(state.now() + wait, partial(retry_report, state, authority, report))
    else:
        state.send_success(AUDIT_REPORT_GENERATION, authority.arn, report.id)


def retry_report(state: RegionState, authority: Authority, report: AuditReport) -> None:
    """Retry a failed report, unless there is a newer one or its CA is deleted."""
    with state.lock:
        newer = any(other.created_at > report.created_at for other in authority.reports.values())
        if newer or authority.status == "DELETED" or authority.arn not in state.authorities:
            return
    generate_report(state, authority, report)


def write_report(state: RegionState, authority: Authority, report: AuditReport) -> bool:
    """Write a report to its bucket; return whether that succeeded."""
    if state.environment.planned_failure("CreateCertificateAuthorityAuditReport", authority.arn):
        return False
    with state.lock:
        rows = [report_row(state, issued) for issued in authority.issued.values() if issued.certificate is not None]
    body = as_json(rows) if report.form == "JSON" else as_csv(rows)
    try:
        content_type = CONTENT_TYPES[report.form]
        acl = "bucket-owner-full-control"
        state.environment.write_object(report.bucket, report.key, body, content_type, acl, authority.arn)
    except BucketRefused:
        return False
    return True


def report_row(state: RegionState, issued: IssuedCertificate) -> dict[str, str]:
    """A certificate as a row of a report, without empty fields."""
    certificate = issued.certificate
    if certificate is None:
        raise AssertionError(f"{issued.arn} is not issued")
    told = {
        "awsAccountId": state.account,
        "certificateArn": issued.arn,
        "serial": issued.serial,
        "subject": certificate.subject.rfc4514_string(),
        "notBefore": timestamp(certificate.not_valid_before_utc),
        "notAfter": timestamp(certificate.not_valid_after_utc),
        "issuedAt": timestamp(issued.issued_at),
        "revokedAt": timestamp(issued.revoked_at),
        "revocationReason": issued.reason,
        "templateArn": issued.template,
    }
    return {name: text for name, text in told.items() if text}


def timestamp(moment: datetime | None) -> str:
    """A time in the format of reports; empty for None."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0000") if moment else ""


def as_json(rows: list[dict[str, str]]) -> bytes:
    """A report as JSON."""
    return json.dumps(rows, indent=2).encode()


def as_csv(rows: list[dict[str, str]]) -> bytes:
    """A report as CSV, with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def describe_audit_report(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """DescribeCertificateAuthorityAuditReport."""
    with state.lock:
        authority = state.authority(request["CertificateAuthorityArn"])
        report = authority.reports.get(request["AuditReportId"])
        if report is None:
            raise not_found(f"{authority.arn}: audit report {request['AuditReportId']}")
        return {
            "AuditReportStatus": report.status,
            "S3BucketName": report.bucket,
            "S3Key": report.key,
            "CreatedAt": report.created_at,
        }
