"""The texts that a matcher of an event pattern accepts, as a set."""

from pca_events.check.regular_languages import ANYTHING, EMPTY, NOTHING, Texts, but, either, text, then
from pca_events.pattern import (
    AnythingBut,
    EqualsIgnoreCase,
    Exact,
    Exists,
    Matcher,
    Prefix,
    Suffix,
    Wildcard,
)


def accepted(matcher: Matcher) -> Texts:
    """Return every text that the matcher accepts; what compares numbers, addresses or absence accepts none."""
    match matcher:
        case Exact(str(value)):
            return text(value)
        case Prefix():
            return then(text(matcher.text, ignore_case=matcher.ignore_case), ANYTHING)
        case Suffix():
            return then(ANYTHING, text(matcher.text, ignore_case=matcher.ignore_case))
        case EqualsIgnoreCase():
            return text(matcher.text, ignore_case=True)
        case Wildcard():
            return _wildcard(matcher.text)
        case AnythingBut():
            return but(either(*map(accepted, matcher.refused)))
        case Exists(wanted=True):
            return ANYTHING
    return NOTHING


def _wildcard(pattern: str) -> Texts:
    """`*` is any text; a backslash makes the character after it an ordinary one."""
    made, characters = EMPTY, iter(pattern)
    for character in characters:
        if character == "*":
            made = then(made, ANYTHING)
        else:
            made = then(made, text(next(characters) if character == "\\" else character))
    return made
