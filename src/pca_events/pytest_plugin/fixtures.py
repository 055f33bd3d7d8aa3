"""What the steps are given."""

from collections.abc import Iterator

import pytest

from pca_events.backends import Backend
from pca_events.calibrate import divergence
from pca_events.errors import BackendError
from pca_events.harness import ScenarioBus, Session
from pca_events.pytest_plugin import BACKEND, EMULATOR, RUN


@pytest.fixture(scope="session")
def backend(pytestconfig: pytest.Config) -> Backend:
    """What answers the AWS API; the embedded emulator starts when the first scenario asks for it."""
    if BACKEND not in pytestconfig.stash:
        try:
            pytestconfig.stash[BACKEND] = pytestconfig.stash[EMULATOR].start()
        except BackendError as error:
            if hasattr(pytestconfig, "workerinput"):
                pytest.fail(str(error), pytrace=False)
            pytest.exit(str(error), returncode=2)
    return pytestconfig.stash[BACKEND]


@pytest.fixture(scope="session")
def connection(backend: Backend, pytestconfig: pytest.Config) -> Session:
    """This worker's clients of the backend."""
    return Session(backend, pytestconfig.stash[RUN], pytestconfig.getoption("--mode"))


@pytest.fixture
def bus(connection: Session, request: pytest.FixtureRequest) -> Iterator[ScenarioBus]:
    """The event bus of one scenario, proven to be gone afterwards.

    A scenario tagged `@needs_...` is skipped where the ledger says that the backend does otherwise.
    """
    for mark in request.node.iter_markers():
        behaviour = mark.name.removeprefix("needs_").replace("_", "-")
        if mark.name.startswith("needs_") and (known := divergence(connection.backend, behaviour)):
            pytest.skip(f"not calibrated: {known.reason}")
    with ScenarioBus(connection, request.node.name) as made:
        yield made
