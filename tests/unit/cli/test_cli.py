"""The command as a user meets it."""

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from given import Run
from required import cannot_run
from scenario_count import scenario_count

from pca_events import __version__, catalog
from pca_events.backends import Backend
from pca_events.cli import COMMANDS, main
from pca_events.cli.help import HELP
from pca_events.cli.parser import parsed

TOP = Path(__file__).parents[3]
PROGRAM = [sys.executable, "-m", "pca_events"]


@pytest.mark.slow
def test_verify_shows_each_event_and_counts(process: Run, pca_backend: Backend) -> None:
    ran = process("verify", "--endpoint-url", pca_backend.endpoint_url, "-k", "meets_its_contract or never_fires")
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("pca-events verify on corrected LocalStack 4.13.1, at http://127.0.0.1:")
    for event in catalog.documented_events():
        (row,) = [line for line in lines if line.startswith(f"{event.id} ")]
        assert re.search(r" +\d+ +- +- +\d+\.\d s$", row)
    counts = rf"(\d+) of {scenario_count()} scenarios, mode service: \1 passed, 0 failed, 0 skipped in \d+\.\d s"
    assert re.fullmatch(counts, lines[-1])


def test_verify_reports_a_failure_and_exits_1(process: Run, pca_backend: Backend, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "from pca_events import contract\n"
        "contract.violations = lambda event: [contract.Violation('$.time', 'is late', 'no.json', 'x')]\n"
    )
    ran = process(
        "verify", "--endpoint-url", pca_backend.endpoint_url, "-k", "a_ca_creation_event_meets", path=str(tmp_path)
    )
    assert (ran.returncode, ran.stderr) == (1, "")
    failed = "failed events/ca_creation.feature: A CA creation event meets its contract: ca-creation-success\n"
    assert failed in ran.stdout
    assert "\nthe event violates its contract: $.time: is late (no.json)\n" in ran.stdout
    assert f"2 of {scenario_count()} scenarios, mode service: 0 passed, 2 failed, 0 skipped" in ran.stdout


@pytest.mark.slow
@pytest.mark.parametrize("expression", ["no_such_scenario", "and and"])
def test_verify_without_scenarios_fails(process: Run, pca_backend: Backend, expression: str) -> None:
    ran = process("verify", "--endpoint-url", pca_backend.endpoint_url, "-k", expression)
    assert ran.returncode == 2
    assert ran.stderr.startswith("pca-events: ")
    assert expression in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("words", "usage", "message"),
    [
        ([], "pca-events [-h] [--version] COMMAND ...", "pca-events: the following arguments are required: COMMAND"),
        (["verfy"], "pca-events [-h]", 'pca-events: unknown command "verfy"; did you mean "verify"?'),
        (["frobnicate"], "pca-events [-h]", 'unknown command "frobnicate"; see pca-events --help'),
        (["verify", "--endpont", "x"], "pca-events verify [options] [FEATURE ...]", "did you mean --endpoint-url?"),
        (["verify", "--xyz"], "pca-events verify [options]", "pca-events verify: unknown option --xyz\n"),
        (["list", "--formt=json"], "pca-events list [options]", "unknown option --formt; did you mean --format?"),
        (
            ["check", "--format", "sarf", "x"],
            "pca-events check [options]",
            '"sarf" is not supported; did you mean "sarif"?',
        ),
        (["list", "x"], "pca-events list [options]", 'pca-events list: unexpected argument "x"'),
        (["localstack", "--port", "x"], "pca-events localstack", '"x" is not a whole number; write 0 to 65535'),
        (["localstack", "--port", "70000"], "pca-events localstack", '"70000" is out of range; write 0 to 65535'),
        (
            ["localstack", "--services", "kms,lamda"],
            "pca-events localstack",
            'there is no service "lamda" to switch on; there are acm, cloudformation, cloudtrail, cloudwatch, kms',
        ),
        (["sample", "all", "--count", "0"], "pca-events sample", '"0" is out of range; write 1 or more'),
        (["verify", "--workers", "x"], "pca-events verify", '"x" is not a number of workers; write 1 to 64, or auto'),
    ],
)
def test_unknown_words_are_rejected(process: Run, words: list[str], usage: str, message: str) -> None:
    ran = process(*words)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"usage: {usage}")
    assert message in ran.stderr
    assert ran.stderr.count("\n") == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["show", "ca-creation-succes"],
            'there is no event "ca-creation-succes"; did you mean "ca-creation-success"?',
        ),
        (["check", str(TOP / "README.m")], f'did you mean "{TOP / "README.md"}"?'),
        (["validate", str(TOP / "README.m")], f'did you mean "{TOP / "README.md"}"?'),
    ],
)
def test_unknown_names_get_a_suggestion(process: Run, words: list[str], message: str) -> None:
    ran = process(*words)
    assert ran.returncode == 2
    assert message in ran.stdout + ran.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_says_what_it_does_and_how_it_ends(process: Run, command: str) -> None:
    told = process(command, "--help").stdout
    assert all(f"\n{title}:\n" in told for title in ("options", "examples", "exit status"))
    assert max(map(len, told.split("examples:")[0].splitlines())) <= 100


@pytest.mark.parametrize("example", [example for known in HELP.values() for example in known.examples])
def test_an_example_of_the_help_can_be_parsed(example: str) -> None:
    program, *words = shlex.split(re.split(r" [<>] ", example)[0])
    assert program == "pca-events"
    assert parsed(words).command == words[0]


