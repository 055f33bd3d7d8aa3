"""Rules in Terraform configurations: notations of patterns, known and unknown values, line numbers."""

import json
import random
from typing import Any

import pytest
from fuzzing import seeded, times
from terraform_texts import read_terraform

from pca_events.infrastructure.model import Rule, SourceLocation, Unknown
from pca_events.infrastructure.terraform.blocks import Broken
from pca_events.infrastructure.terraform.folder import concerns_events
from pca_events.infrastructure.terraform.templates import template

NAMES = """
variable "env" { default = "prod" }
variable "ca" {}
variable "nothing" { default = null }
variable "set" {
  type    = map(object({ result = string }))
  default = { bad = { result = "failure" } }
}
locals {
  source  = ["aws.acm-pca"]
  results = { ok = "success", bad = "failure" }
  loop    = local.pool
  pool    = local.loop
  pattern = jsonencode({ source = local.source })
  object  = { source = local.source, detail = { result = ["success"] } }
  n       = 3
  twins   = [{ name = "a", on = true }, { name = "b", on = false }]
}
data "aws_caller_identity" "current" {}
"""


def rules(text: str, **files: str) -> list[Rule]:
    """The rules of a module that has no unreadable parts."""
    reading = read_terraform({"m.tf": text, **files})
    assert reading.unreadable == []
    return reading.rules


def value(expression: str) -> Any:
    """The value of an expression in a pattern."""
    text = f'resource "aws_cloudwatch_event_rule" "r" {{\n event_pattern = jsonencode({{ x = {expression} }})\n}}\n'
    (rule,) = rules(text + NAMES)
    return rule.pattern["x"]


