"""What an installation takes: packages, room on the disk and time, for the base and for each extra.

`python benchmarks/install.py [--small]` prints a table; with --small only the base is installed. Packages come from the
registry that pip is set up with, or from pip's cache, so the seconds are those of this machine and network.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

TOP = Path(__file__).parents[1]
FILES = ("base", "suite", "site", "handlers", "localstack")


def installed(file: str, folder: Path) -> tuple[int, float, float]:
    """Install pinned requirements and the package; return packages, megabytes and seconds."""
    venv.create(folder, with_pip=True)
    program = str(folder / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    own = {path for path in folder.rglob("*") if path.is_file()}
    began = time.perf_counter()
    pip = [program, "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    requirements = str(TOP / "requirements" / f"{file}.txt")
    subprocess.run([*pip, "--require-hashes", "-r", requirements], check=True, stderr=subprocess.DEVNULL)
    subprocess.run([*pip, "--no-deps", str(TOP)], check=True, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - began
    new = [path for path in folder.rglob("*") if path.is_file() and path not in own]
    packages = len(list(folder.rglob("*.dist-info"))) - len({path.parent for path in own if ".dist-info" in str(path)})
    return packages, sum(path.stat().st_size for path in new) / 1e6, seconds


def main() -> None:
    """Install each and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="the base only")
    small = parser.parse_args().small
    print("| requirements | packages | MB | seconds |\n|---|---|---|---|")
    for file in FILES[:1] if small else FILES:
        with tempfile.TemporaryDirectory() as folder:
            packages, size, seconds = installed(file, Path(folder))
        print(f"| `{file}.txt` | {packages} | {size:.0f} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
