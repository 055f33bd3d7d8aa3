"""Several event patterns that an event must all match: as one pattern where that can be, else verdict by verdict."""

from collections.abc import Sequence
from typing import Any

from pca_events.check.report import Fires, Verdict
from pca_events.check.verdicts import Judged, judged
from pca_events.infrastructure.model import Unknown

_EVERYTHING = {"source": [{"exists": True}]}


def judged_together(patterns: Sequence[dict[str, Any]]) -> Judged:
    """Judge what matches all of these patterns; none of them matches every event.

    Where they cannot be written as one, the first stands for all in what is said about its parts.
    """
    merged = conjunction(patterns)
    each = [judged(pattern) for pattern in ([merged] if merged is not None else patterns)]
    found, twins = ([part[at] for part in each] for at in (1, 2))
    return each[0][0], tuple(map(_of_all, zip(*found, strict=True))), tuple(map(_of_all, zip(*twins, strict=True)))


def conjunction(patterns: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return one pattern that matches what all of these match; None where they ask for one field in different ways."""
    if len(patterns) > 1 and any(map(_has_alternatives, patterns)):
        return None  # a branch of $or counts instead of the same field beside it, not in addition to it
    merged: dict[str, Any] = {}
    for pattern in patterns:
        if (made := _merged(merged, pattern, "")) is None:
            return None
        merged = made
    return merged or _EVERYTHING


def _has_alternatives(pattern: dict[str, Any]) -> bool:
    return any(key == "$or" or (isinstance(held, dict) and _has_alternatives(held)) for key, held in pattern.items())


def _merged(first: dict[str, Any], second: dict[str, Any], path: str) -> dict[str, Any] | None:
    made = dict(first)
    for key, value in second.items():
        held = made.get(key, value)
        inner = f"{path}{key}"
        if held == value:
            made[key] = value
        elif isinstance(held, dict) and isinstance(value, dict):
            made[key] = _merged(held, value, f"{inner}.")
        else:
            made[key] = _in_both(held, value) if inner != "resources" else None
        if made[key] is None:
            return None
    return made


def _in_both(first: Any, second: Any) -> list[str] | None:
    """The texts that two lists of plain texts share; None where they are anything else, or share none."""
    lists = isinstance(first, list) and isinstance(second, list)
    if not lists or not all(isinstance(value, str) for value in (*first, *second)):
        return None
    return [value for value in first if value in second] or None


def _of_all(found: Sequence[Verdict]) -> Verdict:
    """The verdict of patterns that an event must all match, from the verdict of each."""
    blocks = tuple(block for verdict in found for block in verdict.blocks)
    conditions = tuple(dict.fromkeys(words for verdict in found for words in verdict.conditions))
    kinds = {verdict.fires for verdict in found}
    fires: Fires = "never" if "never" in kinds else "may" if "may" in kinds else "always"
    return Verdict(found[0].event, fires, conditions if fires == "may" else (), blocks if fires == "never" else ())


def at_best(found: Sequence[tuple[Verdict, ...]]) -> tuple[Verdict, ...]:
    """Return, event by event, the verdict that fires most: what one of several ways to arrive gives."""
    order: tuple[Fires, ...] = ("always", "may", "never")
    return tuple(min(ways, key=lambda verdict: order.index(verdict.fires)) for ways in zip(*found, strict=True))


def only_if(found: tuple[Verdict, ...], condition: str) -> tuple[Verdict, ...]:
    """Return the verdicts where one more thing is not known."""
    return tuple(
        verdict
        if verdict.fires == "never"
        else verdict._replace(fires="may", conditions=(*verdict.conditions, condition))
        for verdict in found
    )


def unknown_whole(patterns: Sequence[Any]) -> Unknown | None:
    """Return the first pattern of which nothing is known."""
    return next((pattern for pattern in patterns if isinstance(pattern, Unknown)), None)
