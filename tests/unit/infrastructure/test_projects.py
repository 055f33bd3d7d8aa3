"""CDK and Pulumi projects, program code, files that are not patterns, and links: read, or reported as not read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pca_events.check.rules import check
from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Reading, Unknown


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def put(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("settings", "output"), [("{}", "cdk.out"), ('{"output": "dist/cdk"}', "dist/cdk"), ("{", "cdk.out")]
)
def test_a_cdk_project_that_is_not_synthesized_is_reported(settings: str, output: str) -> None:
    put("app/cdk.json", settings)
    (skipped,) = read_paths(["."]).skipped
    assert (str(skipped.place), skipped.remedy) == ("app/cdk.json:1", f'run "cdk synth" and check app/{output}')
    Path("app", output).mkdir(parents=True)
    assert read_paths(["."]).skipped == []


@pytest.mark.parametrize("name", ["stack.ts", "stack.py", "index.js", "main.go"])
def test_named_program_code_is_reported_in_one_line(name: str) -> None:
    put(name, "new events.Rule(scope, 'R', { eventPattern: { source: ['aws.acm-pca'] } });\n")
    (fault,) = read_paths([name]).unreadable
    assert fault.message.startswith("is program code, which check does not run; ")
    assert read_paths(["."]) == Reading()


PULUMI = """\
name: pki
runtime: yaml
config:
  source: {default: aws.acm-pca}
variables:
  kind: ACM Private CA ${word}
resources:
  failed:
    type: aws:cloudwatch:EventRule
    properties:
      eventPattern:
        fn::toJSON:
          source: ["${source}"]
          detail-type: ["${kind}"]
      eventBusName: ${bus.name}
      state: DISABLED
  kept:
    type: aws:cloudwatch:EventArchive
    properties: {eventPattern: '{"source": ["aws.acm-pca"]}', eventSourceArn: 'arn:aws:events:eu-west-1:1:event-bus/b'}
  other: {type: aws:s3:Bucket}
