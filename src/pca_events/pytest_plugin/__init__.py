"""The pytest plugin: options, the shared emulator, fixtures and steps.

Load it with `pytest_plugins = ["pca_events.pytest_plugin"]` in the conftest.py at the root of a suite, or with
`-p pca_events.pytest_plugin`. It does not load by itself (docs/decisions/0003).
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pca_events.backends import Backend, EmbeddedLocalStack, check_switch, connect, connect_aws
from pca_events.calibrate import BEHAVIOURS
from pca_events.errors import BackendError
from pca_events.harness import MODES, RunId, Session
from pca_events.harness.resources.inventory import left_behind
from pca_events.interrupts import raise_interrupts
from pca_events.pytest_plugin.completion import COMPLETION

pytest_plugins = [
    "pca_events.pytest_plugin.completion",
    "pca_events.pytest_plugin.fixtures",
    "pca_events.pytest_plugin.messages",
    "pca_events.pytest_plugin.outcomes",
    "pca_events.pytest_plugin.selection",
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

RUN = pytest.StashKey[RunId]()
EMULATOR = pytest.StashKey[EmbeddedLocalStack]()
BACKEND = pytest.StashKey[Backend]()
LEAKS = pytest.StashKey[list[tuple[str, str]]]()
"""The resources that the run left behind: each ARN, with the command that removes it."""
UNMET = pytest.StashKey[list[str]]()
LISTED = "pca_events_listed"
"""The key in a worker's output for the resources left behind on its own emulator."""

CLEANS_UP = "pca_events_cleans_up"
"""Tells an xdist worker to remove the resources of its scenario on SIGTERM."""

UNLISTED = pytest.StashKey[str]()
"""Why the resources that the run left behind are unknown."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the command-line options."""
    group = parser.getgroup("pca-events", "events of AWS Private CA")
    group.addoption(
        "--endpoint-url",
        metavar="URL",
        help="run the scenarios on the LocalStack at URL; without it an embedded one is started and stopped",
    )
    group.addoption(
        "--require-acc",
        action="store_true",
        default=os.environ.get("CI", "").lower() == "true",
        help="fail if the backend cannot be used, instead of skipping (the default if CI=true)",
    )
    group.addoption(
        "--keep-artifacts",
        metavar="DIR",
        type=Path,
        help="keep, for each scenario on a backend, its requests, answers, plans and received events in DIR",
    )
    group.addoption("--seed", metavar="TEXT", help="the seed of the random parts of all names")
    group.addoption("--aws", action="store_true", help="run on AWS; needs PCA_ACC=1, --aws-profile and --aws-account")
    group.addoption("--aws-profile", metavar="NAME", help="the profile to take credentials from")
    group.addoption(
        "--aws-account", metavar="ID", action="append", default=[], help="an account in which resources may be created"
    )
    group.addoption(
        "--mode",
        choices=MODES,
        help="how events are published: as AWS services do (service), unchanged with PutEvents (direct), with another "
        "source (alias), or not at all, with TestEventPattern instead (pattern-only); by default the one that is "
        "closest to AWS on the backend",
    )
    group.addoption("--stock", action="store_true", help="embed LocalStack with its own EventBridge")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Explain the tags, and agree with all xdist workers on the run id and on where the emulator is."""
    for tag, meaning in TAGS.items():
        config.addinivalue_line("markers", f"{tag}: {meaning}")
    shared = _shared_by_controller(config)
    workerinput = getattr(config, "workerinput", {})
    worker = workerinput.get("workerid", "")
    if workerinput.get(CLEANS_UP):
        raise_interrupts()  # the controller's SIGTERM ends the scenario, which then removes its resources
    config.stash[RUN] = RunId(shared["run"], shared["seed"], worker)
    emulator = EmbeddedLocalStack(Path(shared["folder"]), shared["owner"], stock=shared["stock"])
    config.stash.setdefault(EMULATOR, emulator)


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_apply_tag(tag: str) -> bool | None:
    """Do not make a marker of the tag `@id:...`, which contains the stable ID of a scenario."""
    return tag.startswith("id:") or None


def _shared_by_controller(config: pytest.Config) -> dict[str, Any]:
    if "pca_events" in getattr(config, "workerinput", {}):
        return dict(config.workerinput["pca_events"])  # type: ignore[attr-defined]
    stock = config.getoption("--stock")
    run, emulator = RunId(), config.stash.get(EMULATOR, None) or EmbeddedLocalStack.of_this_process(stock=stock)
    return _shared(run.value, config.getoption("--seed") or run.seed, emulator)


def _shared(run: str, seed: str, emulator: EmbeddedLocalStack) -> dict[str, Any]:
    return {
        "run": run,
        "seed": seed,
        "folder": str(emulator.folder),
        "owner": emulator.owner,
        "stock": emulator.stock,
    }


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker what the controller has chosen."""
    stash = node.config.stash
    node.workerinput["pca_events"] = _shared(stash[RUN].value, stash[RUN].seed, stash[EMULATOR])


