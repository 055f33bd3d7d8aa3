"""One scenario on AWS Private CA: the calls, the resources, and the events that arrive on the bus."""

import json
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from pca_events.backends.control_clients import SimulatorControls
from pca_events.catalog import Event, id_of
from pca_events.contract.schemas import twin_schema_of
from pca_events.errors import BackendError, BackendGone, BadInput, BusSilent, Leak, Unexpected
from pca_events.harness import pca_requests as requests
from pca_events.harness.aws_errors import aws_error_of
from pca_events.harness.expectations import expect_as_sent
from pca_events.harness.pca_requests import Bucket
from pca_events.harness.resources import Queue, Resource, Rule, Target
from pca_events.harness.resources.inventory import check_destroyed
from pca_events.harness.run import OWN_ACCOUNT, Mode
from pca_events.harness.session import Session

_PATTERN = {"source": ["aws.acm-pca"]}


class LiveEvents:
    """A rule on a bus with its own queue, used as a context manager: created on entry, removed on exit.

    Args:
        session: the connection to the backend.
        bus: the bus to put the rule on; it must exist.

    Attributes:
        session: as given.
        name: of the rule and of the queue.
    """

    def __init__(self, session: Session, bus: str) -> None:
        self.name = session.run.new_name()
        self.session = session
        self._bus = bus
        self._resources: list[Resource] = [
            Queue(self.name, open=True),
            Rule(bus, self.name, _PATTERN),
            Target(bus, self.name, session.backend.queue_arn(self.name)),
        ]

    def __enter__(self) -> "LiveEvents":
        if refused := aws_error_of(lambda: self.session.events.describe_event_bus(Name=self._bus)):
            raise BadInput(f'there is no bus "{self._bus}" in {self.session.backend.name}: {refused.message}')
        run = self.session.run
        tags = run.tags("watch") | ({OWN_ACCOUNT: "true"} if self.session.backend.account in run.own_accounts else {})
        try:
            for resource in self._resources:
                resource.create(self.session, tags)
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._remove()

    def receive(self, wait: int) -> list[Event]:
        """Return the received events, waiting at most `wait` seconds for the first.

        Each is returned once within twelve hours, the visibility timeout of the queue.

        Raises:
            BadInput: the queue no longer exists.
            BackendError: the backend stopped answering.
        """
        url = self.session.queue_url(self.name)
        with self._answering():
            answer = self.session.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=wait)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def _remove(self) -> None:
        if self.session.backend.api_calls.gone:
            return
        with self._answering():
            for resource in reversed(self._resources):
                resource.delete(self.session)
            check_destroyed(self.session, self.name, ("rules", "queues"))

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise BadInput(f"the rule and queue {self.name} were changed or removed: {error}") from error
        except (BotoCoreError, BackendGone) as error:
            raise BackendError(f"{self.session.backend.name} stopped answering: {error}") from error


_DEADLINE = 10.0  # seconds until an event must have arrived
_LONGEST_POLL = 5  # seconds that one ReceiveMessage waits; it returns as soon as there is a message


def own_account_session(session: Session, mode: Mode | None = None) -> Session:
    """Return a connection to an account that nothing else in the run uses, with its own default bus."""
    account = f"{int(session.run.new_name()[-8:], 16):012d}"
    session.run.own_accounts.add(account)
    return Session(replace(session.backend, account=account), session.run, mode)


