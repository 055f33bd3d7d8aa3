"""The functions of the public API; `pca_events` offers them, and imports this module on first use."""

import json
from collections.abc import Mapping
from typing import Any

from pca_events import catalog, contract
from pca_events.check.report import CheckReport
from pca_events.check.rules import check
from pca_events.contract import Violation
from pca_events.errors import BadInput
from pca_events.events import sample
from pca_events.infrastructure.files import read_paths
from pca_events.json_source import InvalidJson
from pca_events.pattern import EventPattern, Explanation
from pca_events.pattern.document import compact, plain, read_event

__all__ = ["check_paths", "explain", "is_valid", "sample", "validate"]


def validate(event: Mapping[str, Any] | str, *, closed: bool = False) -> list[Violation]:
    """Return each place where an event violates the contract of its detail-type; an empty list if there is none.

    Args:
        event: the whole event, as an object or as JSON text.
        closed: also report fields that the contract does not define.

    Raises:
        BadInput: the text is not a JSON object.
    """
    return contract.violations(_as_object(event), closed=closed)


def is_valid(event: Mapping[str, Any] | str) -> bool:
    """Return whether an event meets the contract of its detail-type; faster than `validate`.

    Args:
        event: the whole event, as an object or as JSON text.

    Raises:
        BadInput: the text is not a JSON object.
    """
    return contract.meets(_as_object(event))


def explain(pattern: Mapping[str, Any] | str, event: Mapping[str, Any] | str) -> Explanation:
    """Return, key by key, why an event pattern matches an event or does not.

    `matched` is the verdict; `str()` returns the lines that `pca-events explain` prints.

    Args:
        pattern: the event pattern, as an object or as JSON text.
        event: the whole event, as an object or as JSON text, or the id of a documented event.

    Raises:
        InvalidPattern: EventBridge rejects the pattern.
        BadInput: the text is neither a JSON object nor the id of a documented event.
    """
    if isinstance(event, str) and not event.lstrip().startswith("{"):
        event = catalog.documented(event).sample
    return EventPattern.parse(pattern).explain(event)


def check_paths(*paths: str, all_rules: bool = False) -> CheckReport:
    """Check the event rules in files and folders, as `pca-events check` does; the code is not run.

    `report.rules` contains each rule with its verdicts and findings, `report.exit_status` the status of the command.

    Args:
        paths: files and folders with Terraform, CloudFormation, SAM, CDK output, Serverless or JSON.
        all_rules: also report rules of other sources, with the findings that apply to any source.
    """
    return check(read_paths(paths), all_rules=all_rules)


def _as_object(event: Mapping[str, Any] | str) -> Any:
    try:
        # Only patterns need each digit of a number as it was written.
        return json.loads(compact(plain(read_event(event)))) if isinstance(event, str) else event
    except InvalidJson as error:
        raise BadInput(error.reason) from error
