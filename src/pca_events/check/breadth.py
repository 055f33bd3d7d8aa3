"""How broad a rule is: which fields of an event may change without the rule noticing."""

from dataclasses import dataclass

from pca_events.catalog import documented
from pca_events.check.report import CheckedRule
from pca_events.events import mutants
from pca_events.pattern import EventPattern


@dataclass(frozen=True)
class Breadth:
    """What a rule still lets through when the events on which it fires are changed in one place each.

    Attributes:
        changed: in how many ways they were changed so that they break their contract.
        let_through: on how many of these the rule fires all the same.
        unnoticed: the fields in which it notices no change at all, as in event patterns: `detail.result`.
    """

    changed: int
    let_through: int
    unnoticed: tuple[str, ...]


def breadth(checked: CheckedRule, pattern: EventPattern) -> Breadth:
    """Change each field of each event on which the rule always fires, and see what the rule still lets through."""
    noticed: dict[str, bool] = {}
    changed = let_through = 0
    for event_id in checked.fires_on:
        for mutant in mutants(documented(event_id)):
            if mutant.path == "$" or not mutant.breaks:
                continue
            matches = pattern.matches(mutant.event)
            changed += 1
            let_through += matches
            field = mutant.path.removeprefix("$.").partition("[")[0]
            noticed[field] = noticed.get(field, False) or not matches
    return Breadth(changed, let_through, tuple(field for field, seen in noticed.items() if not seen))
