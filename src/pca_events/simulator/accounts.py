"""The accounts of the simulator inside LocalStack, each with its controls."""

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta

from pca_events.moving_clock import clock_of
from pca_events.simulator.cloudtrail import Trail
from pca_events.simulator.controls import EventDelivery, EventSender, PlannedFailures, Put
from pca_events.simulator.core.api_protocol import ServiceError
from pca_events.simulator.core.region_state import Settings
from pca_events.simulator.core.service import PrivateCaService
from pca_events.simulator.localstack_environment import LocalStackEnvironment, put_events
from pca_events.simulator.planned_errors import PlannedErrors

LOG = logging.getLogger(__name__)
MOST_ACCOUNTS = 10_000
"""The accounts of one simulator."""

_TICK = 1.0  # seconds; the maximum delay of scheduled tasks by the real clock


class Account:
    """One account: its clock, delays and planned faults, which no other account shares.

    Attributes:
        id: twelve digits.
        clock: the clock of its CAs.
        failures: what is planned to fail after it was accepted.
        errors: what is planned to be rejected.
        delivery: the path of its events to the bus.
        trail: what CloudTrail records of its calls, and sends to the bus as well.
        settings: the delays; replaced as a whole when they change.
    """

    def __init__(self, account: str, sender: EventSender, trail_sender: EventSender) -> None:
        self.id = account
        self.clock = clock_of(account)
        self.failures = PlannedFailures()
        self.errors = PlannedErrors(self.clock)
        self.delivery = EventDelivery(account, self.clock, sender)
        self.trail = Trail(account, self.clock, trail_sender)
        self.settings = Settings()
        self._stores: dict[str, PrivateCaService] = {}
        self._lock = threading.Lock()

    def store(self, region: str, partition: str) -> PrivateCaService:
        """Return the account's service in a Region."""
        with self._lock:
            if region not in self._stores:
                environment = LocalStackEnvironment(self, region, partition)
                self._stores[region] = PrivateCaService(self.id, region, partition, environment)
            return self._stores[region]

    def store_in(self, region: str) -> PrivateCaService | None:
        """Return the account's service in a Region, if it has been used."""
        with self._lock:
            return self._stores.get(region)

    def services(self) -> list[PrivateCaService]:
        """Return the account's services in the Regions that have been used."""
        with self._lock:
            return list(self._stores.values())

    def advance(self, by: timedelta) -> None:
        """Advance the clock, and run what is due.

        Raises:
            ValueError: the time would be out of range.
        """
        self.clock.advance(by)
        self.tick()

    def tick(self) -> None:
        """Run what is due, and send the delayed events that are due."""
        for store in self.services():
            tick(store)
        self.delivery.release()


class Simulation:
    """The ACM PCA of one LocalStack."""

    def __init__(self, put: Put = put_events) -> None:
        self._sender = EventSender(put)
        self._trail_sender = EventSender(put)
        self._accounts: dict[str, Account] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def start(self) -> None:
        """Start sending events, and running scheduled tasks between calls."""
        self._sender.start()
        self._trail_sender.start()
        threading.Thread(target=self._run, name="acm-pca-clock", daemon=True).start()

    def stop(self) -> None:
        """Stop running scheduled tasks."""
        self._ended.set()

    def account(self, account: str) -> Account:
        """Return an account, created on first use.

        Raises:
            ServiceError: there are too many.
        """
        with self._lock:
            if account not in self._accounts:
                if len(self._accounts) >= MOST_ACCOUNTS:
                    raise ServiceError("LimitExceededException", f"The simulator has {MOST_ACCOUNTS} accounts already.")
                self._accounts[account] = Account(account, self._sender, self._trail_sender)
            return self._accounts[account]

    def known(self, account: str) -> Account | None:
        """Return an account if it has been used."""
        with self._lock:
            return self._accounts.get(account)

    def accounts(self) -> list[Account]:
        """Return all accounts."""
        with self._lock:
            return list(self._accounts.values())

    def new_account(self, account: str) -> Account:
        """Return an account that is not part of the simulation yet."""
        return Account(account, self._sender, self._trail_sender)

    def replace(self, accounts: list[Account]) -> None:
        """Add accounts, in place of those that have the same digits."""
        with self._lock:
            self._accounts |= {account.id: account for account in accounts}

    def others(self, account: Account, region: str) -> Iterator[PrivateCaService]:
        """Yield the services of all other accounts in a Region."""
        with self._lock:
            accounts = [each for each in self._accounts.values() if each is not account]
        for each in accounts:
            if (store := each.store_in(region)) is not None:
                yield store

    def services(self) -> Iterator[PrivateCaService]:
        """Yield the services of all accounts in all Regions."""
        for account in self.accounts():
            yield from account.services()

    def _run(self) -> None:
        while not self._ended.wait(_TICK):
            for account in self.accounts():
                account.tick()


def tick(store: PrivateCaService) -> None:
    """Run what is due in one service; an error is logged in one line and affects nothing else."""
    try:
        store.tick()
    except Exception as error:
        LOG.error("a scheduled task of ACM PCA failed: %r", error)  # noqa: TRY400
