"""What a command imports: help and usage errors no more than they print, a check no more than its files need.

Modules are counted, never seconds. Each command runs in an interpreter of its own.
"""

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from pca_events import catalog
from pca_events.cli import COMMANDS

TOP = Path(__file__).parents[3]
MISTAKES = TOP / "examples" / "mistakes"
INFRASTRUCTURE = TOP / "examples" / "infrastructure"
EVENT = catalog.documented_events()[0].id

HEAVY = {
    "asyncio",
    "boto3",
    "botocore",
    "concurrent.futures",
    "cryptography",
    "cucumber_messages",
    "email",
    "gherkin",
    "http.client",
    "importlib.metadata",
    "jinja2",
    "jsonschema",
    "jsonschema_rs",
    "localstack",
    "localstack_client",
    "markupsafe",
    "multiprocessing",
    "orjson",
    "pytest",
    "pytest_bdd",
    "referencing",
    "subprocess",
    "tree_sitter",
    "tree_sitter_hcl",
    "urllib.request",
    "xml",
    "yaml",
}
HELPFUL = ("__main__", "checkout", "cli", "cli.help", "cli.parser", "errors", "interrupts", "lazy", "wording")
OF_THE_WORK = {
    f"pca_events.cli.{name}" for name in ("backends", "check", "contracts", "controls", "events", "explain", "verify")
}
MOST_FOR_THE_HELP = 44  # two of them search for the name that a mistyped one may mean
MOST_FOR_ONE_COMMAND = 90
MOST_FOR_A_CHECK = 230

RECORD = """
import atexit, json, sys
before, opened, record = set(sys.modules), [], sys.argv.pop(1)
def write():
    with open(record, "w") as file:
        json.dump([sorted(set(sys.modules) - before), opened], file)
atexit.register(write)
sys.addaudithook(lambda event, words: opened.append(str(words[0])) if event == "open" else None)
from pca_events.__main__ import main
sys.exit(main())
"""


class Ran:
    """A command that has run: its exit status, the modules that it imported, the files that it opened."""

    def __init__(self, record: Path, *words: str) -> None:
        line = [sys.executable, "-c", RECORD, str(record), *words]
        self.status = subprocess.run(line, capture_output=True, cwd=TOP).returncode
        modules, self.opened = json.loads(record.read_text("utf-8"))
        self.modules = frozenset(modules)

    @property
    def heavy(self) -> set[str]:
        """The heavy modules among them."""
        return HEAVY & self.modules


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """The file for the imports of a command."""
    return tmp_path / "record.json"


@pytest.mark.parametrize("words", ["--help", "--version", "", "verfy", "--colour"])
def test_the_help_of_all_commands_imports_none_of_them(record: Path, words: str) -> None:
    ran = Ran(record, *words.split())
    assert ran.status == (0 if words in ("--help", "--version") else 2)
    assert ran.heavy == set()
    assert len(ran.modules) <= MOST_FOR_THE_HELP
    ours = {name for name in ran.modules if name.startswith("pca_events.")}
    assert ours == {f"pca_events.{name}" for name in HELPFUL}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("word", ["--help", "--no-such-option"])
def test_help_and_usage_errors_do_not_import_the_command(record: Path, command: str, word: str) -> None:
    ran = Ran(record, command, word)
    assert ran.status == (0 if word == "--help" else 2)
    assert ran.heavy == set()
    assert len(ran.modules) <= MOST_FOR_ONE_COMMAND
    assert OF_THE_WORK.isdisjoint(ran.modules)
    assert [file for file in ran.opened if "/samples/" in file or "/schemas/" in file] == []


@pytest.mark.parametrize(
    "words", ["export nothing", "show", "sample all --count 0", "sweep --endpoint-url u --only x", "verify --mode x"]
)
def test_invalid_values_do_not_import_the_command(record: Path, words: str) -> None:
    ran = Ran(record, *words.split())
    assert (ran.status, ran.heavy) == (2, set())
    assert len(ran.modules) <= MOST_FOR_ONE_COMMAND


@pytest.mark.parametrize(
    ("file", "needed"),
    [
        (MISTAKES / "13-result-failed.tf", {"tree_sitter", "tree_sitter_hcl"}),
        (INFRASTRUCTURE / "terraform_plan" / "plan.json", set()),
        (MISTAKES / "29-text-for-list.json", set()),
        (INFRASTRUCTURE / "cloudformation" / "template.yaml", {"yaml"}),
        (INFRASTRUCTURE / "serverless" / "serverless.yml", {"yaml"}),
    ],
)
def test_a_check_imports_what_its_files_need(record: Path, file: Path, needed: set[str]) -> None:
    ran = Ran(record, "check", str(file))
    assert ran.status in (0, 1)
    assert ran.heavy == needed
    assert len({name for name in ran.modules if name.partition(".")[0] not in needed}) <= MOST_FOR_A_CHECK


@pytest.mark.parametrize(
    "words", ["list --format json", f"show {EVENT} --format json", f"show {EVENT} --rule cli", "sample all"]
)
def test_static_output_does_not_import_the_command(record: Path, words: str) -> None:
    ran = Ran(record, *words.split())
    assert (ran.status, ran.heavy) == (0, set())


def test_an_event_that_meets_its_contract_needs_the_fast_validator_alone(record: Path, tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps(catalog.documented(EVENT).event))
    ran = Ran(record, "validate", str(event), "--format", "json")
    assert ran.status == 0
    assert {"jsonschema", "multiprocessing"} & ran.modules == set()


@pytest.mark.parametrize("name", ["pca_events.backends", "pca_events.harness"])
def test_a_lazy_package_offers_what_it_declares_to_type_checkers(name: str) -> None:
    package = importlib.import_module(name)
    tree = ast.parse(Path(str(package.__file__)).read_text("utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    declared = {
        alias.name: str(node.module) for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert declared
    for symbol, home in declared.items():
        assert getattr(package, symbol) is getattr(importlib.import_module(home), symbol)
        assert not (Path(str(package.__file__)).parent / f"{symbol}.py").exists()
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'nothing'"):
        _ = package.nothing
