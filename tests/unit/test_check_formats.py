"""The formats of a check report: right, deterministic, and safe whatever names and messages hold."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from reports import checked, finding, realistic

from pca_events.check import formats
from pca_events.check.formats import FORMATS
from pca_events.check.formats.columns import columns
from pca_events.check.formats.wording import summary
from pca_events.check.report import CheckedRule, CheckReport, event_ids
from pca_events.infrastructure.model import Place, Skipped, Unreadable
from pca_events.printable import printable

SCHEMA = json.loads(Path(formats.__file__).with_name("check-report.schema.json").read_text("utf-8"))
HOSTILE = {
    "pipes": "a|b\\|c\\",
    "backticks": "`one` ``two`` ```three",
    "one backtick": "`",
    "space": " ",
    "nothing": "",
    "HTML": "<script>alert(1)</script><!-- & &amp;",
    "links": "]]> ]] [text](https://pca-events.example) ![x](y)",
    "lines": "line\r\n::error::two\n\n# three\n| four |",
    "percent": "100% %0A %25, a:b,c=d::e",
    "controls": "\x1b[31mred\x1b[0m\x07\x00\b",
    "unseen": "\u202egnp.exe\u2028\u200b\ufeff\ufffe",
    "surrogates": "lone \udc80 and \ud800 surrogates",
    "markup": "[bold]text[/] [/] [link=x]y[/link]",
    "placeholders": "${var.x} {0} {{}} $(id) *a* _b_ ~c~ #1",
    "wide": "日本語 é 😀",
}


def hostile(text: str) -> CheckReport:
    """A report that has a text wherever one can be."""
    found = finding("error", "never-fires", text, text, text or "x", 3)
    rule = checked(text, found, at=(text or "x", 3), may=["crl"], bus=text, pattern={text: [text]})
    return CheckReport(
        rules=[rule],
        not_known=[rule.rule],
        other_rules=1,
        uncovered=["ca-creation-failure"],
        unreadable=[Unreadable(Place(text or "x", 2), text)],
        skipped=[Skipped(Place(text or "x", 4), text, text)],
    )


EMPTY = CheckReport()
REPORTS = [realistic(), EMPTY, *map(hostile, HOSTILE.values())]


def sarif_run(report: CheckReport) -> dict[str, Any]:
    (run,) = json.loads(FORMATS["sarif"](report))["runs"]
    assert isinstance(run, dict)
    return run


def junit(report: CheckReport) -> ElementTree.Element:
    return ElementTree.fromstring(FORMATS["junit"](report))  # noqa: S314


def markdown(report: CheckReport) -> str:
    html: str = MarkdownIt("commonmark", {"html": True}).enable("table").render(FORMATS["markdown"](report))
    return html


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_the_same_every_time_and_ends_its_last_line(name: str) -> None:
    for report, again in zip(REPORTS, [realistic(), CheckReport(), *map(hostile, HOSTILE.values())], strict=True):
        text = FORMATS[name](report)
        assert text == FORMATS[name](again)
        assert text.endswith("\n") or (text, report) == ("", EMPTY)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_unseen_and_nothing_that_cannot_be_encoded_comes_through(name: str, text: str) -> None:
    shown = FORMATS[name](hostile(text))
    assert shown.replace("\n", "").isprintable()
    assert shown.encode("utf-8")


def test_there_is_a_column_for_each_event() -> None:
    assert [column.event for column in columns()] == list(event_ids())
    assert [(column.kind, column.outcome) for column in columns()] == [
        ("CA", "ok"),
        ("CA", "failed"),
        ("Issuance", "ok"),
        ("Issuance", "failed"),
        ("Revocation", "ok"),
        ("CRL", "ok"),
        ("CRL", "S3 permissions"),
        ("CRL", "S3 internal"),
        ("CRL", "internal"),
        ("Audit report", "ok"),
        ("Audit report", "failed"),
    ]


def test_the_summary_counts() -> None:
    nothing = "0 rules of AWS Private CA, 0 of other sources, 0 not known, 0 files read: no findings"
    assert summary(EMPTY) == nothing
    said = "1 error, 2 warnings, 3 notes; 1 ignored; 1 place not read"
    assert (
        summary(realistic()) == f"7 rules of AWS Private CA, 12 of other sources, 0 not known, 1,234 files read: {said}"
    )
    rules = [checked("one"), checked("two"), checked("other")]
    report = CheckReport(rules, [rules[0]], [rules[1].rule], other_rules=1, files_read=1, all_rules=True)
    counts = "2 rules of AWS Private CA, 1 outside this contract, 1 of other sources, 1 not known, 1 file read"
    assert summary(report) == f"{counts}: no findings"


def test_what_is_printable_stays() -> None:
    assert printable("日本語 [x] 😀") == "日本語 [x] 😀"
    assert printable("a\tb\n\x1b\u202e\udc80", keep="\n") == "a\\tb\n\\x1b\\u202e\\udc80"


# JSON


@pytest.mark.parametrize("report", REPORTS, ids=["realistic", "empty", *HOSTILE])
def test_json_meets_its_schema(report: CheckReport) -> None:
    document = json.loads(FORMATS["json"](report))
    assert list(Draft202012Validator(SCHEMA).iter_errors(document)) == []
    if "\udc80" not in json.dumps(report.as_json(), ensure_ascii=False):
        assert document == report.as_json()


CHANGES: dict[str, Callable[[Any], object]] = {
    "a field more": lambda document: document.update(more=1),
    "a field less": lambda document: document.pop("ignored"),
    "a field of a rule more": lambda document: document["rules"][0].update(more=1),
    "a field of a rule less": lambda document: document["rules"][0].pop("bus"),
    "line 0": lambda document: document["rules"][0].update(line=0),
    "no pattern": lambda document: document["rules"][0].update(pattern=None),
    "a number as an event": lambda document: document["rules"][0]["fires_on"].append(1),
    "an event without a condition": lambda document: document["rules"][0]["conditions"].update({"crl": []}),
    "an unknown level": lambda document: document["rules"][0]["findings"][0].update(level="fatal"),
    "a field of a finding more": lambda document: document["rules"][0]["findings"][0].update(more=1),
    "a field of an unreadable file more": lambda document: document["unreadable"][0].update(more=1),
    "an event twice": lambda document: document["uncovered"].extend(["x", "x"]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_schema_refuses_what_is_no_report(change: Callable[[Any], object]) -> None:
    document = json.loads(FORMATS["json"](realistic()))
    change(document)
    assert not Draft202012Validator(SCHEMA).is_valid(document)


def test_the_schema_describes_every_field_and_is_closed() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == "https://pca-events.example/schemas/check-report.schema.json"
    objects = [node for node in nodes(SCHEMA) if "properties" in node]
    assert len(objects) == 6
    for node in objects:
        assert (node["additionalProperties"], set(node["required"])) == (False, set(node["properties"]))
        assert all(field["description"].endswith(".") for field in node["properties"].values())


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(child)


def test_json_has_no_number_that_json_does_not_have() -> None:
    text = FORMATS["json"](CheckReport([checked("a", pattern={"x": [float("inf"), float("nan"), 1.5]})]))
    assert json.loads(text, parse_constant=pytest.fail)["rules"][0]["pattern"] == {"x": ["Infinity", "NaN", 1.5]}


@pytest.mark.parametrize("name", ["json", "sarif"])
def test_json_has_no_half_of_a_character(name: str) -> None:
    assert not re.search(r"\\ud[c-f]80", FORMATS[name](hostile("lone \udc80")))
    assert "\\ud83d\\ude00" in FORMATS[name](hostile("\U0001f600"))


# SARIF


def test_sarif_has_a_result_for_each_finding() -> None:
    run, report = sarif_run(realistic()), realistic()
    kinds = run["tool"]["driver"]["rules"]
    assert [kind["id"] for kind in kinds] == sorted({found.code for found in report.findings})
    assert [(r["ruleId"], r["level"]) for r in run["results"]] == [(f.code, f.level) for f in report.findings]
    assert all(kinds[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    first = run["results"][0]
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "infra/alarms/events.tf", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 19},
            },
            "logicalLocations": [{"fullyQualifiedName": "aws_cloudwatch_event_rule.crl_failed", "kind": "resource"}],
        }
    ]
    assert first["message"]["text"].startswith("aws_cloudwatch_event_rule.crl_failed: never fires: detail.result")
    assert first["message"]["text"].endswith('; write "failure"')
    assert run["properties"] == {"uncovered": ["ca-creation-failure"], "otherRules": 12, "notKnown": [], "ignored": 1}


def test_sarif_explains_each_kind_of_finding() -> None:
    report = CheckReport(
        [
            checked(
                "a", finding("note", "queue-policy", "m", "do this"), finding("error", "queue-policy", "m", "do that")
            )
        ]
    )
    (kind,) = sarif_run(report)["tool"]["driver"]["rules"]
    assert kind["shortDescription"] == {"text": "Queue policy"}
    assert kind["help"] == {"text": "do this\ndo that"}
    assert kind["defaultConfiguration"] == {"level": "error"}
    milder = CheckReport([checked("a", finding("note", "c", "m"), finding("warning", "c", "m"))])
    (kind,) = sarif_run(milder)["tool"]["driver"]["rules"]
    assert kind["defaultConfiguration"] == {"level": "warning"}


def test_sarif_says_what_could_not_be_read() -> None:
    (invocation,) = sarif_run(realistic())["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    (notification,) = invocation["toolExecutionNotifications"]
    assert (notification["level"], notification["descriptor"]) == ("error", {"id": "unreadable", "index": 0})
    assert notification["locations"][0]["physicalLocation"]["region"] == {"startLine": 8}
    assert sarif_run(EMPTY)["invocations"] == [
        {"executionSuccessful": True, "exitCode": 0, "toolExecutionNotifications": []}
    ]


def fingerprint(**changed: Any) -> str:
    told = {"level": "error", "code": "c", "message": "m", "file": "a.tf", "line": 3, **changed}
    name = told.pop("name", "rule")
    (result,) = sarif_run(CheckReport([checked(name, finding(**told))]))["results"]
    return str(result["partialFingerprints"]["findingOfRule/v1"])


def test_a_fingerprint_survives_a_move_and_nothing_else() -> None:
    assert fingerprint() == fingerprint(line=99) == fingerprint(level="note") == fingerprint(file="./a.tf")
    others = [{"code": "d"}, {"message": "n"}, {"file": "b.tf"}, {"name": "other"}, {"name": "rul", "code": "ec"}]
    assert len({fingerprint(), *(fingerprint(**other) for other in others)}) == len(others) + 1


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("./infra/my rules#1?.tf", "infra/my%20rules%231%3F.tf"),
        ("a:b%.tf", "a%3Ab%25.tf"),
        ("é.tf", "%C3%A9.tf"),
        ("../x.tf", "../x.tf"),
    ],
)
def test_sarif_names_files_as_uris(file: str, uri: str) -> None:
    (result,) = sarif_run(CheckReport([checked("a", finding("error", "c", "m", file=file))]))["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": uri, "uriBaseId": "%SRCROOT%"}
    assert unquote(uri) == file.removeprefix("./")


def test_sarif_names_an_absolute_path_as_a_file() -> None:
    (result,) = sarif_run(CheckReport([checked("a", finding("error", "c", "m", file="/a b.tf"))]))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "file:///a%20b.tf"}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_sarif_holds_every_text_and_makes_no_link_of_it(text: str) -> None:
    (result,) = sarif_run(hostile(text))["results"]
    assert "](" not in result["message"]["text"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\w.~/%-]+", uri, re.ASCII)


# JUnit


def test_junit_has_a_case_for_each_finding_and_for_each_rule_without_one() -> None:
    suites = junit(realistic())
    (suite,) = suites
    for element in (suites, suite):
        assert {key: element.get(key) for key in ("tests", "failures", "errors")} == {
            "tests": "9",
            "failures": "1",
            "errors": "1",
        }
    cases = suite.findall("testcase")
    assert len(cases) == len(realistic().findings) + 2 + 1
    (failure,) = suite.iter("failure")
    assert (failure.get("type"), str(failure.get("message"))[:11]) == ("never-fires", "never fires")
    assert str(failure.text).splitlines() == [
        "infra/alarms/events.tf:19",
        str(failure.get("message")),
        'write "failure"',
    ]
    (error,) = suite.iter("error")
    assert (error.get("type"), cases[-1].get("file"), cases[-1].get("line")) == (
        "unreadable",
        "infra/legacy/queue.tf",
        "8",
    )
    assert len([case for case in cases if len(case) == 0]) == 2
    outputs = [str(case.findtext("system-out")) for case in cases if case.find("system-out") is not None]
    assert [output.partition(":")[0] for output in outputs] == ["warning", "note", "note", "note", "warning"]
    assert str(suite.findtext("system-out")).splitlines() == [
        "no rule handles ca-creation-failure",
        summary(realistic()),
    ]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_junit_holds_every_text(text: str) -> None:
    case, unread = junit(hostile(text)).iter("testcase")
    assert case.get("name") == f"{printable(text)}: never-fires"
    assert case.get("classname") == case.get("file") == printable(text or "x")
    assert unread[0].get("message") == printable(text)


# Markdown


def test_markdown_shows_the_matrix_and_the_findings() -> None:
    html = markdown(realistic())
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    cells = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row) for row in rows]
    assert [len(row) for row in cells] == [12] * 8
    assert cells[0][:3] == ["rule", "CA<br>ok", "CA<br>failed"]
    assert (
        cells[2][0]
        == "<code>aws_cloudwatch_event_rule.crl_bucket_permissions</code><br><code>infra/alarms/events.tf:31</code>"
    )
    assert "".join(cells[2][1:]) == "······●····"
    assert "".join(cells[6][1:]) == "·····●◐◐◐··"
    assert html.startswith(f"<p><strong>{summary(realistic())}</strong></p>")
    assert "<strong>error</strong> <code>never-fires</code> <code>infra/alarms/events.tf:19</code>: never fires" in html
    assert "<li><code>ca-creation-failure</code> CA creation failed</li>" in html
    assert "<li><code>infra/legacy/queue.tf:8</code> is no HCL" in html


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_markdown_holds_every_text_and_nothing_of_it_is_markup(text: str) -> None:
    html = markdown(hostile(text))
    assert [len(re.findall("<td", row)) for row in html.split("</tr>")[1:-1]] == [12]
    tags = set(re.findall(r"<(/?\w+|!)", html))
    table = {"table", "thead", "tbody", "tr", "th", "td"}
    assert tags <= {"p", "/p", "ul", "/ul", "li", "/li", "strong", "/strong", "code", "/code", "br"} | table | {
        f"/{tag}" for tag in table
    }
    shown = ElementTree.fromstring(f"<html>{html.replace('<br>', '<br/>')}</html>")  # noqa: S314
    name = shown.find(".//td/code")
    assert name is not None
    assert str(name.text).strip() == printable(text).strip()
    assert printable(text).strip() in "".join(shown.itertext())


def test_markdown_leaves_no_angle_bracket_of_a_message() -> None:
    assert "c: &lt;b&gt; &amp;lt;<br>" in FORMATS["markdown"](
        CheckReport([checked("a", finding("note", "x", "c: <b> &lt;"))])
    )


# GitHub


def test_github_has_a_command_for_each_finding() -> None:
    lines = FORMATS["github"](realistic()).splitlines()
    assert lines[0] == (
        "::error file=infra/alarms/events.tf,line=19,title=aws_cloudwatch_event_rule.crl_failed%3A never-fires::"
        'never fires: detail.result: "failed" is never sent; documented values: "success", "failure"%0Awrite "failure"'
    )
    kinds = ["error", "warning", "notice", "notice", "notice", "warning", "error", "notice"]
    assert [line.split()[0] for line in lines] == [f"::{kind}" for kind in kinds]
    assert lines[-2].startswith("::error file=infra/legacy/queue.tf,line=8,title=not read::is no HCL")
    assert lines[-1] == "::notice title=no rule handles these failures::ca-creation-failure"


def test_github_escapes_what_would_end_a_property_or_a_command() -> None:
    rule = checked("a:b,c", finding("error", "never-fires", "100%\r\n::set-env::x", "do, it: now", "my:file,1%.tf"))
    assert FORMATS["github"](CheckReport([rule])) == (
        "::error file=my%3Afile%2C1%25.tf,line=1,title=a%3Ab%2Cc%3A never-fires::"
        "100%25%0D%0A::set-env::x%0Ado, it: now\n"
    )


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_github_writes_one_command_a_line(text: str) -> None:
    lines = FORMATS["github"](hostile(text)).splitlines()
    assert len(lines) == 4
    for line in lines[:2]:
        command = re.fullmatch(r"::error file=([^:,]*),line=\d,title=([^:,]*)::(.*)", line)
        assert command is not None
        file = re.sub("%(0D|0A|25|3A|2C)", lambda code: chr(int(code[1], 16)), command[1])
        assert file == printable((text or "x").removeprefix("./"), keep="\r\n")


def test_a_rule_that_aws_refuses_fires_on_nothing() -> None:
    refused = CheckedRule(checked("a").rule, (), ())
    assert f"| `a`<br>`a.tf:1` {'| · ' * 11}|" in FORMATS["markdown"](CheckReport([refused]))
