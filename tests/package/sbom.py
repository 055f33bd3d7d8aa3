"""Writes dist/sbom.cdx.json, the CycloneDX SBOM of the wheel in dist/ with every dependency of its extras.

The wheel and the pinned packages are installed in a venv without pip, on this Python and platform, so that the SBOM has
their licences and which needs which. `tox -e sbom` runs it; the same wheel gives the same bytes.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).parents[2]
SBOM = TOP / "dist" / "sbom.cdx.json"
INSTALLED = ("localstack", "site", "handlers", "pact")
"""The requirements of the extras; `localstack` includes `suite`."""


def with_version(pyproject: str, version: str) -> str:
    """Return a pyproject.toml with a version as text; a dynamic one has none that the SBOM could name."""
    dynamic = 'dynamic = ["version"]\n'
    if pyproject.count(dynamic) != 1:
        raise ValueError(f"pyproject.toml does not have the line {dynamic.strip()}, which stands for the version")
    return pyproject.replace(dynamic, f'version = "{version}"\n')


def main() -> int:
    """Install, and write the SBOM; the exit status is 2 if there is no wheel."""
    wheels = sorted((TOP / "dist").glob("*.whl"))
    if len(wheels) != 1:
        sys.stderr.write(f"dist/ has {len(wheels)} wheels instead of 1; run tox -e dist\n")
        return 2
    version = wheels[0].name.split("-")[1]
    with tempfile.TemporaryDirectory() as name:
        venv, pyproject, written = (Path(name, part) for part in ("venv", "pyproject.toml", SBOM.name))
        pyproject.write_text(with_version((TOP / "pyproject.toml").read_text("utf-8"), version), "utf-8")
        pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", venv, "install", "--quiet", "--no-compile"]
        pinned: list[str | Path] = [
            word for extra in INSTALLED for word in ("-r", TOP / "requirements" / f"{extra}.txt")
        ]
        _run(sys.executable, "-m", "venv", "--without-pip", venv)
        _run(*pip, "--require-hashes", *pinned)
        _run(*pip, "--no-deps", "--no-index", wheels[0])
        words = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--mc-type", "library"]
        _run(*words, "--pyproject", pyproject, "--output-file", written, venv)
        shutil.copyfile(written, SBOM)
    sys.stdout.write(f"{SBOM.relative_to(TOP)}: pca-events {version}, on Python {sys.version.split()[0]}\n")
    return 0


def _run(*words: str | Path) -> None:
    ran = subprocess.run(words, cwd=TOP, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    if ran.returncode:
        sys.exit(f"exit status {ran.returncode}: {' '.join(map(str, words))}")


if __name__ == "__main__":
    sys.exit(main())
