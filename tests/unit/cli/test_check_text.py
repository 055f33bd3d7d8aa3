"""What `check` prints for people: the findings of each file together, the worst first, and the summary."""

import io
import re
from dataclasses import replace

import pytest
from reports import checked, finding, realistic

from pca_events.check.report import Block, CheckReport, event_ids
from pca_events.cli.check.outputs import print_report
from pca_events.cli.console import Console, width_of
from pca_events.infrastructure.model import Skipped, SourceLocation, Unreadable

FINDING = re.compile(r"^(?P<place>\S+:\d+): (?P<level>error|warning|note): (?P<message>.*) \((?P<code>[\w-]+)\)$")


def shown(
    report: CheckReport,
    *,
    width: int | None = None,
    encoding: str = "utf-8",
    styled: bool = False,
    verbose: bool = False,
) -> str:
    """What is printed."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    print_report(report, Console(stream, width, styled), verbose=verbose)
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_the_first_line_does_not_begin_with_blanks() -> None:
    for width in (None, 80, 120):
        assert shown(realistic(), width=width).startswith("rule  ")
        assert not shown(CheckReport(), width=width).startswith(" ")


def test_a_finding_is_below_its_rule_and_begins_with_its_location() -> None:
    assert (
        "\n\ninfra/alarms/events.tf:12: aws_cloudwatch_event_rule.crl_failed\n"
        'infra/alarms/events.tf:19: error: never fires: detail.result: "failed" is never sent; documented values: '
        '"success", "failure" (never-fires)\n'
        '    write "failure"\n\n'
    ) in shown(realistic())
    assert "infra/alarms/events.tf:31" not in shown(realistic())
    elsewhere = checked("a", finding("error", "queue-policy", "m", "", "queue.tf", 9))
    assert "\na.tf:1: a\nqueue.tf:9: error: m (queue-policy)\n\n" in shown(CheckReport([elsewhere]))


def test_every_finding_is_one_line_for_an_editor() -> None:
    report = realistic()
    found = [match.groupdict() for line in shown(report).splitlines() if (match := FINDING.match(line))]
    wanted = [
        {"place": str(one.place), "level": one.level, "message": one.message, "code": one.code}
        for one in report.findings
    ]
    assert sorted(found, key=str) == sorted(wanted, key=str)


def test_the_worst_findings_come_first_and_files_stay_together() -> None:
    report = CheckReport(
        [
            checked("a1", finding("note", "c", "one", file="a.tf")),
            checked("a2", finding("warning", "c", "two", file="a.tf"), at=("a.tf", 9)),
            checked("b1", finding("note", "c", "three", file="b.tf"), at=("b.tf", 1)),
            checked("b2", finding("note", "c", "five"), finding("error", "c", "four", file="b.tf"), at=("b.tf", 9)),
            checked("c1", finding("warning", "c", "six", file="c.tf"), at=("c.tf", 1)),
        ],
        neighbours=[checked("a3", finding("warning", "c", "seven", file="a.tf"), at=("a.tf", 20))],
    )
    messages = re.findall(r": (?:error|warning|note): (\w+) ", shown(report))
    assert messages == ["four", "five", "three", "two", "seven", "one", "six"]


@pytest.mark.parametrize("width", [80, 100, 120])
def test_findings_fit_a_terminal(width: int) -> None:
    text = shown(realistic(), width=width)
    _, _, findings = text.partition("on none\n")
    assert max(map(width_of, findings.splitlines())) <= width
    joined = re.sub(r"\n {4}", " ", findings)
    assert all(finding.message in joined and finding.remedy in joined for finding in realistic().findings)


def test_it_ends_with_coverage_unread_files_and_the_summary() -> None:
    assert shown(realistic()).endswith(
        "No rule handles\n"
        "  ca-creation-failure  CA creation failed\n\n"
        'infra/legacy/queue.tf:8: not read: is not valid HCL: a "}" is missing; the rest of the file is not read\n\n'
        "7 rules of AWS Private CA, 12 of other sources, 0 not known, 1,234 files read: 1 error, 2 warnings, 3 notes; "
        "1 ignored; 1 place not read\n"
    )


def test_unknown_or_external_values_have_a_location() -> None:
    report = CheckReport(
        [checked("a")],
        neighbours=[checked("b", at=("b.tf", 2))],
        not_known=[checked("c", at=("c.tf", 3)).rule],
        skipped=[Skipped(SourceLocation("d.tf", 4), "a program", "synthesise it")],
    )
    text = shown(report)
    assert "\nDocumented by AWS, outside this contract\nb.tf:2: b\n\n" in text
    assert "\nNot known\nc.tf:3: c depends on" in text
    assert "\nd.tf:4: seen, not read: a program; synthesise it\n\n" in text


def test_of_many_unread_files_the_rest_is_counted() -> None:
    places = [Unreadable(SourceLocation(f"{number}.tf", 1), "is empty") for number in range(60)]
    text = shown(CheckReport(unreadable=places))
    assert text.count(": not read: is empty\n") == 50
    assert "\nnot read: 10 more; --format json lists all\n\n" in text


def test_an_empty_report_says_so() -> None:
    assert shown(CheckReport(files_read=3)) == (
        "No rule for the events of AWS Private CA was found.\n"
        "0 rules of AWS Private CA, 0 of other sources, 0 not known, 3 files read: no findings\n"
    )


def test_verbose_gives_the_reason_for_each_event() -> None:
    rule = checked("a", may=["certificate-revocation"])
    blocked = rule.verdicts[0]._replace(blocks=(Block("detail.result", "no"), Block("source", "no")))
    text = shown(CheckReport([replace(rule, verdicts=(blocked, *rule.verdicts[1:]))]), verbose=True)
    assert "  · ca-creation-success  detail.result: no; source: no\n" in text
    assert "  ◐ certificate-revocation-success  only for one CA\n" in text
    assert all(f" {event}" in text for event in event_ids())


def test_styles_follow_the_terminal_and_the_environment() -> None:
    assert "\x1b" not in shown(realistic())
    styled = shown(realistic(), styled=True)
    assert "\x1b[1;31merror: \x1b[0mnever fires" in styled
    plain = re.sub(r"\x1b\[[0-9;]*m", "", styled)
    assert [line.rstrip() for line in plain.splitlines()] == shown(realistic()).splitlines()


@pytest.mark.parametrize("styled", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_nothing_drives_the_terminal(styled: bool, encoding: str) -> None:
    text = "[bold red]x[/] [/] :smile: \x1b[2J\x07\u202e\udc80\r\n"
    escaped = "[bold red]x[/] [/] :smile: \\x1b[2J\\x07\\u202e\\udc80\\r\\n"
    rule = checked(text, finding("error", "c", text, text, text, 1), at=(text, 1))
    report = CheckReport([rule], unreadable=[Unreadable(SourceLocation(text, 1), text)])
    out = re.sub(r"\x1b\[[0-9;]*m", "", shown(report, styled=styled, width=1000, encoding=encoding))
    assert out.count(escaped) == 9
    assert re.sub("[\n]", "", out).isprintable()
