"""The state of the simulator as one JSON document: accounts with their CAs and switches, and buckets."""

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from pca_events.regions import is_known, partition_of
from pca_events.simulator.accounts import Account, Simulation
from pca_events.simulator.controls import DELIVERY_FAULTS, OPERATIONS, OutgoingEvent
from pca_events.simulator.core.region_state import Settings
from pca_events.simulator.core.saved_records import DamagedState, Record, moment_text
from pca_events.simulator.planned_errors import CODES, ERROR_OPERATIONS, PlannedError
from pca_events.simulator.saved_buckets import BucketSaver, restore_bucket

FORMAT = "pca-events state"
VERSION = 1
"""The version of the format; higher versions are not read."""

Clients = Callable[[str, str], Any]
"""Returns the clients of an account and Region."""


def saved_state(simulation: Simulation, clients: Clients) -> dict[str, Any]:
    """Return everything that a simulation has, and the buckets of its accounts.

    Raises:
        TimeoutError: an operation does not end.
    """
    accounts = simulation.accounts()
    buckets = BucketSaver(clients)
    return {
        "format": FORMAT,
        "version": VERSION,
        "saved_at": moment_text(datetime.now(UTC)),
        "accounts": [_saved_account(account) for account in accounts],
        "buckets": [bucket for account in accounts for bucket in buckets.saved(account.id)],
        "left_out": buckets.left_out,
    }


def _saved_account(account: Account) -> dict[str, Any]:
    return {
        "account": account.id,
        "ahead": account.clock.ahead.total_seconds(),
        "settings": {name: getattr(account.settings, name).total_seconds() for name in _DELAYS},
        "failures": account.failures.shown(),
        "errors": account.errors.shown(),
        "delivery": account.delivery.shown(),
        "cloudtrail": account.trail.enabled,
        "held_back": [
            {
                "due": moment_text(due),
                "region": event.region,
                "entry": {**event.entry, "Time": moment_text(event.entry["Time"])},
            }
            for due, event in account.delivery.held_back()
        ],
        "regions": [store.saved() for store in account.services()],
    }


_DELAYS = tuple(each.name for each in fields(Settings) if isinstance(each.default, timedelta))


def restore_state(simulation: Simulation, clients: Clients, state: Any) -> dict[str, int]:
    """Restore what was saved, in a simulation without CAs, and return how much of everything that was.

    Raises:
        DamagedState: it cannot be restored; there are no CAs then, but there may be buckets.
    """
    record = Record(state)
    if record.value("format") != FORMAT:
        raise DamagedState(f'it is not a state of pca-events, whose "format" is "{FORMAT}"')
    if (version := record.whole("version")) != VERSION:
        raise DamagedState(f"it has version {version} of the format; this pca-events reads version {VERSION}")
    if any(store.has_authorities for store in simulation.services()):
        raise DamagedState("there are CAs already; a state is loaded before the first one is created")
    accounts = [_restored_account(simulation, each) for each in record.records("accounts")]
    buckets = list(record.records("buckets"))
    objects = sum(restore_bucket(clients, each) for each in buckets)
    simulation.replace(accounts)
    saved = [region for each in record.records("accounts") for region in each.records("regions")]
    authorities = [authority for region in saved for authority in region.records("authorities")]
    return {
        "authorities": len(authorities),
        "certificates": sum(len(authority.items("issued")) for authority in authorities),
        "buckets": len(buckets),
        "objects": objects,
    }


def _restored_account(simulation: Simulation, record: Record) -> Account:
    the_id = record.text("account")
    if not re.fullmatch("[0-9]{12}", the_id):
        raise DamagedState(f"{record.place}.account is not twelve digits")
    account = simulation.new_account(the_id)
    with record.reading("ahead", "out of the range of dates"):
        account.clock.advance(max(timedelta(), timedelta(seconds=record.number("ahead")) - account.clock.ahead))
    settings = record.record("settings")
    delays: dict[str, Any] = {name: _seconds(settings, name) for name in _DELAYS}
    account.settings = Settings(**delays)
    for planned in record.records("failures"):
        operation = planned.one_of("operation", OPERATIONS)
        account.failures.plan(operation, planned.whole("count"), _authority_of(planned))
    for planned in record.records("errors"):
        account.errors.plan(_restored_error(planned, account.clock.now()))
    account.trail.enabled = record.flag("cloudtrail")
    delivery = record.record("delivery")
    counts = {fault: delivery.whole(fault) for fault in DELIVERY_FAULTS}
    account.delivery.plan(counts, _seconds(delivery, "delay_seconds"))
    account.delivery.hold_back([_restored_event(the_id, each) for each in record.records("held_back")])
    for region in record.records("regions"):
        name = region.text("region")
        if not is_known(name):
            raise DamagedState(f"{region.place}.region is not a Region")
        account.store(name, partition_of(name)).restore(region)
    return account


def _seconds(record: Record, name: str) -> timedelta:
    with record.reading(name, "not a number of seconds"):
        return timedelta(seconds=record.number(name))


def _authority_of(planned: Record) -> str:
    """The ARN of the CA that something is planned for; empty for any."""
    name = "certificateAuthorityArn"
    return planned.text(name) if planned.has(name) else ""


def _restored_error(planned: Record, now: datetime) -> PlannedError:
    operation = planned.one_of("operation", ERROR_OPERATIONS)
    code, authority = planned.one_of("code", tuple(CODES)), _authority_of(planned)
    if planned.has("count"):
        return PlannedError(operation, code, authority, planned.whole("count"))
    return PlannedError(operation, code, authority, None, planned.moment("until") - now)


def _restored_event(account: str, record: Record) -> tuple[datetime, OutgoingEvent]:
    entry = record.record("entry")
    texts = {name: entry.text(name) for name in ("Source", "DetailType", "Detail")}
    whole = {**texts, "Time": entry.moment("Time"), "Resources": entry.texts("Resources")}
    if entry.has("EventId"):
        whole["EventId"] = entry.text("EventId")
    return record.moment("due"), OutgoingEvent(account, record.text("region"), whole)
