"""Where the key of a condition probably belongs: keys that are misspelt, in the wrong place, or of another API."""

import difflib
from collections.abc import Collection, Iterator

from pca_events.check.key_names import aliases, plain
from pca_events.check.meant_events import Elements, MeantEvent

_CLOSE = 0.75
_COMPARED = 100  # characters; comparing takes their square
RENAMED, ALIAS, BY_VALUE = 0.2, 0.25, 0.4


Found = Iterator[tuple[str, float]]


def destinations(path: str, elements: Elements, event: MeantEvent, taken: Collection[str]) -> Found:
    """Yield the paths of an event that a condition may be meant for, each with what the move costs.

    Args:
        path: the path that is written.
        elements: the array of the condition.
        event: the event.
        taken: paths that the pattern has a condition on.
    """
    free = [known for known in event.values if known not in taken and known != path]
    for known in free:
        cost = _by_name(path, known)
        if cost is not None:
            yield known, cost
        elif known.startswith(f"{path}.") and event.fulfils(known, elements):
            yield known, RENAMED
    texts = [element for element in elements if isinstance(element, str)]
    for known in free if texts else ():
        telling = known not in event.free or (known == "resources" and all(text.startswith("arn:") for text in texts))
        if telling and event.fulfils(known, texts):
            yield known, BY_VALUE


def _by_name(path: str, known: str) -> float | None:
    last, bare = plain(path.rpartition(".")[2]), plain(known.rpartition(".")[2])
    if bare == last or plain(known) == plain(path):
        return RENAMED
    close = difflib.SequenceMatcher(None, last[:_COMPARED], bare[:_COMPARED]).ratio() > _CLOSE
    return ALIAS if close or last in aliases().get(known, ()) else None
