"""Event patterns: parsed once into alternatives, rejected with the messages of AWS, and matched against events."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pca_events.errors import InvalidPattern
from pca_events.json_source import InvalidJson, Members, index_of, line_and_column
from pca_events.pattern import engine_limits, matching
from pca_events.pattern.document import FlatEvent, flatten, object_of, read, text_of
from pca_events.pattern.engine_limits import service_may_differ
from pca_events.pattern.matchers import Matcher
from pca_events.pattern.matching import Conditions, DirectTest, EventTest, Explanation, compiled, compiled_directly
from pca_events.pattern.operators import COMPARISONS, OPERATORS, PatternError, matcher_of

Alternative = dict[str, tuple[Matcher, ...]]
Way = tuple[str, ...]

OR = "$or"
# AWS documents this quota, but not its error message.
_MOST_ALTERNATIVES = 1_000
_RESERVED_OPERATORS = (
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "ip-address-in-range",
    "ip-address-not-in-range",
)
_RESERVED_DATE_OPERATORS = ("date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range")
_RESERVED_INSIDE_OR = frozenset((*OPERATORS, *COMPARISONS, *_RESERVED_OPERATORS, *_RESERVED_DATE_OPERATORS))


def alternatives_of(document: Any) -> list[Alternative]:
    """Return the alternatives of a pattern; an event matches if it meets one of them.

    Of duplicate paths the last one counts, as for AWS. The complexity of wildcards is checked last.

    Raises:
        PatternError: EventBridge rejects the pattern.
    """
    if not isinstance(document, Members):
        raise PatternError("Filter is not an object")
    alternatives = _object([], document, (), False)
    complex_path = engine_limits.too_complex(alternatives)
    if complex_path is not None:
        error = PatternError(engine_limits.TOO_COMPLEX)
        for step, name in reversed(_steps_to(document, complex_path, ()) or []):
            error.inside(step, name)
        raise error
    return alternatives


def _steps_to(node: Members, path: str, way: Way) -> list[tuple[int, str]] | None:
    """The steps that lead to the array of a path, each with its number and its name."""
    for step, (name, value) in enumerate(node):
        found = None
        if name == OR and not isinstance(value, Members):
            for number, branch in enumerate(value):
                if (inside := _steps_to(branch, path, way)) is not None:
                    found = [(number, f"[{number}]"), *inside]
                    break
        elif isinstance(value, Members):
            found = _steps_to(value, path, (*way, name))
        elif _joined((*way, name)) == path:
            found = []
        if found is not None:
            return [(step, f".{name}"), *found]
    return None


def _object(so_far: list[Alternative], members: Members, way: Way, inside_or: bool) -> list[Alternative]:
    if not members:
        raise PatternError("Empty objects are not allowed")
    for step, (name, node) in enumerate(members):
        try:
            so_far = _member(so_far, name, node, way, inside_or)
        except PatternError as error:
            error.inside(step, f".{name}")
            raise
    return so_far


def _member(so_far: list[Alternative], name: str, node: Any, way: Way, inside_or: bool) -> list[Alternative]:
    if name == OR:
        return _any_of(so_far, node, way)
    if inside_or and name in _RESERVED_INSIDE_OR:
        raise PatternError(f"{name} is Ruler reserved fieldName which cannot be used inside {OR}.")
    if isinstance(node, Members):
        return _object(so_far, node, (*way, name), inside_or)
    if isinstance(node, list):
        return _field(so_far, node, _joined((*way, name)))
    raise PatternError(f'"{name}" must be an object or an array')


def _joined(way: Way) -> str:
    """The path of a key; AWS writes no dot after an empty first key."""
    *around, last = way
    start = ".".join(around)
    return f"{start}.{last}" if start else last


def _any_of(so_far: list[Alternative], node: Any, way: Way) -> list[Alternative]:
    if isinstance(node, Members) or not isinstance(node, list):
        raise PatternError(f"It must be an Array followed with {OR}.")
    together: list[Alternative] = []
    for step, branch in enumerate(node):
        try:
            together += _branch(so_far, branch, way)
        except PatternError as error:
            error.inside(step, f"[{step}]")
            raise
        if len(together) > _MOST_ALTERNATIVES:
            raise PatternError(f"More than {_MOST_ALTERNATIVES} combinations of rule fields in {OR} relationships")
    if len(node) < 2:
        raise PatternError(f"There must have at least 2 Objects in {OR} relationship.")
    return together


def _branch(so_far: list[Alternative], branch: Any, way: Way) -> list[Alternative]:
    if not isinstance(branch, Members):
        raise PatternError(f"Only JSON object is allowed in array of {OR} relationship.")
    copies = [dict(alternative) for alternative in so_far] or [{}]
    return _object(copies, branch, way, True)


def _field(so_far: list[Alternative], node: list[Any], path: str) -> list[Alternative]:
    if not node:
        raise PatternError("Empty arrays are not allowed")
    matchers = tuple([_element(step, item) for step, item in enumerate(node)])
    so_far = so_far or [{}]
    for alternative in so_far:
        alternative[path] = matchers
    return so_far


def _element(step: int, item: Any) -> Matcher:
    try:
        return matcher_of(item)
    except PatternError as error:
        error.inside(step, "")
        raise


class EventPattern:
    """An event pattern with the semantics of EventBridge.

    The semantics are those of event-ruler, AWS's open source engine. The service also rejects wildcards that are too
    complex, and more than 1,000 combinations of `$or`.

    Attributes:
        text: the JSON text as given, or the compact JSON text of a pattern given as an object.
        conditions: the alternatives, with `$or` expanded; each maps its paths (`detail.result`) to their matchers.
    """

    __slots__ = ("_direct_tests", "_tests", "conditions", "text")

    def __init__(self, text: str, alternatives: list[Alternative]) -> None:
        self.text = text
        self.conditions: tuple[Conditions, ...] = tuple(map(MappingProxyType, alternatives))
        self._tests: tuple[EventTest, ...] = ()
        self._direct_tests: tuple[DirectTest, ...] = ()

    @classmethod
    def parse(cls, pattern: str | Mapping[str, Any]) -> "EventPattern":
        """Parse a pattern given as JSON text or as an object.

        Raises:
            InvalidPattern: EventBridge rejects it; with the reason and the position.
        """
        is_text = isinstance(pattern, str)
        text = ""
        try:
            text = pattern if isinstance(pattern, str) else _text(pattern)
            return cls(text, alternatives_of(read(text)))
        except RecursionError:
            raise InvalidPattern(
                "The pattern is nested too deep", "line 1, column 1" if is_text else "$", "$"
            ) from None
        except InvalidJson as error:
            place = _line_and_column(text, error.at or 0) if is_text else "$"
            raise InvalidPattern(error.reason, place, "$") from None
        except PatternError as error:
            path = "$" + "".join(error.names)
            place = _line_and_column(text, index_of(text, error.steps)) if is_text else path
            raise InvalidPattern(error.reason, place, path) from None

    @property
    def size(self) -> int:
        """The number of characters of its compact JSON text, which counts towards the quota if sent in that form."""
        # Python would write some numbers with other digits, so a string of the same length replaces each.
        stated = json.loads(self.text, parse_float=lambda digits: "." * (len(digits) - len('""')))
        return len(json.dumps(stated, separators=(",", ":"), ensure_ascii=False))

    @property
    def given_size(self) -> int:
        """The number of characters of the text as given, whitespace included."""
        return len(self.text)

    @property
    def service_may_differ(self) -> tuple[str, ...]:
        """The reasons why EventBridge may not match as documented: known faults of AWS's engine, one sentence each."""
        return service_may_differ(self.conditions)

    def matches(self, event: Mapping[str, Any] | str) -> bool:
        """Whether the pattern matches an event, given as an object or as its JSON text.

        Raises:
            BadInput: the event is not an object.
        """
        event = object_of(event)
        if not self._direct_tests:
            self._direct_tests = tuple(map(compiled_directly, self.conditions))
        for test in self._direct_tests:
            met = test(event)
            if met:
                return True
            if met is None:
                return self.matches_flat(flatten(event))
        return False

    def matches_flat(self, flat: FlatEvent) -> bool:
        """Whether the pattern matches a flattened event; flatten an event once to match it against many patterns."""
        if not self._tests:
            self._tests = tuple(map(compiled, self.conditions))
        for test in self._tests:  # noqa: SIM110 - a third faster than any()
            if test(flat):
                return True
        return False

    def explain(self, event: Mapping[str, Any] | str) -> Explanation:
        """Return why the pattern matches the event or not, condition by condition.

        Raises:
            BadInput: the event is not an object.
        """
        return matching.explain(self.conditions, flatten(event))

    def __repr__(self) -> str:
        """The pattern as it was given."""
        return f"EventPattern.parse({self.text!r})"


def _text(pattern: Any) -> str:
    if not isinstance(pattern, Mapping):
        raise PatternError("Filter is not an object")
    return text_of(pattern)


def _line_and_column(text: str, at: int) -> str:
    line, column = line_and_column(text, at)
    return f"line {line}, column {column}"
