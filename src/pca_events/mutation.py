"""The contract put to the test: are all its mutants killed, and are all valid variants let through?"""

import random
from collections import Counter
from dataclasses import dataclass, field

from pca_events import contract
from pca_events.catalog import documented_events
from pca_events.generate import KINDS, Mutant, mutants, variant


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