@pytest.mark.parametrize("example", [one for name in ("list", "show", "sample") for one in HELP[name].examples])
def test_an_example_of_the_help_that_reads_no_file_succeeds(process: Run, example: str) -> None:
    ran = process(*shlex.split(example)[1:])
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout != ""


@pytest.mark.parametrize(
    "words",
    [
        "list",
        "show ca-creation-success",
        "sample all",
        "check examples/infrastructure",
        "export python",
        "check --help",
    ],
)
def test_unwritable_output_is_reported_in_one_line(words: str) -> None:
    if not Path("/dev/full").exists():
        cannot_run("/dev/full is missing")
    with open("/dev/full", "w") as full:
        ran = subprocess.run(PROGRAM + words.split(), stdout=full, stderr=subprocess.PIPE, text=True, cwd=TOP)
    assert ran.returncode == 2
    assert ran.stderr.startswith("pca-events: standard output cannot be written (No space left on device)")
    assert ran.stderr.count("\n") == 1


def test_closed_output_is_reported_in_one_line() -> None:
    program = ["/bin/sh", "-c", '"$@" >&-', "sh", *PROGRAM, "list"]
    ran = subprocess.run(program, capture_output=True, text=True, cwd=TOP)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "pca-events: standard output is closed; send it to a file, or to /dev/null\n"


@pytest.mark.parametrize(
    "words", ["check .", "verify --list", "site there", "init", "test-handler app:handler --accepts *"]
)
def test_a_current_directory_that_was_removed_is_reported_in_one_line(words: str, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    program = ["/bin/sh", "-c", 'rmdir "$PWD"; exec "$@"', "sh", *PROGRAM, *words.split()]
    ran = subprocess.run(program, capture_output=True, text=True, cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "pca-events: the current directory no longer exists; change to one that does\n"


@pytest.mark.parametrize("width", ["-5", "0", "1", "2", "99999", "wide"])
def test_the_help_is_shown_on_a_terminal_of_any_width(
    width: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    with pytest.raises(SystemExit) as ended:
        main(["check", "--help"])
    assert ended.value.code == 0
    assert "exit status:" in capsys.readouterr().out


@pytest.mark.parametrize("closed", ["2>&-", "<&- 2>&-", "<&- >&- 2>&-", ">/dev/full 2>/dev/full", "2>/dev/full"])
@pytest.mark.parametrize("words", ["sample", "watch --endpoint-url http://127.0.0.1:9", "list --no-such-option"])
def test_the_exit_status_is_2_if_nothing_can_be_said(words: str, closed: str) -> None:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    program = ["/bin/sh", "-c", f'"$@" {closed}', "sh", *PROGRAM, *words.split()]
    assert subprocess.run(program, cwd=TOP, env=buffered).returncode == 2


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("list", 0),
        ("sample all --count 5000", 0),
        ("check examples/mistakes", 1),
        ("validate examples/recordings/archive.jsonl", 141),
    ],
)
def test_a_reader_that_closes_the_pipe_ends_the_command_silently(words: str, status: int) -> None:
    """A verdict that was not read to its end is not a success."""
    with subprocess.Popen(PROGRAM + words.split(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=TOP) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (status, b"")


def test_version(process: Run) -> None:
    assert process("--version").stdout == f"pca-events {__version__}\n"


def test_a_call_that_a_backend_refuses_is_reported_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object) -> None:
        raise ClientError({"Error": {"Code": "InternalError", "Message": "broken"}}, "ListRules")

    monkeypatch.setattr("pca_events.cli.events.list_events", refused)
    assert main(["list"]) == 2
    assert capsys.readouterr() == ("", "pca-events: ListRules was refused with InternalError: broken\n")


@pytest.mark.slow
def test_localstack_prints_its_variables_and_ends_with_ctrl_c() -> None:
    words = [sys.executable, "-u", "-m", "pca_events", "localstack", "--port", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True, preexec_fn=_heed_ctrl_c) as process:
        try:
            said = _read_until("Ctrl-C", process)
            url = _found(r"ready at (http://127\.0\.0\.1:\d+)\.", said)
            log = Path(_found(r"Its log is (.*)\. Ctrl-C", said))
            setting = dict(pair.split("=", 1) for pair in _found(r"\n  export (.*)\n", said).split())
            assert log.exists()
            assert setting["AWS_ENDPOINT_URL"] == url
            assert _buses_with(setting) == "default\n"
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=10)
        finally:
            process.kill()
    assert (process.returncode, out, err) == (0, "\nstopped\n", "")
    assert not log.exists()


def _heed_ctrl_c() -> None:
    """A shell makes background processes ignore Ctrl-C, and their children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _read_until(word: str, process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if word in line:
            break
    return said


def _found(expression: str, text: str) -> str:
    match = re.search(expression, text)
    assert match is not None, text
    return match[1]


def _buses_with(setting: dict[str, str]) -> str:
    """What a plain boto3 sees with the exported settings."""
    script = "import boto3; print(*[b['Name'] for b in boto3.client('events').list_event_buses()['EventBuses']])"
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **setting},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout


def test_a_port_in_use_is_reported_in_one_line(process: Run, pca_backend: Backend) -> None:
    port = pca_backend.endpoint_url.rpartition(":")[2]
    ran = process("localstack", "--port", port)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        f"pca-events: LocalStack cannot listen on port {port} (Address already in use); give another port\n"
    )
