"""The archive has one file for each audit report. The handler is a command, so the tests run it as one."""

import json
import shutil
import subprocess

import pytest

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="Node is not installed")


def message(event):
    """Return what the transformer in template.yaml makes of an event; verify-consumer proves that it does."""
    authority, report = event["resources"]
    return {"report": report, "ca": authority, "result": event["detail"]["result"], "time": event["time"]}


@pytest.fixture
def archive(tmp_path):
    """A function that archives messages in one invocation, and returns the ids of the records to try again."""

    def archived(*messages):
        records = [{"messageId": str(at), "body": json.dumps(each)} for at, each in enumerate(messages)]
        ran = subprocess.run(
            [NODE, "src/archive.mjs"],
            input=json.dumps({"Records": records}),
            env={"ARCHIVE": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        return [failure["itemIdentifier"] for failure in json.loads(ran.stdout)["batchItemFailures"]]

    return archived


@pytest.mark.pca_events("audit-report-generation-*")
def test_a_report_is_archived_once_although_it_arrives_twice(pca_events, archive, tmp_path):
    sent = message(pca_events)
    assert archive(sent, sent) == []
    assert archive(sent) == []
    (file,) = tmp_path.iterdir()
    assert file.name == f"{sent['report']}.json"
    assert json.loads(file.read_text()) == sent


def test_a_bad_record_does_not_block_the_others(pca_event, archive, tmp_path):
    good = message(pca_event("audit-report-generation-success"))
    assert archive({"report": None}, good) == ["0"]
    assert [file.stem for file in tmp_path.iterdir()] == [good["report"]]


def test_the_name_of_a_report_cannot_lead_out_of_the_archive(pca_event, archive, tmp_path):
    sent = message(pca_event("audit-report-generation-success")) | {"report": "../report"}
    assert archive(sent) == ["0"]
    assert list(tmp_path.iterdir()) == []
