"""A fault proxy in front of the run's emulator, and a LocalStack with its own EventBridge."""

from collections.abc import Iterator

import pytest
from fault_proxy import FaultProxy

from pca_events.backends import Backend, EmbeddedLocalStack
from pca_events.harness import RunId, Session
from pca_events.harness.resources.inventory import destroy


@pytest.fixture
def proxy(pca_backend: Backend) -> Iterator[FaultProxy]:
    """A proxy without faults; resources created through it are removed afterwards."""
    with FaultProxy(pca_backend.endpoint_url) as made:
        yield made
    session = Session(pca_backend, RunId())
    for name in made.made:
        destroy(session, name)


@pytest.fixture(scope="session")
def stock_backend() -> Iterator[Backend]:
    """A LocalStack with its own EventBridge, whose engine is not ours."""
    emulator = EmbeddedLocalStack.of_this_process(stock=True)
    try:
        yield emulator.start()
    finally:
        emulator.stop()
