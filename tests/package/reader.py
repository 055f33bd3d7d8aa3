"""A reader of the documentation: a folder with a venv of its own, and an environment without our settings.

The venv has the packages of the running Python: in tox, pca-events is the built wheel.
"""

import os
import subprocess
import sysconfig
import venv
from pathlib import Path


def create_venv(folder: Path) -> Path:
    """Create `.venv` in a folder, without pip and without packages, and return its site-packages."""
    venv.create(folder / ".venv", with_pip=False, symlinks=True)
    (site,) = (folder / ".venv").glob("lib/python*/site-packages")
    return site


def venv_with_installed_packages(folder: Path) -> Path:
    """Create `.venv` in a folder with the installed packages, and return the folder."""
    site = create_venv(folder)
    (site / "installed.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    return folder


def python_of(folder: Path) -> str:
    """Return the Python of a venv in a folder."""
    return str(folder / ".venv" / "bin" / "python")


def environment() -> dict[str, str]:
    """Return the environment of a user, which does not say CI and has no settings of pytest."""
    left_out = ("CI", "PYTEST_", "PYTHONPATH", "VIRTUAL_ENV", "COV_", "COVERAGE_")
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)} | {"COLUMNS": "80"}


def ran_module(folder: Path, module: str, *words: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Run a module in the venv of a folder, which is active."""
    line = [python_of(folder), "-m", module, *words]
    path = os.pathsep.join([str(folder / ".venv" / "bin"), os.environ["PATH"]])
    return subprocess.run(line, cwd=cwd, env=environment() | {"PATH": path}, capture_output=True, text=True)
