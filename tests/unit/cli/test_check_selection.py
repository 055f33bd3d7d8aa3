"""Single rules as `rules.tf:12`, and a document on standard input."""

import json
from pathlib import Path

import pytest
from checking import Project, rule

TEMPLATE = """\
Resources:
  Audit:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [aws.acm-pca], detail: {result: [failed]}}
"""
SUBSCRIBER = """\
Resources:
  Bus: {Type: AWS::EventsV2::EventBus, Properties: {Name: pki}}
  Failed:
    Type: AWS::EventsV2::Subscriber
    Properties:
      EventBusArn: !Ref Bus
      FilterConfiguration: {Filters: [{Scope: DATA, Pattern: '{"source": ["aws.acm-pca"]}'}]}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A folder with two rules in one file, from line 1 and from line 5."""
    made = Project(tmp_path)
    made.write("rules.tf", f"{rule('one')}\n{rule('two')}")
    return made


def names(project: Project, *words: str, given: str | None = None) -> list[str]:
    ran = project.check("--format", "json", *words, given=given)
    assert ran.returncode < 2, ran.stdout
    return [found["name"].rpartition(".")[2] for found in json.loads(ran.stdout)["rules"]]


def faults(project: Project, *words: str, given: str | None = None) -> list[str]:
    ran = project.check("--format", "json", *words, given=given)
    assert (ran.returncode, ran.stderr) == (2, "")
    return [f"{one['file']}:{one['line']} {one['message']}" for one in json.loads(ran.stdout)["unreadable"]]


@pytest.mark.parametrize(
    ("place", "expected"),
    [("rules.tf:1", "one"), ("rules.tf:3", "one"), ("./rules.tf:5", "two"), ("../{name}/rules.tf:6", "two")],
)
def test_only_the_rule_on_that_line_is_reported(project: Project, place: str, expected: str) -> None:
    assert names(project, place.format(name=project.folder.name)) == [expected]


def test_schema_faults_have_the_right_location(project: Project) -> None:
    project.write("other/rules.tf", rule("three"))
    assert names(project, "rules.tf:1", "rules.tf:6") == ["one", "two"]
    assert names(project, "rules.tf:6", "other") == ["three", "two"]
    assert names(project, "rules.tf:6", ".") == ["three", "one", "two"]


def test_unhandled_failures_are_not_reported_for_a_single_rule(project: Project) -> None:
    assert json.loads(project.check("rules.tf", "--format", "json").stdout)["uncovered"]
    assert json.loads(project.check("rules.tf:1", "--format", "json").stdout)["uncovered"] == []


@pytest.mark.parametrize("line", [4, 99, 999_999_999])
def test_for_a_line_without_a_rule_the_lines_of_the_rules_are_listed(project: Project, line: int) -> None:
    assert faults(project, f"rules.tf:{line}") == [
        f"rules.tf:{line} no event rule is on this line; the rules of this file start on lines 1, 5"
    ]
    project.write("empty.tf", "")
    assert faults(project, "empty.tf:1") == ["empty.tf:1 no event rule is on this line; this file has none"]


def test_a_line_of_an_unreadable_file_reports_the_fault_of_the_file(project: Project) -> None:
    project.write("broken.tf", 'resource "aws_cloudwatch_event_rule" "x" {')
    (fault,) = faults(project, "broken.tf:1")
    assert "is on this line" not in fault


def test_the_rest_is_checked_if_a_line_has_no_rule(project: Project) -> None:
    ran = project.check("rules.tf:4", "rules.tf:6", "--format", "json")
    assert [found["name"] for found in json.loads(ran.stdout)["rules"]] == ["aws_cloudwatch_event_rule.two"]


def test_an_existing_file_of_that_name_takes_precedence(project: Project) -> None:
    project.write("rules.tf:1", "")
    project.write("odd.tf:7", '{"source": ["aws.acm-pca"], "detail": {"result": ["failed"]}}')
    assert faults(project, "rules.tf:1")[0].startswith("rules.tf:1:1 is empty")
    assert names(project, "odd.tf:7") == ["tf:7"]


@pytest.mark.parametrize("word", ["rules.tf:0", "rules.tf:-1", "rules.tf:x", "rules.tf:1234567890", "none.tf:3", ".:3"])
def test_an_invalid_location_is_a_path_that_does_not_exist(project: Project, word: str) -> None:
    assert "does not exist" in faults(project, word)[0]


