"""Local modules are read through their calls; patterns passed to modules without available code are rules."""

import os
from pathlib import Path

import pytest

from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Reading, Rule, SourceLocation, Unknown

ISSUED = 'jsonencode({ source = ["aws.acm-pca"], detail = { result = ["failure"] } })'
PATTERN = {"source": ["aws.acm-pca"], "detail": {"result": ["failure"]}}
CHILD = """
variable "pattern" {}
variable "results" {
  default = ["failure"]
}
resource "aws_cloudwatch_event_rule" "this" {
  event_pattern = var.pattern
}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(**files: str) -> None:
    """Write files; two underscores become a slash, one at the end becomes `.tf`."""
    for name, text in files.items():
        path = Path(name.replace("__", "/") + ".tf")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def read(*paths: str) -> Reading:
    return read_paths(paths or ["."])


def rules(*paths: str) -> dict[str, Rule]:
    """The rules by name, of a tree without errors."""
    reading = read(*paths)
    assert reading.unreadable == []
    return {rule.name: rule for rule in reading.rules}


def test_a_called_module_is_checked_through_its_call_only() -> None:
    put(main=f'module "crl" {{\n  source = "./modules/rule"\n\n  pattern = {ISSUED}\n}}\n', modules__rule__main=CHILD)
    found = rules()
    assert {name: rule.pattern for name, rule in found.items()} == {
        "module.crl.aws_cloudwatch_event_rule.this": PATTERN
    }
    (rule,) = found.values()
    assert (rule.place, rule.last_line) == (SourceLocation("main.tf", 4), 4)
    assert rule.lines["detail.result"] == 4


def test_a_module_without_callers_is_checked_with_its_defaults() -> None:
    child = CHILD.replace('variable "pattern" {}', f'variable "pattern" {{\n default = "{{}}" # {ISSUED}\n}}')
    put(modules__rule__main=child, main='locals {\n  a = "x"\n}\n')
    assert [rule.pattern for rule in read().rules] == [{}]


def test_a_module_with_variable_files_is_also_a_root_module() -> None:
    put(main=f'module "crl" {{\n source = "./child"\n pattern = {ISSUED}\n}}\n', child__main=CHILD)
    Path("child/terraform.tfvars").write_text('pattern = "{\\"source\\": [\\"x\\"]}"\n')
    assert {name: rule.pattern for name, rule in rules().items()} == {
        "module.crl.aws_cloudwatch_event_rule.this": PATTERN,
        "aws_cloudwatch_event_rule.this": {"source": ["x"]},
    }


def test_calls_with_count_and_for_each_and_nested_calls() -> None:
    put(
        main="""
        module "many" {
          for_each = { crl = "a", audit = "b" }
          source   = "./outer"
          reason   = each.value
        }
        module "two" {
          count  = 2
          source = "./outer"
          reason = "n${count.index}"
        }
        """,
        outer__main="""
        variable "reason" {}
        module "inner" {
          source  = "../inner"
          pattern = jsonencode({ source = [var.reason] })
        }
        """,
        inner__main=CHILD,
    )
    end = ".module.inner.aws_cloudwatch_event_rule.this"
    assert {name.removesuffix(end): rule.pattern["source"] for name, rule in rules().items()} == {
        'module.many["crl"]': ["a"],
        'module.many["audit"]': ["b"],
        "module.two[0]": ["n0"],
        "module.two[1]": ["n1"],
    }


def test_outputs_resolve_to_values_and_resources() -> None:
    put(
        main="""
        module "events" {
          source = "./events"
        }
        resource "aws_cloudwatch_event_rule" "r" {
          event_pattern = jsonencode({ source = module.events.sources, id = [module.events.unknown] })
        }
        resource "aws_cloudwatch_event_target" "t" {
          rule = aws_cloudwatch_event_rule.r.name
          arn  = module.events.queue_arn
        }
        """,
        events__main="""
        output "sources" { value = ["aws.acm-pca"] }
        output "unknown" { value = var.none }
        output "queue_arn" { value = aws_sqs_queue.q.arn }
        variable "none" {}
        resource "aws_sqs_queue" "q" { name = "pki" }
        """,
    )
    rule = rules()["aws_cloudwatch_event_rule.r"]
    assert rule.pattern == {"source": ["aws.acm-pca"], "id": [Unknown("module.events.unknown")]}
    assert rule.targets is not None
    assert [(target.destination and target.destination.name) for target in rule.targets] == ["pki"]


def test_resources_are_passed_to_modules() -> None:
    put(
        main="""
        resource "aws_sqs_queue" "q" { name = "pki" }
        module "crl" {
          source = "./rule"
          queue  = aws_sqs_queue.q
        }
        """,
        rule__main="""
        variable "queue" {}
        resource "aws_cloudwatch_event_rule" "r" {
          event_pattern = jsonencode({ source = ["a"] })
        }
        resource "aws_cloudwatch_event_target" "t" {
          rule = aws_cloudwatch_event_rule.r.name
          arn  = var.queue.arn
        }
        """,
    )
    (rule,) = rules().values()
    assert (rule.name, rule.place) == ("module.crl.aws_cloudwatch_event_rule.r", SourceLocation("rule/main.tf", 3))
    assert [target.handler for target in rule.targets or ()] == ["pki"]


def test_optional_attributes_have_their_defaults() -> None:
    put(
        main="""
        module "m" {
          source = "./m"
          rules  = { crl = { source = "a" }, b = { source = "b", on = false } }
        }
        """,
        m__main="""
        variable "rules" {
          type = map(object({ source = string, on = optional(bool, true), result = optional(string, "failure") }))
        }
        resource "aws_cloudwatch_event_rule" "r" {
          for_each      = { for key, rule in var.rules : key => rule if rule.on }
          event_pattern = jsonencode({ source = [each.value.source], detail = { result = [each.value.result] } })
        }
        """,
    )
    assert [rule.pattern for rule in rules().values()] == [{"source": ["a"], "detail": {"result": ["failure"]}}]


def test_null_selects_the_default_of_a_variable_that_is_not_nullable() -> None:
    child = 'variable "a" {\n default = "x"\n nullable = %s\n}\nresource "aws_cloudwatch_event_rule" "r" {\n'
    child += " event_pattern = jsonencode({ source = [var.a] })\n}\n"
    put(main='module "m" {\n source = "./m"\n a = null\n}\n', m__main=child % "false")
    assert [rule.pattern for rule in rules().values()] == [{"source": ["x"]}]
    put(m__main=child % "true")
    assert [rule.pattern for rule in rules().values()] == [{"source": [None]}]


def test_rules_that_are_off_by_default_are_marked() -> None:
    put(
        main="""
        variable "enabled" { default = false }
        variable "names" { default = [] }
        variable "on" { default = true }
        locals { wanted = var.enabled && var.on }
        module "m" {
          count   = local.wanted ? 1 : 0
          source  = "./m"
          pattern = jsonencode({ source = ["m"] })
        }
        resource "aws_cloudwatch_event_rule" "a" {
          count         = var.enabled ? 1 : 0
          event_pattern = jsonencode({ source = ["a"] })
        }
        resource "aws_cloudwatch_event_target" "a" {
          count = var.enabled ? 1 : 0
          rule  = aws_cloudwatch_event_rule.a[0].name
          arn   = "arn:aws:sns:eu-west-1:111122223333:t"
        }
        resource "aws_cloudwatch_event_rule" "b" {
          for_each      = toset(var.names)
          event_pattern = jsonencode({ source = ["b"] })
        }
        resource "aws_cloudwatch_event_rule" "c" {
          count         = 0
          event_pattern = jsonencode({ source = ["c"] })
        }
        resource "aws_cloudwatch_event_rule" "e" {
          for_each      = {}
          event_pattern = jsonencode({ source = ["e"] })
        }
        resource "aws_cloudwatch_event_rule" "d" {
          count         = var.on ? 1 : 0
          event_pattern = jsonencode({ source = ["d"] })
        }
        """,
        m__main=CHILD,
    )
    found = rules()
    assert {name.removeprefix("aws_cloudwatch_event_rule."): rule.off for name, rule in found.items()} == {
        "a[0]": "var.enabled",
        'b["*"]': "var.names",
        "c[0]": "count = 0",
        "d[0]": "",
        'e["*"]': "for_each = {}",
        "module.m[0].aws_cloudwatch_event_rule.this": "var.enabled",
    }
    assert len(found["aws_cloudwatch_event_rule.a[0]"].targets or ()) == 1


@pytest.mark.parametrize(
    "written", ['"{\\"source\\": [\\"a\\"]}"', 'jsonencode({ source = ["a"] })', '<<EOT\n{"source": ["a"]}\nEOT']
)
def test_a_rule_has_the_location_of_its_pattern(written: str) -> None:
    put(
        main=f'\n\nmodule "outer" {{\n  source = "./outer"\n\n  given = {written}\n}}\n',
        outer__main='variable "given" {}\nmodule "inner" {\n source = "../inner"\n pattern = var.given\n}\n',
        inner__main=CHILD,
    )
    (rule,) = rules().values()
    first = 7 if written.startswith("<<") else 6
    assert (rule.place, rule.pattern) == (SourceLocation("main.tf", first), {"source": ["a"]})
    assert rule.last_line in (6, 8)
    assert rule.lines["source"] == first


def test_resources_that_are_off_do_not_exist_for_resources_that_are_on() -> None:
    put(
        main="""
        variable "enabled" { default = false }
        resource "aws_cloudwatch_event_rule" "on" {
          event_pattern = jsonencode({ source = ["n${length(aws_sqs_queue.off)}"], id = aws_sqs_queue.off[*].name })
        }
        resource "aws_cloudwatch_event_target" "on" {
          rule = aws_cloudwatch_event_rule.on.name
          arn  = aws_sqs_queue.on.arn
        }
        resource "aws_sqs_queue" "on" { name = "on" }
        resource "aws_sqs_queue" "off" {
          count = var.enabled ? 1 : 0
          name  = "off"
        }
        resource "aws_sqs_queue_policy" "off" {
          count     = var.enabled ? 1 : 0
          queue_url = aws_sqs_queue.on.id
          policy    = jsonencode({ Statement = [] })
        }
        module "off" {
          count  = var.enabled ? 1 : 0
          source = "./outer"
        }
        """,
        outer__main='module "inner" {\n source = "../inner"\n pattern = jsonencode({ source = ["i"] })\n}\n',
        inner__main=CHILD,
    )
    found = rules()
    on = found["aws_cloudwatch_event_rule.on"]
    assert on.pattern == {"source": ["n0"], "id": []}
    policies = [target.destination and target.destination.policy for target in on.targets or ()]
    assert policies == [Unknown("what is left out by default")]
    assert found["module.off[0].module.inner.aws_cloudwatch_event_rule.this"].off == "var.enabled"


def test_modules_that_call_each_other_are_reported_in_one_line() -> None:
    rule = f'resource "aws_cloudwatch_event_rule" "r" {{\n event_pattern = {ISSUED}\n}}\n'
    put(a__main=f'module "b" {{\n source = "../b"\n}}\n{rule}', b__main=f'module "a" {{\n source = "../a"\n}}\n{rule}')
    reading = read()
    assert [f"{fault.place} {fault.message}" for fault in reading.unreadable] == [
        "b/main.tf:1 module.a calls a module that calls this module: a"
    ]
    assert [rule.name for rule in reading.rules] == [
        "aws_cloudwatch_event_rule.r",
        "module.b.aws_cloudwatch_event_rule.r",
    ]


def test_no_file_outside_the_tree_is_read() -> None:
    call = 'module "crl" {{\n source = "{}"\n event_pattern = jsonencode({{ source = ["a"] }})\n}}\n'
    call = call.replace("event_pattern", "pattern")
    put(inside__main=call.format("../outside"), outside__main=CHILD)
    os.symlink("../outside", "inside/linked")
    put(inside__second=call.format("./linked").replace("crl", "linked"))
    found = rules("inside")
    assert {name: rule.place.file for name, rule in found.items()} == {
        "module.crl": "inside/main.tf",
        "module.linked": "inside/second.tf",
    }
    assert "module.crl.aws_cloudwatch_event_rule.this" in rules()


def test_a_named_file_is_read_with_the_modules_that_it_calls() -> None:
    put(
        main=f'module "crl" {{\n source = "./rule"\n pattern = {ISSUED}\n}}\n',
        other=f'resource "aws_cloudwatch_event_rule" "other" {{\n event_pattern = {ISSUED}\n}}\n',
        rule__main=CHILD,
    )
    assert list(rules("main.tf")) == ["module.crl.aws_cloudwatch_event_rule.this"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (f"event_pattern = {ISSUED}", {"": PATTERN}),
        ("pattern = { source = [\"aws.acm-pca\"] }", {"": {"source": ["aws.acm-pca"]}}),
        ('cloudwatch_event_rule_pattern = "{\\"source\\": [\\"x\\"]}"', {"": {"source": ["x"]}}),
        (f"rules = {{ crl = {{ event_pattern = {ISSUED} }}, b = {{ cron = \"x\" }} }}", {'["crl"]': PATTERN}),
        (f"rules = [{{ name = \"a\", pattern = {ISSUED} }}]", {"[0]": PATTERN}),
        (f"patterns = {{ crl = {ISSUED} }}", {'["crl"]': PATTERN}),
        ("on = { detail-type = [\"x\"], source = [\"y\"] }", {"": {"detail-type": ["x"], "source": ["y"]}}),
        ("on = { source = [\"aws.acm-pca\"] }", {"": {"source": ["aws.acm-pca"]}}),
        ("event_pattern = var.given", {"": Unknown("var.given")}),
        ('event_pattern = "{"', {"": "{"}),
        (f"a_pattern = {ISSUED}\n b_pattern = {ISSUED}", {".a_pattern": PATTERN, ".b_pattern": PATTERN}),
        ("event_pattern = null", {}),
        ("count = 0\n on = false", {}),
        ('schedule_expression = "rate(1 day)"', {}),
        ('policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow" }] })', {}),
        ('pattern = "{ $.errorCode = \\"AccessDenied\\" }"', {}),
        ('filter_pattern = "ERROR"', {}),
        ('rules = { ssh = { source = ["10.0.0.0/8"], port = 22 } }', {}),
        ('cidr = { source = ["10.0.0.0/8"] }', {}),
        ('name_pattern = "x-*"', {}),
        ("pattern = var.given", {}),
    ],
)  # fmt: skip
def test_patterns_passed_to_a_module_without_available_code_are_rules(
    arguments: str, expected: dict[str, object]
) -> None:
    put(main=f'module "m" {{\n source = "acme/rule/aws"\n {arguments}\n}}\nvariable "given" {{}} # a pattern\n')
    found = {name.removeprefix("module.m"): rule for name, rule in rules().items()}
    assert {name: rule.pattern for name, rule in found.items()} == expected
    assert all(rule.targets is None for rule in found.values())


@pytest.mark.parametrize(
    ("argument", "off"),
    [
        ("enabled = false", "enabled = false"),
        ("create = var.on", "var.on"),
        ("enabled = true", ""),
        ("enabled = var.unknown", ""),
    ],
)
def test_a_disabled_module_has_rules_that_are_off(argument: str, off: str) -> None:
    put(
        main=f'module "m" {{\n source = "acme/rule/aws"\n event_pattern = {ISSUED}\n {argument}\n}}\n'
        'variable "on" {\n default = false\n}\nvariable "unknown" {}\n'
    )
    assert [rule.off for rule in rules().values()] == [off]


def test_override_files_modify_their_blocks() -> None:
    put(
        main=f"""
        resource "aws_cloudwatch_event_rule" "r" {{
          event_pattern  = {ISSUED}
          event_bus_name = "a"
          state          = "ENABLED"
        }}
        """,
        override='resource "aws_cloudwatch_event_rule" "r" {\n event_bus_name = "b"\n}\n',
        last_override='resource "aws_cloudwatch_event_rule" "r" {\n state = "DISABLED"\n}\n',
    )
    (rule,) = rules().values()
    assert (rule.pattern, rule.bus, rule.enabled) == (PATTERN, "b", False)


def test_a_tofu_file_replaces_the_tf_file_of_the_same_name() -> None:
    put(main=f'resource "aws_cloudwatch_event_rule" "old" {{\n event_pattern = {ISSUED}\n}}\n')
    Path("main.tofu").write_text(Path("main.tf").read_text().replace("old", "new"))
    assert list(rules()) == ["aws_cloudwatch_event_rule.new"]


def test_a_duplicate_resource_is_reported_with_both_locations() -> None:
    rule = f'resource "aws_cloudwatch_event_rule" "r" {{\n event_pattern = {ISSUED}\n}}\n'
    put(a=rule + 'resource "aws_vpc" "v" {}\n', b=f'{rule}resource "aws_vpc" "v" {{}}\n')
    reading = read()
    assert len(reading.rules) == 2
    assert [f"{fault.place} {fault.message}" for fault in reading.unreadable] == [
        "b.tf:1 duplicate resource aws_cloudwatch_event_rule.r: also declared in a.tf:1; remove or rename one of them"
    ]


def test_identical_rules_of_several_root_modules_are_one() -> None:
    child = f'resource "aws_cloudwatch_event_rule" "r" {{\n event_pattern = {ISSUED}\n}}\n'
    call = 'module "m" {\n source = "../m"\n}\n'
    put(dev__main=call, prod__main=call, m__main=child)
    assert len(read().rules) == 1


def test_a_call_with_other_providers_may_use_another_account() -> None:
    root = """
    data "aws_caller_identity" "current" {}
    module "m" {
      source  = "./m"
      account = data.aws_caller_identity.current.account_id
      %s
    }
    """
    child = 'variable "account" {}\nresource "aws_cloudwatch_event_rule" "r" {\n'
    put(m__main=child + " event_pattern = jsonencode({ account = [var.account] })\n}\n")
    for providers, meaning in (("", "account"), ("providers = { aws = aws.other }", "")):
        put(main=root % providers)
        (rule,) = rules().values()
        assert rule.pattern["account"][0].meaning == meaning
