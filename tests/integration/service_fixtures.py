"""An emulator with every service switched on, and an account on it for each test."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from more_services import Desk

from pca_events.backends import Backend, EmbeddedLocalStack
from pca_events.service_switches import SWITCHES


@pytest.fixture(scope="session")
def with_all() -> Iterator[Backend]:
    """A LocalStack with every service switched on."""
    emulator = EmbeddedLocalStack.of_this_process(services=tuple(SWITCHES))
    try:
        yield emulator.start()
    finally:
        emulator.stop()


@pytest.fixture
def desk(with_all: Backend, own_account: str) -> Desk:
    return Desk(replace(with_all, account=own_account))
