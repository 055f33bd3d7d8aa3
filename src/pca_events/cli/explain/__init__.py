"""`pca-events explain`: which events an event pattern matches, why, and how to correct it."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from pca_events import catalog
from pca_events.check.report import Fires, Verdict, reason_of
from pca_events.check.suggestions.meant_events import CandidateEvent, GivenEvent, conditions_of, known_events
from pca_events.check.suggestions.replaced_patterns import advice_for
from pca_events.check.suggestions.suggested_fix import NearestEvent, asks_for_cloudtrail, change_to_match, nearest
from pca_events.check.verdicts.conditions import known_part
from pca_events.check.verdicts.relevance import about, about_refused, without_read_only
from pca_events.check.verdicts.verdict import Judged, judged
from pca_events.check.vocabulary import instead_of_waiting
from pca_events.cli.console import console
from pca_events.cli.explain.rules import ExplainedRule, explained_rules
from pca_events.errors import BadInput, InvalidPattern
from pca_events.infrastructure.checked_tree import LARGEST, UnreadableFile, text_of
from pca_events.infrastructure.model import Unknown
from pca_events.json_source import InvalidJson
from pca_events.pattern import EventPattern
from pca_events.pattern.document import compact, plain, read, read_event
from pca_events.wording import printable

_TITLES = {
    "documented": "Nearest documented event:",
    "cloudtrail": "Nearest event, sent by CloudTrail:",
    "never sent": "Nearest event, which AWS never sends:",
}
_FIRES: dict[Fires, str] = {"always": "matches", "may": "may match", "never": "no match"}
_REFUSED = 2


def run(options: argparse.Namespace) -> int:
    """Explain; exit status 0 if the pattern matches, 1 if it does not, 2 for unusable input."""
    source = options.pattern or options.rules
    if source is None or (options.pattern and options.rules):
        raise BadInput("name one file or folder with rules, or a file with an event pattern; - is standard input")
    if "-" in (source, source.partition("#")[0]) and options.event == "-":
        raise BadInput("standard input can be the pattern or the event, not both; name a file for the other")
    event = None if options.event is None else _event(options.event)
    given = explained_rules(source)
    for unreadable in given.unreadable:
        print(printable(f"pca-events: {unreadable.place}: {unreadable.message}"), file=sys.stderr)
    for skipped in given.skipped:
        print(printable(f"pca-events: {skipped.place}: {skipped.what}; {skipped.remedy}"), file=sys.stderr)
    statuses = [_explain(rule, event, alone=len(given.rules) == 1) for rule in given.rules]
    told = [status for status in statuses if status is not None]
    if given.unreadable or _REFUSED in told:
        return _REFUSED
    if event is not None:
        return min(told, default=1)
    return max(told, default=0)


def _explain(rule: ExplainedRule, event: CandidateEvent | None, *, alone: bool) -> int | None:
    """Print the explanation of one rule; return its exit status, or None for a rule of other sources among others."""
    if rule.name:
        _print(f"{rule.place} {rule.name}")
    if isinstance(rule.pattern, Unknown):
        _print(f"  depends on {reason_of(rule.pattern)}, which is known only after deployment")
        return _end(0, alone)
    status: int | None = _REFUSED
    try:
        found = judged(rule.pattern)
    except InvalidPattern as refused:
        words = _refusal(rule, refused)
        if not rule.name:
            raise BadInput(words) from refused
        if not alone and about_refused(rule.pattern) == "other":
            words, status = "is for events of other sources", None
        _print(f"  {words}")
        return _end(status, alone)
    if not alone and about(found[0], found[1], default_bus=True) in ("other", "neighbour"):
        _print("  is for events of other sources")
        return _end(None, alone)
    stated, depends = _known(rule.pattern)
    if event is None:
        status = _print_table(rule, found, stated)
        _print_nearest(stated, depends)
        return _end(status, alone)
    return _end(_print_one(stated, depends, event), alone)


def _end(status: int | None, alone: bool) -> int | None:
    if not alone:
        _print("")
    return status


def _refusal(rule: ExplainedRule, refused: InvalidPattern) -> str:
    if rule.name:
        where = f" (at {refused.path})" if refused.path else ""
        refusal = f"Event pattern is not valid. Reason: {refused.reason}{where}"
    else:
        refusal = str(refused)
    text = rule.pattern if isinstance(rule.pattern, str) else compact(known_part(rule.pattern)[0])
    advice = advice_for(text)
    return f"{refusal}; {advice}" if advice else refusal


def _known(pattern: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    if isinstance(pattern, str):
        stated: dict[str, Any] = plain(read(pattern))
        return stated, []
    return known_part(pattern)


def _print_table(rule: ExplainedRule, found: Judged, known: dict[str, Any]) -> int:
    """Print a line for each event; return 1 if the pattern matches none."""
    stated, verdicts, twins = found
    twins = tuple(without_read_only(twin, stated, rule.read_only_calls) for twin in twins)
    shown = [*verdicts]
    if (known and asks_for_cloudtrail(known)) or any(twin.fires != "never" for twin in twins):
        shown += twins
    width = max(len(verdict.event) for verdict in shown)
    for verdict in shown:
        _print(f"  {verdict.event:<{width}}  {_FIRES[verdict.fires]:<9}  {_why(verdict)}".rstrip())
    return 0 if any(verdict.fires != "never" for verdict in shown) else 1


def _why(verdict: Verdict) -> str:
    if verdict.conditions or not verdict.blocks:
        return "; ".join(verdict.conditions)
    block = verdict.blocks[0]
    event = _by_name()[verdict.event]
    if block.path not in event.values and block.path not in event.free:
        return f"has no {block.path}"
    if block.path in event.free or block.path == "detail.eventName":
        return str(block)
    return f"{block.path} is {' or '.join(map(json.dumps, event.values[block.path]))}"


def _print_nearest(known: dict[str, Any], depends: list[tuple[str, str]]) -> None:
    """Print the explanation for the event that is nearest to the pattern."""
    if not known:
        _print_depends(depends)
        return
    near = nearest(known)
    _print("")
    if not near.near:
        for line in _none_is_near():
            _print(line)
        _print_instead(known)
        return
    event = next(one for one in known_events() if one.name == near.event)
    _print(f"{_TITLES[near.kind]} {near.event}")
    explanation = EventPattern.parse(compact(known)).explain(event.sample)
    if near.edits or explanation.matched:
        _print_conditions(known, depends, event)
    else:  # other events of this kind match, but not the sample
        _print(f"{_verdict(depends)} {'; '.join(near.conditions)}".rstrip())
        _print_depends(depends)
    if near.edits or not depends:
        for line in _advice(near):
            _print(f"  {line}")
    if near.edits:
        _print_instead(known)


def _verdict(depends: list[tuple[str, str]]) -> str:
    if not depends:
        return "matches"
    return f"may match: depends on {', '.join(dict.fromkeys(reason for _, reason in depends))}"


def _print_one(known: dict[str, Any], depends: list[tuple[str, str]], event: CandidateEvent) -> int:
    """Print why a pattern matches one event or not, and how to correct it; return 1 if it does not match."""
    if not known:
        _print_depends(depends)
        return 0
    if _print_conditions(known, depends, event):
        return 0
    fix, near = change_to_match(known, event), nearest(known, event.name)
    for title, found in (("To match", fix), (_TITLES.get(near.kind, ""), near)):
        shown = found.near or found is fix
        _print(f"{title} {found.event if shown else 'none'}")
        for line in _advice(found) if shown else _none_is_near():
            _print(f"  {line}")
    _print_instead(known)
    return 1


def _print_conditions(known: dict[str, Any], depends: list[tuple[str, str]], event: CandidateEvent) -> bool:
    """Print the result of each condition; return whether the known ones match."""
    pattern = EventPattern.parse(compact(known))
    explanation = pattern.explain(event.sample)
    words = str(explanation)
    if explanation.matched:
        words = words.replace("matches", _verdict(depends), 1)
    _print(words)
    _print_depends(depends)
    for words in pattern.service_may_differ:
        _print(f"  AWS may decide differently: {words}")
    return explanation.matched


def _print_depends(depends: Iterable[tuple[str, str]]) -> None:
    for path, reason in depends:
        _print(f"  {path}: depends on {reason}")


def _print_instead(known: dict[str, Any]) -> None:
    for words in instead_of_waiting((".".join(map(str, way)), elements) for way, elements in conditions_of(known)):
        _print(words)


def _print(text: str) -> None:
    console().block(text)


def _advice(found: NearestEvent) -> Iterator[str]:
    """The edits one by one, and the edited pattern."""
    if not found.solved:
        yield "no pattern matches it"
    elif not found.edits:
        yield "nothing to change: the pattern matches it"
    yield from map(str, found.edits)
    if found.edits and found.edits[0].path:
        yield f"pattern: {compact(found.pattern)}"
    yield from (f"matches conditionally: {condition}" for condition in found.conditions)
    if found.advice:
        yield f"AWS never sends this event. {found.advice}"


def _none_is_near() -> Iterator[str]:
    yield "no documented event is similar to the pattern; detail-types of AWS Private CA:"
    yield from (f'  "{detail_type}"' for detail_type in catalog.detail_types())


@cache
def _by_name() -> dict[str, CandidateEvent]:
    twins = {twin.id: twin.detail_type for twin in catalog.cloudtrail_twins()}
    named = {event.name: event for event in known_events()}
    return named | {twin_id: named[detail_type] for twin_id, detail_type in twins.items()}


def _event(name: str) -> CandidateEvent:
    if name in _by_name():
        return _by_name()[name]
    try:
        if name == "-":
            return GivenEvent("standard input", read_event(sys.stdin.buffer.read(LARGEST + 1).decode("utf-8-sig")))
        return GivenEvent(name, read_event(text_of(name, always=True) or ""))
    except InvalidJson as error:
        raise BadInput(f"{name}: {error.reason}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{name}: the event is not UTF-8 (byte {error.start})") from error
    except UnreadableFile as refused:
        raise _no_event(name, refused) from refused


def _no_event(name: str, refused: UnreadableFile) -> BadInput:
    from pca_events.wording import did_you_mean, file_meant

    if "No such file" not in str(refused):
        return BadInput(f"{name}: {refused}")
    advice = file_meant(name).removeprefix("; ") or did_you_mean(name, _by_name()) or "pca-events list prints the ids"
    return BadInput(f'"{name}" is neither a file nor the id of an event; {advice}')
