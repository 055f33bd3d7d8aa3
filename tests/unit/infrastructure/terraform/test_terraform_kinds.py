"""Functions that read files, and event patterns outside `aws_cloudwatch_event_rule`."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Rule, Skipped, SourceLocation, Unknown
from pca_events.infrastructure.terraform.source_files import ENCRYPTED

PATTERN = {"source": ["aws.acm-pca"], "detail": {"result": ["failure"]}}
WRITTEN = 'jsonencode({ source = ["aws.acm-pca"], detail = { result = ["failure"] } })'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(name: str, content: str | bytes) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def rules(text: str, name: str = "main.tf") -> list[Rule]:
    """The rules of a folder with this file and without errors."""
    put(name, text)
    reading = read_paths(["."])
    assert reading.unreadable == []
    return reading.rules


def pattern(expression: str) -> Any:
    (rule,) = rules(f'resource "aws_cloudwatch_event_rule" "r" {{\n event_pattern = {expression}\n}}\n')
    return rule.pattern


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('file("${path.module}/p/crl.txt")', PATTERN),
        ('file("p/crl.txt")', PATTERN),
        ('jsonencode(jsondecode(file("${path.root}/p/crl.txt")))', PATTERN),
        ('jsonencode(yamldecode(file("p/crl.yaml_")))', PATTERN),
        ('templatefile("p/crl.tpl", { results = ["failure"], on = true })', PATTERN),
        (
            'templatefile("p/crl.tpl", { results = [var.none], on = true })',
            PATTERN | {"detail": {"result": [Unknown("var.none")]}},
        ),
        ('file("p/none.txt")', Unknown('file("p/none.txt")')),
        ('try(file("p/none.txt"), file("p/crl.txt"))', PATTERN),
        ('fileexists("p/crl.txt") ? file("p/crl.txt") : "{}"', PATTERN),
        ('file("../secret.txt")', Unknown('file("../secret.txt")')),
        ('file("p/link.txt")', Unknown('file("p/link.txt")')),
        ('file("/proc/self/environ")', Unknown('file("/proc/self/environ")')),
        ('file("p/locked.txt")', Unknown(ENCRYPTED)),
        ("file(var.none)", Unknown("file(var.none)")),
        (
            'jsonencode({ source = [for f in fileset("p", "*.t?{t,l}") : trimsuffix(f, ".txt")] })',
            {"source": ["crl.tpl", "crl", "link", "locked"]},
        ),
        ('jsonencode({ source = [basename(abspath("p/crl.txt"))] })', {"source": ["crl.txt"]}),
        ('jsonencode({ source = formatlist("aws.%s", ["acm-pca"]) })', {"source": ["aws.acm-pca"]}),
        ('jsonencode({ source = [for s in ["a", "b"] : s if s == var.none] })', {"source": ["a", "b"]}),
        (f"jsonencode({WRITTEN})", json.dumps(json.dumps(PATTERN, separators=(",", ":")))),
        ('jsonencode([{ source = ["a"] }])', '[{"source":["a"]}]'),
        ('[{ source = ["a"] }]', '[{"source":["a"]}]'),
        ("true", "true"),
        ('[jsonencode({ a = "b" })]', json.dumps([json.dumps({"a": "b"}, separators=(",", ":"))])),
        ("{ detail = jsonencode({}) }", {"detail": "{}"}),
    ],
)
def test_functions_read_files_of_the_checked_tree(expression: str, expected: Any, tmp_path: Path) -> None:
    text = json.dumps(PATTERN)
    put("../secret.txt", text)
    put("p/crl.txt", text)
    put("p/crl.yaml_", "source: [aws.acm-pca]\ndetail:\n  result: [failure]\n")
    template = '{"source": ["aws.acm-pca"]%{ if on }, "detail": {"result": ["${join("\\", \\"", results)}"]}%{ endif }}'
    put("p/crl.tpl", template)
    put("p/locked.txt", b"\0GITCRYPT\0\x12")
    os.symlink(tmp_path.parent / "secret.txt", "p/link.txt")
    assert pattern(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('[title("ab cd"), substr("abcd", 1, 2), strrev("abc"), indent(1, "a\\nb")]', ["Ab Cd", "bc", "cba", "a\n b"]),
        (
            '[trim("xax", "x"), dirname("a/b"), base64decode(base64encode("a")), urlencode("a b")]',
            ["a", "a", "a", "a+b"],
        ),
        ('[format("%03d", 7), format("%[2]s%[1]s", "a", "b"), format("%q", "a")]', ["007", "ba", '"a"']),
        (
            '[parseint("ff", 16), abs(-1), ceil(1.2), floor(1.8), max(1, 2), min(1, 2), tonumber("3")]',
            [255, 1, 2, 1, 2, 1, 3],
        ),
        ('flatten([["a"], [["b"]], []])', ["a", "b"]),
        ('[for p in setproduct(["a"], ["b", "c"]) : join("", p)]', ["ab", "ac"]),
        ('values(zipmap(["b", "a"], [1, 2]))', [2, 1]),
        ("[length([var.none, 1]), element([1, 2], 3), one([5]), sum([1, 2])]", [2, 2, 5, 3]),
        (
            'concat(setunion(["a"], ["b"]), setintersection(["a", "b"], ["b"]), setsubtract(["a", "b"], ["b"]))',
            ["a", "b", "b", "a"],
        ),
        (
            '[contains(["a", var.none], "a"), alltrue([true]), anytrue([false]), can(local.o.none), can(local.o.a)]',
            [True, True, False, False, True],
        ),
        ('[index(["a", "b"], "b"), try(local.o.none, "else"), lookup(local.o, "a")]', [1, "else", "x"]),
        ("chunklist(range(4), 2)", [[0, 1], [2, 3]]),
        ('slice(["a", "b", "c"], 1, 2)', ["b"]),
        ('coalescelist([], ["a"])', ["a"]),
        ('matchkeys(["a", "b"], ["x", "y"], ["y"])', ["b"]),
        ('compact(reverse(["a", "", "b"]))', ["b", "a"]),
        ('[provider::x::f("a")]', [Unknown('provider::x::f("a")')]),
        ("length(var.none)", Unknown("length(var.none)")),
        ('contains([var.none], "a")', Unknown('contains([var.none], "a")')),
        ("flatten([var.none])", Unknown("flatten([var.none])")),
        ("range(100000)", Unknown("range(100000)")),
        ('format("%x", 1)', Unknown('format("%x", 1)')),
    ],
)
def test_functions_return_the_same_values_as_terraform(expression: str, expected: Any) -> None:
    put("more.tf", 'variable "none" {}\nlocals {\n o = { a = "x" }\n}\n')
    assert pattern(f"jsonencode({{ x = {expression} }})")["x"] == expected


DATA = """
data "aws_caller_identity" "current" {}
data "aws_caller_identity" "other" { provider = aws.other }
data "aws_region" "current" {}
data "aws_region" "fixed" { name = "eu-west-1" }
data "aws_partition" "current" {}
"""


@pytest.mark.parametrize(
    ("expression", "meaning", "meanings"),
    [
        ("data.aws_caller_identity.current.account_id", "account", ()),
        ("data.aws_caller_identity.other.account_id", "", ()),
        ("data.aws_region.current.name", "region", ()),
        ("data.aws_region.current.id", "region", ()),
        ("data.aws_partition.current.partition", "partition", ()),
        (
            '"arn:${data.aws_partition.current.partition}:x:${data.aws_region.current.region}:${var.x}:y"',
            "",
            ("partition", "region", ""),
        ),
        ('"a:${var.x}"', "", ()),
    ],
)
def test_the_account_and_region_of_the_deployment_are_recognised(
    expression: str, meaning: str, meanings: tuple[str, ...]
) -> None:
    rule = 'resource "aws_cloudwatch_event_rule" "r" {\n event_pattern = jsonencode({ x = [%s] })\n%s}\n'
    (found,) = rules(rule % (expression, "") + DATA)
    held = found.pattern["x"][0]
    assert (held.meaning, held.meanings) == (meaning, meanings)
    (found,) = rules(rule % (expression, "provider = aws.other\n") + DATA)
    assert (found.pattern["x"][0].meaning, found.pattern["x"][0].meanings) == ("", ())


def test_a_fixed_region_is_a_value() -> None:
    put("data.tf", DATA)
    assert pattern("jsonencode({ region = [data.aws_region.fixed.name] })") == {"region": ["eu-west-1"]}


def test_cloud_control_rules_have_their_targets() -> None:
    (rule,) = rules(
        f"""
        resource "awscc_events_rule" "r" {{
          name          = "crl"
          state         = "DISABLED"
          event_pattern = {WRITTEN}
          targets = [{{
            id  = "t"
            arn = aws_sqs_queue.q.arn
            dead_letter_config = {{ arn = "arn:aws:sqs:eu-west-1:111122223333:dlq" }}
            retry_policy       = {{ maximum_retry_attempts = 3 }}
            input_transformer  = {{ input_paths_map = {{ r = "$.detail.result" }}, input_template = "<r>" }}
          }}]
        }}
        resource "aws_sqs_queue" "q" {{ name = "pki" }}
        """
    )
    assert (rule.name, rule.pattern, rule.enabled) == ("awscc_events_rule.r", PATTERN, False)
    assert rule.targets is not None
    (target,) = rule.targets
    assert (target.name, target.handler, target.dead_letter, target.retry) == ("t", "pki", True, True)
    assert target.input_paths == {"r": "$.detail.result"}


def test_archives_and_pipes_have_patterns() -> None:
    found = rules(
        f"""
        resource "aws_cloudwatch_event_archive" "a" {{
          event_source_arn = "arn:aws:events:eu-west-1:111122223333:event-bus/pki"
          event_pattern    = {WRITTEN}
        }}
        resource "aws_cloudwatch_event_archive" "every" {{
          event_source_arn = "arn:aws:events:eu-west-1:111122223333:event-bus/pki"
        }}
        resource "aws_pipes_pipe" "p" {{
          source_parameters {{
            filter_criteria {{
              filter {{
                pattern = jsonencode({{ body = {{ source = ["aws.acm-pca"] }} }})
              }}
              filter {{
                pattern = jsonencode({{ source = ["aws.acm-pca"], other = ["x"] }})
              }}
            }}
          }}
        }}
        resource "aws_pipes_pipe" "all" {{}}
        """
    )
    assert [(rule.kind, rule.name, rule.pattern, rule.targets) for rule in found] == [
        ("archive", "aws_cloudwatch_event_archive.a", PATTERN, None),
        ("pipe", "aws_pipes_pipe.p filter 1", {"source": ["aws.acm-pca"]}, None),
        ("pipe", "aws_pipes_pipe.p filter 2", {"source": ["aws.acm-pca"], "other": ["x"]}, None),
    ]
    assert found[0].bus == "arn:aws:events:eu-west-1:111122223333:event-bus/pki"


TEMPLATE = """\
Resources:
  Crl:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: %s
      EventPattern:
        source: [aws.acm-pca]
        detail: {result: [failure]}
      Targets:
        - {Id: t, Arn: "arn:aws:sns:eu-west-1:111122223333:t"}
