"""Builds the sdist and the wheel twice and writes them to dist/ if both builds have the same bytes.

The two builds differ in the folder, the times of the files, their permissions for others and the random seed of the
hashes. SOURCE_DATE_EPOCH is the time of the last commit unless it is set. `tox -e dist` pins the build tools.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

TOP = Path(__file__).parents[2]
_OLD = 1_000_000_000  # seconds since 1970: the time of each file of the second copy


def differences(first: Path, second: Path) -> list[str]:
    """Return one line for each file that only one folder has, or that has other bytes in the other folder."""
    ours, theirs = digests(first), digests(second)
    return [
        f"{name}: {ours.get(name, 'missing')} in the first build, {theirs.get(name, 'missing')} in the second"
        for name in sorted(ours.keys() | theirs.keys())
        if ours.get(name) != theirs.get(name)
    ]


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 digest of each file of a folder, by name."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def main() -> int:
    """Build twice, compare, and keep the first build; the exit status is 1 if the bytes differ."""
    files = [TOP / name for name in _git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")]
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or _git("log", "-1", "--format=%ct").strip()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in (1, 2):
            source = folder / f"source {number}"
            _copy((file for file in files if file.is_file()), source)
            if number == 2:
                _disturb(source)
            _build(source, folder / f"{number}", {"SOURCE_DATE_EPOCH": epoch, "PYTHONHASHSEED": str(number)})
        found = differences(folder / "1", folder / "2")
        if found:
            sys.stderr.write("".join(f"not reproducible: {line}\n" for line in found))
            return 1
        shutil.rmtree(TOP / "dist", ignore_errors=True)
        shutil.copytree(folder / "1", TOP / "dist")
    sys.stdout.write("".join(f"{digest}  dist/{name}\n" for name, digest in digests(TOP / "dist").items()))
    sys.stdout.write(f"two builds have the same bytes; SOURCE_DATE_EPOCH={epoch}\n")
    return 0


def _git(*words: str) -> str:
    return subprocess.run(
        [shutil.which("git") or "git", *words], cwd=TOP, check=True, capture_output=True, text=True
    ).stdout


def _copy(files: Iterable[Path], to: Path) -> None:
    for file in files:
        there = to / file.relative_to(TOP)
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, there)


def _disturb(source: Path) -> None:
    """Change what a checkout does not promise: the times of files, and what other users may do with them."""
    for file in source.rglob("*"):
        os.utime(file, (_OLD, _OLD))
        file.chmod(file.stat().st_mode & 0o700)


def _build(source: Path, out: Path, more: Mapping[str, str]) -> None:
    words = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out)]
    ran = subprocess.run(words, cwd=source, env={**os.environ, **more}, capture_output=True, text=True)
    if ran.returncode:
        sys.exit(f"the build failed:\n{ran.stdout}{ran.stderr}")


if __name__ == "__main__":
    sys.exit(main())
