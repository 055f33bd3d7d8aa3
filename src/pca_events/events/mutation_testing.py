"""Mutation testing of the contract: it must reject every invalid mutant and accept every valid variant.

Whether a mutant is invalid follows from how it was made and from the documented samples, never from a schema: otherwise
this would not test the schemas.
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
    """A documented event with one change.

    Attributes:
        kind: the kind of mutation, one of `KINDS`.
        origin: the ID of the documented event that it was made from.
        path: the place that was changed.
        event: the whole event.
        breaks: whether it violates the contract; some changes result in another valid event.
    """

    kind: str
    origin: str
    path: str
    event: Event
    breaks: bool


def mutants(entry: DocumentedEvent) -> Iterator[Mutant]:
    """Return every mutant of a documented event, in a fixed order and without duplicates."""
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
                yield Mutant(kind, entry.id, path, event, not _is_valid(kind, path, event))


def _is_valid(kind: str, path: str, event: Event) -> bool:
    """Whether the change has made an event that AWS could also send."""
    if kind == "swapped":
        return _likeness(event) in {_likeness(other.sample) for other in documented_events()}
    # AWS documents no length for certificate IDs: with one digit less it is the ID of another certificate.
    return kind == "cut" and bool(re.search(r"^arn:.*/certificate/[0-9a-f]+$", str(json_path.get(event, path))))


def _likeness(event: Event) -> tuple[Any, ...]:
    """What distinguishes one documented event from another: everything except IDs, accounts, Regions and times.

    A reason counts if one is documented; otherwise it is an unknown field, which a consumer must tolerate.
    """
    roles = tuple(role(resource) for resource in event["resources"])
    reason = event["detail"].get("reason") if "CRL" in event["detail-type"] else None
    return event["source"], event["detail-type"], event["version"], roles, event["detail"]["result"], reason


@dataclass
class MutationReport:
    """The result of mutation testing.

    Attributes:
        killed: the number of mutants that the contract rejected, by kind.
        survivors: mutants that violate the contract but were accepted, each with the schema that accepted it.
        harmless: the number of accepted mutants that are valid events, by kind.
        refused: valid mutants and variants that were rejected, with the violation.
        variants: the number of accepted variants.
    """

    killed: Counter[str] = field(default_factory=Counter)
    survivors: list[tuple[Mutant, str]] = field(default_factory=list)
    harmless: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    variants: int = 0

    @property
    def is_well(self) -> bool:
        """Whether the contract rejected and accepted the right events in every case."""
        return not self.survivors and not self.refused


def mutate(variants: int, seed: int = 0) -> MutationReport:
    """Validate every mutant of every documented event, and a number of valid variants, against the contract."""
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
    """The kinds of mutation, in the order of the output."""
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
