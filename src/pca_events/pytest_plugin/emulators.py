"""The fixtures that need an emulator: a Private CA, an event bus, and the backend and the accounts below them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from pca_events.backends import Backend
from pca_events.errors import BackendError
from pca_events.pytest_plugin import BACKEND, EMULATOR, PRECHECK, RUN, UNMET, in_words_of_pytest

if TYPE_CHECKING:
    from pca_events.harness import ScenarioBus, Session
    from pca_events.harness.bus_pool import BusPool
    from pca_events.harness.pca_scenario import LiveEvents, PcaScenario
    from pca_events.harness.private_ca import PrivateCa


@pytest.fixture(scope="session")
def pca_backend(pytestconfig: pytest.Config) -> Backend:
    """The backend; the embedded emulator starts when the first test needs it."""
    stash = pytestconfig.stash
    if BACKEND not in stash and UNMET not in stash:
        try:
            _require_boto3()
            stash[BACKEND] = stash[EMULATOR].start()
        except BackendError as error:
            stash[UNMET] = [in_words_of_pytest(error)]
    if problems := stash.get(UNMET, None):
        _give_up(pytestconfig, problems)
    return stash[BACKEND]


def _require_boto3() -> None:
    from importlib.util import find_spec

    for name in ("boto3", "localstack_client"):
        if find_spec(name) is None:
            raise BackendError(f"{name} is not installed; install pca-events with the extra [localstack] or [suite]")


@pytest.fixture(scope="session")
def pca_connection(pca_backend: Backend, pytestconfig: pytest.Config) -> "Session":
    """This worker's clients of the backend, after its precheck."""
    from pca_events.calibrate import divergence, uncalibrated
    from pca_events.harness import Session
    from pca_events.harness.session import unmet

    replaced = frozenset({"time"} if divergence(pca_backend, "time-kept") else ())
    try:
        session = Session(pca_backend, pytestconfig.stash[RUN], pytestconfig.getoption("--pca-mode"), replaced)
    except BackendError as error:
        _give_up(pytestconfig, [in_words_of_pytest(error)])
    if problems := unmet(session) + uncalibrated(pca_backend):
        _give_up(pytestconfig, problems)
    return session


def _give_up(config: pytest.Config, problems: list[str]) -> NoReturn:
    """Skip tests that need the embedded emulator, or fail them if it is required or another one was named."""
    said = PRECHECK + "; ".join(problems)
    named = config.getoption("--pca-endpoint-url") or config.getoption("--pca-aws")
    if not config.getoption("--pca-require-acc") and not named:
        pytest.skip(said)
    pytest.fail(said, pytrace=False)


@pytest.fixture(scope="session")
def pca_bus_pool(pca_connection: "Session", pytestconfig: pytest.Config) -> Iterator["BusPool"]:
    """The buses and queues that this worker's scenarios share, proven to be gone afterwards."""
    from pca_events.harness.bus_pool import BusPool

    made = BusPool(pca_connection, getattr(pytestconfig, "workerinput", {}).get("workerid", ""))
    yield made
    if not pca_connection.backend.api_calls.gone:
        made.close()


@pytest.fixture(scope="session")
def pca_own_account(pca_connection: "Session") -> "Session":
    """This worker's connection to an account whose clock nothing else uses."""
    from pca_events.harness.pca_scenario import own_account_session

    return own_account_session(pca_connection, pca_connection.mode.name)


@pytest.fixture(scope="session")
def pca_own_bus_pool(pca_own_account: "Session") -> Iterator["BusPool"]:
    """The buses of the worker's own account, proven to be gone afterwards."""
    from pca_events.harness.bus_pool import BusPool

    made = BusPool(pca_own_account, "")
    yield made
    if not pca_own_account.backend.api_calls.gone:
        made.close()


