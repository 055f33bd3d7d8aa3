"""Handlers in the runtime of AWS Lambda and as commands: every fault is an outcome, and no process is left."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pca_events.errors import BadInput
from pca_events.handlers.entry import Limits, read_command, read_entry
from pca_events.handlers.environment import CommandEnvironment, LambdaEnvironment

PLANTED = Path(__file__).with_name("planted")
LIMITS = Limits(seconds=1.0, memory=512)


def asked(mode: str) -> bytes:
    return json.dumps({"mode": mode}).encode()


@pytest.fixture(scope="module")
def environment() -> Iterator[LambdaEnvironment]:
    """A function that misbehaves as its event asks."""
    made = LambdaEnvironment(read_entry("misbehaving:handler", PLANTED, LIMITS))
    yield made
    made.close()


def test_a_function_returns_and_knows_its_context(environment: LambdaEnvironment) -> None:
    outcome = environment.invoke(asked("returns"))
    assert outcome.succeeded
    assert outcome.value["name"] == "handler"
    assert outcome.value["arn"] == "arn:aws:lambda:us-east-1:111122223333:function:handler"
    assert outcome.output == "hello\n"


def test_the_output_of_an_invocation_is_complete_when_it_returns(tmp_path: Path) -> None:
    code = "def handler(event, context):\n    for number in range(50):\n        print(event, number)\n"
    (tmp_path / "prints.py").write_text(code)
    made = LambdaEnvironment(read_entry("prints:handler", tmp_path, Limits(seconds=10.0)))
    try:
        for number in range(20):
            printed = made.invoke(str(number).encode()).output
            assert printed.splitlines() == [f"{number} {line}" for line in range(50)]
    finally:
        made.close()
    assert [file.name for file in tmp_path.iterdir()] == ["prints.py"], "no __pycache__"


def test_a_function_sees_no_credentials_of_the_caller(
    environment: LambdaEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.close()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("AWS_PROFILE", "production")
    seen = environment.invoke(asked("credentials")).value
    assert "real" not in seen.values()
    assert "AWS_PROFILE" not in seen


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("raises", r"raised: ValueError: no\x1b[31m"),
        ("hangs", "timed out: after 1 s"),
        ("exits", "exited: exit status 3"),
        ("floods", "printed too much: more than 1,048,576 bytes"),
        ("takes_memory", "raised: MemoryError: "),
        ("returns_an_object", "raised: Runtime.MarshalError: Unable to marshal response: Object of type object"),
        ("returns_too_much", "raised: Function.ResponseSizeTooLarge: Response payload size exceeded"),
    ],
)
def test_a_fault_is_an_outcome_and_the_next_event_is_processed(
    environment: LambdaEnvironment, mode: str, told: str
) -> None:
    assert str(environment.invoke(asked(mode))).startswith(told)
    assert environment.invoke(asked("returns")).succeeded


@pytest.mark.skipif(sys.platform != "linux", reason="processes are counted on Linux only")
def test_a_function_that_forks_without_end_is_ended(environment: LambdaEnvironment) -> None:
    assert str(environment.invoke(asked("forks"))) == "exited: it started more than 64 processes"
    assert environment.invoke(asked("returns")).succeeded


@pytest.mark.skipif(sys.platform != "linux", reason="a daemon is found on Linux only")
def test_a_daemon_ends_with_the_environment() -> None:
    environment = LambdaEnvironment(read_entry("misbehaving:handler", PLANTED, LIMITS))
    runtime = psutil.Process(environment.invoke(asked("leaves_a_daemon")).value)
    supervisor = runtime.parent()
    assert supervisor is not None
    left = supervisor.children(recursive=True)
    assert len(left) == 2
    environment.close()
    assert not supervisor.is_running()
    assert not psutil.wait_procs(left, timeout=5)[1]


def test_a_module_that_cannot_be_imported_does_not_start(tmp_path: Path) -> None:
    shutil.copy(PLANTED / "unreadable.txt", tmp_path / "unreadable.py")
    environment = LambdaEnvironment(read_entry("unreadable:handler", tmp_path, LIMITS))
    outcome = environment.invoke(b"{}")
    assert (outcome.status, outcome.error.partition(":")[0]) == ("did not start", "Runtime.UserCodeSyntaxError")
    environment.close()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("sys.exit('no settings')", "exited while it was imported: exit status 1; no settings"),
        ("os._exit(0)", "exited while it was imported: exit status 0"),
        ("print('x' * 2_000_000)", "printed too much while it was imported: more than 1,048,576 bytes"),
        ("time.sleep(60)", "timed out while it was imported: after 0.3 s"),
    ],
)
def test_a_module_that_ends_or_hangs_in_its_import_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, told: str
) -> None:
    monkeypatch.setattr("pca_events.handlers.environment._START", 0.0 if "sleep" in line else 10.0)
    (tmp_path / "odd.py").write_text(f"import os, sys, time\n{line}\ndef handler(event, context): pass\n")
    limits = Limits(seconds=0.3) if "sleep" in line else LIMITS
    environment = LambdaEnvironment(read_entry("odd:handler", tmp_path, limits))
    assert str(environment.invoke(b"{}")).startswith(f"did not start: its module {told}")
    environment.close()


def test_a_function_that_is_not_there_does_not_start() -> None:
    environment = LambdaEnvironment(read_entry("misbehaving:nothing", PLANTED, LIMITS))
    outcome = environment.invoke(b"{}")
    told = "did not start: Runtime.HandlerNotFound: Handler 'nothing' missing on module 'misbehaving'"
    assert str(outcome) == told
    environment.close()


def command(line: str, limits: Limits = LIMITS) -> CommandEnvironment:
    return CommandEnvironment(read_command(line, PLANTED, limits))


def test_a_command_reads_the_event_and_prints_its_result() -> None:
    outcome = command("cat").invoke(b'{"a": [1]}')
    assert (outcome.status, outcome.value) == ("returned", {"a": [1]})


def test_a_command_may_print_text() -> None:
    assert command("echo done").invoke(b"{}").value == "done\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("sh -c 'echo broken >&2; exit 3'", "exited: exit status 3; broken"),
        ("sh -c 'echo Error: no file >&2; echo v20 >&2; exit 1'", "exited: exit status 1; Error: no file"),
        ("sleep 60", "timed out: after 1 s"),
        ("sh -c 'kill -9 $$'", "exited: ended by SIGKILL"),
        ("sh -c 'yes >&2'", "printed too much: more than 1,048,576 bytes"),
        ("yes", "printed too much: more than 1,048,576 bytes"),
    ],
)
def test_a_fault_of_a_command_is_an_outcome(line: str, told: str) -> None:
    assert str(command(line).invoke(b"{}")) == told


def test_a_command_that_does_not_read_a_large_event_ends() -> None:
    assert command("true").invoke(b" " * (1 << 20)).succeeded


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_a_handler_in_javascript_is_a_command() -> None:
    script = "const e = JSON.parse(require('fs').readFileSync(0)); console.log(JSON.stringify({seen: e.id}))"
    limits = Limits(seconds=10)
    assert command(f'node -e "{script}"', limits).invoke(b'{"id": "x"}').value == {"seen": "x"}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("misbehaving", '"misbehaving" is not a handler; write the file and the function, such as app:handler'),
        ("misbehaving.py", '"misbehaving.py" is not a handler; write the file and the function, such as app:handler'),
        ("misbehavin:handler", 'there is no file misbehavin.py in .*; did you mean "misbehaving"?'),
        ("../nowhere/app.py:handler", "there is no file app.py in .*nowhere"),
    ],
)
def test_an_entry_that_is_not_there_is_bad_input(entry: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read_entry(entry, PLANTED)


@pytest.mark.parametrize("entry", ["misbehaving:handler", "misbehaving.py:handler", "misbehaving.handler"])
def test_an_entry_has_three_forms(entry: str) -> None:
    handler = read_entry(entry, PLANTED)
    assert (handler.folder, handler.module, handler.function) == (PLANTED.resolve(), "misbehaving", "handler")


def test_a_path_becomes_the_folder_of_the_handler() -> None:
    assert read_entry("planted/misbehaving.py:handler", PLANTED.parent).folder == PLANTED.resolve()


@pytest.mark.parametrize("name", ["my handlers (1)", "größe+x", "a.b"])
def test_a_folder_has_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    shutil.copy(PLANTED / "misbehaving.py", tmp_path / name)
    handler = read_entry(f"{name}/misbehaving.py:handler", tmp_path)
    assert (handler.folder, handler.module) == ((tmp_path / name).resolve(), "misbehaving")


@pytest.mark.parametrize(
    ("line", "entry", "folder", "module"),
    [
        ("from .names import NAME", "src/team/app.py:handler", "src", "team.app"),
        ("from ..names import NAME", "src/team/app.py:handler", ".", "src.team.app"),
        ("from names import NAME", "src/team/app.py:handler", "src/team", "app"),
        ("from team.names import NAME", "src/team.app:handler", "src", "team.app"),
    ],
)
def test_relative_imports_decide_on_the_folder(tmp_path: Path, line: str, entry: str, folder: str, module: str) -> None:
    team = tmp_path / "src" / "team"
    team.mkdir(parents=True)
    for place in (team.parent, team):
        (place / "names.py").write_text("NAME = 'crl'\n")
    (team / "__init__.py").touch()
    (team / "app.py").write_text(f"{line}\ndef handler(event, context): return NAME\n")
    handler = read_entry(entry, tmp_path, Limits(seconds=10))
    assert (handler.folder, handler.module) == ((tmp_path / folder).resolve(), module)
    environment = LambdaEnvironment(handler)
    assert environment.invoke(b"{}").value == "crl"
    environment.close()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "the command of a handler is empty"),
        ("node 'x", "the command node 'x cannot be read: No closing quotation"),
        ("no-such-program x", "there is no program no-such-program"),
        ("./no-such-file", "there is no program ./no-such-file"),
    ],
)
def test_a_command_that_is_not_there_is_bad_input(line: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read_command(line, PLANTED)


@pytest.mark.parametrize("name", ["python", "python3"])
def test_python_is_the_first_of_the_path_or_that_of_pca_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert read_command(f"{name} x.py", PLANTED).command == (sys.executable, "x.py")
    (tmp_path / name).touch(0o755)
    assert read_command(f"{name} x.py", PLANTED).command == (str(tmp_path / name), "x.py")
