"""A page of a browser, with everything that it must not do."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page, Request


class Visit:
    """A page that is opened from the disk and observed.

    Attributes:
        page: the page of the browser.
        troubles: errors on its console, errors of its scripts, dialogs, and requests to other hosts.
    """

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.troubles: list[str] = []
        page.on("console", lambda said: self.troubles.extend([said.text] if said.type in ("error", "warning") else []))
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("dialog", self._spoken_to)
        page.on("request", self._asked)

    def open(self, file: Path) -> "Page":
        """Open a page."""
        self.page.goto(file.as_uri())
        return self.page

    def _spoken_to(self, dialog: "Dialog") -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _asked(self, request: "Request") -> None:
        if not request.url.startswith(("file:", "data:")):
            self.troubles.append(f"asked for {request.url}")
