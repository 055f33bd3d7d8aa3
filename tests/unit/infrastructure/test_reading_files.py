"""Files and folders: which are found, what is reported, and that no input crashes the reader."""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from fuzzing import seeded, times

from pca_events.check.rules import check
from pca_events.infrastructure import yaml_reader
from pca_events.infrastructure.checked_tree import CheckedTree
from pca_events.infrastructure.detect_format import NONE_OF_OURS, read_document_file
from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Reading, SourceLocation, Unreadable

EXAMPLES = Path(__file__).parents[3] / "examples" / "infrastructure"
RULE = "Resources:\n  %s:\n    Type: AWS::Events::Rule\n    Properties:\n      EventPattern: {source: [aws.acm-pca]}\n"
JSON_RULE = json.dumps(
    {"Resources": {"R": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"a": ["b"]}}}}}
)
TERRAFORM = """
resource "aws_cloudwatch_event_rule" "%s" {
  event_pattern = jsonencode({ source = [var.source] })
}
"""
VARIABLE = 'variable "source" { default = "aws.acm-pca" }\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(name: str, content: str | bytes) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def names(reading: Reading) -> list[str]:
    return [f"{rule.place} {rule.name}" for rule in reading.rules]


def told(reading: Reading) -> list[str]:
    return [f"{fault.place} {fault.message}" for fault in reading.unreadable]


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("cloudformation", ["template.yaml:16 CrlFailed", "template.yaml:45 AuditReports"]),
        (
            "sam",
            [
                "template.yaml:17 OpenTicket/IssuanceFailed",
                "template.yaml:30 OpenTicket/CreationFailed",
                "template.yaml:45 RenewTrustStore/CrlPublished",
            ],
        ),
        ("cdk", ["cdk.out/CertificateDesk.template.json:106 IssuanceFailed3B7A21C4"]),
        ("serverless", ["serverless.yml:20 reportFailure/rule-1", "serverless.yml:59 Revocations"]),
        ("json", ["crl-failed.json:1 crl-failed.json", "describe-rule.json:1 certificate-not-issued"]),
    ],
)
def test_each_example_is_read_completely(folder: str, expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES / folder)
    reading = read_paths(["."])
    assert names(reading) == expected
    assert reading.unreadable == []
    for rule in reading.rules:
        assert rule.pattern["source"] == ["aws.acm-pca"]
        for target in rule.targets or ():
            assert (target.retry, target.dead_letter in (None, False)) == (True, False)


@pytest.mark.usefixtures("here")
def test_folders_are_read_in_order_without_generated_and_hidden_ones() -> None:
    for name in ("b/t.yaml", "a/t.yml", "a/t.template", "c.yaml"):
        put(name, RULE % "R")
    put("a/z.json", JSON_RULE)
    put("cdk.out/S.template.json", JSON_RULE)
    put("cdk.out/assembly-Prod/S.template.json", JSON_RULE)
    for name in ("asset.1/x.template.json", "manifest.json", "tree.json"):
        put(f"cdk.out/{name}", JSON_RULE)
    for folder in (".git", ".terraform", ".venv", "node_modules", ".serverless", ".aws-sam/build"):
        put(f"{folder}/t.yaml", RULE % "R")
    put("a/notes.txt", RULE % "R")
    put("a/.#t.yml", RULE % "R")
    reading = read_paths(["."])
    assert [place.partition(":")[0] for place in names(reading)] == [
        "a/t.template",
        "a/t.yml",
        "a/z.json",
        "b/t.yaml",
        "c.yaml",
        "cdk.out/S.template.json",
        "cdk.out/assembly-Prod/S.template.json",
    ]
    assert reading.unreadable == []
    assert names(read_paths(["cdk.out"])) == [name for name in names(reading) if name.startswith("cdk.out")]


@pytest.mark.usefixtures("here")
def test_a_file_is_read_once_even_if_named_in_several_ways() -> None:
    put("a/t.yaml", RULE % "R")
    assert names(read_paths(["a", "a/t.yaml", "./a/../a/t.yaml", "."])) == ["a/t.yaml:2 R"]


