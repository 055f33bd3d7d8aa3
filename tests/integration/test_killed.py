"""What killed commands leave on a long-lived emulator is listed and removed by `sweep`, and nothing of others is."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from processes import started

from pca_events.backends import Backend, EmbeddedLocalStack
from pca_events.cli import main
from pca_events.harness import RunId, Session
from pca_events.harness.pca_requests import creation
from pca_events.harness.resources import Queue, Rule, Target
from pca_events.harness.resources.sweep import left_on

TOP = Path(__file__).parents[2]
WATCHED = "444455556666"
PREFIX = "pca-events-"

COMMANDS: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "watch": (("watch", "--account", WATCHED, "--region", "eu-west-1"), frozenset({"events", "sqs"})),
    "check --deploy": (("check", "--deploy", str(TOP / "examples" / "infrastructure")), frozenset({"events", "sqs"})),
    "verify-consumer": (
        ("verify-consumer", str(TOP / "examples" / "consumers" / "crl-alerting" / "broken")),
        frozenset({"events", "sqs"}),
    ),
    "verify": (
        ("verify", "-n", "1", "operations/create_certificate_authority_audit_report"),
        frozenset({"events", "sqs", "acm-pca", "s3"}),
    ),
}
"""Each command, and of which services it must have made something when it is killed."""


@pytest.fixture(scope="module")
def emulator() -> Iterator[Backend]:
    emulator = EmbeddedLocalStack.of_this_process()
    try:
        yield emulator.start()
    finally:
        emulator.stop()


def services(session: Session) -> set[str]:
    return {left.arn.split(":")[2] for left in left_on(session, PREFIX)}


def foreign(session: Session) -> dict[str, list[str]]:
    """What others have: a rule that is named nearly as those of runs, its queue, a CA and a bucket."""
    return {
        "rules": [rule["Name"] for rule in session.rules("default") or ()],
        "queues": session.sqs.list_queues().get("QueueUrls", []),
        "authorities": [
            each["Arn"]
            for each in session.pca.list_certificate_authorities()["CertificateAuthorities"]
            if each["Status"] != "DELETED"
        ],
        "buckets": [each["Name"] for each in session.s3.list_buckets()["Buckets"]],
    }


_TRIES = 10  # on a busy machine a command may end before it is seen to have made something


def _killed(folder: Path, session: Session, words: tuple[str, ...], made: frozenset[str]) -> bool:
    """Start a command and kill it as soon as it has made something; False if it ended by itself before."""
    before = {left.arn for left in left_on(session, PREFIX)}
    with started(folder, *words, "--endpoint-url", session.backend.endpoint_url) as command:
        while command.process.poll() is None:
            new = {left.arn for left in left_on(session, PREFIX)} - before
            if {arn.split(":")[2] for arn in new} >= made:
                os.killpg(command.process.pid, signal.SIGKILL)
                return True
    return False


@pytest.mark.slow
def test_killed_commands_are_swept_and_what_others_have_stays(
    tmp_path: Path, emulator: Backend, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session(emulator, RunId())
    theirs = Session(replace(emulator, account=WATCHED, region="eu-west-1"), RunId())
    for resource in (
        Queue("orders"),
        Rule("default", "pca-events-alarm", {"source": ["x"]}),
        Queue("pca-events-alarm"),
    ):
        resource.create(theirs, {})
    Target("default", "pca-events-alarm", theirs.backend.queue_arn("orders")).create(theirs, {})
    theirs.pca.create_certificate_authority(**creation("theirs"))
    theirs.s3.create_bucket(Bucket="orders", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    others = foreign(theirs)
    for words, made in COMMANDS.values():
        assert any(_killed(tmp_path, session, words, made) for _ in range(_TRIES)), f"{words} always ended by itself"
    left = sorted(left.arn for left in left_on(session, PREFIX))
    assert any(WATCHED in arn for arn in left)

    words = ("sweep", "--endpoint-url", emulator.endpoint_url)
    assert main(words) == 0
    *listed, last = capsys.readouterr().out.splitlines()
    assert sorted(listed) == [f"would remove {arn}" for arn in left]
    assert last == f"{len(left)} found with prefix {PREFIX}; --yes removes them"
    assert sorted(each.arn for each in left_on(session, PREFIX)) == left, "a dry run removes nothing"

    assert main((*words, "--older-than", "1h", "--yes")) == 0
    assert capsys.readouterr().out == f"0 found with prefix {PREFIX}\n"
    assert main((*words, "--yes")) == 0
    assert sorted(capsys.readouterr().out.splitlines()[:-1]) == [f"removed {arn}" for arn in left]
    assert left_on(session, PREFIX) == []
    assert foreign(theirs) == others
    for account in {arn.split(":")[4] for arn in left} - {WATCHED, ""}:
        nothing: dict[str, list[str]] = {"rules": [], "queues": [], "authorities": [], "buckets": []}
        assert foreign(Session(replace(emulator, account=account), RunId())) == nothing