"""


def test_pulumi_yaml_is_read() -> None:
    put("Pulumi.yaml", PULUMI)
    reading = read_paths(["."])
    assert (reading.unreadable, reading.skipped) == ([], [])
    failed, kept = reading.rules
    kind = Unknown("${word}", ("ACM Private CA ", None))
    assert failed.pattern == {"source": ["aws.acm-pca"], "detail-type": [kind]}
    assert (str(failed.place), failed.lines["detail-type"], failed.enabled) == ("Pulumi.yaml:8", 14, False)
    assert str(failed.bus) == "${bus.name}"
    assert (kept.kind, kept.bus, kept.pattern) == (
        "archive",
        "arn:aws:events:eu-west-1:1:event-bus/b",
        {"source": ["aws.acm-pca"]},
    )


@pytest.mark.parametrize("runtime", ["nodejs", "{name: python, options: {}}"])
def test_a_pulumi_program_is_reported(runtime: str) -> None:
    put("Pulumi.yaml", f"name: pki\nruntime: {runtime}\n")
    (skipped,) = read_paths(["."]).skipped
    assert skipped.what == "a Pulumi program"


EVENT = {"version": "0", "id": "x", "source": "aws.acm-pca", "detail": {}}


@pytest.mark.parametrize(
    "document",
    [
        {"version": 4, "detail": {}, "lineage": "x"},
        {"name": "x", "resources": {}},
        EVENT,
        {"source": ["aws.acm-pca"], "handlers": {}},
    ],
)
def test_a_named_file_unlike_a_pattern_is_not_read_as_one(document: object) -> None:
    put("named.json", json.dumps(document))
    reading = read_paths(["named.json"])
    assert reading.rules == []
    assert len(reading.unreadable) == 1


@pytest.mark.parametrize(
    "document",
    [
        {"source": ["aws.acm-pca"]},
        {"source": "aws.acm-pca"},
        {"detailType": ["x"], "source": ["aws.acm-pca"]},
        {"$or": [{"source": ["a"]}, {"source": ["b"]}]},
        {"resources": ["x"], "detial": {}},
    ],
)
def test_a_named_file_like_a_pattern_is_read_as_one(document: object) -> None:
    put("named.json", json.dumps(document))
    (rule,) = read_paths(["named.json"]).rules
    assert rule.pattern == document


def test_links_to_targets_outside_the_folder_are_not_followed(here: Path) -> None:
    (here.parent / "outside.json").write_text('{"source": ["aws.acm-pca"]}')
    put("real.json", '{"source": ["aws.acm-pca"]}')
    for name, to in {"a.json": "../outside.json", "b.json": "/proc/self/environ", "c.json": "real.json"}.items():
        Path(name).symlink_to(to)
    reading = read_paths(["."])
    assert [rule.place.file for rule in reading.rules] == ["c.json", "real.json"]
    assert [skipped.place.file for skipped in reading.skipped] == ["a.json", "b.json"]
    assert len(read_paths(["a.json"]).rules) == 1


RULE = "Resources: {R: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [aws.acm-pca], account: [%s]}}}}\n"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("012345670123", 0o12345670123),
        ("0x1F", 31),
        ("1_000", 1000),
        ("7" * 5_000, "7" * 5_000),
        ("0x" + "f" * 5_000, "0x" + "f" * 5_000),
    ],
)
def test_numbers_keep_their_notation(written: str, value: object) -> None:
    put("t.yaml", RULE % written)
    (rule,) = read_paths(["."]).rules
    (account,) = rule.pattern["account"]
    assert account == value
    assert getattr(account, "written", written) == written


def test_an_account_id_that_yaml_reads_as_octal_must_be_quoted() -> None:
    put("t.yaml", RULE % "012345670123")
    remedies = [finding.remedy for checked in check(read_paths(["."])).rules for finding in checked.findings]
    assert any(remedy.startswith('put the account in quotes: "012345670123"') for remedy in remedies)


def test_a_json_number_with_thousands_of_digits_is_reported_in_one_line() -> None:
    put("p.json", f'{{"source": ["aws.acm-pca"], "account": [{"1" * 10_000}]}}')
    (fault,) = read_paths(["."]).unreadable
    assert fault.message == "is not valid JSON: a number has more than 1,000 digits"


def test_exponentially_growing_anchors_are_reported_immediately() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    put("t.yaml", RULE % "x" + "\n".join(lines))
    (fault,) = read_paths(["."]).unreadable
    assert fault.message.startswith("aliases repeat more than")


def test_the_notation_of_numbers_survives_pickling() -> None:
    code = (
        "import pickle; from pca_events.infrastructure.source_tree import WrittenNumber as W; "
        "print(pickle.loads(pickle.dumps(W(8, '010'))).written)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "010\n"


@pytest.mark.parametrize("name", ["serverless.ts", "serverless.js"])
def test_a_serverless_service_that_is_program_code_is_reported(name: str) -> None:
    put(f"app/{name}", "export default { service: 'pki' }\n")
    (skipped,) = read_paths(["."]).skipped
    assert (skipped.what, skipped.remedy) == (
        "a Serverless service that is program code",
        'run "serverless package" and check app/.serverless',
    )
    (fault,) = read_paths([f"app/{name}"]).unreadable
    assert fault.message.startswith("is program code")


def test_a_cdk_for_terraform_project_is_reported_until_it_is_synthesized() -> None:
    put("app/cdktf.json", '{"language": "typescript"}')
    (skipped,) = read_paths(["."]).skipped
    assert (skipped.what, skipped.remedy) == (
        "a CDK for Terraform project that is not synthesized",
        'run "cdktf synth" and check app/cdktf.out',
    )
    block = {"aws_cloudwatch_event_rule": {"r": {"event_pattern": '{"source": ["aws.acm-pca"]}'}}}
    put("app/cdktf.out/stacks/pki/cdk.tf.json", json.dumps({"resource": block}))
    reading = read_paths(["."])
    assert reading.skipped == []
    assert [rule.pattern for rule in reading.rules] == [{"source": ["aws.acm-pca"]}]


@pytest.mark.parametrize(
    ("inner", "pattern"),
    [
        ("{fn::toJSON: {fn::toJSON: {source: [aws.s3]}}}", '"{\\"source\\": [\\"aws.s3\\"]}"'),
        ("{fn::toJSON: '{}'}", '"{}"'),
        ("{fn::toJSON: {fn::toJSON: {source: ['${other}']}}}", Unknown("fn::toJSON")),
    ],
)
def test_nested_json_in_pulumi_yaml(inner: str, pattern: object) -> None:
    put(
        "Pulumi.yaml",
        "name: x\nruntime: yaml\nresources:\n  r:\n    type: aws:cloudwatch:EventRule\n    properties:\n"
        f"      eventPattern: {inner}\n",
    )
    (rule,) = read_paths(["."]).rules
    assert rule.pattern == pattern


def test_a_template_for_terragrunt_code_is_reported_if_it_may_have_a_pattern() -> None:
    template = 'inputs = {\n{{ range .names }}\n{{ .name }} = "%s"\n{{ end }}\n}\n'
    put("a/terragrunt.hcl", template % "event_pattern")
    put("b/terragrunt.hcl", template % "name")
    reading = read_paths(["."])
    assert [str(skipped.place) for skipped in reading.skipped] == ["a/terragrunt.hcl:1"]
    assert reading.unreadable == []
    put("c/terragrunt.hcl", "inputs = {\n")
    assert [str(fault.place) for fault in read_paths(["."]).unreadable] == ["c/terragrunt.hcl:1"]


def test_a_keyword_across_two_portions_of_a_large_file_is_found() -> None:
    portion = 5 * 1024 * 1024
    for name, before in (("border", portion - 5), ("late", 4 * portion + 1), ("none", None)):
        mark = "AWS::Events::Rule" if before is not None else ""
        put(f"{name}.yaml", "#" * (before or 0) + mark + "#" * (4 * portion + 10 - (before or 0)))
    assert [fault.place.file for fault in read_paths(["."]).unreadable] == ["border.yaml", "late.yaml"]
