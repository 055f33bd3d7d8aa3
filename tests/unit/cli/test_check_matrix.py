"""The matrix of rules and events: every verdict below its event, every name whole, in any width."""

import io
import re

import pytest
from reports import checked, finding, realistic

from pca_events.check.report import CheckedRule, CheckReport
from pca_events.cli.check.outputs import Matrix
from pca_events.cli.console import Console, width_of

WIDE, NARROW = 120, 80
SYMBOLS = re.compile("[·●◐]")


def matrix(
    report: CheckReport, *, width: int | None = None, encoding: str = "utf-8", styled: bool = False
) -> list[str]:
    """The lines of the matrix, without the legend."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    Matrix(Console(stream, width, styled)).print(report.rules)
    stream.flush()
    return raw.getvalue().decode(encoding).partition("\n\n")[0].splitlines()


def cells(row: str) -> str:
    """The eleven symbols at the end of a row."""
    return "".join(row.split())[-11:]


def by_name(lines: list[str]) -> dict[str, str]:
    """The row of each rule, whether its name stands in front of it or above it."""
    rows: dict[str, str] = {}
    name = ""
    for line in lines[4:]:
        name = line.split()[1] if re.match(r" *\d+ ", line) else name
        if len(SYMBOLS.findall(line)) == 11:
            rows[name] = line
    return rows


@pytest.mark.parametrize("width", [None, NARROW, WIDE])
def test_the_matrix_shows_every_verdict_below_its_event(width: int | None) -> None:
    lines = matrix(realistic(), width=width)
    assert re.split(r"\s{2,}", lines[0]) == ["rule", "CA", "Issuance", "Revocation", "CRL", "Audit report"]
    assert lines[1].split() == ["ok", "fail", "ok", "fail", "ok", "ok", "S3", "S3", "inter-", "ok", "fail"]
    assert [lines[2].split(), lines[3].split()] == [["permis-", "inter-", "nal"], ["sions", "nal"]]
    rows = by_name(lines)
    assert len(rows) == 7
    assert cells(rows["aws_cloudwatch_event_rule.crl_failed"]) == "·" * 11
    assert cells(rows["aws_cloudwatch_event_rule.issuance"]) == "··●●·······"
    assert cells(rows["RevocationTable/CrlPublished"]) == "·····●◐◐◐··"
    below = [match.start() for match in SYMBOLS.finditer(rows["aws_cloudwatch_event_rule.issuance"])]
    assert all(any(head[place : place + 1].strip() for head in lines[1:4]) for place in below)
    symbol = rows["RevocationTable/CrlPublished"].index("●")
    assert lines[1][symbol : symbol + 2] == "ok"
    assert lines[0][symbol : symbol + 3] == "CRL"


def test_rules_are_listed_below_their_file_with_their_line() -> None:
    lines = matrix(realistic())[4:]
    assert [line for line in lines if not line.startswith(" ")] == [
        "infra/alarms/events.tf",
        "infra/audit/main.tf",
        "services/revocation/template.yaml",
        "cdk.out/Audit.template.json",
    ]
    assert [line.split()[:2] for line in lines[:3]] == [
        ["infra/alarms/events.tf"],
        ["12", "aws_cloudwatch_event_rule.crl_failed"],
        ["31", "aws_cloudwatch_event_rule.crl_bucket_permissions"],
    ]


@pytest.mark.parametrize("width", [None, 40, NARROW, 100, WIDE, 200])
def test_no_name_is_truncated(width: int | None) -> None:
    names = [checked.rule.name for checked in realistic().rules] + ["x" * 300, "日本語" * 40]
    text = "\n".join(matrix(CheckReport([checked(name) for name in names]), width=width))
    assert all(re.search(rf"^ +1 {re.escape(name)}( |$)", text, re.MULTILINE) for name in names)


@pytest.mark.parametrize("width", [NARROW, 100, WIDE, 200])
def test_everything_except_names_fits(width: int) -> None:
    rules = [checked("x" * 300, at=("a.tf", 123456)), checked("日本語" * 40), *realistic().rules]
    lines = matrix(CheckReport(rules), width=width)
    assert max(width_of(line) for line in lines if len(SYMBOLS.findall(line)) == 11) <= width
    assert {width_of(line) for line in lines if len(SYMBOLS.findall(line)) == 11} == {width_of(lines[-1])}


def test_a_name_precedes_its_row_if_there_is_room() -> None:
    report = CheckReport([checked("short"), checked("long_" * 9)])
    wide, narrow = matrix(report, width=WIDE), matrix(report, width=NARROW)
    assert [len(wide), len(narrow)] == [4 + 1 + 2, 4 + 1 + 4]
    longer = CheckReport([checked("short"), checked("long_" * 20)])
    lines = matrix(longer, width=WIDE)
    assert len(lines) == 4 + 1 + 3
    assert lines[5].startswith("    1 short ")
    assert lines[5][20:] == lines[7][20:]
    assert matrix(report) == wide


def test_without_utf_8_the_output_is_ascii() -> None:
    report = realistic()
    report.rules.append(checked("ключ"))
    rows = matrix(report, encoding="ascii")
    assert cells(next(row for row in rows if "CrlPublished" in row)) == ".....X???.."
    assert "    1 \\u043a\\u043b\\u044e\\u0447 " in rows[-1]


def test_colours_show_the_level_and_the_verdict() -> None:
    report = CheckReport(
        [
            checked("bad", finding("note", "c", "m"), finding("error", "c", "m"), always=["crl"]),
            checked("poor", finding("warning", "c", "m"), finding("note", "c", "m"), may=["crl"]),
            checked("good", finding("note", "c", "m")),
        ]
    )
    bad, poor, good = matrix(report, styled=True)[-3:]
    assert "\x1b[1;31mbad\x1b[0m" in bad
    assert "\x1b[1;32m  ●" in bad
    assert "\x1b[33mpoor\x1b[0m" in poor
    assert "\x1b[33m  ◐" in poor
    assert "\x1b[0mgood\x1b[2m  ·" in good
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in matrix(report, styled=True)]
    assert plain == matrix(report)


def test_a_thousand_rules_take_a_line_each() -> None:
    rules = [checked(f"rule_{number}", at=("a.tf", number)) for number in range(1, 1001)]
    lines = matrix(CheckReport(rules))
    assert len(lines) == 4 + 1 + 1000
    assert lines[-1].split()[:2] == ["1000", "rule_1000"]


def test_a_rule_that_aws_rejects_fires_on_nothing() -> None:
    refused = CheckedRule(checked("a").rule, (), (finding("error", "invalid-pattern", "m"),))
    assert cells(matrix(CheckReport([refused]))[-1]) == "·" * 11
