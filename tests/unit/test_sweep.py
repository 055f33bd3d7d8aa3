"""What killed runs leave behind is found and removed, and nothing else is touched."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from fuzzing import seeded, times
from given import Run

from pca_events import catalog
from pca_events.calibrate.retry import _api_destination
from pca_events.cli import backends, main
from pca_events.errors import BadAnswer, BadInput
from pca_events.harness import RunId, ScenarioBus, Session
from pca_events.harness.pca_requests import creation
from pca_events.harness.resources import Archive, EventBus, LogGroup, Queue, Resource, Rule, Topic
from pca_events.harness.resources.inventory import find
from pca_events.harness.run import OWN_ACCOUNT, RUN_TAG

MAKE_FOR_EVER = """
import sys
from pca_events import catalog
from pca_events.backends import connect
from pca_events.harness import RunId, ScenarioBus, Session
session = Session(connect(sys.argv[1]), RunId(sys.argv[2]))
while True:
    with ScenarioBus(session, "to be killed") as bus:
        for event in catalog.documented_events():
            bus.put_observer_rule(event.id, event.pattern)
            print("made", flush=True)
"""
KILLS, AT_ONCE = times(10), 5


def names(session: Session, run: RunId) -> list[str]:
    return sorted(found.arn for found in find(session, f"pca-events-{run}-"))


@pytest.fixture
def other(pca_connection: Session) -> Iterator[tuple[Session, list[str]]]:
    """Another active run with its resources."""
    session = Session(pca_connection.backend, RunId())
    with ScenarioBus(session, "alive") as bus:
        bus.put_rule_under_test("rule", catalog.documented("ca-creation-success").pattern)
        yield session, names(session, session.run)


def killed_at_random(url: str, run: RunId, chance: random.Random) -> None:
    """Kill several processes of one run, each at a random moment after its first rule."""
    words = [sys.executable, "-c", MAKE_FOR_EVER, url, run.value]
    with ExitStack() as stack:
        making = [
            stack.enter_context(subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True))
            for _ in range(AT_ONCE)
        ]
        for process in making:
            assert process.stdout is not None
            process.stdout.readline()
            for _ in range(chance.randrange(30)):
                process.stdout.readline()
            process.kill()


@pytest.mark.slow
@pytest.mark.fuzz
def test_killed_runs_are_swept_and_another_run_is_left_alone(
    process: Run, pca_connection: Session, other: tuple[Session, list[str]]
) -> None:
    run, chance = RunId(), seeded(3)
    for _ in range(KILLS // AT_ONCE):
        killed_at_random(pca_connection.backend.endpoint_url, run, chance)
    left = names(pca_connection, run)
    assert len(left) > KILLS / 2
    url = pca_connection.backend.endpoint_url
    shown = process("sweep", "--endpoint-url", url, "--run", run.value)
    assert shown.stdout.count("would remove ") == len(left) == len(names(pca_connection, run))
    swept = process("sweep", "--endpoint-url", url, "--run", run.value, "--yes")
    assert (swept.returncode, swept.stderr) == (0, "")
    assert swept.stdout.count("removed ") == len(left)
    assert names(pca_connection, run) == []
    session, theirs = other
    assert names(session, session.run) == theirs


def test_recent_resources_are_kept(command: Run, pca_connection: Session, other: tuple[Session, list[str]]) -> None:
    session, theirs = other
    words = ("sweep", "--endpoint-url", pca_connection.backend.endpoint_url, "--run", session.run.value, "--yes")
    assert command(*words, "--older-than", "2h").stdout == f"0 found with prefix pca-events-{session.run}-\n"
    assert names(session, session.run) == theirs
    deadline = time.monotonic() + 10
    while names(session, session.run):  # the queue may be a second old before the bus is
        command(*words, "--older-than", "1s")
        assert time.monotonic() < deadline


@pytest.mark.parametrize(("hours", "swept"), [(-3, True), (3, False)])
def test_ages_are_by_the_clock_of_the_emulator(
    monkeypatch: pytest.MonkeyPatch, command: Run, pca_connection: Session, hours: int, swept: bool
) -> None:
    """The clock of the emulator has moved by that many hours since the queue was made; this machine's has not."""
    name = RunId().new_name()
    Queue(name).create(pca_connection, {})
    monkeypatch.setattr(backends, "now_on", lambda _: datetime.now(UTC) - timedelta(hours=hours))
    words = ("--endpoint-url", pca_connection.backend.endpoint_url, "--prefix", name, "--older-than", "2h")
    assert ("would remove " in command("sweep", *words).stdout) is swept
    Queue(name).delete(pca_connection)


