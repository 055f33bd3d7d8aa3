"""A request, the decision on it, and answers that may be unknown."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Compare = Callable[[Any, Any, str], bool | None]
"""Compares a value of a policy with one of a request, where one of the two is not JSON.

Its arguments are the value of the policy, the value of the request, and how they are compared: `principal`, `action`,
`resource`, or the condition operator in lower case: `stringlike`, `arnnotequals`. Its answer is whether they match,
for a negated operator too, or None if it depends on what is not known.
"""


def _not_known(_written: Any, _value: Any, _how: str) -> None:
    return None


@dataclass(frozen=True)
class Request:
    """A request to AWS.

    Attributes:
        action: such as `sqs:SendMessage`.
        resource: its ARN; None if it is not compared, because it is the only one that the policy can be about.
        services: the service principals of the caller, such as `events.amazonaws.com`.
        caller: the ARN of the caller if that is an account (`arn:aws:iam::111122223333:root`), a user, a role, or a
            session of a role. Without a caller and services, the policy is identity-based: a policy of the caller.
        context: the condition keys in lower case with their values; a list for several values.
        complete: whether keys that are not in `context` are certainly not in the request.
        compare: compares values that are not JSON, such as those of infrastructure code.
    """

    action: str
    resource: Any = None
    services: tuple[str, ...] = ()
    caller: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    complete: bool = True
    compare: Compare = _not_known


Why = Literal["", "missing", "denied", "resource", "condition"]


@dataclass(frozen=True)
class Decision:
    """The decision of a policy on a request.

    Attributes:
        allowed: None if it depends on what is not known.
        why: the reason of a denial: no statement allows it (`missing`), one denies it (`denied`), or those that allow
            it do so only on another resource (`resource`), or under another condition (`condition`).
        sid: the Sid of the statement that decides; empty if it has none.
        operator, key: the condition that does not hold.
        written: the first resource of the statement, or the first value of its condition; None if there is none.
    """

    allowed: bool | None
    why: Why = ""
    sid: str = ""
    operator: str = ""
    key: str = ""
    written: Any = None

    @property
    def reason(self) -> str:
        """The decision in one line."""
        statement = f'the statement "{self.sid}"' if self.sid else "a statement"
        match self.why:
            case "denied":
                return f"{statement} denies the action"
            case "resource":
                return f"{statement} allows the action on {self.written}, which is not the resource"
            case "condition":
                return f"{statement} allows the action only if {self.operator} {self.key} {self.written}"
            case "missing":
                return "no statement allows the action to the caller"
        return f"{statement} allows the action" if self.allowed else "it depends on a value that is not known"


_JSON_TYPES = frozenset({str, int, float, bool, list, dict, type(None)})


def is_known(value: Any) -> bool:
    """Whether a value is a JSON value, and not one that only a deployment knows."""
    return type(value) in _JSON_TYPES or isinstance(value, str | int | float | list | tuple | Mapping)


def as_list(value: Any) -> list[Any]:
    """Return one value or several values as a list; None as an empty one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def as_text(value: Any) -> str:
    """Return a JSON value as IAM compares it: `true` for True."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Whether one answer is True; None if one may be."""
    found: bool | None = False
    for answer in answers:
        if answer:
            return True
        found = None if answer is None else found
    return found


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """Whether all answers are True; None if they may be."""
    return negated(any_of(negated(answer) for answer in answers))


def negated(answer: bool | None) -> bool | None:
    """Return the opposite of an answer; None stays None."""
    return None if answer is None else not answer
