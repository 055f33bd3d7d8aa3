"""Event patterns with the semantics of EventBridge: which events they match, which they do not, and why."""

from pca_events.errors import InvalidPattern
from pca_events.pattern.document import FlatEvent, flatten
from pca_events.pattern.event_pattern import EventPattern
from pca_events.pattern.matchers import (
    Address,
    AnythingBut,
    Cidr,
    EqualsIgnoreCase,
    Exact,
    Exists,
    Matcher,
    Numeric,
    Prefix,
    Suffix,
    Wildcard,
)
from pca_events.pattern.matching import Branch, ConditionResult, Conditions, Explanation

__all__ = [
    "Address",
    "AnythingBut",
    "Branch",
    "Cidr",
    "ConditionResult",
    "Conditions",
    "EqualsIgnoreCase",
    "EventPattern",
    "Exact",
    "Exists",
    "Explanation",
    "FlatEvent",
    "InvalidPattern",
    "Matcher",
    "Numeric",
    "Prefix",
    "Suffix",
    "Wildcard",
    "flatten",
]
