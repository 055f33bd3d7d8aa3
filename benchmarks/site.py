"""How long the living documentation takes to make, how large it is, and how soon its pages can be used.

    python benchmarks/site.py [MESSAGES] [--small]

Runs the whole suite for its messages unless they are given. Prints the time from messages to files beside that of
reading the messages as JSON alone, the size, and, where there is a browser with playwright, when pages can be used.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pca_events.backends import EmbeddedLocalStack
from pca_events.folder_write import write_folder
from pca_events.messages import read_messages
from pca_events.pytest_plugin.suite.outcomes import NullListener
from pca_events.pytest_plugin.suite.run import run_suite
from pca_events.site import SiteData, site

ROUNDS = 5
SMALL = ("--pca-feature=envelope",)


def run_for(messages: Path, select: Sequence[str] = ()) -> None:
    """Run the suite, and write its messages."""
    emulator = EmbeddedLocalStack.of_this_process()
    try:
        run_suite(emulator.start(), NullListener(), select, messages=messages)
    finally:
        emulator.stop()


def seconds(act: Callable[[], object]) -> float:
    """The median time of an act."""

    def once() -> float:
        began = time.perf_counter()
        act()
        return time.perf_counter() - began

    return statistics.median(once() for _ in range(ROUNDS))


def usable_after(pages: list[Path]) -> list[float] | None:
    """The median milliseconds until each page, opened from the disk, can be used: its script has run.

    The browser is up already, and has shown each page once. None without a browser.
    """
    browser = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if browser is None:
        return None
    with sync_playwright() as driver:
        context = driver.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"]).new_context()

        def once(page: Path) -> float:
            opened = context.new_page()
            opened.goto(page.as_uri())
            timing = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
            milliseconds: float = opened.evaluate(timing)
            opened.close()
            return milliseconds

        return [statistics.median([once(page) for _ in range(2 * ROUNDS)][1:]) for page in pages]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("messages", type=Path, nargs="?")
    parser.add_argument("--small", action="store_true", help="the messages of one feature")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top)
        messages = options.messages or folder / "run.ndjson"
        if options.messages is None:
            run_for(messages, SMALL if options.small else ())

        def make() -> None:
            run = read_messages(messages)
            write_folder(site(SiteData(run.features, run)), folder / "site")

        make()
        made = seconds(make)
        bare = seconds(lambda: [json.loads(line) for line in messages.read_text("utf-8").splitlines()])
        count = sum(len(feature.scenarios) for feature in read_messages(messages).features)
        size = sum(file.stat().st_size for file in (folder / "site").rglob("*") if file.is_file())
        print(
            f"{count} scenarios: {made:.2f} s, {made / bare:.0f} times json.loads of the messages; {size / 1e6:.2f} MB"
        )
        (folder / "empty.html").write_text("<!doctype html><title>empty</title>")
        site_pages = [folder / "site" / name for name in ("index.html", "events/ca-creation-success.html", "all.html")]
        usable = usable_after([folder / "empty.html", *site_pages])
        if usable is None:
            print("no browser with playwright, so no page was opened")
        else:
            empty, first, event, whole = usable
            print(
                f"usable after: start page {first:.0f} ms, page of an event {event:.0f} ms, all on one {whole:.0f} ms"
            )
            print(f"an empty page takes {empty:.0f} ms")


if __name__ == "__main__":
    main()
