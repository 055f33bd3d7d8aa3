"""Sites made from real runs, and a real browser that opens them."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from required import cannot_run
from visiting import Visit
from whole_run import Verified, verified

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["verified"]

collect_ignore = ["red_suite"]

RED_SUITE = Path(__file__).parent / "red_suite"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def run(*words: str | Path, status: int = 0, folder: Path | None = None) -> None:
    """Run a Python module and check its exit status."""
    line = [sys.executable, "-m", *map(str, words)]
    ran = subprocess.run(line, cwd=folder, capture_output=True, text=True)
    assert ran.returncode == status, ran.stdout + ran.stderr


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Chromium, or Chrome if that is installed instead."""
    try:
        from playwright import sync_api
    except ImportError:
        cannot_run("playwright is missing: requirements/browser.txt has it")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        cannot_run(f"there is no browser: none of {', '.join(BROWSERS)} is on the PATH")
    with sync_api.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def green(browser: "Browser", verified: Verified) -> Path:  # noqa: ARG001
    """The site of the whole suite; nothing is run without a browser."""
    assert verified.ran.returncode == 0, verified.ran.stdout + verified.ran.stderr
    return verified.site


@pytest.fixture(scope="session")
def red(tmp_path_factory: pytest.TempPathFactory, green: Path) -> Path:
    """The site of a suite with every outcome and with hostile events."""
    folder = tmp_path_factory.mktemp("red")
    suite = shutil.copytree(RED_SUITE, folder / "suite")
    messages, earlier = folder / "run.ndjson", green.parent / "run.ndjson"
    run("pytest", "-q", "--pca-cucumber-messages", messages, suite, status=1, folder=suite)
    run("pca_events", "site", folder / "site", "--messages", messages, "--earlier", earlier, "--earlier", earlier)
    return folder / "site"


@pytest.fixture
def visit(browser: "Browser") -> Iterator[Visit]:
    """A new page; the test fails if it reported any trouble."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    made = Visit(context.new_page())
    yield made
    context.close()
    assert made.troubles == []