"""


@pytest.mark.parametrize("kind", ["aws_cloudformation_stack", "aws_cloudformation_stack_set"])
def test_templates_of_stacks_are_read(kind: str) -> None:
    (rule,) = rules(
        f'variable "bus" {{}}\nresource "{kind}" "s" {{\n  template_body = <<-EOT\n{TEMPLATE % "x-${var.bus}"}EOT\n}}\n'
    )
    assert (rule.name, rule.pattern, rule.place, rule.last_line) == (
        f"{kind}.s/Crl",
        PATTERN,
        SourceLocation("main.tf", 5),
        13,
    )
    assert rule.lines["source"] == 10
    assert rule.bus == Unknown("var.bus", ("x-", None))
    assert rule.targets is not None
    assert rule.targets[0].place == SourceLocation("main.tf", 13)


def test_templates_of_stacks_in_other_files_and_as_objects() -> None:
    put("pki.tpl", TEMPLATE % "default")
    put("read-anyway.yaml", TEMPLATE % "default")
    found = rules(
        """
        resource "aws_cloudformation_stack" "tpl" { template_body = file("pki.tpl") }
        resource "aws_cloudformation_stack" "yaml" { template_body = file("read-anyway.yaml") }
        resource "aws_cloudformation_stack" "object" {
          template_body = jsonencode({ Resources = { Crl = {
            Type = "AWS::Events::Rule", Properties = { EventPattern = { source = ["a"] } }
          } } })
        }
        resource "aws_cloudformation_stack" "broken" { template_body = "no template" }
        """
    )
    assert [(rule.name, str(rule.place)) for rule in found] == [
        ("aws_cloudformation_stack.object/Crl", "main.tf:5"),
        ("aws_cloudformation_stack.tpl/Crl", "pki.tpl:2"),
        ("Crl", "read-anyway.yaml:2"),
    ]


def test_unknown_parts_of_stack_templates_stay_unknown() -> None:
    (rule,) = rules(
        'variable "on" {}\nresource "aws_cloudformation_stack" "s" {\n  template_body = <<-EOT\n'
        "Resources:\n  Crl:\n    Type: AWS::Events::Rule\n    Properties:\n      State: ${var.on}\n"
        '      EventPattern: {resources: [!Sub "${var.on}:$${AWS::Region}"]}\nEOT\n}\n'
    )
    assert rule.enabled == Unknown("var.on")
    (resource,) = rule.pattern["resources"]
    assert (resource.parts, resource.reasons) == ((None, ":", None), ("var.on", "${AWS::Region}"))


def test_stack_sets_within_stack_templates_have_lines_of_the_file() -> None:
    (rule,) = rules(
        'variable "bus" {}\nresource "aws_cloudformation_stack" "s" {\n  template_body = <<-EOT\n'
        "Resources:\n  All:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      TemplateBody: |\n"
        "        Resources:\n          Crl:\n            Type: AWS::Events::Rule\n            Properties:\n"
        '              EventBusName: "${var.bus}"\n              EventPattern: {source: [aws.acm-pca]}\nEOT\n}\n'
    )
    assert (rule.name, str(rule.place)) == ("aws_cloudformation_stack.s/All/Crl", "main.tf:10")
    assert rule.lines == {"source": 14}


def test_a_duplicate_key_in_a_stack_template_is_reported() -> None:
    put(
        "main.tf",
        'resource "aws_cloudformation_stack" "s" {\n  template_body = <<EOT\n{"Resources": {"Crl":\n'
        '{"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"account": [],\n"account": []}}}}}\nEOT\n}\n',
    )
    (fault,) = read_paths(["main.tf"]).unreadable
    assert (str(fault.place), fault.message) == (
        "main.tf:5",
        'template of aws_cloudformation_stack.s: duplicate key "account"',
    )


def test_git_crypt_is_reported_only_if_a_rule_needs_a_value() -> None:
    put("terraform.tfvars", b"\0GITCRYPT\0\x01\x02")
    assert rules('resource "aws_vpc" "v" { cidr_block = var.cidr }\nvariable "cidr" {}\n') == []
    (rule,) = rules(
        'resource "aws_cloudwatch_event_rule" "r" {\n event_pattern = jsonencode({ x = [var.x, var.y] })\n}\n'
        'variable "x" {}\nvariable "y" { default = "known" }\n'
    )
    assert rule.pattern == {"x": [Unknown(ENCRYPTED), "known"]}
    assert [fault.message for fault in read_paths(["terraform.tfvars"]).unreadable] == []


INPUTS = f"""
locals {{
  pattern = {WRITTEN}
}}
terraform {{
  source = "%s"
}}
inputs = {{
  name  = "x"
  %s
}}
"""


@pytest.mark.parametrize(
    ("source", "inputs", "name"),
    [
        (
            "tfr:///terraform-aws-modules/eventbridge/aws?version=4",
            "rules = { crl = { event_pattern = local.pattern } }",
            'inputs.rules["crl"]',
        ),
        ("git::https://example.com/x.git", "rules = { crl = { event_pattern = local.pattern } }", 'inputs["crl"]'),
        ("git::https://example.com/x.git", "event_pattern = local.pattern", "inputs"),
        ("../modules//rule", "pattern = local.pattern", "aws_cloudwatch_event_rule.r"),
    ],
)
def test_terragrunt_inputs_are_passed_to_their_module(source: str, inputs: str, name: str) -> None:
    put(
        "modules/rule/main.tf",
        'variable "pattern" {}\nresource "aws_cloudwatch_event_rule" "r" {\n event_pattern = var.pattern\n}\n',
    )
    put("live/terragrunt.hcl", INPUTS % (source, inputs))
    reading = read_paths(["."])
    assert reading.unreadable == []
    assert {rule.name: rule.pattern for rule in reading.rules if rule.pattern != Unknown("var.pattern")} == {
        name: PATTERN
    }
    assert len(reading.rules) == 1 + (not source.startswith(".."))


def test_variable_files_take_precedence_over_inputs() -> None:
    put("m/main.tf", 'variable "a" {}\nresource "aws_cloudwatch_event_rule" "r" {\n event_pattern = var.a\n}\n')
    put("m/x.auto.tfvars", 'a = "{\\"source\\": [\\"file\\"]}"\n')
    put("live/terragrunt.hcl", INPUTS % ("../m", "a = local.pattern"))
    assert {str(rule.pattern) for rule in read_paths(["."]).rules} == {"{'source': ['file']}"}


def test_an_invalid_terragrunt_file_is_reported() -> None:
    put("terragrunt.hcl", "inputs = {\n a = [1,,2]\n}\n")
    assert [f"{fault.place} {fault.message}" for fault in read_paths(["."]).unreadable] == [
        "terragrunt.hcl:2 does not parse: unexpected `,`"
    ]


STATE = {
    "version": 4,
    "terraform_version": "1.9.0",
    "resources": [
        {
            "module": "module.m",
            "mode": "managed",
            "type": "aws_cloudwatch_event_rule",
            "name": "r",
            "instances": [
                {
                    "index_key": "crl",
                    "attributes": {
                        "name": "crl",
                        "event_bus_name": "pki",
                        "is_enabled": True,
                        "event_pattern": json.dumps(PATTERN),
                    },
                }
            ],
        },
        {
            "mode": "managed",
            "type": "aws_cloudwatch_event_target",
            "name": "t",
            "instances": [{"attributes": {"rule": "crl", "arn": "arn:aws:sns:eu-west-1:111122223333:t"}}],
        },
    ],
}


def test_a_state_contains_the_deployed_rules() -> None:
    put("terraform.tfstate", json.dumps(STATE, indent=2))
    (rule,) = read_paths(["."]).rules
    assert (rule.name, rule.pattern, rule.bus) == ('module.m.aws_cloudwatch_event_rule.r["crl"]', PATTERN, "pki")
    assert rule.place == SourceLocation("terraform.tfstate", 11)
    assert [target.handler for target in rule.targets or ()] == ["t"]
    put("other.json", json.dumps(STATE))
    assert len(read_paths(["other.json"]).rules) == 1


@pytest.mark.parametrize(
    "document",
    [
        {"version": 3, "terraform_version": "0.11.0", "modules": [{"aws_cloudwatch_event_rule.r": {}}]},
        STATE | {"version": 5},
        {"serial": 1, "lineage": "x", "encrypted_data": "eA==", "meta": {"aws_cloudwatch_event_rule": 1}},
    ],
)
def test_an_unreadable_state_is_reported_with_a_remedy(document: dict[str, Any]) -> None:
    put("terraform.tfstate", json.dumps(document))
    remedy = "check the output of terraform show -json"
    assert read_paths(["."]).skipped == [Skipped(SourceLocation("terraform.tfstate", 1), "a Terraform state", remedy)]


def test_links_to_targets_outside_the_tree_are_reported_and_not_followed(tmp_path: Path) -> None:
    put("../elsewhere.tf", f'resource "aws_cloudwatch_event_rule" "r" {{\n event_pattern = {WRITTEN}\n}}\n')
    os.symlink(tmp_path.parent / "elsewhere.tf", "linked.tf")
    os.symlink("/proc/self/environ", "proc.tf")
    reading = read_paths(["."])
    assert (reading.rules, reading.unreadable) == ([], [])
    assert [(str(found.place), found.what) for found in reading.skipped] == [
        ("linked.tf:1", "a link to a target outside the checked tree"),
        ("proc.tf:1", "a link to a target outside the checked tree"),
    ]
