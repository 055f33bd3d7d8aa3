"""docs/test-your-handler.md, followed word for word in an empty folder, in a venv of its own.

Times differ between runs.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from reader import create_venv, environment, python_of, venv_with_installed_packages
from shown import is_shown
from test_base import distributions

import pca_events

PAGE = Path(__file__).parents[2] / "docs" / "test-your-handler.md"
_BLOCK = re.compile(
    r"```(?:python|ini)\n# (?P<file>[\w.]+)\n(?P<code>(?:.*\n)*?)```\n"
    r"|```console\n\$ \.venv/bin/(?P<line>.*)\n(?P<shown>(?:.*\n)*?)```\n"
)
_TIME, _COUNT = re.compile(r"in \d+\.\d\ds"), re.compile(r"in \d+ invocations")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with a venv that has the installed packages."""
    return venv_with_installed_packages(tmp_path)


def steps(page: str, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Write each file and run each command of the page; yield the command, what the page shows, and the output."""
    for block in _BLOCK.finditer(page):
        if block["file"]:
            (folder / block["file"]).write_text(block["code"])
            continue
        words = [python_of(folder), "-m", *block["line"].split(), "-p", "no:cacheprovider"]
        ran = subprocess.run(words, cwd=folder, env=environment(), capture_output=True, text=True)
        yield block["line"], block["shown"], ran.stdout + ran.stderr


def same(text: str) -> str:
    return _COUNT.sub("in N invocations", _TIME.sub("in Ns", text))


@pytest.mark.slow
def test_the_page_shows_what_a_reader_sees(folder: Path) -> None:
    page = PAGE.read_text("utf-8")
    ran = list(steps(page, folder))
    assert len(ran) == page.count("```console")
    for line, shown, output in ran:
        assert is_shown(same(shown), same(output)), f"{line}\n{output}"


def test_each_block_is_a_file_a_command_or_the_installation() -> None:
    page = PAGE.read_text("utf-8")
    assert len(list(_BLOCK.finditer(page))) == len(re.findall(r"^```\w", page, re.MULTILINE)) - page.count("```sh")


def test_the_venv_runs_the_installed_package(folder: Path) -> None:
    program = "import pca_events, sys; print(sys.prefix, pca_events.__file__)"
    words = [python_of(folder), "-c", program]
    ran = subprocess.run(words, cwd=folder, env=environment(), capture_output=True, text=True, check=True)
    assert ran.stdout.split() == [str(folder / ".venv"), pca_events.__file__]
    assert sys.prefix not in ran.stdout.split()[0]


LIGHT = """
import pytest
from pca_events.types import CrlGenerationFailed

@pytest.mark.pca_events("crl-generation-failure-*")
@pytest.mark.parametrize("form", ["lambda", "sqs", "sns", "sqs-sns"])
def test_a_function(pca_events, pca_deliver, form):
    (outcome,) = pca_deliver(lambda payload, _: len(payload), pca_events, form=form)
    assert outcome.succeeded
    assert CrlGenerationFailed.parse(pca_events).reason

def test_an_entry(pca_event, pca_deliver):
    pca_deliver("app:handler", pca_event("ca-creation-success"))

def test_trials(pca_test_handler):
    pca_test_handler("app:handler", "ca-creation-success")

def test_a_private_ca(pca_private_ca): ...

def test_a_bus(pca_bus): ...

def test_strategies():
    import pca_events.strategies
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A folder with a venv that has the base package and pytest, and nothing else."""
    site = create_venv(tmp_path)
    package = Path(pca_events.__file__).parent
    if (package / "steps").is_dir():
        (site / "pca_events").symlink_to(package)
    else:
        (site / "checkout.pth").write_text(f"{package.parent}\n")
    for name in (distributions("pca-events") | distributions("pytest")) - {"pca-events"}:
        files = distribution(name).files or []
        for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            (site / top).symlink_to(Path(str(distribution(name).locate_file(top))))
    return tmp_path


def test_the_light_part_works_with_the_base_and_pytest(base: Path) -> None:
    (base / "test_light.py").write_text(LIGHT)
    (base / "app.py").write_text("def handler(event, context): ...")
    words = [python_of(base), "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "-p", "pca_events.pytest_plugin"]
    ran = subprocess.run(words, cwd=base, env=environment(), capture_output=True, text=True)
    assert "3 failed, 12 passed, 2 skipped" in ran.stdout, ran.stdout + ran.stderr
    assert ran.stdout.count("awslambdaric is not installed; install pca-events with the extra [handlers]") >= 2
    assert "boto3 is not installed; install pca-events with the extra [localstack] or [suite]" in ran.stdout
    assert "pca_events.strategies needs hypothesis, which is not installed; pip install hypothesis" in ran.stdout
    required = subprocess.run(
        [*words, "-k", "private or bus"], cwd=base, env=environment() | {"CI": "true"}, capture_output=True, text=True
    )
    assert "2 errors" in required.stdout, required.stdout
