"""An event pattern: read once, refused as AWS refuses it, held against events as EventBridge does."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pca_events.errors import InvalidPattern
from pca_events.json_source import InvalidJson, index_of, line_and_column
from pca_events.pattern import explanation
from pca_events.pattern.document import read, text_of
from pca_events.pattern.engine_limits import service_may_differ
from pca_events.pattern.explanation import Explanation
from pca_events.pattern.flat_event import FlatEvent, flatten
from pca_events.pattern.matching import Conditions, EventTest, compiled
from pca_events.pattern.operators import PatternError
from pca_events.pattern.parser import Alternative, alternatives_of


class EventPattern:
    """What a rule asks of an event, with the semantics of EventBridge.

    The semantics are those of AWS's open source engine. What the service was seen to do beyond it: it refuses
    wildcards that are too complex, and more than 1,000 combinations of `$or`.

    Attributes:
        text: the pattern as it was given, or the compact JSON text of what was given as an object.
        conditions: the alternatives, `$or` multiplied out; each holds the matchers of its paths (`detail.result`).
    """

    __slots__ = ("_tests", "conditions", "text")

    def __init__(self, text: str, alternatives: list[Alternative]) -> None:
        self.text = text
        self.conditions: tuple[Conditions, ...] = tuple(map(MappingProxyType, alternatives))
        self._tests: tuple[EventTest, ...] = ()

    @classmethod
    def parse(cls, pattern: str | Mapping[str, Any]) -> "EventPattern":
        """Read a pattern, given as JSON text or as an object.

        Raises:
            InvalidPattern: EventBridge refuses it, with the reason and the place.
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
        """The characters of its compact JSON text, which is what counts towards the quota where it is sent so."""
        # A text of the same length stands for each number that Python would write in other digits.
        stated = json.loads(self.text, parse_float=lambda digits: "." * (len(digits) - len('""')))
        return len(json.dumps(stated, separators=(",", ":"), ensure_ascii=False))

    @property
    def given_size(self) -> int:
        """The characters of the text as it was given, blanks included."""
        return len(self.text)

    @property
    def service_may_differ(self) -> tuple[str, ...]:
        """Why EventBridge may not match as documented: faults of AWS's published engine, in a sentence each."""
        return service_may_differ(self.conditions)

    def matches(self, event: Mapping[str, Any] | str) -> bool:
        """Whether EventBridge sends this event, an object or its JSON text, to the rule's targets.

        Raises:
            BadInput: the event is not an object.
        """
        return self.matches_flat(flatten(event))

    def matches_flat(self, flat: FlatEvent) -> bool:
        """Whether the pattern matches an event that was flattened before; the way to hold one against many patterns."""
        if not self._tests:
            self._tests = tuple(map(compiled, self.conditions))
        for test in self._tests:  # noqa: SIM110 - a third faster than any()
            if test(flat):
                return True
        return False

    def explain(self, event: Mapping[str, Any] | str) -> Explanation:
        """Return why it matches or ignores the event, condition by condition.

        Raises:
            BadInput: the event is not an object.
        """
        return explanation.explain(self.conditions, flatten(event))

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