def test_only_the_requested_kinds(command: Run, pca_connection: Session) -> None:
    run = RunId()
    name = run.new_name()
    for resource in (EventBus(name), Queue(name), Archive(name, name, {"source": ["any"]})):
        resource.create(pca_connection, {})
    words = ("sweep", "--endpoint-url", pca_connection.backend.endpoint_url, "--run", run.value, "--yes")
    assert "archive/" in command(*words, "--only", "archives").stdout
    assert [found.kind for found in find(pca_connection, name)] == ["queues", "buses"]
    assert command(*words, "--only", "queues,buses").returncode == 0
    assert find(pca_connection, name) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--prefix", "pca"], 'the prefix "pca" is shorter than 4 characters'),
        (["--run", ""], '"" is not the id of a run, which has eight hexadecimal digits'),
        (["--older-than", "soon"], '"soon" is not an age; write it as 90m, 2h or 1d'),
        (["--only", "rules,tables"], "tables is not a kind of resource; known: rules, api-destinations, connections"),
    ],
)
def test_unusable_input_of_sweep(command: Run, pca_connection: Session, words: list[str], said: str) -> None:
    ran = command("sweep", "--endpoint-url", pca_connection.backend.endpoint_url, *words)
    assert ran.returncode == 2
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_resources_whose_names_only_begin_like_those_of_a_run_stay(command: Run, pca_connection: Session) -> None:
    run = RunId()
    bus, alike, left = f"{run.prefix}-of-the-team", f"{run.prefix}-orders", run.new_name()
    theirs: list[Resource] = [EventBus(bus), Queue(alike), Topic(alike, alike), LogGroup(f"/aws/events/{alike}")]
    theirs += [Archive(bus, alike, {"source": ["x"]}), Rule(bus, "theirs", {"source": ["x"]})]
    killed: list[Resource] = [Rule(bus, left, {"source": ["x"]}), Queue(f"{left}-dead.fifo")]
    for resource in (*theirs, *killed):
        resource.create(pca_connection, {})
    swept = command("sweep", "--endpoint-url", pca_connection.backend.endpoint_url, "--run", run.value, "--yes").stdout
    assert swept.endswith(f"2 found with prefix {run.prefix}\n")
    assert all(f"{resource.key.rpartition('/')[2]}\n" in swept for resource in killed)
    assert all(resource.read(pca_connection) is not None for resource in theirs)
    for resource in reversed(theirs):
        resource.delete(pca_connection)


def test_resources_that_calibrate_leaves_are_swept(command: Run, pca_connection: Session) -> None:
    run, backend = RunId(), pca_connection.backend
    name, kms = run.new_name(), backend.client("kms")
    with _api_destination(pca_connection, name, "http://127.0.0.1:1"):
        key = kms.create_key(Origin="EXTERNAL", Tags=[{"TagKey": RUN_TAG, "TagValue": run.value}])["KeyMetadata"]
        words = ("sweep", "--endpoint-url", backend.endpoint_url, "--run", run.value)
        found = command(*words).stdout
        assert [line.split(":")[2] for line in found.splitlines()[:-1]] == ["events", "events", "kms"]
        assert key["Arn"] in found
        assert command(*words, "--yes").returncode == 0
        assert command(*words).stdout.startswith("0 found ")
        assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_cas_are_found_after_their_queue_was_to_be_removed_first(
    command: Run, pca_connection: Session, own_account: str
) -> None:
    run = RunId()
    session = Session(replace(pca_connection.backend, account=own_account), run)
    Queue(run.new_name()).create(session, {OWN_ACCOUNT: "true"})
    session.pca.create_certificate_authority(**creation("left"))
    words = ("sweep", "--endpoint-url", session.backend.endpoint_url, "--run", run.value)
    first = command(*words, "--only", "queues", "--yes")
    assert (first.returncode, first.stdout.startswith("not removed arn:aws:sqs:")) == (1, True)
    assert "the CAs and buckets in its account are found by it; remove them first\n" in first.stdout
    assert command(*words, "--yes").stdout.endswith(f"2 found with prefix {run.prefix}\n")
    assert command(*words).stdout.startswith("0 found ")


def test_two_sweeps_at_once_remove_everything_once(pca_connection: Session, process: Run) -> None:
    run = RunId()
    bus = run.new_name()
    rules = [Rule(bus, f"rule-{number}", {"source": ["x"]}) for number in range(110)]  # more than a page
    made: list[Resource] = [EventBus(bus), *rules]
    for resource in made:
        resource.create(pca_connection, {})
    words = ("sweep", "--endpoint-url", pca_connection.backend.endpoint_url, "--run", run.value, "--yes")
    with ThreadPoolExecutor(2) as pool:
        swept = list(pool.map(lambda _: process(*words), range(2)))
    assert [(each.returncode, each.stderr) for each in swept] == [(0, ""), (0, "")]
    assert find(pca_connection, bus) == []


def test_the_default_bus_is_never_found(pca_connection: Session) -> None:
    assert find(pca_connection, "default") == []
    with pytest.raises(BadInput):
        find(pca_connection, "")


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ConcurrentModificationException", "Message": "busy"}}, "DeleteEventBus"),
        BadAnswer("DeleteEventBus answered 500 6 times: (nothing)"),
    ],
)
def test_resources_that_cannot_be_removed_are_reported(
    error: Exception,
    capsys: pytest.CaptureFixture[str],
    pca_connection: Session,
    other: tuple[Session, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise error

    session, _ = other
    with monkeypatch.context() as broken:
        broken.setattr(EventBus, "delete", refuse)
        url = pca_connection.backend.endpoint_url
        assert main(["sweep", "--endpoint-url", url, "--run", session.run.value, "--only", "buses", "--yes"]) == 1
    assert "not removed arn:aws:events:" in capsys.readouterr().out
