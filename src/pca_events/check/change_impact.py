"""Which rules of a consumer a change of the contract hits."""

from collections.abc import Collection

from pca_events.catalog import documented_events
from pca_events.check.inputs import paths_read
from pca_events.check.partial_patterns import stated
from pca_events.check.report import CheckedRule, CheckReport


def rules_hit(report: CheckReport, path: str, detail_types: Collection[str]) -> list[CheckedRule]:
    """Return the rules that fire on an event of these detail-types and ask for, or read, what stands at a path.

    Args:
        report: the consumer's rules, checked against the contract as it is now.
        path: the JSON path at which the contract changes: `$.detail.reason`, `$.resources[0]`.
        detail_types: of the events that change.
    """
    events = {event.id for event in documented_events() if event.detail_type in detail_types}
    fires = [checked for checked in report.rules if events & {*checked.fires_on, *checked.may_fire_on}]
    if path == "$.detail-type":  # the kind of event as a whole
        return fires
    return [checked for checked in fires if _asks_for(checked, path) or _reads(checked, path)]


def _asks_for(checked: CheckedRule, path: str) -> bool:
    key = path.removeprefix("$.").partition("[")[0]
    return any(key in conditions for conditions in stated(checked.rule.pattern).pattern.conditions)


def _reads(checked: CheckedRule, path: str) -> bool:
    return any(read.startswith(path) for target in checked.rule.targets or () for read in paths_read(target))