@pytest.mark.usefixtures("here")
def test_only_fully_read_files_are_counted() -> None:
    put("a.yaml", RULE % "R")
    put("b.json", "{}")
    put("c.tf", 'resource "aws_cloudwatch_event_rule" "r" {')
    reading = read_paths([".", "a.yaml", "missing.yaml"])
    assert (reading.files, len(reading.unreadable)) == (2, 2)
    assert check(reading).files_read == 2
    reading.add(reading)
    assert reading.files == 4


@pytest.mark.usefixtures("here")
def test_unsupported_files_are_reported_only_if_named() -> None:
    put("deployment.yaml", "kind: Deployment # AWS::Events::Rule\n")
    put("package.json", '{"name": "x", "source": "src"}')
    put("events.json", json.dumps([1, 2]))
    put("empty.yaml", "")
    put("text.md", "a plain text")
    assert read_paths(["."]) == Reading(files=4)
    assert told(read_paths(["deployment.yaml", "empty.yaml", "events.json", "package.json", "text.md"])) == [
        f"deployment.yaml:1 {NONE_OF_OURS}",
        "empty.yaml:1 is empty",
        f"events.json:1 {NONE_OF_OURS}",
        f"package.json:1 {NONE_OF_OURS}",
        f"text.md:1 {NONE_OF_OURS}",
    ]


@pytest.mark.usefixtures("here")
def test_an_invalid_pattern_is_found_if_it_mentions_private_ca() -> None:
    put("camel.json", '{"source": ["aws.acm-pca"], "detailType": ["x"]}')
    put("misspelt.json", '{"source": ["aws.acmpca"], "detail-type": "x"}')
    put("other.json", '{"source": ["src"], "files": ["x"]}')
    assert names(read_paths(["."])) == ["camel.json:1 camel.json", "misspelt.json:1 misspelt.json"]


@pytest.mark.usefixtures("here")
def test_a_named_file_is_read_whatever_its_name() -> None:
    put("pattern.txt", '{"source": ["aws.acm-pca"]}')
    put("template", RULE % "R")
    put("flow.yaml", "{Resources: {R: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [a]}}}}}")
    put("utf-16.json", b"\xff\xfe" + '{"source": ["a"]}'.encode("utf-16-le"))
    put("mark.json", b"\xef\xbb\xbf" + b'{"source": ["a"]}')
    put("two.yaml", f"---\n{RULE % 'One'}---\na: b\n---\n{RULE % 'Two'}")
    assert names(read_paths(["pattern.txt", "template", "flow.yaml", "utf-16.json", "mark.json", "two.yaml"])) == [
        "flow.yaml:1 R",
        "mark.json:1 mark.json",
        "pattern.txt:1 pattern.txt",
        "template:2 R",
        "two.yaml:3 One",
        "two.yaml:11 Two",
        "utf-16.json:1 utf-16.json",
    ]


