"""Probable corrections of the values and the key of a condition, with their cost."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from pca_events.check.suggestions.meant_events import CandidateEvent, Elements
from pca_events.check.vocabulary import NOT_ALIKE, aliases, likeness, plain, promised
from pca_events.wording import similarity

Candidate = tuple[Any, float]
"""A replacement for an element, and the cost of the change: from 0 for the same up to `OPPOSITE`."""

SPELLING, FORM, UNLIKE, OPPOSITE = 0.15, 0.3, 1.2, 3.0
_MOST_ELEMENTS = 20
_SURE = 0.8
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ACM_CERTIFICATE = re.compile(r"arn:([\w-]+):acm:([\w-]+:\d{12}):certificate/.*")
_CERTIFICATE = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}(?:T[\d:]*)?")
_ALWAYS_THE_SAME = ("source", "version", "detail.eventSource", "detail.eventType")
_AFFIXES = ("prefix", "suffix", "wildcard", "equals-ignore-case", "exactly")


def corrected(path: str, elements: Elements, event: CandidateEvent) -> tuple[list[Any], float] | None:
    """Return the elements with which the event meets a condition, and the cost of the change."""
    best: tuple[float, int, Any] | None = None
    for at, element in enumerate(elements[:_MOST_ELEMENTS]):
        for candidate, cost in candidates(path, element, event):
            if (best is None or cost < best[0]) and event.fulfils(path, [candidate]):
                best = (cost, at, candidate)
    if best is None:
        return None
    cost, place, instead = best
    after = [instead if at == place else _likely(path, element, event) for at, element in enumerate(elements)]
    return [item for at, item in enumerate(after) if item not in after[:at]], cost


def candidates(path: str, element: Any, event: CandidateEvent) -> Iterator[Candidate]:
    """Yield probable corrections of an element; the event does not necessarily match them."""
    if isinstance(element, str):
        yield from _spellings(path, element)
        yield from _forms(path, element, event)
        yield from _documented(path, element, event)
    elif isinstance(element, dict):
        yield from _of_operator(path, element, event)
    else:
        yield from _of_other_value(path, element, event)


def _likely(path: str, element: Any, event: CandidateEvent) -> Any:
    """The corrected element, if the correction is certain for any event; otherwise the element itself."""
    if not isinstance(element, str) or path in event.free:
        return element
    if path == "detail.result":
        return promised(element) or element
    near = [value for value in event.values.get(path, ()) if isinstance(value, str)]
    return next((value for value in near if likeness(path, element, value) > _SURE), element)


def _spellings(path: str, text: str) -> Iterator[Candidate]:
    stripped = text.strip().strip("\"'").strip()
    variants = [stripped, stripped.lower(), stripped.rstrip(".,;"), f"{stripped}."]
    if path == "region":
        dashed = re.sub(r"(?<=[a-z])-?(?=\d)", "-", stripped.lower().replace("_", "-").replace(" ", "-"))
        variants += [dashed, re.sub(r"(?<=\d)[a-f]$", "", dashed)]
    elif path == "account":
        variants.append(re.sub(r"\D", "", text))
    elif path == "detail.eventName":
        joined = re.sub(r"[\s_-]+", "", stripped)
        variants.append(joined[:1].upper() + joined[1:])
    for variant in dict.fromkeys(variants):
        if variant and variant != text:
            yield variant, SPELLING


def _forms(path: str, text: str, event: CandidateEvent) -> Iterator[Candidate]:
    """Other forms of a string: a wildcard, a prefix, a suffix."""
    plain = re.sub(r"^\^|\$$", "", text).replace(".*", "*").replace("%", "*")
    plain = re.sub(r"\*+", "*", plain).replace("\\", "")
    if plain == "*":
        yield {"exists": True}, FORM
        if path not in event.free and len(event.values.get(path, ())) == 1 and path in _ALWAYS_THE_SAME:
            yield event.values[path][0], SPELLING
    elif "*" in plain:
        if plain.count("*") == 1 and plain.endswith("*"):
            yield {"prefix": plain[:-1]}, FORM
        yield {"wildcard": plain}, FORM
    elif plain != text and plain:
        yield plain, FORM
    if path == "time" and _DATE.match(text):
        yield {"prefix": text}, FORM
    if path == "resources":
        yield from _resources(text)


def _resources(text: str) -> Iterator[Candidate]:
    if found := _ACM_CERTIFICATE.fullmatch(text):
        yield {"prefix": f"arn:{found[1]}:acm-pca:{found[2]}:certificate-authority/"}, UNLIKE - FORM
    elif found := _UUID.search(text):
        yield {"suffix": f":certificate-authority/{found[0].lower()}"}, FORM + SPELLING
    elif text.startswith("arn:"):
        yield {"prefix": text}, FORM
    if found := _CERTIFICATE.fullmatch(text.rpartition("/")[2]):
        yield {"suffix": f"/certificate/{found[0].lower()}"}, FORM + SPELLING
    if ":acm:" in text:
        yield text.replace(":acm:", ":acm-pca:"), SPELLING


def _documented(path: str, text: str, event: CandidateEvent) -> Iterator[Candidate]:
    for value in event.values.get(path, ()):
        if not isinstance(value, str) or path in event.free:
            yield value, UNLIKE
            continue
        alike = likeness(path, text, value)
        yield value, _cost(path, text, value, alike)


def _cost(path: str, text: str, value: str, alike: float) -> float:
    if alike > 0.5:
        return SPELLING + 1.0 - alike
    if path == "detail.result" and promised(text) not in ("", value):
        return OPPOSITE
    return UNLIKE + (0.5 - alike) * 0.1


def _of_operator(path: str, element: dict[str, Any], event: CandidateEvent) -> Iterator[Candidate]:
    name, operand = next(iter(element.items()), ("", None))
    values = event.values.get(path, ())
    if isinstance(operand, dict):  # {"prefix": {"equals-ignore-case": ...}}
        operand = next(iter(operand.values()), None)
    if name in _AFFIXES and isinstance(operand, str):
        if path not in event.free:
            for value in filter(_is_text, values):
                yield from _of_text_operator(path, name, operand, value)
        yield from _other_operators(operand)
    elif name == "anything-but" and isinstance(operand, list):
        yield {"anything-but": [item for item in operand if item not in values]}, UNLIKE
    elif name not in ("anything-but", "exists"):
        yield from ((value, UNLIKE) for value in values)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _other_operators(operand: str) -> Iterator[Candidate]:
    yield {"prefix": operand.strip("*")}, FORM
    yield {"suffix": operand.strip("*")}, FORM
    if "*" not in operand:
        yield {"wildcard": f"*{operand}*"}, FORM + SPELLING


def _of_text_operator(path: str, name: str, operand: str, value: str) -> Iterator[Candidate]:
    low, words = value.lower(), operand.strip().lower()
    bare = words.strip("*")
    if name == "prefix" and bare and low.startswith(bare):
        yield {"prefix": value[: len(bare)]}, SPELLING
    elif name == "suffix" and bare and low.endswith(bare):
        yield {"suffix": value[-len(bare) :]}, SPELLING
    elif bare and bare in low:
        at = low.index(bare)
        yield {"wildcard": f"*{value[at : at + len(bare)]}*"}, SPELLING
    alike = likeness(path, operand.replace("*", " "), value)
    if name == "prefix":
        # A prefix is like the beginning of a value, not like the whole of it.
        beginning = value[: len(bare)]
        if alike < (near := likeness("", bare, beginning)) and near > _SURE:
            yield {"prefix": beginning}, SPELLING + 1.0 - near
    if alike != NOT_ALIKE or path == "detail.result":
        yield value, FORM + _cost(path, operand, value, alike)
    else:
        yield value, UNLIKE


def _of_other_value(path: str, element: Any, event: CandidateEvent) -> Iterator[Candidate]:
    """A number, true, false or null instead of a string."""
    written = "" if element is None else str(element)
    if path == "account" and 10 <= len(written) <= 12:
        yield written.zfill(12), SPELLING
    for value in event.values.get(path, ()):
        if path == "detail.result" and isinstance(element, bool):
            yield value, SPELLING if promised(written) == value else OPPOSITE
        elif isinstance(value, str) and value == written:
            yield value, SPELLING
        else:
            yield value, UNLIKE


_CLOSE = 0.75
RENAMED, ALIAS, BY_VALUE = 0.2, 0.25, 0.4


Found = Iterator[tuple[str, float]]


def destinations(path: str, elements: Elements, event: CandidateEvent, taken: Collection[str]) -> Found:
    """Yield the paths of an event that a condition may have been meant for, each with the cost of the move.

    Args:
        path: the path in the pattern.
        elements: the array of the condition.
        event: the event.
        taken: paths that the pattern already has a condition on.
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
    close = similarity(last, bare) > _CLOSE
    return ALIAS if close or last in aliases().get(known, ()) else None
