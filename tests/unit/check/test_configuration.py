"""The configuration file: its location, content, faults and effect."""

import datetime
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from checking import Project, rule

from pca_events import __version__
from pca_events.check.codes import CODES, OF_SUPPRESSIONS
from pca_events.check.configuration import SCHEMA, read_configuration
from pca_events.check.suppressions.ignore_entries import IgnoreEntry, lines_of_keys, nearest_line
from pca_events.errors import BadInput
from pca_events.infrastructure.model import SourceLocation

NEVER, TARGET = "never-fires", "no-target"
PAGE = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text("utf-8")
SCHEMA_TEXT: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A repository with one rule that has an error and a warning."""
    made = Project(tmp_path)
    made.write(".git/HEAD", "")
    made.write("infra/rules.tf", rule())
    return made


def test_the_schema_names_every_code_and_every_key_is_described() -> None:
    assert set(SCHEMA_TEXT["properties"]["levels"]["properties"]) == set(CODES)
    assert set(SCHEMA_TEXT["$defs"]["code"]["anyOf"][0]["enum"]) == set(CODES) - set(OF_SUPPRESSIONS)
    entry = SCHEMA_TEXT["$defs"]["ignore"]["properties"]
    assert all(about.get("description") for about in (*SCHEMA_TEXT["properties"].values(), *entry.values()))


def test_the_page_shows_a_file_that_can_be_used_and_every_key_and_code(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "pca-events.toml").write_text(example)
    read = read_configuration(str(tmp_path / "pca-events.toml"))
    assert (read.fail_on, len(read.ignore), len(read.levels)) == ("warning", 1, 2)
    tables = re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)
    assert set(SCHEMA_TEXT["properties"]) <= set(tables)
    assert set(OF_SUPPRESSIONS) <= set(tables)
    version = re.findall(r"/v(\d+\.\d+\.\d+)/", PAGE)
    assert version == [__version__]


@pytest.mark.parametrize("within", [".", "infra", "infra/deep/er"])
def test_the_file_is_found_from_a_folder_upwards(project: Project, within: str) -> None:
    project.write("pca-events.toml", '[levels]\nno-target = "off"\n')
    (project.folder / "infra/deep/er").mkdir(parents=True)
    above = "../" * (0 if within == "." else within.count("/") + 1)
    assert project.codes(within=within) == [f"{above}infra/rules.tf:2 {NEVER}"]


def test_only_the_repository_or_the_working_directory_is_searched(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("pca-events.toml", '[levels]\nno-target = "off"\n')
    project.write("sub/rules.tf", rule(result="failure"))
    assert project.codes("rules.tf", within="sub") == [f"rules.tf:1 {TARGET}"]
    assert project.codes("sub/rules.tf") == []
    project.write("sub/.git", "gitdir: elsewhere")
    assert project.codes("rules.tf", within="sub") == [f"rules.tf:1 {TARGET}"]


def test_a_pyproject_is_used_if_it_has_the_table(project: Project) -> None:
    project.write("infra/pyproject.toml", '[project]\nname = "pca-events"\n')
    project.write("pyproject.toml", '[project]\nname = "x"\n\n[tool.pca-events.levels]\nnever-fires = "off"\n')
    assert project.codes(".", within="infra") == [f"rules.tf:1 {TARGET}"]
    project.write("infra/pca-events.toml", "")
    assert len(project.codes(".", within="infra")) == 2
    project.write("infra/pca-events.toml", "").unlink()
    project.write("infra/pyproject.toml", "[project\n")
    assert project.codes(".", within="infra") == [f"rules.tf:1 {TARGET}"], "another tool's file is not our matter"


def test_config_names_a_file_and_no_config_none(project: Project) -> None:
    project.write("pca-events.toml", '[levels]\nnever-fires = "off"\nno-target = "off"\n')
    project.write("strict/other.toml", 'fail-on = "warning"\n')
    assert project.check("infra").returncode == 0
    assert len(project.codes("infra", "--no-config")) == 2
    assert project.check("infra", "--config", "strict/other.toml").returncode == 1
    project.write("strict/pca-events.toml", 'fail-on = "warning"\n[levels]\nnever-fires = "off"\n')
    assert project.check("infra", "--config", "strict").returncode == 1
    assert "infra/pca-events.toml: cannot be read" in project.check("infra", "--config", "infra").stderr
    ran = project.check("infra", "--config", "none.toml")
    assert (ran.returncode, ran.stderr) == (2, "pca-events: none.toml: cannot be read: No such file or directory\n")
    ran = project.check("infra", "--config", "pca-events.toml", "--no-config")
    assert (ran.returncode, "not allowed with argument" in ran.stderr) == (2, True)
    project.write("pyproject.toml", "[tool.x]\n")
    ran = project.check("infra", "--config", "pyproject.toml")
    assert "pyproject.toml has no table [tool.pca-events]" in ran.stderr


FAULTS = [
    ('fail_on = "note"', 1, 'unknown key "fail_on"; did you mean "fail-on"?'),
    ('\nfail-on = "warn"', 2, 'fail-on: "warn" is not supported; did you mean "warning"?'),
    ('[levels]\n\nno-targt = "off"', 3, 'unknown finding code "no-targt"; did you mean "no-target"?'),
    ('levels.no-target = "fatal"', 1, 'levels.no-target: "fatal" is not supported; known: error, warning, note, off'),
    ('paths = "infra"', 1, 'paths: expected an array, found "infra"'),
    ("paths = []", 1, "paths is empty; remove it, or add a value"),
    ('paths = ["infra", 3]', 1, "paths[1]: expected a string, found 3"),
    ('paths = ["../other"]', 1, 'paths: "../other" is outside the folder of this file; name it on the command line'),
    ('baseline = "/etc/x.json"', 1, 'baseline: "/etc/x.json" is outside the folder of this file; name it on the'),
    ('exclude = ["/"]', 1, 'exclude: "/" is not a valid glob'),
    ('[[ignore]]\npaths = "a"', 1, 'ignore[0] needs the key "code"'),
    ('[[ignore]]\ncode = "x"\n[[ignore]]\ncode = "x"\nreson = "y"', 5, 'unknown key "reson"; did you mean "reason"?'),
    ('[[ignore]]\ncode = "x"\nexpires = "soon"', 3, "ignore[0].expires: expected a date such as 2027-01-31, found"),
    ('[[ignore]]\ncode = "x"\nexpires = "2027-02-30"', 3, "ignore[0].expires: expected a date such as 2027-01-31"),
    ('[[ignore]]\ncode = "x"\nexpires = 2027-02-03T10:00:00', 3, "ignore[0].expires: expected a date"),
    ('[[ignore]]\ncode = 3', 2, "ignore[0].code: expected a string or an array of strings, found 3"),
    ('[[ignore]]\ncode = "x"\npaths = ["", "a"]', 3, "ignore[0].paths: expected a string or an array of strings"),
    ('ignore = [\n{ code = "x" },\n{ code = "y", rules = "z" },\n]', 3, 'unknown key "rules"; did you mean "rule"?'),
    ("fail-on = nan", 1, 'fail-on: "nan" is not supported'),
    ("exclude = [" + '"a",' * 1_001 + "]", 1, "exclude has too many items; 1,000 are read"),
    (f"fail-on = {'9' * 50}", 1, "fail-on: 999"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "words"), FAULTS)
def test_a_fault_has_its_line_and_says_what_may_be_meant(
    monkeypatch: pytest.MonkeyPatch, project: Project, text: str, line: int, words: str
) -> None:
    monkeypatch.chdir(project.folder)
    project.write("pca-events.toml", text + "\n")
    with pytest.raises(BadInput) as refused:
        read_configuration("pca-events.toml")
    assert str(refused.value).startswith(f"pca-events.toml:{line} {words}")
    assert "\n" not in str(refused.value)


def test_a_fault_ends_the_command_before_anything_is_read(project: Project) -> None:
    project.write("pca-events.toml", "\nlevel = 1\n")
    ran = project.check("infra")
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert ran.stderr.startswith('pca-events: pca-events.toml:2 unknown key "level"; did you mean "levels"?')


@pytest.mark.parametrize("text", [f"x = {'9' * 5_000}", "paths = [[[[", f"x = {'[' * 5_000}", "\0", "x = 1\x00"])
def test_invalid_toml_is_reported_in_one_line(project: Project, text: str) -> None:
    project.write("pca-events.toml", text)
    ran = project.check("infra")
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1), ran.stderr
    assert ran.stderr.startswith("pca-events: pca-events.toml")


def test_a_configuration_has_a_bound(tmp_path: Path) -> None:
    (tmp_path / "pca-events.toml").write_text("# x\n" * 30_000)
    with pytest.raises(BadInput, match="has 120,000 characters; a configuration has at most 100,000"):
        read_configuration(str(tmp_path / "pca-events.toml"))


def test_a_link_out_of_the_folder_is_rejected(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    (project.folder / "link").symlink_to(tmp_path_factory.mktemp("other"))
    project.write("pca-events.toml", 'paths = ["link"]\n')
    assert "is outside the folder of this file" in project.check().stderr


def test_every_line_of_a_toml_document_is_known() -> None:
    text = (
        'a = 1\n"b c".d = 2\ntext = """\n[no]\nkey = 1\n"""\n'
        "[t] # [x]\ne = [\n  1,\n  2, # ]\n]\nf = 'it [ is'\n"
        "\n[[t.list]]\ng = 1\n[t.list.h]\ni = 1\n[[t.list]]\ng = 2\n"
        '[u."v.w"]\nz = [ {a = 1}, {a = 2},\n  {a = 3} ]\n'
    )
    tomllib.loads(text)
    lines = lines_of_keys(text)
    expected = {
        ("a",): 1, ("b c", "d"): 2, ("text",): 3, ("t",): 7, ("t", "e"): 8, ("t", "f"): 12, ("t", "list"): 14,
        ("t", "list", 0): 14, ("t", "list", 0, "g"): 15, ("t", "list", 0, "h"): 16, ("t", "list", 0, "h", "i"): 17,
        ("t", "list", 1): 18, ("t", "list", 1, "g"): 19, ("u", "v.w"): 20, ("u", "v.w", "z"): 21,
        ("u", "v.w", "z", 0): 21, ("u", "v.w", "z", 1): 21, ("u", "v.w", "z", 2): 22,
    }  # fmt: skip
    assert lines == expected
    assert nearest_line(lines, ("t", "list", 1, "g", 4)) == 19
    assert nearest_line(lines, ("none",)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "x = [" + "{}," * 30_000 + "]",
        "a." * 30_000 + "b = 1",
        ("a." * 450 + "b = 1\n") * 100,
        '"' * 90_001,
        "[" * 90_000,
    ],
    ids=["tables", "dots", "lines of dots", "quotes", "brackets"],
)
def test_a_configuration_of_quadratic_size_is_rejected(tmp_path: Path, text: str) -> None:
    (tmp_path / "pca-events.toml").write_text(text)
    with pytest.raises(BadInput):
        read_configuration(str(tmp_path / "pca-events.toml"))


def test_paths_default_to_those_of_the_file(project: Project) -> None:
    project.write("other/rules.tf", rule("other"))
    project.write("pca-events.toml", 'paths = ["infra"]\n')
    assert {found.partition(":")[0] for found in project.codes()} == {"infra/rules.tf"}
    assert {found.partition(":")[0] for found in project.codes("other")} == {"other/rules.tf"}
    project.write("pca-events.toml", "")
    assert {found.partition(":")[0] for found in project.codes()} == {"infra/rules.tf", "other/rules.tf"}
    ran = project.check("--no-config")
    assert (ran.returncode, ran.stderr.startswith("pca-events: nothing to check")) == (2, True)


def test_exclusions_are_combined_but_named_files_are_checked(project: Project) -> None:
    for folder in ("infra/test", "infra/old", "infra/new"):
        project.write(f"{folder}/rules.tf", rule(folder[-3:]))
    project.write("pca-events.toml", 'exclude = ["infra/test"]\n')
    assert {found.partition(":")[0] for found in project.codes("infra", "--exclude", "old")} == {
        "infra/rules.tf",
        "infra/new/rules.tf",
    }
    assert len(project.codes("infra/test/rules.tf")) == 2
    ran = project.check("infra", "--exclude", "/")
    assert (ran.returncode, '--exclude: "/" is not a valid glob' in ran.stderr) == (2, True)


def test_an_excluded_file_still_provides_its_values(project: Project) -> None:
    project.write("infra/rules.tf", rule().replace('"failed"', "local.result"))
    project.write("infra/values.tf", f'locals {{\n  result = "failed"\n}}\n{rule("hidden")}')
    project.write("infra/broken.json", '{"source": ["aws.acm-pca"],')
    found = project.codes("infra", "--exclude", "values.tf", "--exclude", "*.json")
    assert [one.partition(":")[0] for one in found] == ["infra/rules.tf"] * 2
    assert {one.split()[1] for one in found} == {NEVER, TARGET}


def test_levels_change_the_level_of_a_finding(project: Project) -> None:
    project.write("pca-events.toml", '[levels]\nnever-fires = "note"\nno-target = "error"\n')
    ran = project.check("infra", "--format", "json")
    assert {one["code"]: one["level"] for one in json.loads(ran.stdout)["rules"][0]["findings"]} == {
        NEVER: "note",
        TARGET: "error",
    }
    assert (ran.returncode, json.loads(ran.stdout)["ignored"]) == (1, 0)


@pytest.mark.parametrize(
    ("level", "failing"),
    [
        ("error", {"error", "warning", "note"}),
        ("warning", {"warning", "note"}),
        ("note", {"note"}),
    ],
)
def test_fail_on_sets_the_level_that_fails(project: Project, level: str, failing: set[str]) -> None:
    project.write("pca-events.toml", f'fail-on = "never"\n[levels]\nnever-fires = "{level}"\nno-target = "off"\n')
    assert project.check("infra").returncode == 0
    for limit in ("error", "warning", "note", "never"):
        assert project.check("infra", "--fail-on", limit).returncode == (limit in failing), limit


def test_sarif_gives_the_status_of_the_run(project: Project) -> None:
    ran = project.check("infra", "--format", "sarif", "--fail-on", "never")
    assert (ran.returncode, json.loads(ran.stdout)["runs"][0]["invocations"][0]["exitCode"]) == (0, 0)


ENTRIES = [
    ('code = "no-target"\nreason = "made by hand"', []),
    ('code = ["no-target", "never-fires"]\nreason = "a template"', []),
    ('code = "no-target"\npaths = "infra/**"\nreason = "made by hand"', []),
    ('code = "no-target"\npaths = ["x", "rules.tf"]\nrule = "*.audit"\nreason = "made by hand"', []),
    ('code = "no-target"\nrule = "aws_cloudwatch_event_rule.audit"\nexpires = 2999-01-01\nreason = "x"', []),
    ('code = "no-target"\nexpires = "2001-01-01"\nreason = "x"', ["ignore-expired"]),
    ('code = "no-target"\n', ["ignore-without-reason"]),
    ('code = "no-target"\nreason = " "', ["ignore-without-reason"]),
    ('code = "no-targets"\nreason = "x"', ["ignore-unknown"]),
    ('code = "no-target"\nrule = "audit"\nreason = "x"', ["ignore-unused"]),
    ('code = "no-target"\npaths = "other"\nreason = "x"', ["ignore-unused"]),
    ('code = ["no-target", "fifo-queue"]\nreason = "x"', ["ignore-unused"]),
    ('code = ["no-target", "fifo-que"]\nreason = "x"', ["ignore-unknown"]),
]


@pytest.mark.parametrize(("entry", "faults"), ENTRIES)
def test_an_entry_suppresses_the_findings_in_its_scope(project: Project, entry: str, faults: list[str]) -> None:
    project.write("pca-events.toml", f"\n[[ignore]]\n{entry}\n")
    found = project.codes()
    assert [one for one in found if one.startswith("pca-events.toml")] == [
        f"pca-events.toml:2 {code}" for code in faults
    ]
    takes_out = not faults or "fifo" in entry
    assert (f"infra/rules.tf:1 {TARGET}" in found) is not takes_out
    assert (f"infra/rules.tf:2 {NEVER}" in found) is (NEVER not in entry)


def test_an_entry_is_not_reported_as_unused_if_not_everything_was_checked(project: Project) -> None:
    project.write("other/rules.tf", rule("other", "failure").replace('"aws.acm-pca"', '"aws.ec2"'))
    project.write("pca-events.toml", '[[ignore]]\ncode = "fifo-queue"\nreason = "x"\npaths = "infra"\n')
    assert [one for one in project.codes("infra") if "unused" in one] == []
    assert [one for one in project.codes(".") if "unused" in one] == ["pca-events.toml:1 ignore-unused"]
    assert [one for one in project.codes("infra/rules.tf:1") if "unused" in one] == []
    project.write("pca-events.toml", '[[ignore]]\ncode = "no-target"\nreason = "x"\npaths = "other"\n')
    assert [one for one in project.codes() if "unused" in one] == [], "a rule of another source is not judged"
    project.write("pca-events.toml", '[[ignore]]\ncode = "fifo-queue"\nreason = "x"\n')
    (project.folder / "other" / "rules.tf").unlink()
    assert [one for one in project.codes() if "unused" in one] == ["pca-events.toml:1 ignore-unused"]
    project.write("infra/broken.tf", 'resource "aws_cloudwatch_event_rule" {')
    ran = project.check("--format", "github")
    assert (ran.returncode, "ignore-unused" in ran.stdout) == (2, False)


def test_an_entry_counts_through_its_last_day() -> None:
    day = datetime.date(2027, 1, 31)
    entry = IgnoreEntry(SourceLocation("x.toml", 1), ("no-target",), None, (), "why", day)
    assert entry.works(day)
    assert not entry.works(day + datetime.timedelta(days=1))


@pytest.mark.parametrize(
    ("wanted", "name", "expected"),
    [
        ("a", "a", True), ("a", "ab", False), ("a*", "ab", True), ("*b", "ab", True), ("*", "", True),
        ("a*a", "a", False), ("a*b*c", "axbyc", True), ("a*b*c", "axc", False), ('x["*"]', 'x["key"]', True),
        ("*ab*ab", "ab", False), ("*ab*ab", "abab", True),
    ],
)  # fmt: skip
def test_an_asterisk_in_the_name_of_a_rule_is_any_text(wanted: str, name: str, expected: bool) -> None:
    entry = IgnoreEntry(SourceLocation("x.toml", 1), ("no-target",), None, (wanted,), "why", None)
    assert entry.is_for_rule(name) is expected


def test_entries_are_not_reported_as_unused_for_a_document_from_an_editor(project: Project) -> None:
    project.write("pca-events.toml", '[[ignore]]\ncode = "no-target"\n')
    assert [one for one in project.codes() if "reason" in one] == ["pca-events.toml:1 ignore-without-reason"]
    text = f"# pca-events: ignore\n\n{rule()}"
    assert project.codes("-", "--stdin-name", "x.tf", given=text) == [
        "x.tf:1 ignore-empty",
        "x.tf:3 no-target",
        "x.tf:4 never-fires",
    ]
    assert project.codes("infra/rules.tf:1") == ["infra/rules.tf:1 no-target", "infra/rules.tf:2 never-fires"]
