"""Sites and messages that several modules look at."""

from pathlib import Path

import pytest
from message_suite import BASKET, STATUSES, lay, run_pytest

from pca_events.messages import Run, our_features, read_features_alone, read_messages
from pca_events.site import SiteData, site


@pytest.fixture(scope="session")
def without_run() -> dict[str, str]:
    """The site of the features, without a run."""
    return site(SiteData(read_features_alone(our_features()), None))


@pytest.fixture(scope="session")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The messages of a small suite in which every outcome occurs."""
    folder = lay(tmp_path_factory.mktemp("suite"), basket=BASKET, statuses=STATUSES)
    assert run_pytest(folder, "--pca-cucumber-messages", "run.ndjson", "-k", "not left_out").returncode == 1
    return folder / "run.ndjson"


@pytest.fixture(scope="session")
def run(messages: Path) -> Run:
    """The run in these messages."""
    return read_messages(messages)
