"""The pytest plugin: fixtures for tests of handlers, and the emulator that they share with the scenarios.

Load it with `-p pca_events.pytest_plugin`, for example in `addopts`, or with `pytest_plugins` in the conftest.py at the
root. It does not load by itself (docs/decisions/0003). It imports boto3 and the emulator once a test asks for them; the
steps are a plugin of their own, `pca_events.pytest_plugin.suite` (docs/decisions/0027), which imports this package
before pytest can rewrite its assertions, so that pytest has to be told not to: PYTEST_DONT_REWRITE.
"""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pca_events.backends import Backend, EmbeddedLocalStack, check_switch, connect, connect_aws
from pca_events.backends.remote import without_password
from pca_events.errors import BackendError
from pca_events.harness import MODES, RunId
from pca_events.interrupts import raise_interrupts

if TYPE_CHECKING:
    from pca_events.pytest_plugin.suite.completion import Completion

pytest_plugins = [
    "pca_events.pytest_plugin.documented_events",
    "pca_events.pytest_plugin.emulators",
    "pca_events.pytest_plugin.handlers",
]

RUN = pytest.StashKey[RunId]()
EMULATOR = pytest.StashKey[EmbeddedLocalStack]()
BACKEND = pytest.StashKey[Backend]()
LEAKS = pytest.StashKey[list[tuple[str, str]]]()
"""The resources that the run left behind: each ARN, with the command that removes it."""
PRECHECK = "PreCheck: "
"""How the message begins if the backend cannot be used."""
UNMET = pytest.StashKey[list[str]]()
COMPLETION: "pytest.StashKey[Completion]" = pytest.StashKey()
"""The progress of a run of scenarios; only the suite's part of the plugin has it."""
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
        "--pca-endpoint-url",
        metavar="URL",
        help="run the tests on the LocalStack at URL; without it an embedded one is started and stopped",
    )
    group.addoption(
        "--pca-require-acc",
        action="store_true",
        default=os.environ.get("CI", "").lower() == "true",
        help="fail if the embedded LocalStack cannot be used, instead of skipping (the default if CI=true)",
    )
    group.addoption(
        "--pca-keep-artifacts",
        metavar="DIR",
        type=Path,
        help="keep, for each scenario on a backend, its requests, answers, plans and received events in DIR",
    )
    group.addoption("--pca-seed", metavar="TEXT", help="the seed of the random parts of all names")
    group.addoption(
        "--pca-aws", action="store_true", help="run on AWS; needs PCA_ACC=1, --pca-aws-profile and --pca-aws-account"
    )
    group.addoption("--pca-aws-profile", metavar="NAME", help="the profile to take credentials from")
    group.addoption(
        "--pca-aws-account",
        metavar="ID",
        action="append",
        default=[],
        help="an account in which resources may be created",
    )
    group.addoption(
        "--pca-mode",
        choices=MODES,
        help="how events are published: as AWS services do (service), unchanged with PutEvents (direct), with another "
        "source (alias), or not at all, with TestEventPattern instead (pattern-only); by default the one that is "
        "closest to AWS on the backend",
    )
    group.addoption("--pca-stock", action="store_true", help="embed LocalStack with its own EventBridge")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Explain the tags, and agree with all xdist workers on the run id and on where the emulator is."""
    shared = _shared_by_controller(config)
    workerinput = getattr(config, "workerinput", {})
    worker = workerinput.get("workerid", "")
    if workerinput.get(CLEANS_UP):
        raise_interrupts()  # the controller's SIGTERM ends the scenario, which then removes its resources
    config.stash[RUN] = RunId(shared["run"], shared["seed"], worker)
    emulator = EmbeddedLocalStack(Path(shared["folder"]), shared["owner"], stock=shared["stock"])
    config.stash.setdefault(EMULATOR, emulator)


def _shared_by_controller(config: pytest.Config) -> dict[str, Any]:
    if "pca_events" in getattr(config, "workerinput", {}):
        return dict(config.workerinput["pca_events"])  # type: ignore[attr-defined]
    stock = config.getoption("--pca-stock")
    run, emulator = RunId(), config.stash.get(EMULATOR, None) or EmbeddedLocalStack.of_this_process(stock=stock)
    return _shared(run.value, config.getoption("--pca-seed") or run.seed, emulator)


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
        if config.getoption("--pca-aws"):
            words = config.getoption("--pca-aws-profile"), config.getoption("--pca-aws-account")
            config.stash[BACKEND] = connect_aws(os.environ, *words)
        url = config.getoption("--pca-endpoint-url")
        if url is not None and BACKEND not in config.stash:
            config.stash[BACKEND] = connect(url)
    except BackendError as error:
        pytest.exit(in_words_of_pytest(error), returncode=2)


_OPTION = re.compile(r"(?<!\S)(pca-events \w+ )?--(endpoint-url|mode|stock|aws(?:-profile|-account)?)\b")


def in_words_of_pytest(error: BackendError) -> str:
    """Return the message of an error with the options of pytest instead of those of the commands."""
    return _OPTION.sub(lambda found: found[0] if found[1] else f"--pca-{found[2]}", str(error))


def pytest_report_header(config: pytest.Config) -> str:
    """Name the run, its seed and the backend."""
    run, where = config.stash[RUN], without_password(config.getoption("--pca-endpoint-url") or "embedded LocalStack")
    mode = config.getoption("--pca-mode")
    return f"pca-events: run {run}, --pca-seed {run.seed}, {where}{f', mode {mode}' if mode else ''}"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """List the resources of the run once every worker is done: any of them is a leak and fails the run.

    A worker with its own emulator lists its resources itself. Tests that used no backend left nothing there; an
    emulator that was launched for them may not answer yet.
    """
    config, stash = session.config, session.config.stash
    if hasattr(config, "workerinput"):
        if config.workerinput["pca_events"].get("alone") and stash.get(BACKEND, None):
            _note_leaks(stash, stash[BACKEND])
            listed = {"leaks": stash.get(LEAKS, []), "unlisted": stash.get(UNLISTED, "")}
            config.workeroutput[LISTED] = listed  # type: ignore[attr-defined]
        return
    completion = stash.get(COMPLETION, None)
    if stash[EMULATOR].running() and completion and completion.stop:  # the resources end with the emulator
        return
    backend = stash.get(BACKEND, None)
    if backend is None and config.pluginmanager.has_plugin("dsession"):  # xdist's workers use it, not this process
        backend = stash[EMULATOR].running()
    if backend is not None and not stash[EMULATOR].has_siblings:
        _note_leaks(stash, backend)
    if stash.get(UNLISTED, ""):
        session.exitstatus = pytest.ExitCode.INTERRUPTED
    elif stash.get(LEAKS, []) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _note_leaks(stash: pytest.Stash, backend: Backend) -> None:
    from pca_events.harness import Session
    from pca_events.harness.resources.inventory import left_behind

    try:
        found = left_behind(Session(backend, stash[RUN]))
        stash[LEAKS] = [*stash.get(LEAKS, []), *((each.arn, each.command) for each in found)]
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
    """Stop the emulator with the run; there is none if another plugin ended the configuration."""
    emulator = config.stash.get(EMULATOR, None)
    if emulator is not None and not hasattr(config, "workerinput"):
        emulator.stop()
