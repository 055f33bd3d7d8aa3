"""The terminal view of a check report: the matrix, and what is said below it."""

import io
import re
from dataclasses import replace

import pytest
from reports import checked, finding, realistic
from rich.cells import cell_len
from rich.console import Console

from pca_events.check.report import Block, CheckedRule, CheckReport, event_ids
from pca_events.cli.check_matrix import WIDEST, print_report, shorten
from pca_events.infrastructure.model import Place, Unreadable


def shown(
    report: CheckReport,
    *,
    width: int = 140,
    encoding: str = "utf-8",
    terminal: bool = False,
    verbose: bool = False,
    all_rules: bool = False,
) -> str:
    """What is printed."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    plain = {"highlight": False, "soft_wrap": True, "emoji": False}
    out = Console(file=file, width=width, force_terminal=terminal, color_system="standard", **plain)  # type: ignore[arg-type]
    print_report(report, out, verbose=verbose, all_rules=all_rules)
    file.flush()
    return raw.getvalue().decode(encoding)


def matrix(text: str) -> list[str]:
    return text.partition("\n\n")[0].splitlines()


def cells(row: str) -> str:
    """The eleven symbols at the end of a row."""
    return "".join(row[33:].split())[-11:]


def test_the_matrix_shows_every_verdict_below_its_event() -> None:
    lines = matrix(shown(realistic()))
    assert re.split(r"\s{2,}", lines[0].strip()) == ["CA", "Issuance", "Revocation", "CRL", "Audit report"]
    assert lines[1].split() == ["ok", "fail", "ok", "fail", "ok", "ok", "S3", "S3", "inter-", "ok", "fail"]
    assert [lines[2].split(), lines[3].split()] == [["permis-", "inter-", "nal"], ["sions", "nal"]]
    rows = {line.split()[1]: line for line in lines[4:] if line.startswith(" ")}
    assert len(rows) == 7
    assert cells(rows["crl_failed"]) == "·" * 11
    assert cells(rows["issuance"]) == "··●●·······"
    assert cells(rows["RevocationTable/CrlPublished"]) == "·····●◐◐◐··"
    below = [match.start() for match in re.finditer("[·●◐]", rows["issuance"])]
    assert all(any(head[place : place + 1].strip() for head in lines[1:4]) for place in below)
    symbol = rows["RevocationTable/CrlPublished"].index("●")
    assert lines[1][symbol : symbol + 2] == "ok"
    assert lines[0][symbol : symbol + 3] == "CRL"


def test_rules_stand_below_their_file_with_their_line() -> None:
    lines = matrix(shown(realistic()))[4:]
    assert [line for line in lines if not line.startswith(" ")] == [
        "infra/alarms/events.tf",
        "infra/audit/main.tf",
        "services/revocation/template.yaml",
        "cdk.out/Audit.template.json",
    ]
    assert [line.split()[:2] for line in lines[:3]] == [
        ["infra/alarms/events.tf"],
        ["12", "crl_failed"],
        ["31", "crl_bucket_permissions"],
    ]


@pytest.mark.parametrize("width", [80, 100, 140, 200])
def test_the_matrix_fits(width: int) -> None:
    long = checked("x" * 300, at=("deep/" * 60 + "events.tf", 123456), always=[""])
    wide = checked("日本語" * 40, at=("日本語/" * 40, 7))
    lines = matrix(shown(CheckReport([long, wide, *realistic().rules]), width=width))
    assert max(map(cell_len, lines)) <= min(width, WIDEST)
    assert {cell_len(line) for line in lines if line.startswith(" ") and ("·" in line or "●" in line)} == {
        cell_len(lines[-1])
    }


def test_the_matrix_uses_all_of_a_hundred_columns() -> None:
    assert max(map(len, matrix(shown(realistic(), width=100)))) == WIDEST


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("abcdefghij", 10, "abcdefghij"),
        ("abcdefghij", 9, "ab…efghij"),
        ("abcdefghij", 4, "a…ij"),
        ("abcdefghij", 1, "…"),
        ("日本語日本語", 7, "日…本語"),
    ],
)
def test_a_long_text_loses_its_middle(text: str, width: int, short: str) -> None:
    assert shorten(text, width) == short
    assert cell_len(shorten(text, width)) <= width


def test_without_utf_8_everything_is_plain() -> None:
    report = realistic()
    report.rules.append(checked("ключ" * 20, finding("note", "c", "日本")))
    text = shown(report, encoding="ascii")
    rows = matrix(text)
    assert cells(rows[12]) == ".....X???.."
    assert "X fires on every such event   ? on some   . on none" in text
    assert "..." in rows[-1]
    assert "\\u65e5\\u672c (c)" in text


def test_findings_stand_below_their_rule() -> None:
    text = shown(realistic())
    assert (
        "infra/alarms/events.tf:12 aws_cloudwatch_event_rule.crl_failed\n"
        '  error   never fires: detail.result: "failed" is never sent; documented values: "success", "failure"'
        " (never-fires in line 19)\n"
        '          write "failure"\n\n'
    ) in text
    assert "infra/alarms/events.tf:31" not in text
    elsewhere = checked("a", finding("error", "queue-policy", "m", "", "queue.tf", 9))
    assert "  error   m (queue-policy at queue.tf:9)\n\n" in shown(CheckReport([elsewhere]))


def test_coverage_what_was_not_read_and_the_summary_close_it() -> None:
    assert shown(realistic()).endswith(
        "No rule handles\n"
        "  ca-creation-failure  CA creation failed\n\n"
        'not read infra/legacy/queue.tf:8: is no HCL: a "}" is missing; the rest of the file is not read\n\n'
        "7 rules of AWS Private CA, 12 others skipped: 1 error, 2 warnings, 3 notes; 1 ignored; 1 place not read\n"
    )


def test_an_empty_report_says_so() -> None:
    nothing = "No rule for the events of AWS Private CA was found.\n0 rules of AWS Private CA: no findings\n"
    assert shown(CheckReport()) == nothing
    assert (
        shown(CheckReport(other_rules=1), all_rules=False) == "No rule for the events of AWS Private CA was found.\n"
        "0 rules of AWS Private CA, 1 other skipped: no findings\n"
    )
    listed = shown(CheckReport([checked("a")], other_rules=1), all_rules=True)
    assert listed.endswith("\n0 rules of AWS Private CA, 1 other: no findings\n")


def test_verbose_says_why_of_each_event() -> None:
    rule = checked("a", may=["certificate-revocation"])
    blocked = replace(rule.verdicts[0], blocks=(Block("detail.result", "no"), Block("source", "no")))
    text = shown(CheckReport([replace(rule, verdicts=(blocked, *rule.verdicts[1:]))]), verbose=True)
    assert "  · ca-creation-success  detail.result: no; source: no\n" in text
    assert "  ◐ certificate-revocation-success  only for one CA\n" in text
    assert all(f" {event}" in text for event in event_ids())


def test_colours_are_for_terminals() -> None:
    assert "\x1b" not in shown(realistic())
    styled = shown(realistic(), terminal=True, width=100)
    assert "\x1b[1;31m  error   \x1b[0mnever fires" in styled
    assert "\x1b[1;32m●" in styled
    plain = re.sub(r"\x1b\[[0-9;]*m", "", styled)
    assert max(map(len, plain.partition("\nnot read")[0].splitlines())) <= 100
    assert [line.rstrip() for line in matrix(plain)] == matrix(shown(realistic()))


@pytest.mark.parametrize("terminal", [False, True])
def test_nothing_is_taken_for_markup_or_drives_the_terminal(terminal: bool) -> None:
    text = "[bold red]x[/] [/] :smile: \x1b[2J\x07\u202e\udc80\r\n"
    escaped = "[bold red]x[/] [/] :smile: \\x1b[2J\\x07\\u202e\\udc80\\r\\n"
    rule = checked(text, finding("error", "c", text, text, text, 1), at=(text, 1))
    report = CheckReport([rule], unreadable=[Unreadable(Place(text, 1), text)])
    out = re.sub(r"\x1b\[[0-9;]*m", "", shown(report, terminal=terminal, width=1000))
    assert out.count(escaped) == 7
    assert re.sub("[\n]", "", out).isprintable()


def test_a_thousand_rules_take_a_line_each() -> None:
    rules = [checked(f"rule_{number}", at=("a.tf", number)) for number in range(1, 1001)]
    lines = matrix(shown(CheckReport(rules)))
    assert len(lines) == 4 + 1 + 1000
    assert lines[-1].split()[:2] == ["1000", "rule_1000"]


def test_a_rule_that_aws_refuses_fires_on_nothing() -> None:
    refused = CheckedRule(checked("a").rule, (), (finding("error", "invalid-pattern", "m"),))
    assert cells(matrix(shown(CheckReport([refused])))[-1]) == "·" * 11
