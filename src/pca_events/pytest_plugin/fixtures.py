"""What the steps are given."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import pytest

from pca_events.backends import Backend
from pca_events.backends.simulator import Switches
from pca_events.calibrate import divergence, uncalibrated
from pca_events.errors import BackendError
from pca_events.harness import ScenarioBus, Session
from pca_events.harness.caller import Caller, own_account
from pca_events.harness.evidence import Evidence
from pca_events.harness.precheck import unmet
from pca_events.pytest_plugin import BACKEND, EMULATOR, RUN, UNMET


@pytest.fixture(scope="session")
def backend(pytestconfig: pytest.Config) -> Backend:
    """What answers the AWS API; the embedded emulator starts when the first scenario asks for it."""
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
    """This worker's clients of the backend, which has passed the PreCheck."""
    session = Session(backend, pytestconfig.stash[RUN], pytestconfig.getoption("--mode"))
    if problems := unmet(session) + uncalibrated(backend):
        _give_up(pytestconfig, problems)
    return session


def _give_up(config: pytest.Config, problems: list[str]) -> NoReturn:
    """Skip what needs the backend, or fail it where the backend is required."""
    said = "PreCheck: " + "; ".join(problems)
    if not config.getoption("--require-acc"):
        pytest.skip(said)
    pytest.fail(said, pytrace=False)


@pytest.fixture
def bus(connection: Session, request: pytest.FixtureRequest) -> Iterator[ScenarioBus]:
    """The event bus of one scenario, proven to be gone afterwards.

    A scenario tagged `@needs_...` is skipped where the ledger says that the backend does otherwise.
    """
    for mark in request.node.iter_markers():
        behaviour = mark.name.removeprefix("needs_").replace("_", "-")
        if mark.name.startswith("needs_") and (known := divergence(connection.backend, behaviour)):
            pytest.skip(f"not calibrated: {known.reason}")
    made = ScenarioBus(connection, request.node.name)
    with _kept(request, connection, made, (connection.events, connection.sqs)), made:
        yield made


@pytest.fixture(scope="session")
def calling_account(connection: Session) -> Session:
    """This worker's clients of an account of its own, in a backend whose ACM PCA sends events."""
    if not Switches(connection.backend).there():
        pytest.skip(f"{connection.backend.name}, has no ACM PCA that sends events: it is that of pca-events localstack")
    return own_account(connection)


@pytest.fixture
def caller(calling_account: Session, request: pytest.FixtureRequest) -> Iterator[Caller]:
    """The caller of one scenario, whose CAs, bucket, rule and queue are proven to be gone afterwards."""
    made = Caller(calling_account)
    clients = (calling_account.events, calling_account.sqs, calling_account.pca, calling_account.s3)
    with _kept(request, calling_account, made, clients), made:
        yield made


@contextmanager
def _kept(
    request: pytest.FixtureRequest, session: Session, made: ScenarioBus | Caller, clients: Sequence[Any]
) -> Iterator[None]:
    """Keep, where --keep-artifacts asks for it, what a scenario does within."""
    folder = request.config.getoption("--keep-artifacts")
    evidence = Evidence(session, clients) if folder else None
    try:
        yield
    finally:
        if evidence is not None:
            evidence.write(folder, request.node.name, made.name, made.came_of_it())