def pattern(expression: str) -> Any:
    """The value of an expression as a whole pattern."""
    (rule,) = rules(f'resource "aws_cloudwatch_event_rule" "r" {{\n event_pattern = {expression}\n}}\n' + NAMES)
    return rule.pattern


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('["a", 1, -2.5, true, null]', ["a", 1, -2.5, True, None]),
        ("local.source", ["aws.acm-pca"]),
        ("local.results.ok", "success"),
        ('local.results["bad"]', "failure"),
        ("local.twins[1].name", "b"),
        ("local.twins[*].name", ["a", "b"]),
        ("local.twins.*.name", ["a", "b"]),
        ("var.env", "prod"),
        ('"a-${var.env}-b"', "a-prod-b"),
        ('"${local.source}"', ["aws.acm-pca"]),
        (r'"tab\t quote\" back\\ \u00e9 $${x} %%{y}"', "tab\t quote\" back\\ é ${x} %{y}"),
        ('"100%"', "100%"),
        ('"a ${~ var.env ~} b"', "aprodb"),
        ('"%{ for x in local.results ~} ${x} %{~ endfor }%{ if false }a%{ else }b%{ endif }"', "failuresuccessb"),
        ('"%{ for key, x in local.results }${key}%{ endfor }"', "badok"),
        ("<<-EOT\n    a\n\n      $${b} \\n\n    %%{c}\n  EOT\n", "a\n\n  ${b} \\n\n%{c}\n"),
        ("[<<A\n1\nA\n, <<B\n2\nB\n]", ["1\n", "2\n"]),
        ("-local.n - 1 * 2", -5),
        ("!(1 > 2) && 3 >= 3 || 1 / 0 == 1", True),
        ('format("%s/%s-%d%%", "a", var.env, 3)', "a/prod-3%"),
        ('join(",", ["a", var.env])', "a,prod"),
        ('concat(["a"], local.source)', ["a", "aws.acm-pca"]),
        ('merge({ a = 1 }, { b = 2, a = 3 })', {"a": 3, "b": 2}),
        ('merge([{ a = 1 }, { b = 2 }]...)', {"a": 1, "b": 2}),
        ('toset(["b", "a", "b"])', ["a", "b"]),
        ('tolist(["a"])', ["a"]),
        ('[lower("A"), upper("b"), replace("a-b", "-", "_"), trimspace(" x ")]', ["a", "B", "a_b", "x"]),
        ('split("/", "a/b")', ["a", "b"]),
        ('lookup(local.results, "none", "other")', "other"),
        ('coalesce(var.nothing, "", "x")', "x"),
        ('try(local.results.ok, "x")', "success"),
        ("jsondecode(local.pattern).source", ["aws.acm-pca"]),
        ('jsondecode("{\\"a\\": [1]}")', {"a": [1]}),
        ("sort(keys(local.results))", ["bad", "ok"]),
        ("length(local.source) == 1 ? [\"one\"] : []", ["one"]),
        ('var.env == "prod" && !false ? "yes" : "no"', "yes"),
        ('(1 + 2 * 3 > 6 || false) ? "yes" : "no"', "yes"),
        ('var.ca == "x" ? ["same"] : ["same"]', ["same"]),
        ("[for key, value in local.results : \"${key}=${value}\"]", ["bad=failure", "ok=success"]),
        ('[for twin in local.twins : upper(twin.name) if twin.on]', ["A"]),
        ("{ for twin in local.twins : twin.name => [twin.on] }", {"a": [True], "b": [False]}),
        ('{ for twin in local.twins : "all" => twin.name... }', {"all": ["a", "b"]}),
        ("{ (var.env) = 1, \"detail-type\" : 2, in = 3 }", {"prod": 1, "detail-type": 2, "in": 3}),
        ("jsonencode({ a = [1] })", '{"a":[1]}'),
        ('nonsensitive("a")', "a"),
        ("[ # one\n \"a\", // two\n /* three */ \"b\",\n ]", ["a", "b"]),
    ],
)  # fmt: skip
def test_literal_values_are_known(expression: str, expected: Any) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "reason", "parts"),
    [
        ("var.ca", "var.ca", (None,)),
        ("var.missing", "var.missing", (None,)),
        ("local.missing", "local.missing", (None,)),
        ("local.loop", "local.loop", (None,)),
        ('"${var.ca}"', "var.ca", (None,)),
        ('"arn:aws:acm-pca:${var.ca}:x"', "var.ca", ("arn:aws:acm-pca:", None, ":x")),
        ('"a${var.ca}b${var.missing}"', "var.ca, var.missing", ("a", None, "b", None)),
        ('format("a/%s", var.ca)', "var.ca", ("a/", None)),
        ('join("-", ["a", var.ca, "b"])', "var.ca", ("a-", None, "-b")),
        ("aws_acmpca_certificate_authority.ca.arn", "aws_acmpca_certificate_authority.ca.arn", (None,)),
        ("module.pki.ca_arn", "module.pki.ca_arn", (None,)),
        ('file("x.json")', 'file("x.json")', (None,)),
        ("upper(var.ca)", "upper(var.ca)", (None,)),
        ('var.ca == "x" ? ["a"] : ["b"]', 'var.ca == "x" ? ["a"] : ["b"]', (None,)),
        ("[for x in var.ca : x]", "[for x in var.ca : x]", (None,)),
        ("concat(local.source, var.ca)", "concat(local.source, var.ca)", (None,)),
        ("provider::x::f(1)", "provider::x::f(1)", (None,)),
        ('replace("a", "/a/", "b")', 'replace("a", "/a/", "b")', (None,)),
        ("1 / 0", "1 / 0", (None,)),
        ('!"a"', '!"a"', (None,)),
        ("-local.source", "-local.source", (None,)),
    ],
)
def test_values_known_only_at_deployment_are_unknown(
    expression: str, reason: str, parts: tuple[str | None, ...]
) -> None:
    found = value(expression)
    assert (type(found), found.reason, found.parts) == (Unknown, reason, parts)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("local.pattern", {"source": ["aws.acm-pca"]}),
        ("jsonencode(local.object)", {"source": ["aws.acm-pca"], "detail": {"result": ["success"]}}),
        ('jsonencode(merge(local.object, { source = ["x"] }))', {"source": ["x"], "detail": {"result": ["success"]}}),
        (r'"{\"source\": [\"aws.acm-pca\"]}"', {"source": ["aws.acm-pca"]}),
        ('"no JSON"', "no JSON"),
        ("var.ca", Unknown("var.ca")),
        ('templatefile("x.json", {})', Unknown('templatefile("x.json", {})')),
        ('<<EOF\n{"a": ["${var.env}"]}\nEOF', {"a": ["prod"]}),
        ('<<EOF\n{"a": ["$${x}"]}\nEOF', {"a": ["${x}"]}),
        ('<<-EOF\n   {"a": ["x/${var.ca}"]}\n  EOF', {"a": [Unknown("var.ca", ("x/", None))]}),
        ('<<EOF\n{"a": ${jsonencode(local.source)}}\nEOF', {"a": ["aws.acm-pca"]}),
        ('<<EOF\n{"b": ${jsonencode([var.ca, 1])}}\nEOF', {"b": [Unknown("var.ca"), 1]}),
        ('<<EOF\n{"${var.ca}": ["x"]}\nEOF', Unknown("var.ca", ('{"', None, '": ["x"]}\n'))),
        ('<<é\n{"a": ["é"]}\né', {"a": ["é"]}),
        ('trimspace(<<EOF\n{"a": ["b"]}\nEOF\n)', {"a": ["b"]}),
        ('var.env == "prod" ? local.pattern : ""', {"source": ["aws.acm-pca"]}),
        ("jsonencode({ detail = jsonencode({}) })", {"detail": "{}"}),
    ],
)  # fmt: skip
def test_patterns_are_read_in_every_notation(expression: str, expected: Any) -> None:
    assert pattern(expression) == expected


