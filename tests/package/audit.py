"""Searches the pinned packages for known vulnerabilities with pip-audit; `tox -e audit` runs it with internet access.

pip-audit succeeds for a package that its service does not know. Here a package that was not audited is an error: the
exit status is 0 if every package was audited and has no known vulnerability, 1 if one has, 2 if one was not audited.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

TOP = Path(__file__).parents[2]
_SHOWN = 5


def judged(file: str, ran: "subprocess.CompletedProcess[str]") -> tuple[int, str]:
    """Return the exit status and the report of a run of pip-audit with the option `--format json`.

    Args:
        file: the name of the requirements that were audited.
        ran: the finished process.
    """
    try:
        packages: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (ran.stderr.strip().splitlines() or ["no message"])[-1]
        return 2, f"{file}: not audited: pip-audit did not reach its service, or failed: {last}\n"
    lines = [
        f"{file}: {package['name']} {package['version']}: {vulnerability['id']}, fixed in {_fixed(vulnerability)}\n"
        for package in packages
        for vulnerability in package.get("vulns", ())
    ]
    vulnerable = bool(lines)
    if missing := [package["name"] for package in packages if "skip_reason" in package]:
        names = ", ".join(missing[:_SHOWN]) + (", ..." if len(missing) > _SHOWN else "")
        lines.append(
            f"{file}: {len(missing)} of {len(packages)} packages were not audited, because the service"
            f" did not answer for them: {names}\n"
        )
    if not lines:
        lines = [f"{file}: {len(packages)} package{'' if len(packages) == 1 else 's'}, no known vulnerability\n"]
    return 1 if vulnerable else 2 if missing else 0, "".join(lines)


def _fixed(vulnerability: dict[str, Any]) -> str:
    return ", ".join(vulnerability["fix_versions"]) or "no release"


def main() -> int:
    """Audit each file of pinned requirements; the exit status is the most serious one, 1 before 2."""
    statuses = set()
    for file in [*sorted((TOP / "requirements").glob("*.txt")), TOP / "examples" / "scale_out" / "requirements.txt"]:
        words = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
        words += ["--format", "json", "-r", str(file)]
        status, report = judged(file.relative_to(TOP).as_posix(), subprocess.run(words, capture_output=True, text=True))
        statuses.add(status)
        sys.stdout.write(report)
    if 2 in statuses:
        sys.stderr.write(
            "The audit is incomplete: pip-audit did not reach its service, or the service lacks packages.\n"
        )
    return 1 if 1 in statuses else max(statuses)


if __name__ == "__main__":
    sys.exit(main())
