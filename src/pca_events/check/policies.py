"""Whether a resource policy lets EventBridge in."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from pca_events.infrastructure.model import Unknown

EVENTBRIDGE = "events.amazonaws.com"


def admits(policy: Any, action: str) -> bool | None:
    """Say whether a policy lets EventBridge do this, or None where only a deployment can tell.

    Args:
        policy: a policy as a JSON object whose values may be unknown, or None where there is none.
        action: such as `sqs:SendMessage`.
    """
    if policy is None:
        return False
    if isinstance(policy, Unknown) or not isinstance(policy, dict):
        return None
    verdicts = [_verdict(statement, action) for statement in _many(policy.get("Statement"))]
    if "deny" in verdicts:
        return False
    if "allow" in verdicts:
        return True
    return None if "unknown" in verdicts else False


def _verdict(statement: Any, action: str) -> str:
    """What a statement says about EventBridge and this action: allow, deny, nothing or unknown."""
    if not isinstance(statement, dict) or {"NotAction", "NotPrincipal"} & statement.keys():
        return "unknown"
    applies = (_names_eventbridge(statement.get("Principal")), _names_action(statement.get("Action"), action))
    if False in applies:
        return "nothing"
    effect = statement.get("Effect")
    if None in applies or isinstance(effect, Unknown):
        return "unknown"
    if effect == "Deny":
        return "nothing" if statement.get("Condition") else "deny"
    return "allow"


def _names_eventbridge(principal: Any) -> bool | None:
    if isinstance(principal, dict):
        found = [value for kind in ("Service", "AWS", "*") for value in _many(principal.get(kind))]
    else:
        found = list(_many(principal))
    return _any(found, lambda value: value in (EVENTBRIDGE, "*"))


def _names_action(actions: Any, wanted: str) -> bool | None:
    return _any(_many(actions), lambda action: fnmatchcase(wanted.lower(), str(action).lower()))


def _any(values: Iterable[Any], test: Any) -> bool | None:
    known = [value for value in values if not isinstance(value, Unknown)]
    if any(test(value) for value in known):
        return True
    return None if any(isinstance(value, Unknown) for value in values) else False


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