LINES = """\
# a comment with { in it
resource "aws_cloudwatch_event_rule" "encoded" {
  event_pattern = jsonencode({
    source = ["aws.acm-pca"]

    "$or" = [
      { detail = { result = ["a"] } },
      { detail = {
          result = ["b"]
      } },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "heredoc" {
  description   = "x"
  event_pattern = <<-EOF
    {
      "source": ["aws.acm-pca"],
      "detail": {
        "reason": ["${var.ca}"],
        "result": ["failure"]
      }
    }
  EOF
}

resource "aws_cloudwatch_event_rule" "local" {
  event_pattern = local.here
}
resource "aws_cloudwatch_event_rule" "elsewhere" {

  event_pattern = local.there
}
locals {
  here = jsonencode({
    source = ["a"]
  })
}
variable "ca" {}
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a%{ if x }b", "the directive `if` has no `endif`"),
        ("a%{ endif }b", "unexpected directive `endif`"),
        ("a%{ for x }b%{ endfor }", "the directive `for` has no `endfor`"),
        ("a%{ what }", "expected a directive, got `what`"),
        ("a${ {", "a brace in a template is never closed"),
        ("a${ = }", "does not parse"),
    ],
)
def test_an_invalid_template_is_rejected(text: str, words: str) -> None:
    with pytest.raises(Broken, match=words):
        template(text)


def test_locations_and_lines_are_those_of_the_text() -> None:
    found = rules(LINES, **{"other.tf": 'locals {\n there = jsonencode({\n  source = ["a"] }) \n}'})
    assert [(rule.name.rpartition(".")[2], rule.place, rule.last_line) for rule in found] == [
        ("encoded", SourceLocation("m.tf", 2), 13),
        ("heredoc", SourceLocation("m.tf", 15), 26),
        ("local", SourceLocation("m.tf", 28), 30),
        ("elsewhere", SourceLocation("m.tf", 31), 34),
    ]
    encoded, heredoc, here, there = (rule.lines for rule in found)
    assert (encoded["source"], encoded["$or"], encoded["$or[0].detail.result"]) == (4, 6, 7)
    assert encoded["$or[1].detail.result"] == 9
    assert heredoc == {"source": 19, "detail": 20, "detail.reason": 21, "detail.result": 22}
    assert (here, there) == ({"source": 37}, {"source": 33})


EACH = """
resource "aws_cloudwatch_event_rule" "r" {
  %s
  name          = %s
  event_pattern = jsonencode({ x = [%s] })
}
"""


@pytest.mark.parametrize(
    ("over", "inner", "expected"),
    [
        ("for_each = local.results", "each.value", {'r["ok"]': "success", 'r["bad"]': "failure"}),
        ('for_each = toset(["a", "b"])', "each.key", {'r["a"]': "a", 'r["b"]': "b"}),
        ("for_each = var.set", "each.value.result", {'r["bad"]': "failure"}),
        ("for_each = { for t in local.twins : t.name => t if t.on }", "each.value.name", {'r["a"]': "a"}),
        ("for_each = var.ca", "each.value.x", {'r["*"]': Unknown("each.value.x")}),
        ("for_each = {}", "each.key", {'r["*"]': Unknown("each.key")}),
        ("count = 2", "count.index", {"r[0]": 0, "r[1]": 1}),
        ('count = var.env == "prod" ? 1 : 0', "count.index", {"r[0]": 0}),
        ("count = 0", "count.index", {"r[0]": 0}),
        ("count = var.ca", "count.index", {"r[*]": Unknown("count.index")}),
        ("count = 1000000000", "1", {"r[*]": 1}),
    ],
)
def test_each_instance_is_a_rule(over: str, inner: str, expected: dict[str, Any]) -> None:
    found = rules(NAMES + EACH % (over, '"x"', inner))
    assert {rule.name.removeprefix("aws_cloudwatch_event_rule."): rule.pattern["x"][0] for rule in found} == expected
    assert {rule.place.line for rule in found} <= {NAMES.count("\n") + 2}


ARN_OF_BUS = Unknown("aws_cloudwatch_event_bus.b.arn", (None, ":event-bus/orders-prod"))


@pytest.mark.parametrize(
    ("arguments", "bus", "enabled"),
    [
        ("", "default", True),
        ("event_bus_name = var.nothing", "default", True),
        ('event_bus_name = "b"\n is_enabled = false', "b", False),
        ("event_bus_name = aws_cloudwatch_event_bus.b.name\n state = \"DISABLED\"", "orders-prod", False),
        ("event_bus_name = aws_cloudwatch_event_bus.b.id\n state = \"ENABLED\"", "orders-prod", True),
        ("event_bus_name = aws_cloudwatch_event_bus.b.arn", ARN_OF_BUS, True),
        ("event_bus_name = data.aws_cloudwatch_event_bus.d.name", "default", True),
        ("event_bus_name = var.ca\n is_enabled = var.ca", Unknown("var.ca"), Unknown("var.ca")),
    ],
)  # fmt: skip
def test_bus_and_state_are_read(arguments: str, bus: str | Unknown, enabled: bool | Unknown) -> None:
    buses = 'resource "aws_cloudwatch_event_bus" "b" { name = "orders-${var.env}" }\n'
    buses += 'data "aws_cloudwatch_event_bus" "d" { name = "default" }\n'
    (rule,) = rules(
        f'resource "aws_cloudwatch_event_rule" "r" {{\n {arguments}\n event_pattern = "{{}}"\n}}\n' + buses + NAMES
    )
    assert (rule.bus, rule.enabled) == (bus, enabled)


def test_rules_without_a_pattern_are_ignored() -> None:
    schedule = 'resource "aws_cloudwatch_event_rule" "s" {\n schedule_expression = "rate(1 day)"\n}\n'
    null = 'resource "aws_cloudwatch_event_rule" "n" {\n event_pattern = var.nothing\n}\n'
    assert rules(schedule + null + NAMES) == []


def test_variable_files_have_the_precedence_of_terraform() -> None:
    text = 'resource "aws_cloudwatch_event_rule" "r" {\n event_pattern = '
    text += "jsonencode({ x = [var.a, var.b, var.c, var.d] })\n}\n"
    text += "".join(f'variable "{name}" {{ default = "default" }}\n' for name in "abcd")
    files = {
        "terraform.tfvars": 'a = "tfvars"\nb = "tfvars"\n',
        "x.auto.tfvars": 'b = "auto"\n',
        "y.auto.tfvars.json": '{"c": "json"}',
        "other.tfvars": 'd = "never"\n',
    }
    (rule,) = rules(text, **files)
    assert rule.pattern["x"] == ["tfvars", "auto", "json", "default"]


RULE = 'resource "aws_cloudwatch_event_rule" "x" {\n'
JSON = {
    "//": "a comment",
    "locals": {"source": "aws.acm-pca"},
    "variable": {"ca": {}},
    "resource": {
        "aws_cloudwatch_event_rule": {
            "r": {"event_pattern": '${jsonencode({source = [local.source], resources = ["${var.ca}"]})}'},
            "s": {"event_pattern": '{"source": ["${local.source}"]}', "for_each": "${toset([\"a\"])}"},
        },
        "aws_cloudwatch_event_target": {
            "t": {
                "rule": "${aws_cloudwatch_event_rule.r.name}",
                "arn": "${aws_sqs_queue.q.arn}",
                "dead_letter_config": {"arn": "${aws_sqs_queue.q.arn}"},
                "retry_policy": [{"maximum_retry_attempts": 1}],
            }
        },
        "aws_sqs_queue": {"q": [{"name": "q"}]},
    },
}  # fmt: skip


@pytest.mark.parametrize("name", ["m.tf.json", "m.tofu.json"])
def test_the_json_syntax_is_read(name: str) -> None:
    text = json.dumps(JSON, indent=2)
    reading = read_terraform({name: text})
    first, second = reading.rules
    lines = text.split("\n")
    assert (lines[first.place.line - 1].strip(), lines[second.place.line - 1].strip()) == ('"r": {', '"s": {')
    assert first.pattern == {"source": ["aws.acm-pca"], "resources": [Unknown("var.ca")]}
    assert second.name == 'aws_cloudwatch_event_rule.s["a"]'
    assert second.pattern == {"source": ["aws.acm-pca"]}
    assert first.targets is not None
    (target,) = first.targets
    assert target.destination is not None
    assert (target.destination.name, target.dead_letter, target.retry) == ("q", target.destination, True)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('resource "aws_cloudwatch_event_rule" "x" {', 1, "never closed"),
        ('\n\nresource "aws_cloudwatch_event_rule" "x" {\n name = "a\n}', 4, "not closed on its line"),
        ('resource "aws_cloudwatch_event_rule" "x" {\n event_pattern = <<EOF\n{}\n}\n', 2, "no closing line `EOF`"),
        ('resource "aws_cloudwatch_event_rule" "x" {\n\n name = = 1\n}', 3, "does not parse: near `= 1`"),
        ('resource "aws_cloudwatch_event_rule" "x" {\n\n name = [1,,2]\n}', 3, "does not parse: unexpected"),
        ("/* aws_cloudwatch_event_rule", 1, "expected a block"),
        ("aws_cloudwatch_event_rule\x00\x01\x02", 1, "expected a block"),
        ("locals {}\n} # aws_cloudwatch_event_rule", 2, "expected a block"),
        ('x "aws_cloudwatch_event_rule" {\n /* \n}', 2, "comment that begins here is never closed"),
        (RULE + " event_pattern = " + "[" * 5000 + "]" * 5000 + "}", 2, "nested too deep"),
        (RULE + " event_pattern = " + "(" * 5000 + "1" + ")" * 5000 + "\n}", 2, "nested too deep"),
        (RULE + ' event_pattern = "${' + "a" * 300_000 + '}"\n}', 2, "the limit is"),
        (RULE + " event_pattern = <<EOT\n{}\na${1 +}\nEOT\n}\n", 4, "expected an expression, got the end"),
        (RULE + " event_pattern = foo(1,\n 2\n\n", 1, "never closed"),
        (RULE + ' event_pattern = jsonencode({\n a = ["b"\n c = 1\n})\n}', 4, "expected `]`, got `c = 1`"),
        (RULE + ' event_pattern = "{}"\n name = "a" "b"\n}', 3, 'does not parse: near `"a"`'),
        (RULE + ' event_pattern = "{}"\n event_pattern = "[]"\n}', 3, 'duplicate argument "event_pattern"'),
        (RULE + ' event_pattern = "{}"\n name: 1\n}', 3, "expected an argument or a block, got `name: 1"),
    ],
)  # fmt: skip
def test_a_syntax_error_is_reported_in_one_line_and_the_rest_is_read(text: str, line: int, words: str) -> None:
    sound = 'resource "aws_cloudwatch_event_rule" "sound" {\n event_pattern = "{}"\n}\n'
    reading = read_terraform({"broken.tf": text, "sound.tf": sound})
    (unreadable,) = reading.unreadable
    assert (unreadable.place, words in unreadable.message) == (SourceLocation("broken.tf", line), True), unreadable
    assert "\n" not in unreadable.message
    assert "aws_cloudwatch_event_rule.sound" in [rule.name for rule in reading.rules]


def test_irrelevant_blocks_are_not_parsed() -> None:
    sound = 'resource "aws_cloudwatch_event_rule" "r" {\n event_pattern = "{}"\n}\n'
    assert len(rules(sound + 'resource "aws_instance" "x" {\n a = = [,\n}\n')) == 1


@pytest.mark.parametrize(
    ("broken", "line", "words"),
    [
        (' name = "a\n', 2, "not closed on its line"),
        (" name = {\n", 1, "never closed"),
        (" name = (1\n", 3, "expected `)`"),
        (" name: 1\n", 2, "expected an argument or a block"),
        (" name = = 1\n", 2, "does not parse"),
        (" name\n", 2, "expected an argument or a block"),
        (" one two three\n four\n", 2, "expected an argument or a block"),
    ],
)
def test_blocks_after_a_syntax_error_are_read(broken: str, line: int, words: str) -> None:
    rule = 'resource "aws_cloudwatch_event_rule" "%s" {\n%s event_pattern = "{}"\n}\n'
    reading = read_terraform({"m.tf": rule % ("broken", broken) + rule % ("sound", "")})
    (fault,) = reading.unreadable
    assert (fault.place.line, words in fault.message) == (line, True), fault
    names = [rule.name.rpartition(".")[2] for rule in reading.rules]
    whole_block = words in ("never closed", "not closed on its line", "expected `)`")
    assert names == (["sound"] if whole_block else ["broken", "sound"])


def test_comments_are_allowed_anywhere() -> None:
    header = 'resource /* one */ "aws_cloudwatch_event_rule" /* "two" */ "r" /* { */ {\n # }\n'
    body = ' event_pattern /* = */ = "{}"\n state = ( // an end )\n "DISABLED" )\n}\n// }\n'
    (rule,) = rules(header + body)
    assert (rule.name, rule.pattern, rule.enabled) == ("aws_cloudwatch_event_rule.r", {}, False)


def test_a_folder_without_rules_is_only_checked_for_unclosed_braces() -> None:
    reading = read_terraform({"a.tf": "locals { a = = }", "b.tf": "locals {", "c.tf.json": "{"})
    assert [(found.place.file, found.place.line) for found in reading.unreadable] == [("b.tf", 1), ("c.tf.json", 1)]
    assert not concerns_events("locals {}")
    assert concerns_events('resource "aws_cloudwatch_event_rule" "x" {}')
    assert concerns_events('source = "terraform-aws-modules/eventbridge/aws"')


@pytest.mark.parametrize(
    "grow",
    [
        "[local.l{0}, local.l{0}]",
        '"${{local.l{0}}}${{local.l{0}}}"',
        "{{ a = local.l{0}, b = local.l{0} }}",
        "concat(local.l{0}, local.l{0})",
        "[for a in local.l{0} : [for b in local.l{0} : [a, b]]]",
        "local.l{0} * local.l{0}",
        'replace(local.l{0}, "a", local.l{0})',
        "jsonencode([local.l{0}, local.l{0}])",
    ],
)
@pytest.mark.parametrize("seed", ['"aaaaaaaaaa"', '["a", "b", "c"]', "99999999999"])
def test_values_that_grow_without_bound_are_unknown_in_bounded_time(grow: str, seed: str) -> None:
    text = "locals {\n l0 = " + seed + "\n" + "".join(f" l{n + 1} = {grow.format(n)}\n" for n in range(60)) + "}\n"
    text += 'resource "aws_cloudwatch_event_rule" "r" {\n event_pattern = jsonencode({ x = [local.l60] })\n}\n'
    (rule,) = read_terraform({"m.tf": text}).rules
    assert isinstance(rule.pattern, Unknown | dict)


JUNK = ["{", "}", '"', "${", "%{", "<<EOF\n", "<<-X\n", "/*", "*/", "#", "\n", "[", "]", "(", ")", "...", "=", "?", ":"]
JUNK += ["$${", "\\", "\x00", "é", "\ue000", "null", "for", "in", ".", "*", "[*]", "!", "9" * 30, "local.pool", '"a" =']


def mutated(text: str, chance: random.Random) -> str:
    """The text with a few random changes."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.randint(1, 60))
        change = chance.choice(["insert", "cut", "repeat", "letter"])
        if change == "insert":
            text = text[:start] + chance.choice(JUNK) + text[start:]
        elif change == "cut":
            text = text[:start] + text[end:]
        elif change == "repeat":
            text = text[:end] + text[start:end] * chance.randint(1, 4) + text[end:]
        else:
            text = text[:start] + chr(chance.randrange(1, 0x2FF)) + text[start + 1 :]
    return text


@pytest.mark.fuzz
def test_no_mutant_of_a_module_breaks_the_reader() -> None:
    chance, count = seeded(5), times(200)
    broken = read = 0
    whole = NAMES + LINES + EACH % ("for_each = local.results", "each.key", "each.value")
    for _ in range(count):
        text = mutated(whole, chance)
        reading = read_terraform({"m.tf": text})
        last = text.count("\n") + 1
        broken, read = broken + bool(reading.unreadable), read + len(reading.rules)
        assert all("\n" not in found.message and 1 <= found.place.line <= last for found in reading.unreadable)
        for rule in reading.rules:
            assert 1 <= rule.place.line <= rule.last_line <= last
            assert all(1 <= line <= last for line in rule.lines.values())
    assert broken > count // 5
    assert read > count
