"""docs/test-your-handler.md, followed word for word in an empty folder, in a venv of its own.

Its venv has the packages of the running Python: in tox, pca-events is the built wheel. Times differ between runs.
"""

import os
import re
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
from shown import is_shown

PAGE = Path(__file__).parents[2] / "docs" / "test-your-handler.md"
_BLOCK = re.compile(
    r"```(?:python|ini)\n# (?P<file>[\w.]+)\n(?P<code>(?:.*\n)*?)```\n"
    r"|```console\n\$ \.venv/bin/(?P<line>.*)\n(?P<shown>(?:.*\n)*?)```\n"
)
_TIME, _COUNT = re.compile(r"in \d+\.\d\ds"), re.compile(r"in \d+ invocations")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with a venv that has the installed packages."""
    venv.create(tmp_path / ".venv", with_pip=False, symlinks=True)
    (site,) = (tmp_path / ".venv").glob("lib/python*/site-packages")
    (site / "installed.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    return tmp_path


def steps(page: str, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Write each file and run each command of the page; yield the command, what the page shows, and the output."""
    for block in _BLOCK.finditer(page):
        if block["file"]:
            (folder / block["file"]).write_text(block["code"])
            continue
        words = [python_of(folder), "-m", *block["line"].split(), "-p", "no:cacheprovider"]
        ran = subprocess.run(words, cwd=folder, env=_environment(), capture_output=True, text=True)
        yield block["line"], block["shown"], ran.stdout + ran.stderr


def python_of(folder: Path) -> str:
    return str(folder / ".venv" / "bin" / "python")


def _environment() -> dict[str, str]:
    """The environment of a user, which does not say CI and has no settings of pytest."""
    left_out = ("CI", "PYTEST_", "PYTHONPATH", "VIRTUAL_ENV", "COV_", "COVERAGE_")
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)} | {"COLUMNS": "80"}


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
    ran = subprocess.run(words, cwd=folder, env=_environment(), capture_output=True, text=True, check=True)
    import pca_events

    assert ran.stdout.split() == [str(folder / ".venv"), pca_events.__file__]
    assert sys.prefix not in ran.stdout.split()[0]
