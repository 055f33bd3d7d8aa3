"""Installs the wheel of dist/ in an empty venv of each Python that is found and runs the commands of the base package.

Looks for `python3.N` on the PATH and for the versions of pyenv, which need not be on it. The exit status is 1 if a
command fails on a Python, 2 if there is no wheel or no Python. A version that is not installed is reported.
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from shutil import which

TOP = Path(__file__).parents[2]


def supported() -> list[str]:
    """Return the versions of Python in the classifiers of pyproject.toml: `3.11`, `3.12` and so on."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    return re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))


def interpreter(version: str) -> Path | None:
    """Return an interpreter of that version that runs, or None."""
    return next((path for path in _candidates(version) if _version(path) == version), None)


def _candidates(version: str) -> Iterator[Path]:
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        yield Path(sys.executable)
    if found := which(f"python{version}"):
        yield Path(found)
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(root.glob(f"versions/{version}.*/bin/python"), reverse=True)


def _version(path: Path) -> str:
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:  # a shim of pyenv exists without the version that it is for
        return subprocess.run([path, "-c", program], capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def tried(python: Path, wheel: Path) -> str:
    """Install the pinned base and the wheel in an empty venv and run the commands; return why it failed, or ``""``."""
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / ("Scripts" if os.name == "nt" else "bin") / "python"
        install: list[str | Path] = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        commands: list[list[str | Path]] = [
            [python, "-m", "venv", folder],
            [*install, "--require-hashes", "-r", TOP / "requirements" / "base.txt"],
            [*install, "--no-deps", "--no-index", wheel],
            [inside, "-I", "-c", _IS_THE_WHEEL],
            [inside, TOP / "tests" / "package" / "base_commands.py"],
        ]
        for words in commands:
            ran = subprocess.run(words, cwd=TOP, env=_environment(), capture_output=True, text=True)
            if ran.returncode:
                return f"{' '.join(map(str, words))}\n{ran.stdout}{ran.stderr}"
    return ""


_IS_THE_WHEEL = "import sys, pca_events; sys.exit(not pca_events.__file__.startswith(sys.prefix))"


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}


def main() -> int:
    """Try the wheel on each Python, and report each."""
    wheels = sorted((TOP / "dist").glob("*.whl"))
    if len(wheels) != 1:
        sys.stderr.write(f"dist/ has {len(wheels)} wheels instead of 1; run tox -e dist\n")
        return 2
    found = {version: interpreter(version) for version in supported()}
    failed = False
    for version, python in found.items():
        if python is None:
            sys.stdout.write(f"Python {version}: not found, not tried\n")
            continue
        why = tried(python, wheels[0])
        failed = failed or bool(why)
        sys.stdout.write(f"Python {version}: {f'FAILED: {why}' if why else f'{wheels[0].name} works'}\n")
    return 1 if failed else 0 if any(found.values()) else 2


if __name__ == "__main__":
    sys.exit(main())
