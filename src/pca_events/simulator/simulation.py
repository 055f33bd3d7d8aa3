"""Every account of the simulator: what each has in its Regions, and the controls that are its own."""

import logging
import threading
from datetime import timedelta

from pca_events.simulator.controls import Clock, PlannedFailures
from pca_events.simulator.core.ports import Settings
from pca_events.simulator.core.service import PrivateCaService
from pca_events.simulator.event_delivery import EventDelivery, EventSender, Put
from pca_events.simulator.localstack_environment import LocalStackEnvironment, put_events

LOG = logging.getLogger(__name__)
_TICK = 1.0  # seconds; what is due by the real clock is done that late at most


class Account:
    """One account: its clock, delays and planned faults, which no other account shares.

    Attributes:
        id: twelve digits.
        clock: what its CAs go by.
        failures: what is planned to fail.
        delivery: the way of its events to the bus.
        settings: the delays; replaced as a whole where they change.
    """

    def __init__(self, account: str, sender: EventSender) -> None:
        self.id = account
        self.clock = Clock()
        self.failures = PlannedFailures()
        self.delivery = EventDelivery(account, self.clock, sender)
        self.settings = Settings()
        self._stores: dict[str, PrivateCaService] = {}
        self._lock = threading.Lock()

    def store(self, region: str, partition: str) -> PrivateCaService:
        """Return what the account has in a Region."""
        with self._lock:
            if region not in self._stores:
                environment = LocalStackEnvironment(self, region, partition)
                self._stores[region] = PrivateCaService(self.id, region, partition, environment)
            return self._stores[region]

    def advance(self, by: timedelta) -> None:
        """Move the clock on, and do what has become due.

        Raises:
            ValueError: the calendar ends before that.
        """
        self.clock.advance(by)
        self.tick()

    def tick(self) -> None:
        """Do what has become due by the clock, and let go of delayed events."""
        with self._lock:
            stores = list(self._stores.values())
        for store in stores:
            tick(store)
        self.delivery.release()


class Simulation:
    """The ACM PCA of one LocalStack."""

    def __init__(self, put: Put = put_events) -> None:
        self._sender = EventSender(put)
        self._accounts: dict[str, Account] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin to send events, and to do what becomes due while nobody calls."""
        self._sender.start()
        threading.Thread(target=self._run, name="acm-pca-clock", daemon=True).start()

    def stop(self) -> None:
        """Do nothing more that becomes due."""
        self._ended.set()

    def account(self, account: str) -> Account:
        """Return an account; it is there as soon as it is asked for."""
        with self._lock:
            if account not in self._accounts:
                self._accounts[account] = Account(account, self._sender)
            return self._accounts[account]

    def _run(self) -> None:
        while not self._ended.wait(_TICK):
            with self._lock:
                accounts = list(self._accounts.values())
            for account in accounts:
                account.tick()


def tick(store: PrivateCaService) -> None:
    """Do what has become due in one store; an error there is logged in one line, and ends nothing else."""
    try:
        store.tick()
    except Exception as error:
        LOG.error("ACM PCA could not do what was due: %r", error)  # noqa: TRY400
