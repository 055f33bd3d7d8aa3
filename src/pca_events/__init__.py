"""Contracts for the events that AWS Private CA sends to Amazon EventBridge.

    >>> import pca_events
    >>> event = pca_events.sample("crl-generation-failure-internal")
    >>> pca_events.is_valid(event)
    True
    >>> event["detail"]["result"] = "failed"
    >>> [violation.path for violation in pca_events.validate(event)]
    ['$.detail.result']
    >>> pattern = {"source": ["aws.acm-pca"], "detail": {"result": ["failure"]}}
    >>> pca_events.EventPattern.parse(pattern).matches(pca_events.sample("ca-creation-failure"))
    True

Everything in `__all__` is imported on first use. docs/api.md describes it; other modules are not public.
"""

from typing import TYPE_CHECKING

from pca_events.checkout import import_from_checkout
from pca_events.lazy import names_of

__version__ = "1.0.0"

__all__ = [
    "BadInput",
    "CheckReport",
    "DocumentedEvent",
    "EventPattern",
    "Explanation",
    "InvalidPattern",
    "PcaEventsError",
    "Violation",
    "check_paths",
    "documented_events",
    "explain",
    "is_valid",
    "locate",
    "never_sent",
    "sample",
    "validate",
]

if TYPE_CHECKING:
    from pca_events.api import check_paths, explain, is_valid, sample, validate
    from pca_events.catalog import DocumentedEvent, documented_events, never_sent
    from pca_events.check.report import CheckReport
    from pca_events.contract import Violation
    from pca_events.errors import BadInput, InvalidPattern, PcaEventsError
    from pca_events.locations import locate
    from pca_events.pattern import EventPattern, Explanation

__getattr__ = names_of(
    "pca_events",
    **{
        "api": "check_paths explain is_valid sample validate",
        "catalog": "DocumentedEvent documented_events never_sent",
        "check.report": "CheckReport",
        "contract": "Violation",
        "errors": "BadInput InvalidPattern PcaEventsError",
        "locations": "locate",
        "pattern": "EventPattern Explanation",
    },
)
import_from_checkout()


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
