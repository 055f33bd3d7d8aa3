"""Texts of a policy with wildcards and policy variables, compared with texts of a request."""

import re
from collections.abc import Iterable
from functools import lru_cache

from pca_events.iam_policy.request import Request, is_known

Tokens = tuple[str, ...]
"""A text as wildcards and what is between them, in turn: the odd ones are wildcards."""

_WILDCARD = re.compile(r"([*?])")
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_WITH_DEFAULT = re.compile(r"(?P<key>[^,]*),\s*'(?P<default>[^']*)'\s*")
_ESCAPED = ("*", "?", "$")
_ARN_FIELDS = 6


@lru_cache(maxsize=1024)
def _plain(text: str) -> Tokens:
    return tuple(_WILDCARD.split(text))


def tokens_of(text: str, request: Request, variables: bool) -> tuple[bool | None, Tokens]:
    """Return a text of a policy with its variables replaced by what they stand for, which has no wildcards.

    Args:
        text: the text.
        request: has the values of the variables.
        variables: whether the version of the policy language has variables.

    Returns:
        Whether the text has a value: False if a variable has none, None if that is not known. And the tokens.
    """
    if not variables or "${" not in text:
        return True, _plain(text)
    made: Tokens = ("",)
    pieces = _VARIABLE.split(text)
    for written, variable in zip(pieces[::2], [*pieces[1::2], None], strict=True):
        made = _joined(made, _plain(written))
        if variable is not None:
            there, value = _value_of(variable, request)
            if there is not True:
                return there, ()
            made = _joined(made, (value,))
    return True, made


def _joined(first: Tokens, second: Tokens) -> Tokens:
    return (*first[:-1], first[-1] + second[0], *second[1:])


def _value_of(variable: str, request: Request) -> tuple[bool | None, str]:
    """The value of a variable; a key with several values has none."""
    if variable in _ESCAPED:
        return True, variable
    with_default = _WITH_DEFAULT.fullmatch(variable)
    value = request.context.get((with_default["key"] if with_default else variable).strip().lower())
    if not is_known(value) or (value is None and not request.complete):
        return None, ""
    if isinstance(value, str):
        return True, value
    return (True, with_default["default"]) if with_default else (False, "")


def is_equal(tokens: Tokens, text: str) -> bool:
    """Whether a text is the same, wildcards taken as characters."""
    return "".join(tokens) == text


def is_like(tokens: Tokens, text: str) -> bool:
    """Whether a text matches: `*` is any characters, `?` is one."""
    return _matches(tokens, text, bounded=())


def is_like_arn(tokens: Tokens, text: str) -> bool:
    """Whether an ARN matches field by field; fields that the pattern lacks match anything."""
    missing = _ARN_FIELDS - 1 - sum(token.count(":") for token in tokens)
    padded = _joined(tokens, _plain(":*" * missing))
    return _matches(padded, text, _of_fields(padded))


def is_like_resource(tokens: Tokens, text: str) -> bool:
    """Whether an ARN matches as the Resource element does: a `*` that ends a field may match colons too."""
    follows = (*tokens[:-1], tokens[-1] or ":")
    bounded = [at for at in _of_fields(tokens) if tokens[at] == "?" or not follows[at + 1].startswith(":")]
    return _matches(tokens, text, bounded)


def _of_fields(tokens: Tokens) -> list[int]:
    """The wildcards in a field before the last, in which a colon ends the field."""
    colons, found = 0, []
    for at, token in enumerate(tokens):
        colons += token.count(":")
        if at % 2 and colons < _ARN_FIELDS - 1:
            found.append(at)
    return found


def _matches(tokens: Tokens, text: str, bounded: Iterable[int]) -> bool:
    """Whether a text matches; the bounded wildcards do not match a colon.

    Time grows at most with the product of the two lengths, however many wildcards there are.
    """
    if len(tokens) == 1:
        return tokens[0] == text
    within = set(bounded)
    reached = {0}
    for at, piece in enumerate(tokens):
        repeated = tokens[max(at - 2, 0) : at + 1] == ("*", "", "*") and (at in within) == (at - 2 in within)
        if not piece or repeated:  # neither matches anything more
            continue
        if at % 2 == 0:
            reached = {here + len(piece) for here in reached if text.startswith(piece, here)}
        elif piece == "?":
            reached = {here + 1 for here in reached if here < len(text) and not (at in within and text[here] == ":")}
        elif at in within:
            reached = _up_to_colons(text, reached)
        else:
            reached = set(range(min(reached), len(text) + 1))
        if not reached:
            return False
    return len(text) in reached


def _up_to_colons(text: str, starts: set[int]) -> set[int]:
    found: set[int] = set()
    for start in sorted(starts):
        if start not in found:
            end = text.find(":", start)
            found.update(range(start, (len(text) if end < 0 else end) + 1))
    return found
