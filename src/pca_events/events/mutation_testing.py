"""Mutation testing of the contract: it must reject every mutant that breaks it, and accept every valid variant.

Whether a mutant breaks the contract follows from how it was made and from the documented samples, never from a schema:
that is what makes it a test of the schemas.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pca_events import contract, json_path
from pca_events.catalog import DocumentedEvent, Event, documented_events
from pca_events.events.mutations import ABSENT, KINDS
from pca_events.events.realistic import role, variant


@dataclass(frozen=True)
class Mutant:
    """A documented event with one thing changed.

    Attributes:
        kind: the way in which it was changed, of `KINDS`.
        origin: the id of the documented event that it was made from.
        path: where it was changed.
        event: the whole event.
        breaks: whether it breaks the contract; some changes make another event that is as good.
    """

    kind: str
    origin: str
    path: str
    event: Event
    breaks: bool


def mutants(entry: DocumentedEvent) -> Iterator[Mutant]:
    """Return every mutant of a documented event, in a fixed order, none of them twice."""
    seen = {json.dumps(entry.sample)}
    for kind, change in KINDS.items():
        for path, value in change(entry):
            event = entry.event
            if value is ABSENT:
                json_path.remove(event, path)
            elif path == "$":
                event = value
            else:
                json_path.put(event, path, value)
            text = json.dumps(event)
            if text not in seen:
                seen.add(text)
                yield Mutant(kind, entry.id, path, event, not _is_as_good(kind, path, event))


def _is_as_good(kind: str, path: str, event: Event) -> bool:
    """Whether the change has made an event that AWS could send as well."""
    if kind == "swapped":
        return _likeness(event) in {_likeness(other.sample) for other in documented_events()}
    # AWS documents no length for the id of a certificate: one digit less makes another certificate.
    return kind == "cut" and bool(re.search(r"^arn:.*/certificate/[0-9a-f]+$", str(json_path.get(event, path))))


def _likeness(event: Event) -> tuple[Any, ...]:
    """What tells one documented event from another: all but ids, accounts, Regions and times.

    A reason counts where one is documented; elsewhere it is a field more, which a consumer must survive.
    """
    roles = tuple(role(resource) for resource in event["resources"])
    reason = event["detail"].get("reason") if "CRL" in event["detail-type"] else None
    return event["source"], event["detail-type"], event["version"], roles, event["detail"]["result"], reason


@dataclass
class MutationReport:
    """What became of the mutants and of the variants.

    Attributes:
        killed: how many mutants the contract refuses, by kind.
        survivors: mutants that break the contract and were not refused, each with the schema that let it through.
        harmless: how many mutants break nothing and were let through, by kind: they make another event as good.
        refused: mutants that break nothing, or variants, that were refused all the same, with the violation.
        variants: how many valid variants were let through.
    """

    killed: Counter[str] = field(default_factory=Counter)
    survivors: list[tuple[Mutant, str]] = field(default_factory=list)
    harmless: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    variants: int = 0

    @property
    def is_well(self) -> bool:
        """Whether the contract tells the good from the bad in every case."""
        return not self.survivors and not self.refused


def mutate(variants: int, seed: int = 0) -> MutationReport:
    """Hold every mutant of every documented event, and so many valid variants, against the contract."""
    report = MutationReport()
    for entry in documented_events():
        for mutant in mutants(entry):
            _judge(mutant, report)
    chance = random.Random(seed)  # noqa: S311 - reproducible, no secret
    events = documented_events()
    for index in range(variants):
        entry = events[index % len(events)]
        found = contract.violations(variant(entry, chance))
        report.refused += [f"a variant of {entry.id}: {violation}" for violation in found]
        report.variants += not found
    return report


def kinds() -> tuple[str, ...]:
    """The kinds of mutants, in the order of the table."""
    return tuple(KINDS)


def _judge(mutant: Mutant, report: MutationReport) -> None:
    found = contract.violations(mutant.event)
    if mutant.breaks and found:
        report.killed[mutant.kind] += 1
    elif mutant.breaks:
        detail_type = str(mutant.event.get("detail-type"))
        report.survivors.append((mutant, contract.schema_of().get(detail_type, contract.ENVELOPE)))
    elif found:
        report.refused.append(f"{mutant.origin}, {mutant.kind} at {mutant.path}: {found[0]}")
    else:
        report.harmless[mutant.kind] += 1
