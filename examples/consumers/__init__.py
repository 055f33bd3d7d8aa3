"""Two consumers of the events of AWS Private CA: one that stands what EventBridge may do, and one that does not."""

from typing import Any

Event = dict[str, Any]


class Careful:
    """Keeps, for each thing that events are about, how the latest one ended; knows each event by its id."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._latest: dict[tuple[str, str], tuple[str, str, str]] = {}

    def handle(self, event: Event) -> None:
        """Take one event, whenever and however often it comes."""
        if event["id"] in self._seen:
            return
        self._seen.add(event["id"])
        about = (event["detail-type"], event["resources"][-1])
        told = (event["time"], event["id"], event["detail"]["result"])
        self._latest[about] = max(told, self._latest.get(about, told))

    def state(self) -> dict[tuple[str, str], str]:
        """Return how the latest event about each thing ended."""
        return {about: result for about, (_, _, result) in self._latest.items()}


class Naive:
    """Counts every event and keeps the last state: wrong as soon as an event is duplicated or late."""

    def __init__(self) -> None:
        self._count = 0
        self._last: dict[tuple[str, str], str] = {}

    def handle(self, event: Event) -> None:
        """Take one event."""
        self._count += 1
        self._last[(event["detail-type"], event["resources"][-1])] = event["detail"]["result"]

    def state(self) -> dict[tuple[str, str], Any]:
        """Return the count, and how the last event about each thing ended."""
        return {**self._last, ("count", ""): self._count}
