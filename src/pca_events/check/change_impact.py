"""How rules react to changed events: rules that a contract change affects, and how broad a rule is."""

from collections.abc import Collection
from dataclasses import dataclass

from pca_events.catalog import documented, documented_events
from pca_events.check.findings.delivery import paths_read
from pca_events.check.partial_patterns import partial_pattern
from pca_events.check.report import CheckedRule, CheckReport
from pca_events.events import mutants
from pca_events.pattern import EventPattern


def affected_rules(report: CheckReport, path: str, detail_types: Collection[str]) -> list[CheckedRule]:
    """Return the rules that fire on an event of these detail-types and match or read the value at a path.

    Args:
        report: the consumer's rules, checked against the current contract.
        path: the JSON path at which the contract changes: `$.detail.reason`, `$.resources[0]`.
        detail_types: those of the events that change.
    """
    events = {event.id for event in documented_events() if event.detail_type in detail_types}
    fires = [checked for checked in report.rules if events & {*checked.fires_on, *checked.may_fire_on}]
    if path == "$.detail-type":  # the kind of event as a whole
        return fires
    return [checked for checked in fires if _asks_for(checked, path) or _reads(checked, path)]


def _asks_for(checked: CheckedRule, path: str) -> bool:
    key = path.removeprefix("$.").partition("[")[0]
    return any(key in conditions for conditions in partial_pattern(checked.rule.pattern).pattern.conditions)


def _reads(checked: CheckedRule, path: str) -> bool:
    return any(read.startswith(path) for target in checked.rule.targets or () for read in paths_read(target))


@dataclass(frozen=True)
class Breadth:
    """How a rule reacts if the events on which it fires are changed in one place each.

    Attributes:
        changed: the number of changes that violate the contract.
        let_through: the number of these on which the rule still fires.
        unnoticed: the fields, as in event patterns, whose changes never affect the rule: `detail.result`.
    """

    changed: int
    let_through: int
    unnoticed: tuple[str, ...]


def breadth(checked: CheckedRule, pattern: EventPattern) -> Breadth:
    """Change each field of each event on which the rule always fires, and count what it still matches."""
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
