"""The matchers of event patterns: one condition on one value each."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pca_events.json_source import WrittenNumber
from pca_events.pattern.document import Key, key_of
from pca_events.pattern.text_comparison import (
    begins_ignoring_case,
    characters_of,
    digits_of,
    ends_ignoring_case,
    equals_ignoring_case,
    range_of,
    wildcard_test,
)

if not TYPE_CHECKING:

    def override(method: Callable[..., Any]) -> Callable[..., Any]:
        """Do what `typing.override` does, which Python has from 3.12 on: return the method."""
        return method
else:
    from typing_extensions import override

KeyTest = Callable[[Key], bool]


class Matcher(ABC):
    """One condition on a value; a field meets its conditions if one of them accepts one of its values."""

    __slots__ = ()

    @property
    @abstractmethod
    def words(self) -> str:
        """The condition as text: `begins with "arn:aws:"`."""

    @abstractmethod
    def test(self) -> KeyTest:
        """Return the condition as a function of a leaf's key."""

    def accepts(self, value: Any) -> bool:
        """Whether a leaf of an event (a string, a number, true, false or null) meets the condition."""
        key = key_of(value)
        return key is not None and self.test()(key)


def either(several: Iterable[Matcher]) -> str:
    """The conditions as text, joined by `or`."""
    return " or ".join(matcher.words for matcher in several)


def quoted(value: Any) -> str:
    """The value as JSON, without escaping letters."""
    return json.dumps(value, ensure_ascii=False, default=str)


@dataclass(frozen=True, slots=True)
class Prefix(Matcher):
    """A string with this prefix."""

    text: str
    ignore_case: bool = False

    @property
    @override
    def words(self) -> str:
        return f"begins with {quoted(self.text)}{_any_case(self.ignore_case)}"

    @override
    def test(self) -> KeyTest:
        if self.ignore_case:
            return _of_text(begins_ignoring_case(self.text))
        text = self.text
        return lambda key: isinstance(key, str) and key.startswith(text)


@dataclass(frozen=True, slots=True)
class Suffix(Matcher):
    """A string with this suffix."""

    text: str
    ignore_case: bool = False

    @property
    @override
    def words(self) -> str:
        return f"ends with {quoted(self.text)}{_any_case(self.ignore_case)}"

    @override
    def test(self) -> KeyTest:
        if self.ignore_case:
            return _of_text(ends_ignoring_case(self.text))
        text = self.text
        return lambda key: isinstance(key, str) and key.endswith(text)


@dataclass(frozen=True, slots=True)
class EqualsIgnoreCase(Matcher):
    """A string, compared without regard to letter case."""

    text: str

    @property
    @override
    def words(self) -> str:
        return f"{quoted(self.text)}{_any_case(True)}"

    @override
    def test(self) -> KeyTest:
        return _of_text(equals_ignoring_case(self.text))


@dataclass(frozen=True, slots=True)
class Wildcard(Matcher):
    """A string with wildcards as the pattern writes it: `*` matches any characters."""

    text: str

    @property
    @override
    def words(self) -> str:
        return f"fits {quoted(self.text)}"

    @override
    def test(self) -> KeyTest:
        return _of_text(wildcard_test(characters_of(self.text)))


def _any_case(ignore_case: bool) -> str:
    return " in any letter case" if ignore_case else ""


def _of_text(test: Callable[[str], bool]) -> KeyTest:
    return lambda key: isinstance(key, str) and test(key)


@dataclass(frozen=True, slots=True)
class Exact(Matcher):
    """An exact value; numbers are compared by value, so 300 equals 3.0e2."""

    value: Any = field(compare=False)
    key: Key = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Derive the key, which distinguishes 1 from true."""
        key = key_of(self.value)
        if key is None:
            raise TypeError(f"not a string, number, true, false or null: {self.value!r}")
        object.__setattr__(self, "key", key)

    @property
    @override
    def words(self) -> str:
        return self.value.text if isinstance(self.value, WrittenNumber) else quoted(self.value)

    @override
    def test(self) -> KeyTest:
        return frozenset((self.key,)).__contains__


@dataclass(frozen=True, slots=True)
class Address(Matcher):
    """An exact value that is an IP address: any spelling of the address matches."""

    text: str

    @property
    @override
    def words(self) -> str:
        return quoted(self.text)

    @override
    def test(self) -> KeyTest:
        digits = digits_of(self.text) or ""
        return lambda key: isinstance(key, str) and (digits_of(key) or "").startswith(digits)


@dataclass(frozen=True, slots=True)
class Numeric(Matcher):
    """A number in a range of one or two bounds; an open bound is excluded."""

    lower: float | None = None
    lower_open: bool = False
    upper: float | None = None
    upper_open: bool = False

    @property
    @override
    def words(self) -> str:
        if self.lower is not None and self.lower == self.upper:
            return f"= {_plain(self.lower)}"
        parts = []
        if self.lower is not None:
            parts.append(f"{'>' if self.lower_open else '>='} {_plain(self.lower)}")
        if self.upper is not None:
            parts.append(f"{'<' if self.upper_open else '<='} {_plain(self.upper)}")
        return " and ".join(parts)

    @override
    def test(self) -> KeyTest:
        return lambda key: isinstance(key, float) and self._above(key) and self._below(key)

    def _above(self, number: float) -> bool:
        return self.lower is None or number > self.lower or (number == self.lower and not self.lower_open)

    def _below(self, number: float) -> bool:
        return self.upper is None or number < self.upper or (number == self.upper and not self.upper_open)


@dataclass(frozen=True, slots=True)
class Exists(Matcher):
    """A field that is present with any value, null included, or that is absent; an empty array is absent."""

    wanted: bool

    @property
    @override
    def words(self) -> str:
        return "present" if self.wanted else "absent"

    @override
    def test(self) -> KeyTest:
        return lambda _: self.wanted


@dataclass(frozen=True, slots=True)
class Cidr(Matcher):
    """A string that is an IP address in the range."""

    text: str

    @property
    @override
    def words(self) -> str:
        return f"an address in {self.text}"

    @override
    def test(self) -> KeyTest:
        held = range_of(self.text)

        def test(key: Key) -> bool:
            digits = digits_of(key) if isinstance(key, str) else None
            return digits is not None and held.contains(digits)

        return test


@dataclass(frozen=True, slots=True)
class AnythingBut(Matcher):
    """A value, null included, that none of the matchers accepts.

    Addresses are plain strings here: anything but "10.0.0.1" accepts "010.0.0.1".
    """

    refused: tuple[Matcher, ...]

    @property
    @override
    def words(self) -> str:
        exact = all(isinstance(matcher, (Exact, EqualsIgnoreCase)) for matcher in self.refused)
        return f"anything but {'' if exact else 'what '}{either(self.refused)}"

    @override
    def test(self) -> KeyTest:
        refused = test_of(self.refused)
        return lambda key: not refused(key)


def test_of(several: Iterable[Matcher]) -> KeyTest:
    """Return the condition that one of the matchers accepts a leaf's key."""
    matchers = list(several)
    keys = frozenset(matcher.key for matcher in matchers if isinstance(matcher, Exact))
    tests = tuple(matcher.test() for matcher in matchers if not isinstance(matcher, Exact))
    if not tests:
        return keys.__contains__
    if not keys and len(tests) == 1:
        return tests[0]
    return lambda key: key in keys or any(test(key) for test in tests)


def _plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() and abs(number) < 1e16 else repr(number)
