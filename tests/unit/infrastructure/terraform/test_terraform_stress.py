"""Huge, broken or malicious Terraform: bounded in time, one line for each error, and the rest is read."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Reading

PATTERN = 'jsonencode({ source = ["aws.acm-pca"] })'


def rule(name: str, pattern: str = PATTERN) -> str:
    return f'resource "aws_cloudwatch_event_rule" "{name}" {{\n  event_pattern = {pattern}\n}}\n'


def call(name: str, source: str, more: str = "") -> str:
    return f'module "{name}" {{\n  source = "{source}"\n  {more}\n}}\n'


def many_calls() -> dict[str, str]:
    """Each module calls the next one twice: 2 to the power of 25 calls."""
    files = {f"l{n}/main.tf": call("x", f"../l{n + 1}") + call("y", f"../l{n + 1}") for n in range(25)}
    return files | {"l25/main.tf": rule("r")}


HARD: dict[str, Callable[[], dict[str, str]]] = {
    "calls that double": many_calls,
    "a long chain of calls": lambda: {f"l{n}/main.tf": call("x", f"../l{n + 1}") for n in range(60)},
    "a million instances": lambda: {
        "main.tf": call("x", "./m", "count = 1000"),
        "m/main.tf": call("y", "../n", "count = 1000"),
        "n/main.tf": rule("r").replace("{\n", "{\n  count = 1000\n", 1),
    },
    "a heredoc of one long line": lambda: {"m.tf": rule("r", "<<EOT\n" + "x" * 240_000 + "\nEOT")},
    "a file of 19 MB": lambda: {"m.tf": rule("r") + "# x\n" * 4_900_000},
    "braces that are never closed": lambda: {"m.tf": 'resource "aws_cloudwatch_event_rule" "r" {\n' * 50_000},
    "blocks within blocks": lambda: {"m.tf": 'x "aws_cloudwatch_event_rule" {\n' + "a {\n" * 20_000 + "}\n" * 20_001},
    "strings within strings": lambda: {"m.tf": rule("r", '"${' + '"${' * 3_000 + '}"' * 3_000 + '}"')},
    "loops within loops": lambda: {
        "l.tf": "locals {\n  l = range(10000)\n}\n",
        "m.tf": rule("r", "jsonencode({ x = [for a in local.l : [for b in local.l : a]] })"),
    },
    "loops in a template": lambda: {
        "m.tf": rule("r", 'templatefile("t.tpl", { l = range(10000) })'),
        "t.tpl": "%{ for a in l }%{ for b in l }${a}%{ endfor }%{ endfor }",
    },
    "aliases of YAML": lambda: {
        "m.tf": rule("r", 'yamldecode(file("b.txt"))'),
        "b.txt": "a0: &a0 [1,1,1,1,1,1,1,1,1]\n"
        + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)),
    },
    "comments that are never closed": lambda: {"m.tf": rule("r") + "/*" * 500_000},
    "lines of nothing but signs": lambda: {"m.tf": 'x "aws_cloudwatch_event_rule" {\n' + "= \n" * 200_000 + "}\n"},
    "brackets in values": lambda: {"m.tf": rule("r", "var.x"), "terraform.tfvars": "x = " + "[" * 100_000},
    "objects in inputs": lambda: {"terragrunt.hcl": f"inputs = {{\n a = {'{ x = ' * 3_000}1{'}' * 3_000}\n}}\n"},
    "brackets in a state": lambda: {"x.tfstate": '{"version": 4, "terraform_version": "1", "x": ' + "[" * 50_000},
    "numbers of many digits": lambda: {"m.tf": rule("r", f"jsonencode({{ x = [{'9' * 5_000}, 0x{'f' * 3_000}] }})")},
    "products": lambda: {"m.tf": rule("r", "jsonencode({ x = setproduct(range(5000), range(5000)) })")},
    "one list in each item of itself": lambda: {
        "m.tf": "locals {\n  l = range(10000)\n}\n"
        + rule("r", "jsonencode({ x = flatten([for a in [[for b in local.l : local.l]] : [for b in local.l : a]]) })")
    },
    "the items of one list in JSON": lambda: {
        "m.tf": "locals {\n  l = range(10000)\n}\n"
        + rule("r", 'jsonencode({ x = "${jsonencode({ k = [for a in local.l : local.l] })}" })')
    },
    "a list that is joined with itself": lambda: {
        "m.tf": "locals {\n  l = range(10000)\n}\n"
        + rule("r", f"jsonencode({{ x = concat({', '.join(['local.l'] * 20_000)}) }})")
    },
    "copies of a long string": lambda: {
        "l.tf": f'locals {{\n  s = "{"x" * 900_000}"\n  l = range(10000)\n}}\n',
        "m.tf": rule("r", "jsonencode({ x = [for a in local.l : upper(local.s)] })")
        + rule("s", 'jsonencode({ x = [for a in local.l : split("", local.s)] })')
        + rule("t", 'jsonencode({ x = [for a in local.l : "-${local.s}"] })')
        + rule("u", 'jsonencode({ x = formatlist("%s%s", local.l, local.s) })'),
    },
    "a long document that is decoded in a loop": lambda: {
        "m.tf": f'locals {{\n  s = "[{"1," * 200_000}1]"\n}}\n'
        + rule("r", "jsonencode({ x = [for a in range(10000) : jsondecode(local.s)] })")
    },
    "a template that repeats a letter": lambda: {
        "m.tf": rule("r", '"%{ for a in range(10000) }%{ for b in range(10000) }a%{ endfor }%{ endfor }"')
        + rule("s", '"%{ for a in range(10000) }%{ for b in range(10000) }%{ endfor }%{ endfor }"')
    },
    "a group of many items": lambda: {
        "m.tf": rule("r", f'jsonencode({{ for c in split("", "{"x" * 40_000}") : "source" => c... }})')
    },
    "a module for each of itself": lambda: {
        "m.tf": call("x", "./m", "for_each = module.x\n  p = module.x") + rule("r", "module.x.out"),
        "m/m.tf": 'variable "p" {}\noutput "out" {\n  value = var.p\n}\n' + rule("s", "var.p"),
    },
}  # fmt: skip


def read(folder: Path) -> Reading:
    return read_paths([str(folder)])


@pytest.mark.slow
@pytest.mark.parametrize("name", HARD)
def test_pathological_input_is_read_in_bounded_time(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pca_events.infrastructure.terraform.module_tree.MOST_RESOURCES", 1_000)
    for file, text in {**HARD[name](), "sound/main.tf": rule("sound")}.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    reading = read(tmp_path)
    assert "aws_cloudwatch_event_rule.sound" in [found.name for found in reading.rules]
    assert len(reading.rules) <= 1_001
    assert len(reading.unreadable) <= 6
    assert all("\n" not in fault.message and len(fault.message) < 300 for fault in reading.unreadable)


@pytest.mark.parametrize(
    "reference",
    ["../secret", "/proc/self/environ", "/dev/zero", "linked", "deep/../../secret", "//etc/passwd", "a\0b", "pipe"],
)
@pytest.mark.parametrize("function", ['file("{}")', 'templatefile("{}", {{}})', 'yamldecode(file("{}"))'])
def test_no_function_reads_outside_the_tree(
    reference: str, function: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text('{"source": ["secret"]}')
    top = tmp_path / "top"
    (top / "deep").mkdir(parents=True)
    os.symlink("../secret", top / "linked")
    os.mkfifo(top / "pipe")
    (top / "main.tf").write_text(rule("r", function.format(reference.replace("\0", "\\u0000"))))
    monkeypatch.chdir(top)
    for paths in (["."], ["main.tf"], [str(top)]):
        assert "secret" not in str([found.pattern for found in read_paths(paths).rules]).replace("../secret", "")


def test_a_file_that_grows_while_it_is_read_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "main.tf").write_text(rule("r") + "#" * 100)
    monkeypatch.setattr("pca_events.infrastructure.checked_tree.LARGEST", 200)
    stat = os.fstat

    def as_it_was(descriptor: int) -> os.stat_result:
        values = list(stat(descriptor))
        values[6] = 10
        return os.stat_result(values)

    monkeypatch.setattr(os, "fstat", as_it_was)
    (tmp_path / "main.tf").write_text(rule("r") + "#" * 1_000)
    (fault,) = read_paths([str(tmp_path)]).unreadable
    assert fault.message.startswith("is larger than")


def test_a_file_deleted_before_reading_is_reported_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.tf").write_text(rule("a"))
    (tmp_path / "b.tf").write_text(rule("b"))
    open_file = os.open

    def removed(path: str, flags: int) -> int:
        Path(path).unlink() if path.endswith("a.tf") else None
        return open_file(path, flags)

    monkeypatch.setattr(os, "open", removed)
    reading = read_paths([str(tmp_path)])
    assert [found.name for found in reading.rules] == ["aws_cloudwatch_event_rule.b"]
    assert [fault.message for fault in reading.unreadable] == ["cannot be read: No such file or directory"]
