"""Handlers as targets: from the Private CA to the code, its retries and destinations, and nothing left of it."""

import base64
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from function_desk import CODE, FunctionDesk
from more_services import eventually
from processes import started

from pca_events.backends import Backend, EmbeddedLocalStack
from pca_events.functions.entries import read_functions
from pca_events.handlers.entry import Limits

TOP = Path(__file__).parents[2]
SECONDS = 60.0  # of an invocation; on a machine with nothing else to do each takes less than one


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the functions."""
    folder = tmp_path_factory.mktemp("functions")
    (folder / "app.py").write_text(CODE)
    (folder / "changed.py").write_text("def handler(event, context):\n    return 1\n")
    return folder


@pytest.fixture(scope="module")
def with_functions(code: Path) -> Iterator[Backend]:
    """A LocalStack with functions."""
    entries = ["renew=app:record", "broken=app:fail", "changed=changed:handler", "echo=command:cat"]
    entries.append(f"inventory={TOP}/examples/operations/inventory.py:handler")
    emulator = EmbeddedLocalStack.of_this_process(functions=read_functions(entries, Limits(SECONDS), code))
    try:
        yield emulator.start()
    finally:
        emulator.stop()


@pytest.fixture
def desk(with_functions: Backend, own_account: str) -> FunctionDesk:
    return FunctionDesk(replace(with_functions, account=own_account))


def test_a_certificate_is_issued_and_the_handler_runs(desk: FunctionDesk) -> None:
    desk.active_ca()
    desk.rule("renew")
    event = desk.issued()
    seen = desk.received("recorded")["Body"]
    assert (seen["event"]["id"], seen["event"]["detail"]) == (event["id"], {"result": "success"})
    assert (seen["as"], seen["region"]) == (desk.backend.account, desk.backend.region)
    _, delivered, returned = desk.trace(event)
    assert delivered.endswith(": delivered")
    assert returned.endswith(": the function returned")
    logs = desk.backend.client("logs")
    names = {"logGroupName": "/aws/lambda/renew"}
    (stream,) = eventually(lambda: logs.describe_log_streams(**names)["logStreams"])
    read = logs.get_log_events(**names, logStreamName=stream["logStreamName"])["events"]
    assert any(line["message"].startswith("recording") for line in read)


def test_the_page_shows_what_the_example_prints(with_functions: Backend) -> None:
    line = [sys.executable, str(TOP / "examples" / "operations" / "run_handler.py"), with_functions.endpoint_url]
    ran = subprocess.run(line, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    page = (TOP / "docs" / "simulator.md").read_text("utf-8")
    assert f"```console\n$ python examples/operations/run_handler.py\n{ran.stdout}```" in page


def test_a_function_that_does_not_let_the_rule_invoke_it_gets_nothing(desk: FunctionDesk) -> None:
    desk.active_ca()
    letters = desk.queue("letters", "events.amazonaws.com")
    desk.rule("renew", allowed=False, DeadLetterConfig={"Arn": letters})
    desk.allow("renew", "events.amazonaws.com", f"arn:aws:events:{desk.where}:rule/another")
    event = desk.issued()
    letter = desk.received("letters")
    assert letter["Body"]["id"] == event["id"]
    assert letter["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    (_, attempt) = desk.trace(event)
    assert "the function's policy does not let events.amazonaws.com call lambda:InvokeFunction" in attempt
    assert f"sent to the dead-letter queue {letters}" in attempt


def test_a_handler_that_raises_is_retried_by_the_clock_and_ends_at_its_destination(desk: FunctionDesk) -> None:
    desk.active_ca()
    failed, letters = desk.queue("failed"), desk.queue("letters")
    desk.functions.put_function_event_invoke_config(
        FunctionName="broken", DestinationConfig={"OnFailure": {"Destination": failed}}
    )
    desk.functions.update_function_configuration(FunctionName="broken", DeadLetterConfig={"TargetArn": letters})
    desk.rule("broken")
    event = desk.issued()
    assert "the function raised: ValueError: it is broken; retried at" in desk.trace(event)[-1]
    desk.scenario.simulator.set("clock", advance=180)
    record = desk.received("failed")["Body"]
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["requestContext"]["functionArn"] == f"{desk.arn('broken')}:$LATEST"
    assert record["requestPayload"]["id"] == event["id"]
    assert record["responsePayload"]["errorType"] == "ValueError"
    letter = desk.received("letters")
    assert letter["Body"] == record["requestPayload"]
    told = {name: attribute["StringValue"] for name, attribute in letter["MessageAttributes"].items()}
    request_id = record["requestContext"]["requestId"]
    assert told == {"RequestID": request_id, "ErrorCode": "200", "ErrorMessage": "it is broken"}
    lines = desk.trace(event, lambda lines: len(lines) == 5)
    assert lines[-1].endswith(f"sent to the on-failure destination {failed}; sent to the dead-letter queue {letters}")


def test_a_success_goes_to_an_event_bus_and_on_to_another_function(desk: FunctionDesk) -> None:
    bus = f"arn:aws:events:{desk.where}:event-bus/default"
    desk.functions.put_function_event_invoke_config(
        FunctionName="echo", DestinationConfig={"OnSuccess": {"Destination": bus}}
    )
    rule = desk.events.put_rule(Name="results", EventPattern=json.dumps({"source": ["lambda"]}))["RuleArn"]
    desk.events.put_targets(Rule="results", Targets=[{"Id": "function", "Arn": desk.arn("renew")}])
    desk.allow("renew", "events.amazonaws.com", rule)
    desk.functions.invoke(FunctionName="echo", InvocationType="Event", Payload=b'{"a": 1}')
    event = desk.received("recorded")["Body"]["event"]
    assert event["detail-type"] == "Lambda Function Invocation Result - Success"
    assert event["resources"] == [f"{desk.arn('echo')}:$LATEST", bus]
    assert event["detail"]["responsePayload"] == {"a": 1}


def test_a_failure_goes_to_a_bucket_or_to_a_topic(desk: FunctionDesk) -> None:
    s3, bucket = desk.backend.client("s3"), f"failed-{desk.backend.account}"
    s3.create_bucket(Bucket=bucket)
    topic = desk.topics.create_topic(Name="letters")["TopicArn"]
    desk.topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=desk.queue("letters", "sns.amazonaws.com"))
    desk.functions.update_function_configuration(FunctionName="broken", DeadLetterConfig={"TargetArn": topic})
    desk.functions.put_function_event_invoke_config(
        FunctionName="broken",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:s3:::{bucket}"}},
    )
    desk.functions.invoke(FunctionName="broken", InvocationType="Event", Payload=b'{"a": 1}')
    assert json.loads(desk.received("letters")["Body"]["Message"]) == {"a": 1}
    (written,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert written["Key"].startswith("aws/lambda/async/broken/")
    record = json.loads(s3.get_object(Bucket=bucket, Key=written["Key"])["Body"].read())
    assert (record["requestPayload"], record["requestContext"]["approximateInvokeCount"]) == ({"a": 1}, 1)


def test_invoke_answers_as_aws_does(desk: FunctionDesk) -> None:
    ran = desk.functions.invoke(FunctionName=desk.arn("renew"), Payload=b'{"a": 1}', LogType="Tail")
    assert (ran["StatusCode"], ran["ExecutedVersion"], ran["Payload"].read()) == (200, "$LATEST", b'"recorded"')
    log = base64.b64decode(ran["LogResult"]).decode().splitlines()
    request_id = ran["ResponseMetadata"]["RequestId"]
    assert log[0] == f"START RequestId: {request_id} Version: $LATEST"
    assert f"recording {request_id}" in log
    assert log[-1].startswith(f"REPORT RequestId: {request_id}")
    failed = desk.functions.invoke(FunctionName="broken", Payload=b"{}")
    assert failed["FunctionError"] == "Unhandled"
    error = json.loads(failed["Payload"].read())
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "it is broken")
    assert desk.functions.invoke(FunctionName="renew", InvocationType="DryRun")["StatusCode"] == 204
    desk.functions.update_function_configuration(FunctionName="renew", Environment={"Variables": {"MORE": "yes"}})
    assert desk.received("recorded")["Body"]["more"] is None
    assert desk.functions.invoke(FunctionName="renew", InvocationType="Event", Payload=b"{}")["StatusCode"] == 202
    assert desk.received("recorded")["Body"]["more"] == "yes"


def test_bad_requests_are_rejected_in_one_line(desk: FunctionDesk) -> None:
    functions = desk.functions
    refused: list[tuple[Callable[..., Any], dict[str, Any], str, str]] = [
        (functions.invoke, {"Payload": b"{"}, "InvalidRequestContentException", "into json"),
        (functions.invoke, {"Qualifier": "1"}, "ResourceNotFoundException", "Function not found: .*:renew:1"),
        (functions.invoke, {"FunctionName": "other"}, "ResourceNotFoundException", "function:other"),
        (functions.get_function_event_invoke_config, {}, "ResourceNotFoundException", "an EventInvokeConfig"),
        (functions.delete_function, {}, "OperationNotSupported", "--function NAME=ENTRY"),
        (functions.update_function_configuration, {"Timeout": 3}, "InvalidParameterValueException", "Timeout cannot"),
        (functions.put_function_event_invoke_config, {"MaximumRetryAttempts": 3}, "ValidationException", "equal to 2"),
    ]
    for call, words, code, message in refused:
        with pytest.raises(ClientError, match=message) as answered:
            call(**{"FunctionName": "renew", **words})
        assert answered.value.response["Error"]["Code"] == code


def test_a_function_is_described(desk: FunctionDesk) -> None:
    functions = desk.functions
    listed = functions.list_functions()["Functions"]
    assert [each["FunctionName"] for each in listed] == ["broken", "changed", "echo", "inventory", "renew"]
    found = functions.get_function(FunctionName="renew")["Configuration"]
    assert (found["FunctionArn"], found["Handler"], found["State"]) == (desk.arn("renew"), "app.record", "Active")
    assert functions.get_function_configuration(FunctionName=desk.arn("renew"))["Timeout"] == SECONDS
    changed = functions.put_function_event_invoke_config(FunctionName="renew", MaximumRetryAttempts=0)
    assert changed["MaximumRetryAttempts"] == 0
    functions.update_function_event_invoke_config(FunctionName="renew", MaximumEventAgeInSeconds=60)
    (both,) = functions.list_function_event_invoke_configs(FunctionName="renew")["FunctionEventInvokeConfigs"]
    assert (both["MaximumRetryAttempts"], both["MaximumEventAgeInSeconds"]) == (0, 60)
    functions.delete_function_event_invoke_config(FunctionName="renew")
    assert functions.list_function_event_invoke_configs(FunctionName="renew")["FunctionEventInvokeConfigs"] == []


def test_another_account_needs_the_permission_of_the_function(desk: FunctionDesk) -> None:
    other = FunctionDesk(replace(desk.backend, account="780000000012"))
    with pytest.raises(ClientError, match="not authorized to perform: lambda:InvokeFunction") as refused:
        other.functions.invoke(FunctionName=desk.arn("echo"), Payload=b"1")
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    desk.functions.add_permission(
        FunctionName="echo", StatementId="other", Action="lambda:InvokeFunction", Principal="780000000012"
    )
    assert other.functions.invoke(FunctionName=desk.arn("echo"), Payload=b"1")["Payload"].read() == b"1"


def test_a_topic_invokes_a_function_that_allows_it(desk: FunctionDesk) -> None:
    topic = desk.topics.create_topic(Name="topic")["TopicArn"]
    letters = desk.queue("letters")
    desk.topics.subscribe(
        TopicArn=topic,
        Protocol="lambda",
        Endpoint=desk.arn("renew"),
        Attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": letters})},
    )
    desk.topics.publish(TopicArn=topic, Message="not allowed")
    assert desk.received("letters")["Body"]["Message"] == "not allowed"
    desk.allow("renew", "sns.amazonaws.com", topic)
    desk.topics.publish(TopicArn=topic, Message="allowed")
    (record,) = desk.received("recorded")["Body"]["event"]["Records"]
    assert (record["EventSource"], record["Sns"]["Message"]) == ("aws:sns", "allowed")


def test_code_that_has_changed_is_loaded_again(desk: FunctionDesk, code: Path) -> None:
    def answer() -> bytes:
        answered: bytes = desk.functions.invoke(FunctionName="changed")["Payload"].read()
        return answered

    assert answer() == b"1"
    (code / "changed.py").write_text("def handler(event, context):\n    return 'another'\n")
    assert answer() == b'"another"'


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_function(tmp_path: Path, number: signal.Signals) -> None:
    code = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        "def handler(event, context):\n    return 1\n"
    )
    (tmp_path / "app.py").write_text(code)
    words = ("localstack", "--port", "0", "--function", f"renew={tmp_path}/app.py:handler")
    with started(tmp_path / "t", *words) as command:
        line = command.await_line("  export AWS_ENDPOINT_URL=")
        command.await_line("Its log is")
        backend = Backend("", "", "", line.split()[1].partition("=")[2])
        assert backend.client("lambda").invoke(FunctionName="renew")["Payload"].read() == b"1"
        assert any("time.sleep" in " ".join(process.cmdline()) for process in command.family())
        ended = command.end(number)
    assert ended.alive == []
    assert ended.left == []