def test_every_format_shows_rules_of_other_sources_and_kinds(project: Project) -> None:
    project.write("ec2.tf", rule().replace("aws.acm-pca", "aws.ec2"))
    told = json.loads(project.check("ec2.tf:2", "rules.tf:1", "--format", "json").stdout)
    assert (told["other_rules"], len(told["rules"])) == (1, 1)
    assert len(names(project, "ec2.tf:2", "--all-rules")) == 1
    project.write("custom.yaml", SUBSCRIBER)
    assert names(project, "custom.yaml:5") == ["Failed"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rule("given"), "given"),
        (f"# a comment\n\nlocals {{\n  x = 1\n}}\n{rule('given')}", "given"),
        (TEMPLATE, "Audit"),
        (json.dumps({"source": ["aws.acm-pca"], "detail": {"result": ["failed"]}}), "<stdin>"),
        ('[{"a": 1}]', ""),
        (json.dumps({"Rules": [{"Name": "n", "EventPattern": '{"source": ["aws.acm-pca"]}'}]}), "n"),
        ("\ufeff" + TEMPLATE, "Audit"),
    ],
    ids=["terraform", "terraform with locals", "yaml", "pattern", "other json", "list-rules", "with a mark"],
)
def test_a_document_on_standard_input_is_read_by_its_content(project: Project, text: str, expected: str) -> None:
    if expected:
        assert names(project, "-", given=text) == [expected]
    else:
        assert "is not in a format that check reads" in faults(project, "-", given=text)[0]


def test_standard_input_has_the_name_that_the_user_gives(project: Project) -> None:
    found = project.codes("-", "--stdin-name", "infra/new.tf", given=rule())
    assert found == ["infra/new.tf:1 no-target", "infra/new.tf:2 never-fires"]
    found = project.codes("-", given=f"# pca-events: ignore no-target soon\n{rule()}")
    assert found == ["<stdin>:3 never-fires"]
    found = project.codes("-", "--stdin-name", "rules.tf", "--exclude", "rules.tf", given=rule())
    assert found == ["rules.tf:1 no-target", "rules.tf:2 never-fires"]
    text = f"# pca-events: ignore fifo-queue,no-targt the queue is in another file\n{rule()}"
    found = project.codes("-", given=text)
    assert found == ["<stdin>:1 ignore-unknown", "<stdin>:2 no-target", "<stdin>:3 never-fires"]
    ran = project.check(".", "--stdin-name", "x.tf")
    assert (ran.returncode, ran.stderr.count("\n"), "--stdin-name" in ran.stderr) == (2, 1, True)


def test_standard_input_reads_no_other_file(project: Project) -> None:
    project.write("secret.json", '{"source": ["aws.acm-pca"], "detail": {"result": ["secret"]}}')
    project.write("module/main.tf", rule("hidden"))
    text = (
        'module "m" {\n  source = "./module"\n}\nresource "aws_cloudwatch_event_rule" "x" {\n'
        f'  event_pattern = file("{project.folder}/secret.json")\n}}\n'
    )
    for name in ("<stdin>", "main.tf", str(project.folder / "main.tf")):
        ran = project.check("-", "--stdin-name", name, "--format", "json", given=text)
        assert "secret\\" not in ran.stdout
        assert '"secret"' not in ran.stdout
        assert "hidden" not in ran.stdout


def test_a_template_on_standard_input_reads_no_file_of_the_working_folder(project: Project) -> None:
    project.write("pattern.yml", "source: [aws.acm-pca]\ndetail: {result: [secret]}\n")
    text = (
        "service: s\nprovider: {name: aws}\nfunctions:\n  h:\n    handler: h.h\n    events:\n"
        "      - eventBridge: {pattern: '${file(pattern.yml)}'}\n"
    )
    project.write("serverless.yml", text)
    assert "secret" in project.check("serverless.yml").stdout
    for words in (["-"], ["-", "--stdin-name", "serverless.yml"]):
        assert "secret" not in project.check(*words, given=text).stdout


@pytest.mark.parametrize(
    ("text", "words"), [("", "is empty"), ("a\0b", "is binary"), ("x: 1", "is not in a format"), ("resource {", "")]
)
def test_standard_input_that_cannot_be_read_has_its_place(project: Project, text: str, words: str) -> None:
    (fault,) = faults(project, "-", given=text)
    assert fault.startswith("<stdin>:1 " + words)


def test_standard_input_and_files_go_together(project: Project) -> None:
    assert sorted(names(project, "-", "rules.tf:1", given=TEMPLATE)) == ["Audit", "one"]


@pytest.mark.parametrize(
    "words",
    [
        ["rules.tf:1", "--all-rules", "rules.tf:5"],
        ["--all-rules", "rules.tf:1", "--no-config", "rules.tf:5"],
        ["rules.tf:1", "--all-rules", "--", "rules.tf:5"],
    ],
)
def test_paths_may_follow_options(project: Project, words: list[str]) -> None:
    assert names(project, *words) == ["one", "two"]


def test_an_unknown_option_among_paths_is_still_found(project: Project) -> None:
    ran = project.check("rules.tf:1", "--all-rules", "--all-rulez", "rules.tf:5")
    assert (ran.returncode, ran.stderr.splitlines()[-1]) == (
        2,
        "pca-events check: unknown option --all-rulez; did you mean --all-rules?",
    )
