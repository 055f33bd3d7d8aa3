"""The fixtures of the steps."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import pytest

from pca_events.backends import Backend
from pca_events.backends.control_clients import DeliveryControls, SimulatorControls, has_traces
from pca_events.calibrate import divergence, uncalibrated
from pca_events.errors import BackendError
from pca_events.harness import ScenarioBus, Session
from pca_events.harness.bus_pool import BusPool
from pca_events.harness.pca_scenario import LiveEvents, PcaScenario, own_account_session
from pca_events.harness.session import Artifacts, unmet
from pca_events.pytest_plugin import BACKEND, EMULATOR, RUN, UNMET


@pytest.fixture(scope="session")
def backend(pytestconfig: pytest.Config) -> Backend:
    """The backend; the embedded emulator starts when the first scenario needs it."""
    stash = pytestconfig.stash
    if BACKEND not in stash and UNMET not in stash:
        try:
            stash[BACKEND] = stash[EMULATOR].start()
        except BackendError as error:
            stash[UNMET] = [str(error)]
    if problems := stash.get(UNMET, None):
        _give_up(pytestconfig, problems)
    return stash[BACKEND]


@pytest.fixture(scope="session")
def connection(backend: Backend, pytestconfig: pytest.Config) -> Session:
    """This worker's clients of the backend, after its precheck."""
    replaced = frozenset({"time"} if divergence(backend, "time-kept") else ())
    try:
        session = Session(backend, pytestconfig.stash[RUN], pytestconfig.getoption("--mode"), replaced)
    except BackendError as error:
        _give_up(pytestconfig, [str(error)])
    if problems := unmet(session) + uncalibrated(backend):
        _give_up(pytestconfig, problems)
    return session


def _give_up(config: pytest.Config, problems: list[str]) -> NoReturn:
    """Skip tests that need the backend, or fail them if the backend is required."""
    said = "PreCheck: " + "; ".join(problems)
    if not config.getoption("--require-acc"):
        pytest.skip(said)
    pytest.fail(said, pytrace=False)


@pytest.fixture(scope="session")
def bus_pool(connection: Session, pytestconfig: pytest.Config) -> Iterator[BusPool]:
    """The buses and queues that this worker's scenarios share, proven to be gone afterwards."""
    made = BusPool(connection, getattr(pytestconfig, "workerinput", {}).get("workerid", ""))
    yield made
    if not connection.backend.api_calls.gone:
        made.close()


@pytest.fixture(scope="session")
def own_account(connection: Session) -> Session:
    """This worker's connection to an account whose clock nothing else uses."""
    return own_account_session(connection, connection.mode.name)


@pytest.fixture(scope="session")
def own_bus_pool(own_account: Session) -> Iterator[BusPool]:
    """The buses of the worker's own account, proven to be gone afterwards."""
    made = BusPool(own_account, "")
    yield made
    if not own_account.backend.api_calls.gone:
        made.close()


@pytest.fixture
def bus(connection: Session, request: pytest.FixtureRequest) -> Iterator[ScenarioBus]:
    """The event bus of one scenario, proven to be clean or gone afterwards.

    A scenario tagged `@needs_...` is skipped if the ledger lists that divergence. One that is tagged `@controls` runs
    in an account of its own, and is skipped on a backend without our EventBridge.
    """
    _skip_known_differences(request, connection.backend)
    has_controls = request.node.get_closest_marker("controls") is not None
    if (has_controls or request.node.get_closest_marker("delivers")) and not connection.mode.delivers:
        pytest.skip("mode pattern-only: no event is delivered")
    if has_controls and not has_traces(connection.backend):
        pytest.skip(f"{connection.backend.name} has no control of deliveries; pca-events localstack starts one")
    session: Session = request.getfixturevalue("own_account") if has_controls else connection
    pool: BusPool = request.getfixturevalue("own_bus_pool" if has_controls else "bus_pool")
    made = ScenarioBus(session, request.node.name, bus_pool=pool)
    with _kept(request, session, made, session.bus_clients), made:
        yield made
        if has_controls:
            DeliveryControls(session.backend).clear()


def _skip_known_differences(request: pytest.FixtureRequest, backend: Backend) -> None:
    for mark in request.node.iter_markers():
        behaviour = mark.name.removeprefix("needs_").replace("_", "-")
        if mark.name.startswith("needs_") and (known := divergence(backend, behaviour)):
            pytest.skip(known.skip_reason)


@pytest.fixture(scope="session")
def live_events(connection: Session) -> Iterator[LiveEvents]:
    """A rule for all events in this worker's own account, on a backend whose Private CA sends events."""
    if not SimulatorControls(connection.backend).exists():
        pytest.skip(f"{connection.backend.name} has no ACM PCA that sends events; pca-events localstack starts one")
    live = LiveEvents(own_account_session(connection), "default")
    with live:
        yield live


@pytest.fixture
def caller(live_events: LiveEvents, request: pytest.FixtureRequest) -> Iterator[PcaScenario]:
    """The AWS Private CA of one scenario, whose CAs and bucket are proven to be gone afterwards."""
    session = live_events.session
    _skip_known_differences(request, session.backend)
    made = PcaScenario(session, live_events)
    clients = (session.events, session.sqs, session.pca, session.s3)
    with _kept(request, session, made, clients), made:
        yield made


@contextmanager
def _kept(
    request: pytest.FixtureRequest, session: Session, made: ScenarioBus | PcaScenario, clients: Sequence[Any]
) -> Iterator[None]:
    """Write the artifacts of a scenario if --keep-artifacts is given."""
    folder = request.config.getoption("--keep-artifacts")
    evidence = Artifacts(session, clients) if folder else None
    try:
        yield
    finally:
        if evidence is not None:
            evidence.write(folder, request.node.name, made.name, made.outcome())
