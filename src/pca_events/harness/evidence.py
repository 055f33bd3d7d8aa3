"""What a scenario did, kept as a file: every request and answer, every plan, everything received."""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pca_events.harness.scenario_bus import ScenarioBus
from pca_events.harness.session import Session


class Evidence:
    """Records the calls of one scenario and writes them down with what came of them."""

    def __init__(self, session: Session) -> None:
        self._calls: list[dict[str, Any]] = []
        for client in (session.events, session.sqs):
            events = client.meta.events
            events.register("provide-client-params.*.*", self._asked, unique_id="pca-events-asked")
            events.register("after-call.*.*", self._answered, unique_id="pca-events-answered")

    def write(self, folder: Path, scenario: str, bus: ScenarioBus) -> Path:
        """Write what was recorded to a file named after the scenario, and return its path.

        The file holds run, backend, mode, the bus's name, `plans` (one for each apply), `received`, and `calls` with
        operation, request and response, in order.
        """
        self._detach(bus.session)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', scenario)[:150]}-{bus.name[-8:]}.json"
        kept = {
            "scenario": scenario,
            "run": bus.session.run.value,
            "seed": bus.session.run.seed,
            "backend": bus.backend.name,
            "mode": bus.session.mode,
            "bus": bus.name,
            "plans": [[str(change) for change in plan] for plan in bus.plans],
            "received": [asdict(delivery) for delivery in bus.received],
            "calls": self._calls,
        }
        file.write_text(json.dumps(kept, indent=2, default=str, ensure_ascii=False), encoding="utf-8")
        return file

    def _asked(self, params: dict[str, Any], model: Any, **_: object) -> None:
        self._calls.append({"operation": model.name, "request": dict(params), "response": None})

    def _answered(self, parsed: dict[str, Any], **_: object) -> None:
        answer = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
        self._calls[-1]["response"] = answer

    def _detach(self, session: Session) -> None:
        for client in (session.events, session.sqs):
            client.meta.events.unregister("provide-client-params.*.*", unique_id="pca-events-asked")
            client.meta.events.unregister("after-call.*.*", unique_id="pca-events-answered")
