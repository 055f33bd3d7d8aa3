"""What the ACM PCA of the emulator costs: its IssueCertificate, beside moto's, and the start of the emulator.

    python benchmarks/simulator.py [CERTIFICATES] [--small]

Prints how many certificates (EC keys) a second are issued over HTTP and their events received from a queue; the time
of IssueCertificate within one process, beside moto's; how many certificates a second are revoked, each with a CRL of
20,000 entries; and the start with and without it, alternating.
"""

import argparse
import base64
import json
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from botocore import xform_name
from moto.acmpca.models import acmpca_backends

from pca_events.backends import ACCOUNT, REGION, Backend, EmbeddedLocalStack, embedded
from pca_events.harness import RunId, Session
from pca_events.harness.pca_requests import certificate_request, creation, crl_in, issuance, serial_of
from pca_events.harness.pca_scenario import LiveEvents, own_account_session
from pca_events.simulator.core.region_state import Settings
from pca_events.simulator.core.service import PrivateCaService

Call = Callable[[str, dict[str, Any]], dict[str, Any]]

THREADS = 8


@contextmanager
def emulator() -> Iterator[Backend]:
    """Start a LocalStack, and stop it."""
    started = EmbeddedLocalStack.of_this_process()
    try:
        yield started.start()
    finally:
        started.stop()


def active_root(call: Call) -> str:
    """Make a root CA by the operations of the API, and return its ARN."""
    arn: str = call("CreateCertificateAuthority", creation("desk"))["CertificateAuthorityArn"]
    about = {"CertificateAuthorityArn": arn}
    csr = call("GetCertificateAuthorityCsr", about)["Csr"].encode()
    made = call("IssueCertificate", issuance(arn, csr, "RootCACertificate/V1", days=3650))
    own = call("GetCertificate", {**about, "CertificateArn": made["CertificateArn"]})["Certificate"].encode()
    call("ImportCertificateAuthorityCertificate", {**about, "Certificate": own})
    return arn


def whole_way(backend: Backend, count: int, warm_up: int) -> float:
    """Issue certificates over HTTP, and return how many per second were issued and reported by an event."""
    session = own_account_session(Session(backend, RunId()))
    arn = active_root(lambda operation, request: getattr(session.pca, xform_name(operation))(**request))
    with LiveEvents(session, "default") as live, ThreadPoolExecutor(THREADS) as pool:

        def issued(many: int) -> float:
            began = time.perf_counter()
            calls = [pool.submit(session.pca.issue_certificate, **issuance(arn)) for _ in range(many)]
            come: set[str] = set()
            while len(come) < many:
                come |= {event["resources"][1] for event in live.receive(5)}
            assert come == {call.result()["CertificateArn"] for call in calls}
            return time.perf_counter() - began

        issued(warm_up)
        return count / issued(count)


class NowhereWorld:
    """A world where events go nowhere."""

    settings = Settings()

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC)

    def send(self, detail_type: str, resources: list[str], detail: dict[str, str]) -> None:
        """Forget an event, once it is written."""
        json.dumps([detail_type, resources, detail])

    def check_bucket(self, *_: Any) -> str:
        """Accept every bucket."""
        return REGION

    def write_object(self, *_: Any) -> None:
        """Write nothing."""

    def planned_failure(self, *_: str) -> bool:
        """Let nothing fail."""
        return False


def ours() -> Callable[[], object]:
    """IssueCertificate of our simulator."""
    store = PrivateCaService(ACCOUNT, REGION, "aws", NowhereWorld())
    arn = active_root(store.call)
    return lambda: store.call("IssueCertificate", issuance(arn))


def motos() -> Callable[[], object]:
    """An IssueCertificate of moto's, whose keys are RSA whatever is asked for."""
    backend = acmpca_backends[ACCOUNT][REGION]
    configuration = creation("desk")["CertificateAuthorityConfiguration"]
    arn = backend.create_certificate_authority(configuration, {}, "ROOT", None, [])
    csr = base64.b64encode(certificate_request())
    return lambda: backend.issue_certificate(arn, csr, "arn:aws:acm-pca:::template/EndEntityCertificate/V1")


def milliseconds(issue: Callable[[], object], count: int) -> float:
    """The time of one call."""
    began = time.perf_counter()
    for _ in range(count):
        issue()
    return (time.perf_counter() - began) / count * 1000


def revocations(entries: int, count: int) -> float:
    """How many certificates a second are revoked within one process, each with a CRL that has so many entries."""
    store = PrivateCaService(ACCOUNT, REGION, "aws", NowhereWorld())
    arn = active_root(store.call)
    about = {"CertificateAuthorityArn": arn}

    def revoke(serials: list[str]) -> float:
        began = time.perf_counter()
        for serial in serials:
            store.call("RevokeCertificate", {**about, "CertificateSerial": serial, "RevocationReason": "SUPERSEDED"})
        return time.perf_counter() - began

    def issued(many: int) -> list[str]:
        return [serial_of(store.call("IssueCertificate", issuance(arn))["CertificateArn"]) for _ in range(many)]

    revoke(issued(entries))
    store.call("UpdateCertificateAuthority", {**about, "RevocationConfiguration": crl_in("revocations")})
    last = issued(count)
    return count / revoke(last)


def start(services: str) -> float:
    """The seconds until an emulator with these services is ready."""
    before, embedded.SERVICES = embedded.SERVICES, services
    try:
        began = time.perf_counter()
        with emulator():
            return time.perf_counter() - began
    finally:
        embedded.SERVICES = before


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("certificates", type=int, nargs="?", default=2000)
    parser.add_argument("--small", action="store_true", help="20 certificates, and everything once")
    options = parser.parse_args()
    count, warm_up, within, rounds = (20, 2, 3, 1) if options.small else (options.certificates, 200, 300, 5)
    with emulator() as backend:
        rates = [whole_way(backend, count, warm_up) for _ in range(min(rounds, 3))]
    print(
        f"IssueCertificate, called by {THREADS} threads, its event received: {' '.join(f'{r:.0f}' for r in rates)} /s"
    )

    ours_issues, motos_issues = ours(), motos()
    pairs = [(milliseconds(ours_issues, within), milliseconds(motos_issues, within)) for _ in range(rounds)]
    ratio = statistics.median(theirs / mine for mine, theirs in pairs)
    mine = statistics.median(mine for mine, _ in pairs)
    print(f"IssueCertificate within one process: {mine:.2f} ms, moto's {ratio:.0f} times that")

    entries, count = (100, 3) if options.small else (20_000, 300)
    rate = revocations(entries, count)
    print(f"RevokeCertificate within one process, each with a CRL of {entries:,} entries: {rate:.0f} /s")

    without = ",".join(name for name in embedded.SERVICES.split(",") if name != "acm-pca")
    starts = [(start(embedded.SERVICES), start(without)) for _ in range(rounds)]
    more = statistics.median(with_it - without_it for with_it, without_it in starts)
    print(f"start of the emulator: {more * 1000:+.0f} ms with ACM PCA (median of {rounds} pairs)")


if __name__ == "__main__":
    main()
