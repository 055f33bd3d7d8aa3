"""The suite's part of the plugin: the steps, the tags, the selection of scenarios, and the results of a run.

Load it with `pytest_plugins = ["pca_events.pytest_plugin.suite"]` in the conftest.py at the root of a suite, or with
`-p pca_events.pytest_plugin.suite`. It loads `pca_events.pytest_plugin` as well.
"""

import pytest

from pca_events.calibrate import BEHAVIOURS

pytest_plugins = [
    "pca_events.pytest_plugin",
    "pca_events.pytest_plugin.suite.completion",
    "pca_events.pytest_plugin.suite.messages",
    "pca_events.pytest_plugin.suite.outcomes",
    "pca_events.pytest_plugin.suite.selection",
    "pca_events.steps",
]

TAGS = {
    "documented": "AWS states it",
    "success": "the operation succeeded",
    "failure": "the operation failed",
    "never_sent": "AWS sends no event",
    "backend": "runs on an EventBridge",
    "delivers": "needs events that are delivered",
    "controls": "uses the controls of our EventBridge: clock, faults, trace",
    "operations": "calls AWS Private CA itself",
    **{f"needs_{name.replace('-', '_')}": f"needs a backend where {known.says}" for name, known in BEHAVIOURS.items()},
}
"""The meaning of each tag in a few words; see features/README.md."""


def pytest_configure(config: pytest.Config) -> None:
    """Explain the tags."""
    for tag, meaning in TAGS.items():
        config.addinivalue_line("markers", f"{tag}: {meaning}")


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_apply_tag(tag: str) -> bool | None:
    """Do not make a marker of the tag `@id:...`, which contains the stable ID of a scenario."""
    return tag.startswith("id:") or None
