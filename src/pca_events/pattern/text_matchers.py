"""The matchers of texts: how they begin, how they end, what they look like."""

from collections.abc import Callable
from dataclasses import dataclass

from pca_events.pattern import letter_case, wildcards
from pca_events.pattern.matcher import KeyTest, Matcher, quoted


@dataclass(frozen=True, slots=True)
class Prefix(Matcher):
    """A text that begins so."""

    text: str
    ignore_case: bool = False

    @property
    def words(self) -> str:
        """What it begins with."""
        return f"begins with {quoted(self.text)}{_any_case(self.ignore_case)}"

    def test(self) -> KeyTest:
        """Return the condition on a leaf as it is compared."""
        if self.ignore_case:
            return _of_text(letter_case.begins(self.text))
        text = self.text
        return lambda key: isinstance(key, str) and key.startswith(text)


@dataclass(frozen=True, slots=True)
class Suffix(Matcher):
    """A text that ends so."""

    text: str
    ignore_case: bool = False

    @property
    def words(self) -> str:
        """What it ends with."""
        return f"ends with {quoted(self.text)}{_any_case(self.ignore_case)}"

    def test(self) -> KeyTest:
        """Return the condition on a leaf as it is compared."""
        if self.ignore_case:
            return _of_text(letter_case.ends(self.text))
        text = self.text
        return lambda key: isinstance(key, str) and key.endswith(text)


@dataclass(frozen=True, slots=True)
class EqualsIgnoreCase(Matcher):
    """A text, in any letter case."""

    text: str

    @property
    def words(self) -> str:
        """The text."""
        return f"{quoted(self.text)}{_any_case(True)}"

    def test(self) -> KeyTest:
        """Return the condition on a leaf as it is compared."""
        return _of_text(letter_case.equals(self.text))


@dataclass(frozen=True, slots=True)
class Wildcard(Matcher):
    """A text in which `*` stands for any characters, as the pattern writes it."""

    text: str

    @property
    def words(self) -> str:
        """The wildcard."""
        return f"fits {quoted(self.text)}"

    def test(self) -> KeyTest:
        """Return the condition on a leaf as it is compared."""
        return _of_text(wildcards.test_of(wildcards.characters_of(self.text)))


def _any_case(ignore_case: bool) -> str:
    return " in any letter case" if ignore_case else ""


def _of_text(test: Callable[[str], bool]) -> KeyTest:
    return lambda key: isinstance(key, str) and test(key)