@pytest.fixture
def pca_bus(pca_connection: "Session", request: pytest.FixtureRequest) -> Iterator["ScenarioBus"]:
    """The event bus of one test, proven to be clean or gone afterwards.

    `pca_bus.put_rule_under_test("label", pattern)` puts a rule, `publish` events, `deliveries()` returns what fired.
    A scenario tagged `@needs_...` is skipped if the ledger lists that divergence. One that is tagged `@controls` runs
    in an account of its own, and is skipped on a backend without our EventBridge.
    """
    from pca_events.backends.control_clients import DeliveryControls, has_traces
    from pca_events.harness import ScenarioBus

    _skip_known_differences(request, pca_connection.backend)
    has_controls = request.node.get_closest_marker("controls") is not None
    if (has_controls or request.node.get_closest_marker("delivers")) and not pca_connection.mode.delivers:
        pytest.skip("mode pattern-only: no event is delivered")
    if has_controls and not has_traces(pca_connection.backend):
        pytest.skip(f"{pca_connection.backend.name} has no control of deliveries; pca-events localstack starts one")
    session: Session = request.getfixturevalue("pca_own_account") if has_controls else pca_connection
    pool: BusPool = request.getfixturevalue("pca_own_bus_pool" if has_controls else "pca_bus_pool")
    made = ScenarioBus(session, request.node.name, bus_pool=pool)
    with _kept(request, session, made, session.bus_clients), made:
        yield made
        if has_controls:
            DeliveryControls(session.backend).clear()


def _skip_known_differences(request: pytest.FixtureRequest, backend: Backend) -> None:
    from pca_events.calibrate import divergence

    for mark in request.node.iter_markers():
        behaviour = mark.name.removeprefix("needs_").replace("_", "-")
        if mark.name.startswith("needs_") and (known := divergence(backend, behaviour)):
            pytest.skip(known.skip_reason)


@pytest.fixture(scope="session")
def pca_live_events(pca_connection: "Session") -> Iterator["LiveEvents"]:
    """A rule for all events in this worker's own account, on a backend whose Private CA sends events."""
    from pca_events.backends.control_clients import SimulatorControls
    from pca_events.harness.pca_scenario import LiveEvents, own_account_session

    if not SimulatorControls(pca_connection.backend).exists():
        pytest.skip(f"{pca_connection.backend.name} {_SENDS_NOTHING}")
    live = LiveEvents(own_account_session(pca_connection), "default")
    with live:
        yield live


_SENDS_NOTHING = "has no ACM PCA that sends events; pca-events localstack starts one"


@pytest.fixture
def pca_caller(pca_live_events: "LiveEvents", request: pytest.FixtureRequest) -> Iterator["PcaScenario"]:
    """The AWS Private CA of one scenario, whose CAs and bucket are proven to be gone afterwards."""
    from pca_events.harness.pca_scenario import PcaScenario

    session = pca_live_events.session
    _skip_known_differences(request, session.backend)
    made = PcaScenario(session, pca_live_events)
    clients = (session.events, session.sqs, session.pca, session.s3)
    with _kept(request, session, made, clients), made:
        yield made


@pytest.fixture
def pca_private_ca(pca_backend: Backend, request: pytest.FixtureRequest) -> "PrivateCa":
    """A local AWS Private CA whose operations send the documented events, with boto3 clients; clean for each test."""
    from pca_events.backends.control_clients import SimulatorControls
    from pca_events.harness.private_ca import PrivateCa

    if not SimulatorControls(pca_backend).exists():
        pytest.fail(f"{pca_backend.name} {_SENDS_NOTHING}", pytrace=False)
    return PrivateCa(request.getfixturevalue("pca_caller"))


@contextmanager
def _kept(
    request: pytest.FixtureRequest, session: "Session", made: "ScenarioBus | PcaScenario", clients: Sequence[Any]
) -> Iterator[None]:
    """Write the artifacts of a scenario if --pca-keep-artifacts is given."""
    from pca_events.harness.session import Artifacts

    folder = request.config.getoption("--pca-keep-artifacts")
    evidence = Artifacts(session, clients) if folder else None
    try:
        yield
    finally:
        if evidence is not None:
            evidence.write(folder, request.node.name, made.name, made.outcome())
