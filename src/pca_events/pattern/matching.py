"""Conditions compiled to be held against flat events, the cheapest and most telling ones first."""

from collections.abc import Callable, Iterable, Mapping

from pca_events.pattern.flat_events import Elements, FlatEvent
from pca_events.pattern.leaves import Key
from pca_events.pattern.matcher import KeyTest, Matcher
from pca_events.pattern.matchers import Exact, Exists, test_of

Conditions = Mapping[str, tuple[Matcher, ...]]
"""All of these hold together: for each path one of its matchers."""

EventTest = Callable[[FlatEvent], bool]
_TELLING = {"detail-type": 0, "source": 2}


def compiled(conditions: Conditions) -> EventTest:
    """Return whether a flat event fulfils the conditions."""
    exact, others = _sorted_out(conditions)

    def fulfils(flat: FlatEvent) -> bool:
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

    return fulfils


def consistent(conditions: Conditions, flat: FlatEvent) -> bool:
    """Whether an event with objects in arrays fulfils the conditions by leaves that lie in the same elements.

    The paths are taken in their order, as AWS does: a path counts as absent where none of its leaves lies in the
    elements that the paths before it have settled on.
    """
    paths = sorted(conditions, key=_as_java_sorts)
    settled: set[Elements] = {()}
    for place, path in enumerate(paths):
        ahead = {array for later in paths[place + 1 :] for lies in flat.elements.get(later, ()) for array, _ in lies}
        reached = _step(settled, conditions[path], *_leaves(flat, path))
        # Elements of arrays that no later path touches decide nothing more.
        settled = {tuple(element for element in lies_in if element[0] in ahead) for lies_in in reached}
        if not settled:
            return False
    return True


def _leaves(flat: FlatEvent, path: str) -> tuple[tuple[Key, ...], tuple[Elements, ...]]:
    keys = flat.fields.get(path, ())
    return keys, flat.elements.get(path) or ((),) * len(keys)


def _step(
    settled: set[Elements], matchers: tuple[Matcher, ...], keys: tuple[Key, ...], elements: tuple[Elements, ...]
) -> Iterable[Elements]:
    test = test_of(matchers)
    accepted = {lies_in for key, lies_in in zip(keys, elements, strict=True) if test(key)}
    absent = may_be_absent(matchers)
    for so_far in settled:
        for lies_in in accepted:
            together = _together(so_far, lies_in)
            if together is not None:
                yield together
        if absent and all(_together(so_far, lies_in) is None for lies_in in elements):
            yield so_far


def _together(so_far: Elements, lies_in: Elements) -> Elements | None:
    both = dict(so_far)
    for array, index in lies_in:
        if both.setdefault(array, index) != index:
            return None
    return tuple(sorted(both.items()))


def may_be_absent(matchers: tuple[Matcher, ...]) -> bool:
    """Whether a field with these matchers may be missing."""
    return any(isinstance(matcher, Exists) and not matcher.wanted for matcher in matchers)


def _sorted_out(
    conditions: Conditions,
) -> tuple[list[tuple[str, frozenset[Key]]], list[tuple[str, KeyTest, bool]]]:
    exact: list[tuple[int, int, str, frozenset[Key]]] = []
    others: list[tuple[str, KeyTest, bool]] = []
    for path, matchers in conditions.items():
        if all(type(matcher) is Exact for matcher in matchers):
            keys = frozenset(key for matcher in matchers for key in matcher.keys)  # type: ignore[attr-defined]
            exact.append((_TELLING.get(path, 1), len(keys), path, keys))
        else:
            others.append((path, test_of(matchers), may_be_absent(matchers)))
    return [(path, keys) for *_, path, keys in sorted(exact, key=lambda one: one[:3])], others


def _as_java_sorts(path: str) -> bytes:
    return path.encode("utf-16-be", "surrogatepass")
