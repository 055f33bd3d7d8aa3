"""Sites made from real runs, and a real browser to look at them."""

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
    """Run a module of Python, and expect its exit status."""
    line = [sys.executable, "-m", *map(str, words)]
    ran = subprocess.run(line, cwd=folder, capture_output=True, text=True)
    assert ran.returncode == status, ran.stdout + ran.stderr


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Debian's Chromium, or what stands in its place."""
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
    """The site of the whole suite; nothing is run where there is no browser to look at it."""
    assert verified.ran.returncode == 0, verified.ran.stdout + verified.ran.stderr
    return verified.site


@pytest.fixture(scope="session")
def red(tmp_path_factory: pytest.TempPathFactory, green: Path) -> Path:
    """The site of a suite in which each scenario ends in another way, and events hold what no page may obey."""
    folder = tmp_path_factory.mktemp("red")
    suite = shutil.copytree(RED_SUITE, folder / "suite")
    messages, earlier = folder / "run.ndjson", green.parent / "run.ndjson"
    run("pytest", "-q", "--cucumber-messages", messages, suite, status=1, folder=suite)
    run("pca_events", "site", folder / "site", "--messages", messages, "--earlier", earlier, "--earlier", earlier)
    return folder / "site"


@pytest.fixture
def visit(browser: "Browser") -> Iterator[Visit]:
    """A new page, which must not have done anything wrong in the end."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    made = Visit(context.new_page())
    yield made
    context.close()
    assert made.troubles == []
