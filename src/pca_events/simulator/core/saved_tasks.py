"""The scheduled tasks of a Region as plain data: when each is due, its name, and what it is about."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from pca_events.simulator.core.audit_reports import generate_report, retry_report
from pca_events.simulator.core.authorities import delete_permanently, expire
from pca_events.simulator.core.certificate_requests import CertificateRequest
from pca_events.simulator.core.certificates import sign
from pca_events.simulator.core.crl_state import ANY_KEY
from pca_events.simulator.core.crls import generate_crl
from pca_events.simulator.core.region_state import Authority, RegionState, Task
from pca_events.simulator.core.saved_records import DamagedState, Record, data_text, moment_text
from pca_events.simulator.core.templates import template
from pca_events.simulator.core.x509 import HASHES, pem

FUNCTIONS: dict[str, Callable[..., None]] = {
    "expire": expire,
    "delete permanently": delete_permanently,
    "generate CRL": generate_crl,
    "generate report": generate_report,
    "retry report": retry_report,
    "sign": sign,
}
"""The functions that may be scheduled, with the names that a state has for them."""

_NAMES = {function: name for name, function in FUNCTIONS.items()}


def saved_tasks(state: RegionState) -> Iterator[dict[str, Any]]:
    """Yield the tasks of the existing CAs, in the order in which they will run."""
    for due, task in state.scheduler.waiting():
        _, authority, *more = task.args
        if authority.arn not in state.authorities:
            continue
        saved = {"due": moment_text(due), "task": _NAMES[task.func], "authority": authority.id}
        if task.func in (generate_report, retry_report):
            saved["report"] = more[0].id
        if task.func is sign:
            saved |= {"certificate": more[0].id, "request": _saved_request(more[1])}
        yield saved


def _saved_request(what: CertificateRequest) -> dict[str, Any]:
    """A certificate that is not signed yet: its extensions, and the rest in a draft that a key of no CA has signed."""
    builder = x509.CertificateBuilder(
        issuer_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "draft")]),
        subject_name=what.subject,
        public_key=what.public_key,
        serial_number=1,
        not_valid_before=what.start.replace(tzinfo=None),
        not_valid_after=what.end.replace(tzinfo=None),
    )
    return {
        "template": what.template_arn,
        "algorithm": what.algorithm,
        "draft": pem(builder.sign(ANY_KEY, hashes.SHA256())),
        "extensions": [
            {"oid": each.oid.dotted_string, "critical": critical, "value": data_text(each.public_bytes())}
            for each, critical in what.extensions
        ],
    }


def restored_task(state: RegionState, record: Record) -> tuple[datetime, Task]:
    """A task as it was saved.

    Raises:
        DamagedState: the record does not describe one.
    """
    function = FUNCTIONS.get(record.text("task"))
    if function is None:
        raise DamagedState(f"{record.place}.task is not a known task")
    found = (each for each in state.authorities.values() if each.id == record.text("authority"))
    authority = next(found, None)
    if authority is None:
        raise DamagedState(f"{record.place}.authority is not a CA of the Region")
    return record.moment("due"), partial(function, state, authority, *_arguments(record, authority))


def _arguments(record: Record, authority: Authority) -> tuple[Any, ...]:
    """What the function needs besides the CA."""
    name = record.text("task")
    if name.endswith("report"):
        with record.reading("report", "not an audit report of the CA"):
            return (authority.reports[record.text("report")],)
    if name == "sign":
        with record.reading("certificate", "not a certificate of the CA"):
            issued = authority.issued[record.text("certificate")]
        return issued, _restored_request(record.record("request"))
    return ()


def _restored_request(record: Record) -> CertificateRequest:
    with record.reading("draft", "not a certificate as PEM"):
        draft = x509.load_pem_x509_certificate(record.text("draft").encode())
        key = draft.public_key()
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise TypeError
    with record.reading("template", "not the ARN of a template"):
        made_from = template(record.text("template"))
    with record.reading("algorithm", "not a signing algorithm"):
        _ = HASHES[record.text("algorithm")[:6]]
    return CertificateRequest(
        template_arn=record.text("template"),
        template=made_from,
        subject=draft.subject,
        public_key=key,
        start=draft.not_valid_before_utc,
        end=draft.not_valid_after_utc,
        extensions=[_extension(each) for each in record.records("extensions")],
        algorithm=record.text("algorithm"),
    )


def _extension(record: Record) -> tuple[x509.ExtensionType, bool]:
    with record.reading("oid", "not an object identifier"):
        oid = x509.ObjectIdentifier(record.text("oid"))
    return x509.UnrecognizedExtension(oid, record.data("value")), record.flag("critical")
