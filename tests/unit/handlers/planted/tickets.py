"""Handlers that open tickets in SQLite; each but `healthy` has one fault, which its name tells."""

import json
import os
import random
import re
import sqlite3
import time
import uuid
from datetime import UTC, datetime, timedelta

ISSUED = "ACM Private CA Certificate Issuance"
KNOWN = {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"}


def database():
    base = sqlite3.connect(os.environ["DB"])
    base.execute("create table if not exists done (id text primary key)")
    base.execute("create table if not exists tickets (arn text, note text)")
    base.commit()
    return base


def tickets():
    return {"tickets": [list(row) for row in database().execute("select arn, note from tickets order by arn")]}


def number_of_tickets():
    return database().execute("select count(*) from tickets").fetchone()[0]


def is_issued(event):
    return event["detail-type"] == ISSUED and event["detail"]["result"] == "success"


def claimed(base, event):
    return base.execute("insert or ignore into done values (?)", (event["id"],)).rowcount == 1


def opened(base, event, note="issued"):
    base.execute("insert into tickets values (?, ?)", (event["resources"][0], note))


def once(event, note="issued"):
    with database() as base:
        if claimed(base, event):
            opened(base, event, note)


def healthy(event, context):
    if is_issued(event):
        once(event)


def archives_both(event, context):
    if event["detail-type"] == ISSUED:
        once(event, json.dumps(event))


def raises(event, context):
    raise ValueError("no")


def inserts(event, context):
    if is_issued(event):
        with database() as base:
            opened(base, event)


def looks_first(event, context):
    if not is_issued(event):
        return
    base = database()
    if base.execute("select 1 from done where id = ?", (event["id"],)).fetchone():
        return
    with base:
        base.execute("insert or ignore into done values (?)", (event["id"],))
        opened(base, event)


SEEN = set()


def remembers(event, context):
    if is_issued(event) and event["id"] not in SEEN:
        SEEN.add(event["id"])
        with database() as base:
            opened(base, event)


def stamps(event, context):
    if is_issued(event):
        once(event, f"{uuid.uuid4()} {datetime.now(UTC)} {time.time()}")
    return {"request": context.aws_request_id, "chance": random.random()}


def marks_first(event, context):
    if not is_issued(event):
        return
    base = database()
    with base:
        if not claimed(base, event):
            return
    with base:
        opened(base, event)


def marks_last(event, context):
    if not is_issued(event):
        return
    base = database()
    if base.execute("select 1 from done where id = ?", (event["id"],)).fetchone():
        return
    with base:
        opened(base, event)
    with base:
        claimed(base, event)


def one_partition(event, context):
    if is_issued(event) and re.match("arn:aws:acm-pca:", event["resources"][0]):
        once(event)


def loses_other_partitions(event, context):
    if is_issued(event):
        found = re.match("arn:aws:acm-pca:[^:]+:[0-9]+:certificate-authority/(.*)", event["resources"][0])
        with database() as base:
            if claimed(base, event):
                base.execute("insert into tickets values (?, 'issued')", (found and found[1],))


def claims_for(event, seconds):
    if not is_issued(event):
        return
    base = database()
    base.execute("create table if not exists claims (id text primary key, until real)")
    now = datetime.now(UTC).timestamp()
    with base:
        base.execute("delete from claims where id = ? and until < ?", (event["id"], now))
        mine = base.execute("insert or ignore into claims values (?, ?)", (event["id"], now + seconds)).rowcount == 1
    if not mine:
        if base.execute("select 1 from done where id = ?", (event["id"],)).fetchone():
            return
        raise RuntimeError("in progress")
    with base:
        if claimed(base, event):
            opened(base, event)


def claims_for_a_minute(event, context):
    claims_for(event, 60)


def claims_for_an_hour(event, context):
    claims_for(event, 3600)


def known_fields_only(event, context):
    if is_issued(event):
        if set(event) != KNOWN or set(event["detail"]) != {"result"}:
            raise ValueError("unknown field")
        once(event)


def fresh_only(event, context):
    sent = datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
    if is_issued(event) and datetime.now(UTC) - sent < timedelta(hours=1):
        once(event)


def updates(event, context):
    arn = event["resources"][1 if len(event["resources"]) > 1 else 0]
    with database() as base:
        if is_issued(event):
            if claimed(base, event):
                base.execute("insert into tickets values (?, 'issued')", (arn,))
        elif "Revocation" in event["detail-type"]:
            found = base.execute("select note from tickets where arn = ?", (arn,)).fetchone()
            base.execute("update tickets set note = ? where arn = ?", (f"{found[0]}, revoked", arn))


def last_wins(event, context):
    if event["detail-type"] == ISSUED:
        with database() as base:
            if claimed(base, event):
                base.execute("delete from tickets where arn = ?", (event["resources"][0],))
                opened(base, event, event["detail"]["result"])


def one_for_each_certificate(event, context):
    if event["detail-type"] == ISSUED:
        with database() as base:
            if claimed(base, event):
                base.execute("delete from tickets where arn = ?", (event["resources"][1],))
                base.execute("insert into tickets values (?, ?)", (event["resources"][1], event["detail"]["result"]))


def latest_wins(event, context):
    if event["detail-type"] == ISSUED:
        with database() as base:
            found = base.execute("select note from tickets where arn = ?", (event["resources"][0],)).fetchone()
            if found is None or found[0] < event["time"]:
                base.execute("delete from tickets where arn = ?", (event["resources"][0],))
                opened(base, event, f"{event['time']} {event['detail']['result']}")


def removes(event, context):
    arn = event["resources"][1 if len(event["resources"]) > 1 else 0]
    with database() as base:
        if is_issued(event) and claimed(base, event):
            base.execute("insert into tickets values (?, 'issued')", (arn,))
        elif "Revocation" in event["detail-type"]:
            base.execute("delete from tickets where arn = ?", (arn,))


def any_result(event, context):
    if event["detail-type"] == ISSUED:
        once(event)


def any_result_stamped(event, context):
    if event["detail-type"] == ISSUED:
        once(event, f"issued, stored at {datetime.now(UTC)}")


def tells_elsewhere(event, context):
    if event["detail-type"] == ISSUED:
        print(event["detail"]["result"])
        once(event)


def any_event(event, context):
    once(event)


def first_record(event, context):
    healthy(json.loads(event["Records"][0]["body"]), context)


def all_or_none(event, context):
    for body in [json.loads(record["body"]) for record in event["Records"]]:
        healthy(body, context)


def skips_broken(event, context):
    for record in event["Records"]:
        try:
            healthy(json.loads(record["body"]), context)
        except ValueError:
            continue


def raises_at_the_end(event, context):
    broken = 0
    for record in event["Records"]:
        try:
            healthy(json.loads(record["body"]), context)
        except ValueError:
            broken += 1
    if broken:
        raise ValueError(broken)


def names_broken(event, context):
    failed = []
    for record in event["Records"]:
        try:
            healthy(json.loads(record["body"]), context)
        except ValueError:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def names_all(event, context):
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in event["Records"]]}