def pytest_sessionstart(session: pytest.Session) -> None:
    """Check the gate to AWS, and the endpoint, before anything else."""
    config = session.config
    try:
        check_switch(os.environ)
        if config.getoption("--aws"):
            words = config.getoption("--aws-profile"), config.getoption("--aws-account")
            config.stash[BACKEND] = connect_aws(os.environ, *words)
    except BackendError as error:
        pytest.exit(str(error), returncode=2)
    url = config.getoption("--endpoint-url")
    if url is None or BACKEND in config.stash:
        return
    try:
        config.stash[BACKEND] = connect(url)
    except BackendError as error:
        if config.getoption("--require-acc"):
            pytest.exit(str(error), returncode=2)
        config.stash[UNMET] = [str(error)]


def pytest_report_header(config: pytest.Config) -> str:
    """Name the run, its seed and the backend."""
    run, where = config.stash[RUN], config.getoption("--endpoint-url") or "embedded LocalStack"
    mode = config.getoption("--mode")
    return f"pca-events: run {run}, --seed {run.seed}, {where}{f', mode {mode}' if mode else ''}"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """List the resources of the run once every worker is done: any of them is a leak and fails the run.

    A worker with its own emulator lists its resources itself.
    """
    config, stash = session.config, session.config.stash
    if hasattr(config, "workerinput"):
        if config.workerinput["pca_events"].get("alone") and stash.get(BACKEND, None):
            session_of_run = Session(stash[BACKEND], stash[RUN])
            _note_leaks(stash, lambda: [(found.arn, found.command) for found in left_behind(session_of_run)])
            listed = {"leaks": stash.get(LEAKS, []), "unlisted": stash.get(UNLISTED, "")}
            config.workeroutput[LISTED] = listed  # type: ignore[attr-defined]
        return
    if stash[EMULATOR].running() and stash[COMPLETION].stop:  # the resources end with the emulator
        return
    backend = stash.get(BACKEND, None) or stash[EMULATOR].running()
    if backend is not None and not stash[EMULATOR].has_siblings:
        _note_leaks(stash, lambda: [(found.arn, found.command) for found in left_behind(Session(backend, stash[RUN]))])
    if stash.get(UNLISTED, ""):
        session.exitstatus = pytest.ExitCode.INTERRUPTED
    elif stash.get(LEAKS, []) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _note_leaks(stash: pytest.Stash, listed: Callable[[], list[tuple[str, str]]]) -> None:
    try:
        stash[LEAKS] = [*stash.get(LEAKS, []), *listed()]
    except BackendError as error:
        stash[UNLISTED] = f"the resources that the run left behind are unknown: {error}"


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Collect the resources that a worker listed on its own emulator."""
    told = getattr(node, "workeroutput", {}).get(LISTED, {})
    stash = node.config.stash
    stash[LEAKS] = [*stash.get(LEAKS, []), *map(tuple, told.get("leaks", []))]
    if unlisted := told.get("unlisted", ""):
        stash[UNLISTED] = unlisted


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the resources left behind, with the commands that remove them."""
    for arn, command in config.stash.get(LEAKS, []):
        terminalreporter.write_line(f"LEAK {arn}\n     {command}", red=True)
    if unlisted := config.stash.get(UNLISTED, ""):
        terminalreporter.write_line(unlisted, red=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the emulator with the run."""
    if not hasattr(config, "workerinput"):
        config.stash[EMULATOR].stop()