class PcaScenario:
    """Calls AWS Private CA in its own account, used as a context manager: everything it creates is gone on exit.

    A rule on the default bus sends every event of AWS Private CA to a queue. The simulator reports which events the bus
    has accepted, so that the scenario waits for a late event instead of reporting it as missing. A control event proves
    that no event was sent: the event of a CA whose creation fails must arrive.

    Args:
        session: the connection to the account, which one scenario at a time uses.
        live: the rule and its queue, if scenarios share them; else they are created, and removed again.

    Attributes:
        session: as given.
        name: of the bucket.
        received: every received event, including control events.
        controls: the ARNs of the CAs that were created for control events.
        simulator: the controls of the simulator in this account.
        bucket: for CRLs and audit reports; not created yet.
        authority: the ARN of the scenario's CA; empty before it is created.
        certificate: the ARN of the scenario's certificate.
    """

    def __init__(self, session: Session, live: LiveEvents | None = None) -> None:
        self.session = session
        self.name = session.run.new_name()
        self.received: list[Event] = []
        self.controls: set[str] = set()
        self.simulator = SimulatorControls(session.backend)
        self.bucket = Bucket(session, self.name)
        self.authority = ""
        self.certificate = ""
        self._live = live or LiveEvents(session, "default")
        self._shared = live is not None
        self._arrived: set[str] = set()
        self._known = 0

    def __enter__(self) -> "PcaScenario":
        if not self._shared:
            self._live.__enter__()
        before, self._known = self.simulator.sent()
        self._arrived = {event["id"] for event in before}
        return self

    def __exit__(self, *error: object) -> None:
        if self.session.backend.api_calls.gone:
            return
        try:
            self._destroy()
        finally:
            if not self._shared:
                self._live.__exit__(*error)

    def move_to(self, region: str) -> None:
        """Continue in another Region, where nothing is shared; called before anything is created."""
        backend = replace(self.session.backend, region=region)
        self.session = Session(backend, self.session.run, self.session.mode.name)
        self.bucket = Bucket(self.session, self.name)
        if not self._shared:
            self._live.__exit__()
        self._live, self._shared = LiveEvents(self.session, "default").__enter__(), False

    def call(self, operation: str, *, session: Session | None = None, **changes: Any) -> dict[str, Any]:
        """Call an operation about the CA, certificate and bucket of the scenario, and return its answer.

        Args:
            operation: its name, such as `IssueCertificate`.
            session: the connection of another account that calls.
            changes: members of the request that differ from those of `pca_requests.REQUESTS`.

        Raises:
            ClientError: the service rejects it.
        """
        request = requests.REQUESTS[operation](self.authority, self.certificate, self.bucket.name) | changes
        answer: dict[str, Any] = getattr((session or self.session).pca, xform_name(operation))(**request)
        self.authority = answer.get("CertificateAuthorityArn", self.authority)
        self.certificate = answer.get("CertificateArn", self.certificate)
        return answer

    def call_often(self, operation: str, count: int, threads: int) -> None:
        """Call an operation that many times, from several threads at once."""
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda _: self.call(operation), range(count)))

    def make_authority(self, status: str, *, with_crl: bool = False) -> None:
        """Create the scenario's CA.

        Args:
            status: PENDING_CERTIFICATE, ACTIVE, DISABLED, DELETED or FAILED.
            with_crl: whether its CRL is written to the scenario's bucket.
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
        """Return the events that were sent since the last call; a duplicate is returned twice.

        Raises:
            BusSilent: an event that the bus accepted, or the control event, did not arrive before the deadline.
            Unexpected: an event arrived that AWS Private CA did not send.
        """
        found = self._new_events()
        if not found:
            self._show_that_the_rule_is_alive()
        return found

    def pass_over(self) -> None:
        """Skip the events that were sent since the last call, whenever they arrive."""
        sent, self._known = self.simulator.sent(self._known)
        self._arrived.update(event["id"] for event in sent)

    def _new_events(self) -> list[Event]:
        """Return what the bus has accepted since the last call, once all of it has arrived."""
        sent, count = self.simulator.sent(self._known)
        by_id = {event["id"]: event for event in sent}
        arrived: list[Event] = []
        deadline = time.monotonic() + _DEADLINE
        while missing := [event_id for event_id in by_id if event_id not in self._arrived]:
            patience = deadline - time.monotonic()
            if patience <= 0:
                events = ", ".join(f"{id_of(by_id[event_id])} ({event_id})" for event_id in missing)
                raise BusSilent(f"{events} was sent, but did not arrive in {_DEADLINE:.0f} s")
            for event in self._live.receive(min(_LONGEST_POLL, int(patience) + 1)):
                if event.get("id") in self._arrived or event.get("detail-type") in twin_schema_of():
                    continue
                if event.get("id") not in by_id:
                    raise Unexpected(f"an event arrived that AWS Private CA did not send: {json.dumps(event)}")
                expect_as_sent(event, by_id[event["id"]])
                arrived.append(event)
                self._arrived.add(event["id"])
        self._known = count
        self.received += arrived
        return sent

    def _show_that_the_rule_is_alive(self) -> None:
        """Create a CA whose creation fails, expect its event and no other, and delete the CA."""
        made = self.session.pca.create_certificate_authority(**requests.creation("control", Tags=requests.FAILS))
        control = made["CertificateAuthorityArn"]
        self.controls.add(control)
        events = self._new_events()
        if [event["resources"][0] for event in events] != [control]:
            raise BusSilent(f"expected only the event of the control CA {control}, received: {json.dumps(events)}")
        self.session.pca.delete_certificate_authority(CertificateAuthorityArn=control)

    def outcome(self) -> dict[str, Any]:
        """Return the account and `received`, for the artifacts."""
        return {"account": self.session.backend.account, "received": self.received}

    def _install(self) -> None:
        """Install the certificate of the root CA."""
        pca, about = self.session.pca, {"CertificateAuthorityArn": self.authority}
        csr = pca.get_certificate_authority_csr(**about)["Csr"].encode()
        wanted = requests.issuance(self.authority, csr, "RootCACertificate/V1", days=3650)
        self.certificate = pca.issue_certificate(**wanted)["CertificateArn"]
        own = pca.get_certificate(CertificateArn=self.certificate, **about)["Certificate"].encode()
        pca.import_certificate_authority_certificate(Certificate=own, **about)

    def _destroy(self) -> None:
        """Reset the simulator, remove CAs and bucket, and prove that they are gone; a CA can be restored for 7 days."""
        self.simulator.clear()
        if there := list(self._authorities()):
            self._delete(there)
            there = list(self._authorities())
        left = [authority["Arn"] for authority in there]
        if not self.bucket.destroy():
            left.append(self.bucket.name)
        if left:
            raise Leak(f"left in account {self.session.backend.account} after its removal: {', '.join(left)}")

    def _delete(self, authorities: Iterable[dict[str, Any]]) -> None:
        pca = self.session.pca
        for authority in authorities:
            about = {"CertificateAuthorityArn": authority["Arn"]}
            if authority["Status"] == "ACTIVE":
                pca.update_certificate_authority(Status="DISABLED", **about)
            pca.delete_certificate_authority(PermanentDeletionTimeInDays=7, **about)

    def _authorities(self) -> Iterator[dict[str, Any]]:
        """The CAs of the account that are not deleted."""
        listed = self.session.listed("pca", "list_certificate_authorities", "CertificateAuthorities") or ()
        return (authority for authority in listed if authority["Status"] != "DELETED")
