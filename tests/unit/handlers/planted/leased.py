"""A handler with the Idempotency utility of Powertools for AWS Lambda, and its records in SQLite."""

import os
import sqlite3
import time

from aws_lambda_powertools.utilities.idempotency import BasePersistenceLayer, IdempotencyConfig, idempotent
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyItemAlreadyExistsError,
    IdempotencyItemNotFoundError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.base import DataRecord


def database():
    base = sqlite3.connect(os.environ["DB"])
    base.execute(
        "create table if not exists records (id text primary key, status text, until int, lease int, data text)"
    )
    base.execute("create table if not exists tickets (arn text)")
    base.commit()
    return base


class Records(BasePersistenceLayer):
    def _get_record(self, idempotency_key):
        row = database().execute("select * from records where id = ?", (idempotency_key,)).fetchone()
        if row is None:
            raise IdempotencyItemNotFoundError
        return DataRecord(
            idempotency_key=row[0],
            status=row[1],
            expiry_timestamp=row[2],
            in_progress_expiry_timestamp=row[3],
            response_data=row[4],
        )

    def _put_record(self, data_record):
        with database() as base:
            base.execute("begin immediate")
            key = data_record.idempotency_key
            row = base.execute("select status, until, lease from records where id = ?", (key,)).fetchone()
            now = time.time()
            if row and row[1] >= now and not (row[0] == "INPROGRESS" and row[2] < now * 1000):
                raise IdempotencyItemAlreadyExistsError(old_data_record=self._get_record(key))
            base.execute(
                "insert or replace into records values (?, ?, ?, ?, ?)",
                (
                    key,
                    data_record.status,
                    data_record.expiry_timestamp,
                    data_record.in_progress_expiry_timestamp,
                    data_record.response_data,
                ),
            )

    def _update_record(self, data_record):
        with database() as base:
            base.execute(
                "update records set status = ?, until = ?, data = ? where id = ?",
                (
                    data_record.status,
                    data_record.expiry_timestamp,
                    data_record.response_data,
                    data_record.idempotency_key,
                ),
            )

    def _delete_record(self, data_record):
        with database() as base:
            base.execute("delete from records where id = ?", (data_record.idempotency_key,))


@idempotent(persistence_store=Records(), config=IdempotencyConfig(event_key_jmespath="id"))
def handler(event, context):
    if event["detail-type"] == "ACM Private CA Certificate Issuance" and event["detail"]["result"] == "success":
        with database() as base:
            base.execute("insert into tickets values (?)", (event["resources"][1],))


def tickets():
    return [row[0] for row in database().execute("select arn from tickets")]
