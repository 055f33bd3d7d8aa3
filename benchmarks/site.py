"""How long the living documentation takes to make, how large it is, and how soon its first page can be used.

    python benchmarks/site.py [MESSAGES]

Runs the whole suite for its messages unless they are given. Prints the time from messages to files beside that of
reading the messages as JSON alone, the size, and, where there is a browser with playwright, the time of the first page.
"""

import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pca_events.backends import EmbeddedLocalStack
from pca_events.messages import read_messages
from pca_events.pytest_plugin.run import run_suite
from pca_events.report import ScenarioResult
from pca_events.site import Book, site
from pca_events.whole_files import write_folder

ROUNDS = 5


class Nobody:
    """A listener that does not listen."""

    def collected(self, count: int) -> None:
        """Do nothing."""

    def ended(self, result: ScenarioResult) -> None:
        """Do nothing."""


def run_for(messages: Path) -> None:
    """Run the suite, and write its messages."""
    emulator = EmbeddedLocalStack.of_this_process()
    try:
        run_suite(emulator.start(), Nobody(), messages=messages)
    finally:
        emulator.stop()


def seconds(act: Callable[[], object]) -> float:
    """The median time of an act."""

    def once() -> float:
        began = time.perf_counter()
        act()
        return time.perf_counter() - began

    return statistics.median(once() for _ in range(ROUNDS))


def first_page(page: Path) -> float | None:
    """The median milliseconds until the start page can be used, opened from the disk; None without a browser."""
    browser = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if browser is None:
        return None
    times: list[float] = []
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(ROUNDS):
            opened = started.new_context().new_page()
            opened.goto(page.as_uri())
            times.append(opened.evaluate("performance.getEntriesByType('navigation')[0].domInteractive"))
        started.close()
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top)
        messages = Path(sys.argv[1]) if len(sys.argv) > 1 else folder / "run.ndjson"
        if len(sys.argv) == 1:
            run_for(messages)

        def make() -> None:
            run = read_messages(messages)
            write_folder(site(Book(run.features, run)), folder / "site")

        make()
        made = seconds(make)
        bare = seconds(lambda: [json.loads(line) for line in messages.read_text("utf-8").splitlines()])
        count = sum(len(feature.scenarios) for feature in read_messages(messages).features)
        size = sum(file.stat().st_size for file in (folder / "site").rglob("*") if file.is_file())
        print(
            f"{count} scenarios: {made:.2f} s, {made / bare:.0f} times json.loads of the messages; {size / 1e6:.2f} MB"
        )
        usable = first_page(folder / "site" / "index.html")
        print("first page: no browser" if usable is None else f"first page: usable after {usable:.0f} ms")


if __name__ == "__main__":
    main()
