"""How two regular expressions differ, where that can be told."""

import re

_TOKEN = re.compile(
    r"\\.|\[(?:\\.|[^\]\\])*\]|\((?P<alternatives>[^()\[\]\\?*+{}.^$]*)\)|.",
    re.DOTALL,
)
# A look-ahead can turn less into more, possessive quantifiers too; and engines disagree on [] and [^].
_NOT_MONOTONE = re.compile(r"\(\?|\[\^?\]|[*+?}]\+")


def alternatives_changed(before: str, after: str) -> tuple[list[str], list[str]] | None:
    """Compare two patterns that are equal but for the plain alternatives in brackets, as in `(aws|aws-cn)`.

    Returns:
        The alternatives that are gone and those that are new; None where the patterns differ elsewhere too.
    """
    if _NOT_MONOTONE.search(before) or _NOT_MONOTONE.search(after):
        return None
    old, new = _parts(before), _parts(after)
    if len(old) != len(new):
        return None
    gone: list[str] = []
    come: list[str] = []
    for ours, theirs in zip(old, new, strict=True):
        if isinstance(ours, str) or isinstance(theirs, str):
            if ours != theirs:
                return None
            continue
        gone += [word for word in ours if word not in theirs]
        come += [word for word in theirs if word not in ours]
    return gone, come


def _parts(pattern: str) -> list[str | list[str]]:
    return [
        token[0] if token["alternatives"] is None else token["alternatives"].split("|")
        for token in _TOKEN.finditer(pattern)
    ]
