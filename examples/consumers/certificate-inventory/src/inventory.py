"""Keeps an inventory of certificates: one row each, issued or revoked.

It tolerates duplicates, any order, and events that never come: a row depends only on the events that were seen.
"""

import os
import sqlite3
from contextlib import closing
from typing import Any

ISSUED, REVOKED = "ACM Private CA Certificate Issuance", "ACM Private CA Certificate Revocation"

_TABLE = """
create table if not exists certificates (
    arn text primary key,
    authority text not null,
    issued_at text,
    revoked_at text
)
"""
_NOTES = {
    ISSUED: "insert into certificates (arn, authority, issued_at) values (?, ?, ?) "
    "on conflict (arn) do update set issued_at = excluded.issued_at",
    REVOKED: "insert into certificates (arn, authority, revoked_at) values (?, ?, ?) "
    "on conflict (arn) do update set revoked_at = excluded.revoked_at",
}


def database() -> sqlite3.Connection:
    """Open the inventory, and create it first if it does not exist."""
    opened = sqlite3.connect(os.environ["INVENTORY"])
    opened.execute(_TABLE)
    return opened


def handler(event: dict[str, Any], context: Any) -> None:
    """Note the time of an issuance or a revocation; the same event again changes nothing."""
    note = _NOTES.get(event["detail-type"])
    if note is None or event["detail"]["result"] != "success":
        return
    authority, certificate = event["resources"]
    with closing(database()) as inventory, inventory:  # one transaction
        inventory.execute(note, (certificate, authority, event["time"]))


def certificates() -> list[dict[str, Any]]:
    """Return the inventory: the probe of the tests."""
    with closing(database()) as inventory:
        found = inventory.execute("select arn, authority, issued_at, revoked_at from certificates order by arn")
        return [dict(zip(("arn", "authority", "issued_at", "revoked_at"), row, strict=True)) for row in found]
