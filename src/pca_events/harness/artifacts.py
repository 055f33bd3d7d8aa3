"""The artifacts of a scenario, written to a file: every request and response, every plan, every received event."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pca_events.atomic_write import replace_file
from pca_events.harness.session import Session


class Artifacts:
    """Records the calls of one scenario and writes them to a file with their outcome.

    Args:
        session: the connection of the calls.
        clients: the clients whose calls are recorded.
    """

    def __init__(self, session: Session, clients: Sequence[Any]) -> None:
        self._session = session
        self._clients = clients
        self._calls: list[dict[str, Any]] = []
        for client in clients:
            events = client.meta.events
            events.register("provide-client-params.*.*", self._asked, unique_id="pca-events-asked")
            events.register("after-call.*.*", self._answered, unique_id="pca-events-answered")

    def write(self, folder: Path, scenario: str, name: str, outcome: dict[str, Any]) -> Path:
        """Write the recorded calls to a file named after the scenario, and return its path.

        The file contains run, backend, mode, outcome, and `calls` with operation, request and response, in order.

        Args:
            folder: is created if it is missing.
            scenario: its name.
            name: of the scenario's bus or bucket; its end distinguishes files of one scenario.
            outcome: such as `plans` and `received`.
        """
        self._detach()
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', scenario)[:150]}-{name[-8:]}.json"
        kept = {
            "scenario": scenario,
            "run": self._session.run.value,
            "seed": self._session.run.seed,
            "backend": self._session.backend.name,
            "mode": self._session.mode.name,
            **outcome,
            "calls": self._calls,
        }
        replace_file(file, json.dumps(kept, indent=2, default=str, ensure_ascii=False))
        return file

    def _asked(self, params: dict[str, Any], model: Any, **_: object) -> None:
        self._calls.append({"operation": model.name, "request": dict(params), "response": None})

    def _answered(self, parsed: dict[str, Any], **_: object) -> None:
        answer = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
        self._calls[-1]["response"] = answer

    def _detach(self) -> None:
        for client in self._clients:
            client.meta.events.unregister("provide-client-params.*.*", unique_id="pca-events-asked")
            client.meta.events.unregister("after-call.*.*", unique_id="pca-events-answered")