BOMB = "a0: &a0 [1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
BAD: dict[str, tuple[str | bytes, int, str]] = {
    "malformed.yaml": ("Resources:\n  R: [AWS::Events::Rule\n", 3, "is not valid YAML: "),
    "tabs.yaml": (f"{RULE % 'R'}\tX: 1\n", 6, "is not valid YAML: found character that cannot start any token"),
    "bomb.yaml": (f"{BOMB}x: AWS::Events::Rule\n", 6, "aliases repeat more than 100,000 values; write them out"),
    "itself.yaml": ("Resources: &a\n  R: *a\n  T: AWS::Events::Rule\n", 2, "&a contains itself"),
    "alias.yaml": ("a: *b\nType: AWS::Events::Rule\n", 1, "refers to &b, which is not defined above"),
    "deep.yaml": (f"T: AWS::Events::Rule\na: {'[' * 5_000}{']' * 5_000}\n", 2, "is nested too deeply"),
    "object.yaml": (
        f"{RULE % 'R'}X: !!python/object/apply:os.system [id]\n",
        6,
        "has the tag !!python/object/apply:os",
    ),
    "key.yaml": (f"{RULE % 'R'}? [a, b]\n: c\n", 6, "mapping key is not a string"),
    "twice.yaml": (f"{RULE % 'R'}      EventPattern: {{source: [x]}}\n", 6, 'duplicate key "EventPattern"'),
    "bell.yaml": (f"{RULE % 'R'}# \x07\n", 6, "is not valid YAML: "),
    "nul.yaml": (f"{RULE % 'R'}\0", 6, "is binary"),
    "latin.yaml": ((RULE % "R" + "# ").encode() + b"\xe9\n", 6, "is not valid UTF-8; convert the file to UTF-8"),
    "malformed.json": ('{"Resources":\n {"Type": "AWS::Events::Rule"', 2, "is not valid JSON: "),
    "pattern.json": ('{"source": ["aws.acm-pca",]}', 1, "is not valid JSON: "),
    "twice.json": (JSON_RULE[:-1] + ',\n"Resources": {}}', 2, 'duplicate key "Resources"'),
    "deep.json": (f'{{"Resources": {"[" * 200}"AWS::Events::Rule"{"]" * 200}}}', 1, "is nested too deeply"),
    "deeper.json": (f'{{"EventPattern": {"[" * 100_000}', 1, "is nested too deeply"),
    "malformed.tf": ('resource "aws_cloudwatch_event_rule" "r" {\n', 1, ""),
    "latin.tf": (b'# \xe9\nresource "aws_cloudwatch_event_rule" "r" {}\n', 1, "is not valid UTF-8"),
    "nul.tf": ("\n\0", 2, "is binary"),
    "large.yaml": (RULE % "R" + "# x\n" * 6_000_000, 1, "is larger than 20 MiB"),
    "large.tf": (b" " * 30_000_000, 1, "is larger than 20 MiB"),
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_reported_in_one_line_and_the_rest_is_read(name: str) -> None:
    content, line, message = BAD[name]
    put(f"infra/{name}", content)
    put("infra/sound.yaml", RULE % "Sound")
    reading = read_paths(["infra"])
    assert "infra/sound.yaml:2 Sound" in names(reading)
    (fault,) = reading.unreadable
    assert fault.place == SourceLocation(f"infra/{name}", line) or name == "malformed.tf"
    assert fault.message.startswith(message)
    assert "\n" not in fault.message


@pytest.mark.usefixtures("here")
def test_broken_files_unrelated_to_rules_are_ignored() -> None:
    put("chart.yaml", "{{ if .Values.eventBridge }}\n  a: [\n")
    put("data.json", '{"detail": [')
    put("large.json", b" " * 30_000_000)
    put("binary.yaml", b"\0\xff" * 1_000)
    put("latin.yaml", b"\xe9: 1")
    assert read_paths(["."]) == Reading(files=5)
    assert [message.partition(" ")[0] for message in told(read_paths(sorted(os.listdir())))] == [
        "binary.yaml:1",
        "chart.yaml:1",
        "data.json:1",
        "large.json:1",
        "latin.yaml:1",
    ]


@pytest.mark.usefixtures("here")
def test_links_and_folders_with_misleading_names() -> None:
    put("real/t.yaml", RULE % "R")
    put("folder.yml/t.yaml", RULE % "R")
    os.symlink("..", "real/up")
    os.symlink("loop.yaml", "loop.yaml")
    os.symlink("nowhere", "gone.yaml")
    os.symlink("real/t.yaml", "linked.yaml")
    os.mkfifo("pipe.yaml")
    reading = read_paths(["."])
    assert names(reading) == ["folder.yml/t.yaml:2 R", "linked.yaml:2 R", "real/t.yaml:2 R"]
    assert told(reading) == [
        "gone.yaml:1 cannot be read: No such file or directory",
        "loop.yaml:1 cannot be read: Too many levels of symbolic links",
        "pipe.yaml:1 is not a regular file",
    ]


@pytest.mark.usefixtures("here")
def test_a_missing_file_is_reported() -> None:
    put("t.yaml", RULE % "R")
    reading = read_paths(["none", "t.yaml", "none/deeper.tf", "a\0b", ""])
    assert names(reading) == ["t.yaml:2 R"]
    assert told(reading) == ["a?b:1 does not exist", "none:1 does not exist", "none/deeper.tf:1 does not exist"]


@pytest.mark.usefixtures("here")
def test_a_file_without_read_permission_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """File permissions do not apply to the superuser, so the error is simulated."""
    put("secret.yaml", RULE % "R")
    put("folder/t.yaml", RULE % "R")
    put("t.yaml", RULE % "Sound")
    open_file, scan = os.open, os.scandir

    def refuse(ask: Callable[..., object], *arguments: object, **options: object) -> object:
        if str(arguments[0]).endswith(("secret.yaml", "folder")):
            raise PermissionError(13, "Permission denied", arguments[0])
        return ask(*arguments, **options)

    monkeypatch.setattr(os, "open", lambda *a, **o: refuse(open_file, *a, **o))
    monkeypatch.setattr(os, "scandir", lambda *a, **o: refuse(scan, *a, **o))
    reading = read_paths(["."])
    assert names(reading) == ["t.yaml:2 Sound"]
    assert [(fault.place.file.removeprefix("./"), fault.message) for fault in reading.unreadable] == [
        ("folder", "cannot be read: Permission denied"),
        ("secret.yaml", "cannot be read: Permission denied"),
    ]


@pytest.mark.usefixtures("here")
def test_terraform_files_of_a_folder_are_read_together() -> None:
    put("infra/rules.tf", TERRAFORM % "one")
    put("infra/more.tf", TERRAFORM % "two")
    put("infra/variables.tf", VARIABLE)
    put("other/rules.tf", TERRAFORM % "three")
    assert [rule.pattern for rule in read_paths(["infra"]).rules] == [{"source": ["aws.acm-pca"]}] * 2
    reading = read_paths(["infra/rules.tf"])
    assert names(reading) == ["infra/rules.tf:2 aws_cloudwatch_event_rule.one"]
    assert reading.rules[0].pattern == {"source": ["aws.acm-pca"]}
    assert len(read_paths(["."]).rules) == 3


@pytest.mark.usefixtures("here")
def test_many_processes_have_the_same_result_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(130):
        put(f"f{number % 30}/t{number}.yaml", RULE % f"R{number}" if number % 7 else "Type: [AWS::Events::Rule\n")
    monkeypatch.setattr("pca_events.infrastructure.files.processors", lambda: 1)
    alone = read_paths(["."])
    monkeypatch.setattr("pca_events.infrastructure.files.processors", lambda: 3)
    progress: list[tuple[int, int]] = []
    together = read_paths(["."], lambda done, count: progress.append((done, count)))
    assert together == alone
    assert (len(alone.rules), len(alone.unreadable)) == (111, 19)
    assert progress[-1] == (130, 130)
    assert progress == sorted(progress)


def test_a_dead_worker_loses_no_results(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(130):
        put(f"f{number % 30}/t{number}.yaml", RULE % f"R{number}")
    parent = os.getpid()

    def dies_elsewhere(text: str, file: str, *, named: bool, tree: CheckedTree) -> Reading:
        if os.getpid() != parent:
            os._exit(1)
        return read_document_file(text, file, named=named, tree=tree)

    monkeypatch.setattr("pca_events.infrastructure.files.processors", lambda: 2)
    monkeypatch.setattr("pca_events.infrastructure.detect_format.read_document_file", dies_elsewhere)
    assert len(read_paths([str(here)]).rules) == 130


def test_yaml_in_cloudformation_notation() -> None:
    loaded = yaml_reader.load(
        "base: &base {a: 1, b: [x]}\n"
        "made: {<<: *base, b: 2, '<<': kept}\n"
        "both: {<<: [*base, {c: 3}]}\n"
        "short: [!Ref A, !Sub '${A}', !GetAtt A.B, !If [C, 1, 2], !Condition D, !Equals [1, 2]]\n"
        "text: |\n  one\n  two\n\n# comment\n"
        "plain: [yes, 0x1f, 0o17, 017, 012345678901, 1_0, 12:30, 1.5, .inf, ~, 2020-01-01, '5', !!str 5, ! 6]\n",
        "t.yaml",
    )
    assert loaded.unreadable == []
    (document,) = loaded.documents
    assert document["made"] == {"a": 1, "b": 2, "<<": "kept"}
    assert document["both"] == {"a": 1, "b": ["x"], "c": 3}
    assert document["short"] == [
        {"Ref": "A"},
        {"Fn::Sub": "${A}"},
        {"Fn::GetAtt": "A.B"},
        {"Fn::If": ["C", 1, 2]},
        {"Condition": "D"},
        {"Fn::Equals": [1, 2]},
    ]
    expected = [True, 31, "0o17", 15, "012345678901", 10, "12:30", 1.5, ".inf", None, "2020-01-01", "5", "5", "6"]
    assert document["plain"] == expected
    assert document.spans == {
        "base": (1, 1),
        "made": (2, 2),
        "both": (3, 3),
        "short": (4, 4),
        "text": (5, 7),
        "plain": (10, 10),
    }
    assert document["text"].line == 6


def seeds() -> list[tuple[str, bytes]]:
    files = [path for path in sorted(EXAMPLES.rglob("*")) if path.suffix in (".yaml", ".yml", ".json")]
    return [(path.name, path.read_bytes()) for path in files]


CRUMBS = [
    b"!Ref",
    b"!Sub ",
    b"&a ",
    b"*a",
    b"<<: ",
    b"- ",
    b"[",
    b"]",
    b"{",
    b"}",
    b'"',
    b"'",
    b"|\n",
    b": ",
    b"${",
    b"\n",
]
CRUMBS += [
    b"\t",
    b"\0",
    b"\xff",
    b"\\u",
    b"Fn::If",
    b"Resources",
    b"null",
    b"1e999",
    b"---\n",
    b"? ",
    b"#",
    b",",
    b"!!x ",
]


def mutated(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        at, other = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
        kind = chance.randrange(5)
        if kind == 0:
            data = data[:at] + chance.choice(CRUMBS) + data[at:]
        elif kind == 1:
            data = data[:at] + data[min(other, at + 40) :]
        elif kind == 2:
            data = data[:at] + data[at + 300 :] + data[other : other + 60]
        elif kind == 3:
            data = data[:at] + bytes([chance.randrange(32, 128)]) + data[at + 1 :]
        else:
            data = data[:other] + data[at : at + 200] + data[other:]
    return data


@pytest.mark.fuzz
@pytest.mark.usefixtures("here")
def test_no_mutated_file_crashes_the_reader() -> None:
    chance, count = seeded(11), times(600)
    rules = faults = 0
    for number in range(count):
        name, data = chance.choice(seeds_once())
        file = put(f"{number % 10}-{name}", mutated(data, chance))
        reading = read_paths([str(file)])
        rules += len(reading.rules)
        faults += len(reading.unreadable)
        for fault in reading.unreadable:
            assert isinstance(fault, Unreadable)
            assert "\n" not in fault.message
            assert fault.place.line >= 1
        last = file.read_bytes().count(b"\n") + 1
        for rule in reading.rules:
            assert 1 <= rule.place.line <= rule.last_line <= last
            assert all(1 <= line <= last for line in rule.lines.values())
    assert rules > count // 6
    assert faults > count // 6


_SEEDS: list[tuple[str, bytes]] = []


def seeds_once() -> list[tuple[str, bytes]]:
    _SEEDS.extend([] if _SEEDS else seeds())
    return _SEEDS


def test_results_of_a_worker_are_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = """
resource "aws_kms_key" "k" { policy = data.aws_iam_policy_document.d[0].json }
data "aws_iam_policy_document" "d" {
  count = var.many
  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.k.arn]
    principals {
      type        = "Service"
      identifiers = [module.none.principal, "${aws_sqs_queue.q.name}.amazonaws.com"]
    }
  }
}
resource "aws_sqs_queue" "q" {
  kms_master_key_id = aws_kms_key.k.arn
  policy            = data.aws_iam_policy_document.d[0].json
}
resource "aws_cloudwatch_event_rule" "r" {
  event_pattern = jsonencode({
    source    = ["aws.acm-pca"]
    resources = [aws_acmpca_certificate_authority.ca.arn, module.x.y]
  })
}
resource "aws_cloudwatch_event_target" "t" {
  rule = aws_cloudwatch_event_rule.r.name
  arn  = aws_sqs_queue.q.arn
}
"""
    for number in range(60):
        (tmp_path / f"m{number:02}").mkdir()
        (tmp_path / f"m{number:02}" / "main.tf").write_text(code)
        (tmp_path / f"m{number:02}" / "extra.tf").write_text("")
    monkeypatch.setattr("pca_events.infrastructure.files.processors", lambda: 2)
    shared = read_paths([str(tmp_path)])
    monkeypatch.setattr("pca_events.infrastructure.files.processors", lambda: 1)
    alone = read_paths([str(tmp_path)])
    assert [(rule.place, rule.pattern) for rule in shared.rules] == [(rule.place, rule.pattern) for rule in alone.rules]
    assert len(shared.rules) == 60
    assert shared.unreadable == alone.unreadable == []
