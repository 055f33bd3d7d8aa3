"""What a run ran on, as the `meta` message says it."""

import os
import platform
from collections.abc import Mapping
from typing import Any

from pca_events import __version__

PROTOCOL_VERSION = "34.2.1"
"""The version of Cucumber Messages that is written."""


def meta(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return protocol, implementation, runtime, system and processor; and the CI, where the environment names one.

    Args:
        environment: the variables to look for a CI in; GitHub Actions and GitLab are known.
    """
    found = _github(environment) or _gitlab(environment)
    return {
        "protocolVersion": PROTOCOL_VERSION,
        "implementation": {"name": "pca-events", "version": __version__},
        "runtime": {"name": platform.python_implementation(), "version": platform.python_version()},
        "os": {"name": platform.system(), "version": platform.release()},
        "cpu": {"name": platform.machine()},
        **({"ci": found} if found else {}),
    }


def _github(environment: Mapping[str, str]) -> dict[str, Any] | None:
    if environment.get("GITHUB_ACTIONS") != "true":
        return None
    repository = f"{environment.get('GITHUB_SERVER_URL', '')}/{environment.get('GITHUB_REPOSITORY', '')}"
    run = environment.get("GITHUB_RUN_ID", "")
    git = {"remote": f"{repository}.git", "revision": environment.get("GITHUB_SHA", "")}
    return {"name": "GitHub Actions", "url": f"{repository}/actions/runs/{run}", "buildNumber": run, "git": git}


def _gitlab(environment: Mapping[str, str]) -> dict[str, Any] | None:
    if environment.get("GITLAB_CI") != "true":
        return None
    git = {"remote": f"{environment.get('CI_PROJECT_URL', '')}.git", "revision": environment.get("CI_COMMIT_SHA", "")}
    url, number = environment.get("CI_JOB_URL", ""), environment.get("CI_JOB_ID", "")
    return {"name": "GitLab", "url": url, "buildNumber": number, "git": git}
