"""What every condition on one value has in common, whatever its operator."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from pca_events.pattern.leaves import Key, key_of

KeyTest = Callable[[Key], bool]


class Matcher(ABC):
    """One condition on a value; a field fulfils its conditions when one of them accepts one of its values."""

    __slots__ = ()

    @property
    @abstractmethod
    def words(self) -> str:
        """The condition for people: `begins with "arn:aws:"`."""

    @abstractmethod
    def test(self) -> KeyTest:
        """Return the condition on a leaf as it is compared."""

    def accepts(self, value: Any) -> bool:
        """Whether one leaf of an event (text, number, true, false or null) fulfils the condition."""
        key = key_of(value)
        return key is not None and self.test()(key)


def either(several: Iterable[Matcher]) -> str:
    """The conditions in words, one or the other."""
    return " or ".join(matcher.words for matcher in several)


def quoted(value: Any) -> str:
    """The value as JSON, letters as they are."""
    return json.dumps(value, ensure_ascii=False, default=str)
