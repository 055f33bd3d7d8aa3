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
from pca_events.check.codes import CODES
from pca_events.check.formats import FORMATS
from pca_events.check.formats.markdown import event_columns, summary
from pca_events.check.formats.sarif import help_url
from pca_events.check.report import CheckedRule, CheckReport, event_ids
from pca_events.infrastructure.model import Skipped, SourceLocation, Unknown, Unreadable
from pca_events.wording import printable

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
        unreadable=[Unreadable(SourceLocation(text or "x", 2), text)],
        skipped=[Skipped(SourceLocation(text or "x", 4), text, text)],
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
def test_invisible_and_unencodable_characters_are_escaped(name: str, text: str) -> None:
    shown = FORMATS[name](hostile(text))
    assert shown.replace("\n", "").isprintable()
    assert shown.encode("utf-8")


def test_there_is_a_column_for_each_event() -> None:
    assert [column.event for column in event_columns()] == list(event_ids())
    assert [(column.kind, column.outcome) for column in event_columns()] == [
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


def test_printable_characters_are_kept() -> None:
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
def test_the_schema_rejects_invalid_reports(change: Callable[[Any], object]) -> None:
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
    assert json.dumps(json.loads(FORMATS[name](hostile("lone \udc80"))), ensure_ascii=False).encode("utf-8")
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
    assert run["properties"] == {
        "uncovered": ["ca-creation-failure"],
        "otherRules": 12,
        "notKnown": [],
        "ignored": 1,
        "filesRead": 1234,
    }


def test_sarif_explains_each_kind_of_finding() -> None:
    report = CheckReport(
        [
            checked(
                "a", finding("note", "queue-policy", "m", "do this"), finding("error", "queue-policy", "m", "do that")
            )
        ]
    )
    (kind,) = sarif_run(report)["tool"]["driver"]["rules"]
    page = "https://pca-events.example/docs/findings/queue-policy.md"
    assert (kind["name"], kind["helpUri"]) == ("QueuePolicy", page)
    assert kind["shortDescription"] == {"text": CODES["queue-policy"].title}
    assert kind["fullDescription"] == {"text": CODES["queue-policy"].meaning}
    assert help_url("queue-policy") == page
    assert kind["help"] == {
        "text": f"do this\ndo that\n{page}",
        "markdown": f"- do this\n- do that\n\n[queue-policy]({page})",
    }
    assert kind["defaultConfiguration"] == {"level": "error"}
    milder = CheckReport([checked("a", finding("note", "custom-bus", "m"), finding("warning", "custom-bus", "m"))])
    (kind,) = sarif_run(milder)["tool"]["driver"]["rules"]
    assert kind["defaultConfiguration"] == {"level": "warning"}


def test_sarif_says_what_could_not_be_read() -> None:
    (invocation,) = sarif_run(realistic())["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    (notification,) = invocation["toolExecutionNotifications"]
    assert (notification["level"], notification["descriptor"]) == ("error", {"id": "unreadable", "index": 0})
    assert notification["locations"][0]["physicalLocation"]["region"] == {"startLine": 8}
    skipped = CheckReport(skipped=[Skipped(SourceLocation("cdk.json", 1), "a program", "synthesise it")])
    (noted,) = sarif_run(skipped)["invocations"][0]["toolExecutionNotifications"]
    assert (noted["level"], noted["descriptor"]) == ("note", {"id": "seen-not-read", "index": 1})
    assert noted["message"] == {"text": "a program; synthesise it"}
    assert sarif_run(EMPTY)["invocations"] == [
        {"executionSuccessful": True, "exitCode": 0, "toolExecutionNotifications": []}
    ]


def fingerprint(**changed: Any) -> str:
    told = {"level": "error", "code": "dead-letter-queue", "message": "m", "file": "a.tf", "line": 3, **changed}
    name = told.pop("name", "rule-no-")
    (result,) = sarif_run(CheckReport([checked(name, finding(**told))]))["results"]
    return str(result["partialFingerprints"]["findingOfRule/v1"])


def test_a_fingerprint_survives_a_move_and_nothing_else() -> None:
    assert fingerprint() == fingerprint(line=99) == fingerprint(level="note") == fingerprint(file="./a.tf")
    others = [{"code": "disabled"}, {"message": "n"}, {"file": "b.tf"}, {"name": "other"}]
    others += [{"name": "rule-", "code": "no-dead-letter-queue"}]
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
    (result,) = sarif_run(CheckReport([checked("a", finding("error", "disabled", "m", file=file))]))["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": uri, "uriBaseId": "%SRCROOT%"}
    assert unquote(uri) == file.removeprefix("./")


def test_two_findings_never_share_a_fingerprint() -> None:
    twice = [finding("error", "dead-letter-queue", "m", line=line) for line in (3, 9)]
    results = sarif_run(CheckReport([checked("rule-no-", *twice)]))["results"]
    prints = [result["partialFingerprints"]["findingOfRule/v1"] for result in results]
    assert prints == [fingerprint(), fingerprint().removesuffix(":1") + ":2"]


def test_reports_name_a_file_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    inside, outside = str(tmp_path / "infra" / "a.tf"), f"{tmp_path}-other/a.tf"
    found = [finding("error", "disabled", "m", file=file) for file in (inside, outside)]
    results = sarif_run(CheckReport([checked("a", *found)]))["results"]
    assert [result["locations"][0]["physicalLocation"]["artifactLocation"] for result in results] == [
        {"uri": "infra/a.tf", "uriBaseId": "%SRCROOT%"},
        {"uri": f"file://{outside}"},
    ]
    lines = FORMATS["github"](CheckReport([checked("a", *found)])).splitlines()
    assert [line.partition(",")[0] for line in lines] == ["::error file=infra/a.tf", f"::error file={outside}"]


def test_sarif_names_an_absolute_path_as_a_file() -> None:
    (result,) = sarif_run(CheckReport([checked("a", finding("error", "disabled", "m", file="/a b.tf"))]))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "file:///a%20b.tf"}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_help_in_sarif_shows_every_remedy_unchanged(text: str) -> None:
    (kind,) = sarif_run(hostile(text))["tool"]["driver"]["rules"]
    html = MarkdownIt("commonmark", {"html": True}).render(kind["help"]["markdown"])
    assert set(re.findall(r"<(/?\w+)", html)) <= {"p", "/p", "ul", "/ul", "li", "/li", "a", "/a"}
    assert html.count("<a ") == 1
    shown = "".join(ElementTree.fromstring(f"<html>{html}</html>").itertext())  # noqa: S314
    assert "".join(printable(text).split()) in "".join(shown.split())


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_sarif_can_contain_any_text_without_links(text: str) -> None:
    (result,) = sarif_run(hostile(text))["results"]
    assert "](" not in result["message"]["text"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\w.~/%-]+", uri, re.ASCII)


# JUnit


def test_junit_has_a_case_for_each_rule_and_each_place_that_was_not_read() -> None:
    suites = junit(realistic())
    (suite,) = suites
    for element in (suites, suite):
        counts = {key: element.get(key) for key in ("tests", "failures", "errors", "skipped")}
        assert counts == {"tests": "8", "failures": "1", "errors": "1", "skipped": "0"}
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == [c.rule.name for c in realistic().rules] + ["can be read"]
    assert (cases[0].get("file"), cases[0].get("line")) == ("infra/alarms/events.tf", "12")
    (failure,) = suite.iter("failure")
    assert (failure.get("type"), str(failure.get("message"))[:11]) == ("never-fires", "never fires")
    assert str(failure.text).splitlines() == [
        f"infra/alarms/events.tf:19: error: {failure.get('message')} (never-fires)",
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
    assert [re.findall(r"^\S+:\d+: (\w+): ", output, re.MULTILINE) for output in outputs] == [
        ["warning", "note"],
        ["note"],
        ["note"],
        ["warning"],
    ]
    assert str(suite.findtext("system-out")).splitlines() == [
        "no rule handles ca-creation-failure",
        summary(realistic()),
    ]


def test_junit_makes_one_failure_of_all_errors_of_a_rule() -> None:
    found = (finding("error", "c", "one"), finding("warning", "w", "two"), finding("error", "d", "three", line=7))
    (case,) = junit(CheckReport([checked("a", *found)])).iter("testcase")
    (failure,) = case.iter("failure")
    assert (failure.get("type"), failure.get("message")) == ("c, d", "one; three")
    assert str(failure.text).splitlines() == ["a.tf:1: error: one (c)", "a.tf:7: error: three (d)"]
    assert case.findtext("system-out") == "a.tf:1: warning: two (w)"


def test_junit_skips_what_is_unknown_or_not_read() -> None:
    skips = [Skipped(SourceLocation("b.tf", 2), "a program", "run it")]
    suites = junit(CheckReport(not_known=[checked("a", pattern=Unknown("var.p")).rule], skipped=skips))
    assert (suites.get("tests"), suites.get("skipped")) == ("2", "2")
    assert [element.get("message") for element in suites.iter("skipped")] == [
        "not known: depends on var.p",
        "seen, not read: a program; run it",
    ]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_junit_can_contain_any_text(text: str) -> None:
    rule, not_known, skipped, unread = junit(hostile(text)).iter("testcase")
    assert rule.get("name") == not_known.get("name") == printable(text)
    assert rule.get("classname") == rule.get("file") == printable(text or "x")
    assert unread[0].get("message") == printable(text)
    assert skipped[0].get("message") == f"seen, not read: {printable(text)}; {printable(text)}"


# Markdown


def table(html: str, number: int) -> list[list[str]]:
    """The cells of a table, row by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", html.split("</table>")[number], re.DOTALL)
    return [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row) for row in rows]


def test_markdown_shows_errors_first_and_collapses_the_rest() -> None:
    html = markdown(realistic())
    assert html.startswith(f"<p><strong>{summary(realistic())}</strong></p>")
    shown, *folded = html.split("<details>")
    levels = [row[0] for row in table(html, 0)]
    assert levels == ["level", "error", "warning", "warning"]
    assert table(html, 0)[1][1:] == [
        "<code>infra/alarms/events.tf:19</code><br><code>aws_cloudwatch_event_rule.crl_failed</code>",
        "never fires: detail.result: &quot;failed&quot; is never sent; documented values: &quot;success&quot;, "
        "&quot;failure&quot; (<code>never-fires</code>)<br>write &quot;failure&quot;",
    ]
    assert "<li><code>infra/legacy/queue.tf:8</code> is not valid HCL" in shown
    assert [re.findall(r"<summary>(.*?)</summary>", part) for part in folded] == [
        ["Which rules fire on which events (7)"],
        ["Notes (3)"],
        ["No rule handles (1)"],
    ]
    assert "<li><code>ca-creation-failure</code> CA creation failed</li>" in folded[2]


def test_markdown_shows_the_matrix() -> None:
    cells = table(markdown(realistic()), 1)
    assert [len(row) for row in cells] == [12] * 8
    assert cells[0][:3] == ["rule", "CA<br>ok", "CA<br>failed"]
    assert (
        cells[2][0]
        == "<code>aws_cloudwatch_event_rule.crl_bucket_permissions</code><br><code>infra/alarms/events.tf:31</code>"
    )
    assert "".join(cells[2][1:]) == "······●····"
    assert "".join(cells[6][1:]) == "·····●◐◐◐··"


def test_markdown_of_a_project_without_findings_is_short() -> None:
    text = FORMATS["markdown"](CheckReport([checked("a")], files_read=1))
    assert text.partition("<details>")[0].strip().count("\n") == 0
    assert FORMATS["markdown"](EMPTY) == f"**{summary(EMPTY)}**\n"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_markdown_can_contain_any_text_without_markup(text: str) -> None:
    html = markdown(hostile(text))
    assert [len(row) for number in (0, 1) for row in table(html, number)] == [3, 3, 12, 12]
    tags = set(re.findall(r"<(/?\w+|!)", html))
    known = {"table", "thead", "tbody", "tr", "th", "td", "p", "ul", "li", "strong", "code", "details", "summary"}
    assert tags <= {"br"} | known | {f"/{tag}" for tag in known}
    shown = ElementTree.fromstring(f"<html>{html.replace('<br>', '<br/>')}</html>")  # noqa: S314
    names = [str(name.text).strip() for name in shown.iterfind(".//td/code")]
    assert printable(text).strip() in names
    assert printable(text).strip() in "".join(shown.itertext())


@pytest.mark.parametrize("size", [1, 40, 4_000])
def test_markdown_fits_a_comment_and_counts_omitted_lines(size: int) -> None:
    text = "<&|`*" * size
    places = [SourceLocation(f"{text}{number}.tf", number) for number in range(1, 900)]
    report = CheckReport(
        [
            checked(f"{text}{number}", finding("error", "e", text, text), finding("note", "n", text))
            for number in range(1, 900)
        ],
        [checked(text) for _ in places],
        [checked(text).rule for _ in places],
        uncovered=list(event_ids()),
        unreadable=[Unreadable(place, text) for place in places],
        skipped=[Skipped(place, text, text) for place in places],
    )
    shown = FORMATS["markdown"](report)
    assert len(shown) < 65_536
    more = [int(number) for number in re.findall(r"^(\d+) more; ", shown, re.MULTILINE)]
    assert len(more) == 7
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(shown)
    assert html.count("<details>") == html.count("</details>") == 6
    assert len(table(html, 0)) - 1 + more[0] == 899
    assert len(table(html, 0)) > 2


def test_markdown_has_the_worst_first() -> None:
    found = [finding(level, "c", level) for level in ("note", "warning", "error", "warning")]
    text = FORMATS["markdown"](CheckReport([checked("a", *found[:2]), checked("b", *found[2:])]))
    assert re.findall(r"^\| (error|warning|note) \|", text, re.MULTILINE) == ["error", "warning", "warning", "note"]


def test_markdown_leaves_no_angle_bracket_of_a_message() -> None:
    assert "c: &lt;b&gt; &amp;lt; (`x`)" in FORMATS["markdown"](
        CheckReport([checked("a", finding("note", "x", "c: <b> &lt;"))])
    )


# GitHub


def test_github_has_a_command_for_each_finding() -> None:
    lines = FORMATS["github"](realistic()).splitlines()
    assert lines[1] == (
        "::error file=infra/alarms/events.tf,line=19,title=aws_cloudwatch_event_rule.crl_failed%3A never-fires::"
        'never fires: detail.result: "failed" is never sent; documented values: "success", "failure"%0Awrite "failure"'
    )
    kinds = ["error", "error", "warning", "warning", "notice", "notice", "notice", "notice"]
    assert [line.split()[0] for line in lines] == [f"::{kind}" for kind in kinds]
    assert lines[0].startswith("::error file=infra/legacy/queue.tf,line=8,title=not read::is not valid HCL")
    assert lines[-1] == "::notice title=no rule handles these failures::ca-creation-failure"


def test_github_escapes_what_would_end_a_property_or_a_command() -> None:
    rule = checked("a:b,c", finding("error", "never-fires", "100%\r\n::set-env::x", "do, it: now", "my:file,1%.tf"))
    assert FORMATS["github"](CheckReport([rule])) == (
        "::error file=my%3Afile%2C1%25.tf,line=1,title=a%3Ab%2Cc%3A never-fires::"
        "100%25%0D%0A::set-env::x%0Ado, it: now\n"
    )


def test_github_gets_as_many_annotations_as_it_shows_and_the_rest_as_lines_of_the_log() -> None:
    text = "::error::x\n##[add-mask]y"
    found = [finding(level, "c", text, text, file="::a.tf", line=9) for level in ("note", "error") for _ in range(12)]
    lines = FORMATS["github"](CheckReport([checked(text, *found)])).splitlines()
    commands = [line.split()[0] for line in lines if line.lstrip().startswith("::")]
    assert commands == ["::error"] * 10 + ["::notice"] * 10
    assert lines[20] == "4 more, which GitHub does not show as annotations:"
    assert [line.partition(" ::a.tf:9: ")[0] for line in lines[21:]] == ["error:", "error:", "note:", "note:"]
    assert not any("##[" in line for line in lines[21:])


def test_github_titles_and_messages_are_truncated() -> None:
    (line,) = FORMATS["github"](CheckReport([checked("r" * 999, finding("error", "c", "m" * 99_999))])).splitlines()
    title, _, message = line.partition(",title=")[2].partition("::")
    assert (len(title), len(message)) == (255, 8_000)
    assert title.endswith("...")
    assert message.endswith("...")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_github_writes_one_command_a_line(text: str) -> None:
    lines = FORMATS["github"](hostile(text)).splitlines()
    assert len(lines) == 4
    for line in lines[:2]:
        command = re.fullmatch(r"::error file=([^:,]*),line=\d,title=([^:,]*)::(.*)", line)
        assert command is not None
        file = re.sub("%(0D|0A|25|3A|2C)", lambda code: chr(int(code[1], 16)), command[1])
        assert file == printable((text or "x").removeprefix("./"), keep="\r\n")


def test_a_rule_that_aws_rejects_fires_on_nothing() -> None:
    refused = CheckedRule(checked("a").rule, (), ())
    assert f"| `a`<br>`a.tf:1` {'| · ' * 11}|" in FORMATS["markdown"](CheckReport([refused]))
