"""One scenario's caller of AWS Private CA: what it calls, what it has made, and which events come of it."""

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from botocore import xform_name

from pca_events.backends.simulator import Switches
from pca_events.catalog import Event
from pca_events.errors import BusSilent, Leak
from pca_events.harness import pca_requests as requests
from pca_events.harness.buckets import Bucket
from pca_events.harness.live_events import LiveEvents
from pca_events.harness.session import Session

_DEADLINE = 10.0  # seconds until an event must have come
_LONGEST_POLL = 5  # seconds that one ReceiveMessage waits; it returns as soon as there is a message


def own_account(session: Session) -> Session:
    """Return a connection to an account that nothing else of the run works in: its default bus is its own."""
    account = f"{int(session.run.new_name()[-8:], 16):012d}"
    return Session(replace(session.backend, account=account), session.run)


class Caller:
    """Calls AWS Private CA in an account of its own, used as a context manager: all that it makes is gone on exit.

    A rule on the default bus sends every event of AWS Private CA to a queue. Silence is proven by a control, not by
    time: events leave the simulator in the order in which they came about, so once that of a CA made last has come,
    the bus has taken whatever was sent before. It handles events side by side; each that it has taken is waited for.

    Args:
        session: the connection to the account; one scenario at a time works there.

    Attributes:
        session: as given.
        name: of the bucket.
        received: every event that has come, those of the controls included.
        controls: the ARNs of the CAs that were made as controls.
        switches: those of the simulator in this account.
        bucket: for CRLs and audit reports; not made yet.
        authority: the ARN of the CA that the scenario is about; empty before there is one.
        certificate: the same of the certificate.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.name = session.run.new_name()
        self.received: list[Event] = []
        self.controls: set[str] = set()
        self.switches = Switches(session.backend)
        self.bucket = Bucket(session, self.name)
        self.authority = ""
        self.certificate = ""
        self._live = LiveEvents(session, "default")
        self._before: Counter[str] = Counter()

    def __enter__(self) -> "Caller":
        self._live.__enter__()
        self._before = self._taken()
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self._destroy()
        finally:
            self._live.__exit__(*error)

    def call(self, operation: str, **changes: Any) -> dict[str, Any]:
        """Call an operation about the CA, certificate and bucket of the scenario, and return its answer.

        Args:
            operation: its name, such as `IssueCertificate`.
            changes: members of the request that have another value than `pca_requests.REQUESTS` gives them.

        Raises:
            ClientError: the service refuses it.
        """
        request = requests.REQUESTS[operation](self.authority, self.certificate, self.bucket.name) | changes
        answer: dict[str, Any] = getattr(self.session.pca, xform_name(operation))(**request)
        self.authority = answer.get("CertificateAuthorityArn", self.authority)
        self.certificate = answer.get("CertificateArn", self.certificate)
        return answer

    def call_often(self, operation: str, count: int, threads: int) -> None:
        """Call an operation that many times, from several threads at once."""
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda _: self.call(operation), range(count)))

    def make_authority(self, status: str, *, with_crl: bool = False) -> None:
        """Make the CA that the scenario is about.

        Args:
            status: PENDING_CERTIFICATE, ACTIVE, DISABLED, DELETED or FAILED.
            with_crl: whether it publishes its CRL in the scenario's bucket.
        """
        more: dict[str, Any] = {"Tags": requests.FAILS} if status == "FAILED" else {}
        if with_crl:
            more["RevocationConfiguration"] = requests.crl_in(self.bucket.name)
        self.call("CreateCertificateAuthority", **more)
        if status in ("ACTIVE", "DISABLED"):
            self._install()
        if status == "DISABLED":
            self.call("UpdateCertificateAuthority")
        if status == "DELETED":
            self.call("DeleteCertificateAuthority")

    def sent(self) -> list[Event]:
        """Return the events that have come since the last look, once nothing more can come of what was called.

        Raises:
            BusSilent: the control's event, or another that the bus has taken, did not come before the deadline.
        """
        made = self.session.pca.create_certificate_authority(**requests.creation("control", Tags=requests.FAILS))
        control = made["CertificateAuthorityArn"]
        self.controls.add(control)
        deadline = time.monotonic() + _DEADLINE
        found: list[Event] = []
        while missing := self._missing(control, found):
            patience = deadline - time.monotonic()
            if patience <= 0:
                raise BusSilent(f"{missing} did not come in {_DEADLINE:.0f} s")
            found += self._live.receive(min(_LONGEST_POLL, int(patience) + 1))
        self.session.pca.delete_certificate_authority(CertificateAuthorityArn=control)
        self.received += found
        return [event for event in found if control not in event["resources"]]

    def _missing(self, control: str, found: list[Event]) -> str:
        """What has not come yet, in words; the bus is asked for what it has taken once the control has come."""
        if not any(control in event["resources"] for event in found):
            return f"the event of the control {control}"
        come = Counter(event["id"] for event in [*self.received, *found])
        return ", ".join(f"event {event_id}" for event_id in self._taken() - self._before - come)

    def _taken(self) -> Counter[str]:
        """How often the bus has taken which event."""
        return Counter(event["id"] for event in self.switches.sent())

    def came_of_it(self) -> dict[str, Any]:
        """Return the account and what was `received`, for the evidence."""
        return {"account": self.session.backend.account, "received": self.received}

    def _install(self) -> None:
        """Give the root CA its own certificate."""
        pca, about = self.session.pca, {"CertificateAuthorityArn": self.authority}
        csr = pca.get_certificate_authority_csr(**about)["Csr"].encode()
        wanted = requests.issuance(self.authority, csr, "RootCACertificate/V1", days=3650)
        self.certificate = pca.issue_certificate(**wanted)["CertificateArn"]
        own = pca.get_certificate(CertificateArn=self.certificate, **about)["Certificate"].encode()
        pca.import_certificate_authority_certificate(Certificate=own, **about)

    def _destroy(self) -> None:
        """Remove switches, CAs and bucket, and prove that they are gone; a CA can be restored for 7 days."""
        self.switches.clear()
        pca = self.session.pca
        for authority in self._authorities():
            about = {"CertificateAuthorityArn": authority["Arn"]}
            if authority["Status"] == "ACTIVE":
                pca.update_certificate_authority(Status="DISABLED", **about)
            pca.delete_certificate_authority(PermanentDeletionTimeInDays=7, **about)
        self.bucket.delete()
        left = [authority["Arn"] for authority in self._authorities()]
        if self.bucket.there():
            left.append(self.bucket.name)
        if left:
            raise Leak(f"left in account {self.session.backend.account} after it was destroyed: {', '.join(left)}")

    def _authorities(self) -> Iterator[dict[str, Any]]:
        """The CAs of the account that are not deleted."""
        pages = self.session.pca.get_paginator("list_certificate_authorities").paginate()
        listed = itertools.chain.from_iterable(page["CertificateAuthorities"] for page in pages)
        return iter([authority for authority in listed if authority["Status"] != "DELETED"])
