"""The registry of finding codes: complete, used, and backed by a page, a mistake and a test for each code."""

import ast
import json
from pathlib import Path
from typing import get_args

import pytest

from pca_events.check.codes import CODES, GROUPS, OF_SUPPRESSIONS
from pca_events.check.configuration import SCHEMA
from pca_events.check.formats.sarif import help_url
from pca_events.check.report import LEVELS, CodeName
from pca_events.check.rules import check
from pca_events.check.suppressions.comments import without_ignored
from pca_events.infrastructure.files import read_paths

TOP = Path(__file__).parents[3]
CHECK = TOP / "src" / "pca_events" / "check"
MISTAKES = TOP / "examples" / "mistakes"
PAGES = TOP / "docs" / "findings"
OF_SETTINGS = {"ignore-expired", "baseline-stale"}
"""Codes about the configuration and the baseline, which a file of rules cannot have."""
ABOUT_ALL_CODES = {"test_finding_codes.py", "test_finding_pages.py"}


def findings_made() -> list[tuple[str, ast.expr, ast.expr]]:
    """Where a finding is made: the place, its level and its code."""
    calls = [
        (f"{file.name}:{node.lineno}", node)
        for file in sorted(CHECK.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding"
    ]
    return [(place, call.args[0], call.args[1]) for place, call in calls]


def texts_in(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_code_is_registered_once_with_its_facts() -> None:
    listed = [code.name for group in GROUPS.values() for code in group]
    assert sorted(listed) == sorted(get_args(CodeName))
    for code in CODES.values():
        assert code.title[0].isupper()
        assert not code.title.endswith(".")
        assert code.meaning.endswith(".")
        assert "\n" not in code.meaning
        assert set(code.levels) <= set(LEVELS)
        assert code.level == code.levels[0]
    assert len({code.title for code in CODES.values()}) == len(CODES)


def test_no_finding_has_another_code_or_level() -> None:
    made = findings_made()
    assert len(made) > 40
    for place, level, code in made:
        for named in texts_in(code) - {"success"}:
            assert named in CODES, place
            if isinstance(level, ast.Constant) and isinstance(code, ast.Constant):
                assert level.value in CODES[named].levels, place


def test_every_code_is_used() -> None:
    written = set[str]()
    for file in CHECK.rglob("*.py"):
        if file.name != "codes.py":
            written |= texts_in(ast.parse(file.read_text("utf-8")))
    assert [code for code in CODES if code not in written] == []


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert {file.stem for file in PAGES.glob("*.md")} - {"README"} == set(CODES)


def test_every_code_has_a_mistake() -> None:
    expected = json.loads((MISTAKES / "expected.json").read_text("utf-8"))
    assert CODES.keys() - OF_SETTINGS == {code for found in expected.values() for code in found["findings"]}


def test_the_schema_of_the_configuration_knows_every_code() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    assert set(schema["properties"]["levels"]["properties"]) == set(CODES)
    assert set(schema["$defs"]["code"]["anyOf"][0]["enum"]) == CODES.keys() - OF_SUPPRESSIONS


def test_every_code_has_a_test_of_its_own() -> None:
    tests = [file for file in Path(__file__).parents[1].rglob("test_*.py") if file.name not in ABOUT_ALL_CODES]
    named = set[str]().union(*(texts_in(ast.parse(file.read_text("utf-8"))) for file in tests))
    assert [code for code in CODES if code not in named] == []


@pytest.mark.parametrize("file", sorted(MISTAKES.glob("[0-9]*")), ids=lambda file: file.name)
def test_a_finding_has_a_level_of_its_code(file: Path) -> None:
    for finding in without_ignored(check(read_paths([str(file)]))).findings:
        assert finding.level in CODES[finding.code].levels, finding


def test_a_code_has_the_address_of_its_page() -> None:
    for code in CODES:
        top, path = help_url(code).removeprefix("https://").split("/", 1)
        assert top == "pca-events.example"
        assert (TOP / path).is_file()
    with pytest.raises(KeyError):
        help_url("never-heard-of")
