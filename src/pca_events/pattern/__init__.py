"""Event patterns as EventBridge reads them: which events they match, which they ignore, and why."""

from pca_events.errors import InvalidPattern
from pca_events.pattern.event_pattern import EventPattern
from pca_events.pattern.explanation import Branch, ConditionResult, Explanation
from pca_events.pattern.flat_events import FlatEvent, flatten
from pca_events.pattern.matcher import Matcher
from pca_events.pattern.matchers import Address, AnythingBut, Cidr, Exact, Exists, Numeric
from pca_events.pattern.matching import Conditions
from pca_events.pattern.text_matchers import EqualsIgnoreCase, Prefix, Suffix, Wildcard

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
