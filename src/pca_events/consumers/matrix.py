"""Who relies on which event: the contract files below some folders, compared with each other and with a change."""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pca_events import catalog
from pca_events.consumers.contract_file import FILE, ConsumerContract, read_contract
from pca_events.errors import BadInput
from pca_events.infrastructure.discovery import LEFT_OUT
from pca_events.json_path import leads_into

_MOST_FOLDERS = 100_000
_MOST_FILES = 1_000


def contracts_in(paths: Sequence[str]) -> list[ConsumerContract]:
    """Read every contract file at or below some paths, in the order of the paths.

    Folders of tools and of installed packages are skipped, and symbolic links are not followed.

    Raises:
        BadInput: a path does not exist, there are too many, or a file cannot be read.
    """
    files: dict[str, None] = {}
    for path in paths:
        if not os.path.lexists(path):
            raise BadInput(f"{path} does not exist")
        files.update(dict.fromkeys(_files(path)))
        if len(files) > _MOST_FILES:
            raise BadInput(f"{path} has more than {_MOST_FILES:,} contract files; name fewer folders")
    return [read_contract(file) for file in files]


def _files(path: str) -> Iterator[str]:
    if not os.path.isdir(path):
        yield path
        return
    for number, (folder, folders, names) in enumerate(os.walk(path)):
        if number >= _MOST_FOLDERS:
            raise BadInput(f"{path} has more than {_MOST_FOLDERS:,} folders; name a smaller one")
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        if FILE in names:
            yield os.path.normpath(os.path.join(folder, FILE))


@dataclass(frozen=True)
class Reliance:
    """What one consumer needs of one event.

    Attributes:
        needs: the JSON paths that its handlers declare.
        is_complete: whether each of its handlers for the event declares what it needs.
    """

    contract: ConsumerContract
    event: str
    needs: frozenset[str]
    is_complete: bool

    def is_affected(self, path: str) -> bool:
        """Whether a change at a JSON path may affect the consumer: it needs the value, or does not say what."""
        if not self.is_complete or path == "$.detail-type":
            return True
        return any(leads_into(path, need) or leads_into(need, path) for need in self.needs)


def reliances(contracts: Sequence[ConsumerContract]) -> list[Reliance]:
    """Return which consumer relies on which event, in the order of the events, then of the contracts."""
    found = []
    for event in catalog.documented_events():
        for contract in contracts:
            needs = contract.relies_on.get(event.id)
            if needs is not None:
                handlers = [handler for handler in contract.handlers if event.id in handler.accepts]
                complete = all(handler.needs is not None for handler in handlers)
                found.append(Reliance(contract, event.id, needs, complete))
    return found


def affected_consumers(
    contracts: Sequence[ConsumerContract], path: str, detail_types: Collection[str]
) -> list[Reliance]:
    """Return the consumers that a change of the contract may affect, each with an event.

    Args:
        contracts: their contract files.
        path: the JSON path at which the contract changes: `$.detail.reason`.
        detail_types: those of the events that change.
    """
    events = {event.id for event in catalog.documented_events() if event.detail_type in detail_types}
    return [found for found in reliances(contracts) if found.event in events and found.is_affected(path)]


def matrix_as_json(contracts: Sequence[ConsumerContract]) -> dict[str, Any]:
    """Return the consumers, and for each documented event those that rely on it."""
    relying: dict[str, list[dict[str, Any]]] = {event.id: [] for event in catalog.documented_events()}
    for found in reliances(contracts):
        relying[found.event].append({"consumer": found.contract.consumer, "needs": sorted(found.needs)})
    return {
        "consumers": [{"consumer": contract.consumer, "file": contract.file} for contract in contracts],
        "events": relying,
    }
