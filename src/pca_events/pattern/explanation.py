"""Explains why a pattern matches an event or not, condition by condition."""

from dataclasses import dataclass
from typing import Any, Literal

from pca_events.pattern.flat_event import FlatEvent, value_of
from pca_events.pattern.matchers import either, quoted, test_of
from pca_events.pattern.matching import Conditions, compiled, may_be_absent

Outcome = Literal["matched", "missing", "wrong value"]
_MOST_SHOWN = 10


@dataclass(frozen=True)
class ConditionResult:
    """The result of the conditions on one path.

    Attributes:
        path: keys joined by dots: `detail.result`.
        outcome: `matched` if one of the conditions holds; otherwise whether the field is missing or has other values.
        wanted: the conditions as text.
        found: the values of the field.
    """

    path: str
    outcome: Outcome
    wanted: str
    found: tuple[Any, ...]

    def __str__(self) -> str:
        """One line: path, outcome, what was wanted, what was found."""
        found = ", ".join(map(quoted, self.found[:_MOST_SHOWN])) or "nothing"
        if len(self.found) > _MOST_SHOWN:
            found += f" and {len(self.found) - _MOST_SHOWN:,} more"
        return f"{self.path}: {self.outcome}; wanted {self.wanted}; found {found}"


@dataclass(frozen=True)
class Branch:
    """The result of one alternative of the pattern; a pattern without `$or` has one.

    Attributes:
        conditions: one for each path, in the order of the pattern.
        matched: whether the event meets them all, with values from the same elements of its arrays.
    """

    conditions: tuple[ConditionResult, ...]
    matched: bool

    @property
    def scattered(self) -> bool:
        """Whether every condition holds, but in different elements of an array."""
        return not self.matched and all(condition.outcome == "matched" for condition in self.conditions)

    @property
    def failed(self) -> tuple[ConditionResult, ...]:
        """The conditions that do not hold."""
        return tuple(condition for condition in self.conditions if condition.outcome != "matched")


@dataclass(frozen=True)
class Explanation:
    """Why a pattern matches an event or not."""

    branches: tuple[Branch, ...]

    @property
    def matched(self) -> bool:
        """Whether the pattern matches the event."""
        return any(branch.matched for branch in self.branches)

    def __str__(self) -> str:
        """The verdict, and a line for each condition of each alternative."""
        lines = ["matches" if self.matched else "ignores"]
        for number, branch in enumerate(self.branches, start=1):
            if len(self.branches) > 1:
                lines.append(f"alternative {number} of {len(self.branches)}: {'holds' if branch.matched else 'fails'}")
            lines += [f"  {condition}" for condition in branch.conditions]
            if branch.scattered:
                lines.append("  each condition holds, but in different elements of an array")
        return "\n".join(lines)


def explain(alternatives: tuple[Conditions, ...], flat: FlatEvent) -> Explanation:
    """Return why the event meets one of the alternatives, or none."""
    return Explanation(tuple(_branch(conditions, flat) for conditions in alternatives))


def _branch(conditions: Conditions, flat: FlatEvent) -> Branch:
    matched = compiled(conditions)(flat)
    return Branch(tuple(_result(path, conditions, flat, matched) for path in conditions), matched)


def _result(path: str, conditions: Conditions, flat: FlatEvent, matched: bool) -> ConditionResult:
    matchers = conditions[path]
    keys = flat.fields.get(path, ())
    outcome: Outcome = "wrong value" if keys else "missing"
    # A path can be absent from the elements that count and present in others; then the verdict decides.
    if matched or (any(map(test_of(matchers), keys)) if keys else may_be_absent(matchers)):
        outcome = "matched"
    return ConditionResult(path, outcome, either(matchers), tuple(value_of(key) for key in keys))
