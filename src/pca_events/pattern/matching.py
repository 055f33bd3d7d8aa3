"""Matches conditions against flat events, and explains condition by condition why a pattern matches or not."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pca_events.pattern.document import Elements, FlatEvent, Key, key_of, value_of
from pca_events.pattern.matchers import Exact, Exists, KeyTest, Matcher, either, quoted, test_of

Conditions = Mapping[str, tuple[Matcher, ...]]
"""All of these must hold: for each path one of its matchers."""

EventTest = Callable[[FlatEvent], bool]
DirectTest = Callable[[Any], bool | None]
_Fields = dict[tuple[str, ...], tuple[KeyTest, bool]]
"""For each field, by the names that lead to it, its condition and whether it may be absent."""

_ABSENT = object()
_MOST_NAMES = 100  # of a path that is tested directly, with a nested call for each
_SELECTIVITY = {"detail-type": 0, "source": 2}


def compiled(conditions: Conditions) -> EventTest:
    """Return a function that tells whether a flat event meets the conditions."""
    exact, others = _by_cost(conditions)

    def meets(flat: FlatEvent) -> bool:
        if flat.elements and not flat.elements.keys().isdisjoint(conditions):
            return consistent(conditions, flat)
        fields = flat.fields
        for path, wanted in exact:
            found = fields.get(path)
            if found is None or wanted.isdisjoint(found):
                return False
        for path, test, absent in others:
            found = fields.get(path)
            if not (absent if found is None else any(map(test, found))):
                return False
        return True

    return meets


def compiled_directly(conditions: Conditions) -> DirectTest:
    """Return a function that tells whether an event meets the conditions, without flattening it.

    It reads only the objects that contain the fields, and returns None for an event whose leaves it cannot tell apart
    that way: with dots in keys, or with an array of objects where a field should be.
    """
    exact, others = _by_cost(conditions)
    fields: _Fields = {tuple(path.split(".")): (keys.__contains__, False) for path, keys in exact}
    fields |= {tuple(path.split(".")): (test, absent) for path, test, absent in others}
    if any("" in names or len(names) > _MOST_NAMES for names in fields):
        return lambda _: None
    return _test_of_object(fields)


def _test_of_object(fields: _Fields) -> DirectTest:
    members = _members(fields)
    may_be_absent = all(absent for _, absent in fields.values())

    def meets(value: Any) -> bool | None:
        if type(value) is not dict:
            return None if isinstance(value, (list, tuple, Mapping)) else may_be_absent
        try:
            if "." in "".join(value):
                return None
        except TypeError:  # a key that is not a string
            return None
        for name, test in members:
            met = test(value.get(name, _ABSENT))
            if not met:
                return met
        return True

    return meets


def _members(fields: _Fields) -> list[tuple[str, DirectTest]]:
    """The tests of the members of an object, those of its own fields first."""
    tests = [(name, _test_of_field(*test)) for (name, *further), test in fields.items() if not further]
    objects: dict[str, _Fields] = {}
    for (name, *further), test in fields.items():
        if further:
            objects.setdefault(name, {})[tuple(further)] = test
    return tests + [(name, _test_of_object(inner)) for name, inner in objects.items()]


def _test_of_field(test: KeyTest, may_be_absent: bool) -> DirectTest:
    def meets(value: Any) -> bool | None:
        if type(value) is str:
            return test(value)
        keys = _keys(value)
        if keys is None:
            return None
        return any(map(test, keys)) if keys else may_be_absent

    return meets


def _keys(value: Any) -> Sequence[Key] | None:
    """The keys of the leaves of a field itself; None if there are objects or arrays in its array."""
    if not isinstance(value, (list, tuple)):
        key = key_of(value)
        return () if key is None else (key,)
    keys: list[Key] = []
    for item in value:
        if (key := key_of(item)) is not None:
            keys.append(key)
        elif isinstance(item, (list, tuple, Mapping)):
            return None
    return keys


def consistent(conditions: Conditions, flat: FlatEvent) -> bool:
    """Whether an event with objects in arrays meets the conditions with leaves from the same elements.

    Paths are taken in sorted order, as AWS does: a path counts as absent if none of its leaves lies in the elements
    that the paths before it have fixed.
    """
    paths = sorted(conditions, key=_as_java_sorts)
    settled: set[Elements] = {()}
    for path, ahead in zip(paths, _arrays_ahead(paths, flat), strict=True):
        reached = _step(settled, conditions[path], *_leaves(flat, path))
        # Elements of arrays that no later path uses no longer matter.
        settled = {tuple(element for element in lies_in if element[0] in ahead) for lies_in in reached}
        if not settled:
            return False
    return True


def _arrays_ahead(paths: Sequence[str], flat: FlatEvent) -> list[frozenset[int]]:
    """The arrays that contain the paths after each path."""
    ahead: list[frozenset[int]] = [frozenset()]
    for path in reversed(paths[1:]):
        arrays = {array for lies_in in flat.elements.get(path, ()) for array, _ in lies_in}
        ahead.append(ahead[-1] | arrays if arrays else ahead[-1])
    return ahead[::-1]


def _leaves(flat: FlatEvent, path: str) -> tuple[tuple[Key, ...], tuple[Elements, ...]]:
    keys = flat.fields.get(path, ())
    return keys, flat.elements.get(path) or ((),) * len(keys)


def _step(
    settled: set[Elements], matchers: tuple[Matcher, ...], keys: tuple[Key, ...], elements: tuple[Elements, ...]
) -> Iterator[Elements]:
    test = test_of(matchers)
    accepted = _ElementTree(lies_in for key, lies_in in zip(keys, elements, strict=True) if test(key))
    everywhere = _ElementTree(elements) if may_be_absent(matchers) else None
    for so_far in settled:
        fixed = dict(so_far)
        for lies_in in accepted.compatible_with(fixed):
            yield tuple(sorted({**fixed, **dict(lies_in)}.items()))
        if everywhere is not None and next(everywhere.compatible_with(fixed), None) is None:
            yield so_far


class _ElementTree:
    """The elements that contain some leaves, as a tree: for each array, from the outermost inwards, its elements.

    An element is fixed only together with the elements around it. So the elements of an array that is not fixed are
    compatible with all fixed ones, and a search takes no longer than the number of its results.
    """

    __slots__ = ("_arrays", "_here")

    def __init__(self, several: Iterable[Elements]) -> None:
        self._here: list[Elements] = []
        self._arrays: dict[int, dict[int, _ElementTree]] = {}
        for lies_in in dict.fromkeys(several):
            node = self
            for array, index in lies_in:
                elements = node._arrays.setdefault(array, {})
                node = elements.get(index) or elements.setdefault(index, _ElementTree(()))
            node._here.append(lies_in)

    def compatible_with(self, fixed: Mapping[int, int]) -> Iterator[Elements]:
        """Yield the elements that are compatible with the fixed ones."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield from node._here
            for array, elements in node._arrays.items():
                if array not in fixed:
                    waiting += elements.values()
                elif (inner := elements.get(fixed[array])) is not None:
                    waiting.append(inner)


def may_be_absent(matchers: tuple[Matcher, ...]) -> bool:
    """Whether a field with these matchers may be absent."""
    return any(isinstance(matcher, Exists) and not matcher.wanted for matcher in matchers)


def _by_cost(
    conditions: Conditions,
) -> tuple[list[tuple[str, frozenset[Key]]], list[tuple[str, KeyTest, bool]]]:
    exact: list[tuple[int, int, str, frozenset[Key]]] = []
    others: list[tuple[str, KeyTest, bool]] = []
    for path, matchers in conditions.items():
        if all(type(matcher) is Exact for matcher in matchers):
            keys = frozenset(matcher.key for matcher in matchers)  # type: ignore[attr-defined]
            exact.append((_SELECTIVITY.get(path, 1), len(keys), path, keys))
        else:
            others.append((path, test_of(matchers), may_be_absent(matchers)))
    return [(path, keys) for *_, path, keys in sorted(exact, key=lambda one: one[:3])], others


def _as_java_sorts(path: str) -> bytes:
    return path.encode("utf-16-be", "surrogatepass")


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
