"""What can be imported in a checkout and in a wheel; and no module of the package reads a file when it is imported."""

import json
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

import pca_events
from pca_events.checkout import CheckoutFinder

TOP = Path(__file__).parents[2]
PACKAGE = Path(pca_events.__file__).parent
CODE = [
    ("pca_events.bindings", "tests/contract"),
    ("pca_events.examples", "examples/consumers"),
    ("pca_events.steps", "steps"),
]
# The innermost frame outside the standard library decides who opens a file; the import system opens modules.
READERS = """
import importlib, json, os, sys

standard, package, ours = os.path.dirname(os.__file__), sys.argv[1], []

def opened(event, arguments):
    if event != "open":
        return
    frame = sys._getframe(1)
    while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib"):
        file = frame.f_code.co_filename
        if file.startswith(package):
            ours.append(f"{file}:{frame.f_lineno} opens {arguments[0]}")
        if file.startswith(package) or not file.startswith(standard) or "site-packages" in file:
            return
        frame = frame.f_back

sys.addaudithook(opened)
for module in sys.argv[2:]:
    importlib.import_module(module)
print(json.dumps(ours))
"""


def readers(package: Path, *modules: str, path: Path | None = None) -> list[str]:
    """Where the code in a folder opens files while the modules are imported."""
    program = [sys.executable, "-c", READERS, str(package), *modules]
    ran = subprocess.run(program, cwd=path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    found: list[str] = json.loads(ran.stdout.splitlines()[-1])
    return found


def modules_in(folder: Path, package: str) -> list[str]:
    """The names of the modules in packages below a folder; the examples of infrastructure code are in none."""
    files = (file for file in sorted(folder.rglob("*.py")) if (file.parent / "__init__.py").is_file())
    places = (file.relative_to(folder).with_suffix("").parts for file in files if file.name != "__main__.py")
    return [".".join([package, *place]).removesuffix(".__init__") for place in places]


@pytest.mark.parametrize(("name", "folder"), CODE)
def test_code_beside_src_is_a_part_of_the_package(name: str, folder: str) -> None:
    file = import_module(name).__file__
    assert file is not None
    assert Path(file).read_bytes() == (TOP / folder / "__init__.py").read_bytes()


@pytest.mark.parametrize("name", ["tests", "docs", "conftest", "benchmarks", "unit"])
def test_nothing_else_of_a_checkout_is_a_part_of_the_package(name: str) -> None:
    assert find_spec(f"pca_events.{name}") is None
    assert CheckoutFinder.find_spec(name, None) is None


def test_only_a_checkout_has_the_finder() -> None:
    assert (CheckoutFinder in sys.meta_path) is not (PACKAGE / "steps").is_dir()


def test_every_folder_that_ships_has_its_place_in_the_wheel() -> None:
    build = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    places = build["targets"]["wheel"]["sources"]
    assert sorted(build["only-include"]) == sorted(places)
    assert places.pop("src") == ""
    assert all(place.startswith("pca_events/") for place in places.values())


def test_no_module_reads_a_file_when_it_is_imported() -> None:
    steps = Path(str(import_module("pca_events.steps").__file__)).parent
    modules = {*modules_in(PACKAGE, "pca_events"), *modules_in(steps, "pca_events.steps")}
    modules.discard("pca_events.bindings.test_features")  # which pytest collects: it binds what the features say
    assert {"pca_events.simulator.provider", "pca_events.steps.rules"} <= modules
    assert readers(PACKAGE, *sorted(modules)) == []
    if not steps.is_relative_to(PACKAGE):
        assert readers(steps, *sorted(modules)) == []


def test_a_module_that_reads_a_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text("{}")
    (tmp_path / "reader.py").write_text(
        "import json\nfrom pathlib import Path\n\nDATA = json.loads(Path('data.json').read_text())\n"
    )
    (found,) = readers(tmp_path, "reader", path=tmp_path)
    assert found == f"{tmp_path / 'reader.py'}:4 opens data.json"
