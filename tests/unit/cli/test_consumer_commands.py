"""The commands about consumers: `init`, `matrix`, `diff --consumers`, `export pact` and `test-handler`."""

import json
import shutil
from pathlib import Path

import pytest
from given import Run
from terraform_texts import CRL_FAILED

from pca_events.cli.console import console
from pca_events.cli.handlers import print_report
from pca_events.consumers.contract_file import FILE, read_contract
from pca_events.handlers.findings import HandlerReport
from pca_events.locations import locate

CONTRACT = """\
consumer: alerting
handlers:
  - name: alert
    entry: app.py:handler
    accepts: [crl-generation-failure-*]
    needs: [$.detail.reason]
"""
HANDLER = "def handler(event, context):\n    return event['detail']['reason']\n"


@pytest.fixture
def consumer(tmp_path: Path) -> Path:
    """A consumer with a contract file."""
    (tmp_path / FILE).write_text(CONTRACT)
    (tmp_path / "app.py").write_text(HANDLER)
    return tmp_path


def test_init_writes_a_contract_file_and_never_replaces_one(command: Run, tmp_path: Path) -> None:
    (tmp_path / "rules.tf").write_text(CRL_FAILED)
    made = command("init", str(tmp_path))
    assert (made.returncode, made.stdout) == (0, f"wrote {tmp_path / FILE}\n")
    assert "not known: no Python function of the form handler(event, context) was found" in made.stderr
    assert read_contract(str(tmp_path)).rules[0].name == "crl_failed"
    again = command("init", str(tmp_path))
    assert (again.returncode, again.stderr) == (
        2,
        f"pca-events: {tmp_path / FILE} exists; --print prints what would be written\n",
    )
    assert command("init", str(tmp_path), "--print").stdout == (tmp_path / FILE).read_text()


def test_the_matrix_names_consumers(command: Run, consumer: Path) -> None:
    shown = command("matrix", str(consumer))
    assert "crl-generation-failure-internal        alerting ($.detail.reason)" in shown.stdout
    events = json.loads(command("matrix", str(consumer), "--format", "json").stdout)["events"]
    assert events["crl-generation-failure-internal"] == [{"consumer": "alerting", "needs": ["$.detail.reason"]}]


def test_a_folder_without_contract_files_is_bad_input(command: Run, tmp_path: Path) -> None:
    for words in (("matrix", str(tmp_path)), ("verify-consumer", str(tmp_path)), ("export", "pact")):
        found = command(*words)
        assert found.returncode == 2
        assert "pca-events init writes one" in found.stderr
        assert not found.stdout


@pytest.mark.parametrize(("path", "named"), [("events/crl-generation", True), ("envelope", False)])
def test_diff_names_the_consumers_that_a_change_breaks(
    command: Run, consumer: Path, tmp_path_factory: pytest.TempPathFactory, path: str, named: bool
) -> None:
    old = locate("schemas")
    new = shutil.copytree(old, tmp_path_factory.mktemp("new") / "schemas")
    field = "reason" if named else "time"
    file = new / f"{path}.schema.json"
    text = file.read_text("utf-8")
    assert f'"{field}"' in text
    file.write_text(text.replace(f'"{field}"', f'"{field}s"'), "utf-8")
    found = command("diff", str(old), str(new), "--consumers", str(consumer))
    assert found.returncode == 1
    told = f"breaks alerting ({consumer / FILE}), which relies on crl-generation-failure-s3-permissions"
    assert (told in found.stdout) is named, found.stdout


def test_test_handler_prints_what_it_found_and_what_it_did_not_judge(command: Run, consumer: Path) -> None:
    words = ["test-handler", "app:handler", "--folder", str(consumer), "--accepts", "crl-generation-failure-*"]
    found = command(*words)
    assert found.returncode == 0, found.stdout
    assert "duplicate: not judged: there is no probe of the state" in found.stdout
    assert "crl-generation-failure-internal needs $.detail.reason" in found.stdout
    report = json.loads(command(*words, "--format", "json", "--needs", "$.id").stdout)
    assert {finding["code"] for finding in report["findings"]} == {"undeclared-need"}


def test_a_trial_that_was_judged_for_other_events_names_those_without_a_verdict(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = HandlerReport("app:handler", ("ca-creation-success", "ca-creation-failure"), "seed")
    report.passed("crash", "ca-creation-failure")
    for trial in ("duplicate", "crash"):
        report.not_judged(trial, "ca-creation-success", "it changes nothing")
    print_report(report, console())
    printed = capsys.readouterr().out
    assert "duplicate: not judged: it changes nothing" in printed
    assert "crash of ca-creation-success: not judged: it changes nothing" in printed


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--accepts", "ca-*"], "name one handler: the file and the function, such as app:handler, or --command"),
        (["app:handler", "--accepts", "nothing"], 'there is no documented event "nothing"'),
        (["app:handler", "--accepts", "ca-*", "--needs", "detail.result"], "app:handler: detail.result is in none of"),
        (["nothing:handler", "--accepts", "ca-*"], "there is no file nothing.py in"),
        (["app:handler", "--accepts", "ca-*", "--env", "A"], '"A" is not a variable; write it as NAME=VALUE'),
        (["app:handler", "--accepts", "ca-*", "--probe", "app:handler"], "the probe app:handler failed"),
        (["app:handler", "--accepts", "ca-*", "--setup", "false"], "failed (exited: exit status 1)"),
        (["app:handler", "--accepts", "ca-*", "--record", "--probe", "a:b"], "not allowed with argument"),
    ],
)
def test_bad_input_is_one_line(command: Run, consumer: Path, words: list[str], told: str) -> None:
    found = command("test-handler", *words, "--folder", str(consumer))
    assert found.returncode == 2
    assert told in found.stderr
    assert "Traceback" not in found.stderr


def test_pacts_are_written_into_a_folder(command: Run, consumer: Path, tmp_path: Path) -> None:
    pytest.importorskip("pact", reason="pact-python is not installed")
    out = tmp_path / "pacts"
    found = command("export", "pact", "--consumers", str(consumer), "--output", str(out))
    assert (found.returncode, found.stdout) == (0, f"wrote {out}: alerting-AWS Private CA.json\n")
    assert json.loads((out / "alerting-AWS Private CA.json").read_text())["consumer"] == {"name": "alerting"}
