"""examples/consumers, copied and run as a stranger would: with the installed package, in a venv of its own."""

import json
import shutil
from pathlib import Path

import pytest
from reader import ran_module, venv_with_installed_packages

from pca_events.backends import Backend

TOP = Path(__file__).parents[2]
CONSUMERS = {
    "crl-alerting": "topic-policy",
    "certificate-inventory": "not-idempotent",
    "audit-archive": "input-not-there",
}
"""Each consumer, and the finding of its broken twin."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the three consumers, and a venv for all."""
    folder = venv_with_installed_packages(tmp_path_factory.mktemp("stranger"))
    for name in CONSUMERS:
        shutil.copytree(TOP / "examples" / "consumers" / name, folder / name)
    return folder


@pytest.fixture(params=CONSUMERS)
def consumer(request: pytest.FixtureRequest, stranger: Path) -> Path:
    """The copy of a consumer."""
    if request.param == "audit-archive" and shutil.which("node") is None:
        pytest.skip("the handler of audit-archive is a program for Node, which is not installed")
    folder: Path = stranger / request.param
    return folder


def test_its_tests_pass(consumer: Path, stranger: Path, pca_backend: Backend) -> None:
    options = ["-q", "-p", "no:cacheprovider", "--pca-endpoint-url", pca_backend.endpoint_url]
    ran = ran_module(stranger, "pytest", *options, cwd=consumer)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " passed" in ran.stdout
    assert "skipped" not in ran.stdout
    assert "warning" not in ran.stdout, ran.stdout


def test_every_link_holds(consumer: Path, stranger: Path, pca_backend: Backend) -> None:
    options = ["--format", "json", "--endpoint-url", pca_backend.endpoint_url]
    ran = ran_module(stranger, "pca_events", "verify-consumer", "pca-events.yaml", *options, cwd=consumer)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (report,) = json.loads(ran.stdout)["consumers"]
    assert [link["verdict"] for rule in report["rules"] for link in rule["links"]] == ["holds"] * 6
    assert len(report["handlers"]) == 1


def test_its_broken_twin_has_its_finding(consumer: Path, stranger: Path, pca_backend: Backend) -> None:
    options = ["--endpoint-url", pca_backend.endpoint_url]
    ran = ran_module(stranger, "pca_events", "verify-consumer", "broken", *options, cwd=consumer)
    assert (ran.returncode, ran.stderr) == (1, ""), ran.stdout + ran.stderr
    assert f"({CONSUMERS[consumer.name]})" in ran.stdout
    readme = (consumer / "README.md").read_text("utf-8")
    assert f"pca-events verify-consumer broken     # exit status 1: {CONSUMERS[consumer.name]}\n" in readme
