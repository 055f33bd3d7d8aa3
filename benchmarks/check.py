"""How fast event patterns are matched with events: the engine of pca-events and others, on one set, in one run.

    python benchmarks/check.py [PATTERNS] [ROUNDS] [--small]

Judges so many rules (10,000, unless told) as `check` does, all different: with every operator, and for one CA each.
Then makes as many patterns of the kind that rules for AWS Private CA have, matches each with the documented events,
and prints the evaluations per second of each way, and the ratio. The slower ways get a part of the set. Needs
LocalStack (which brings moto); MiniStack (pip) is optional; without one its line says so.
"""

import argparse
import copy
import importlib
import importlib.util
import itertools
import json
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from pca_events import catalog
from pca_events.backends import EmbeddedLocalStack
from pca_events.check.rules import check
from pca_events.infrastructure.model import Reading, Rule, SourceLocation
from pca_events.pattern import EventPattern, flatten

EVENTS = [entry.event for entry in catalog.documented_events()]
FEW = 20
Run = Callable[[], int]
Way = Callable[[list[str]], Run]


def make_patterns(count: int) -> list[str]:
    """Write patterns of the kinds that rules have: exact lists mostly, some with prefix, anything-but or resources."""
    chance = random.Random(1)
    made = []
    for _ in range(count):
        pattern: dict[str, Any] = copy.deepcopy(chance.choice(catalog.documented_events()).pattern)
        kind = chance.random()
        if kind < 0.15:
            pattern["detail-type"] = [{"prefix": "ACM Private CA C"}]
        elif kind < 0.3:
            pattern["detail-type"] = chance.sample(catalog.detail_types(), 2)
        if chance.random() < 0.2:
            pattern["detail"] = {"result": [{"anything-but": "success"}]}
        elif chance.random() < 0.2:
            del pattern["detail"]
        if chance.random() < 0.2:
            pattern["resources"] = [{"prefix": f"arn:aws:acm-pca:{chance.choice(['us-east-1', 'eu-west-1'])}:"}]
        made.append(json.dumps(pattern))
    return made


def ours(texts: list[str]) -> Run:
    """Match flat events with patterns that were read before."""
    flat = [flatten(event) for event in EVENTS]
    patterns = [EventPattern.parse(text) for text in texts]
    return lambda: sum(pattern.matches_flat(event) for pattern in patterns for event in flat)


def ours_from_text(texts: list[str]) -> Run:
    """Read the patterns, flatten the events, and match them."""
    return lambda: ours(texts)()


def with_moto(texts: list[str]) -> Run:
    """Match events with patterns as moto stores them with a rule."""
    models = importlib.import_module("moto.events.models")
    patterns = [models.EventPattern(text, json.loads(text)) for text in texts]
    return lambda: sum(pattern.matches_event(event) for pattern in patterns for event in EVENTS)


def with_ministack(texts: list[str]) -> Run:
    """Match events as MiniStack sees them with patterns, which it compiles once and keeps."""
    engine = importlib.import_module("ministack.services.eventbridge")
    views = [engine._pattern_event_view(_entry(event)) for event in EVENTS]

    def run() -> int:
        return sum(bool(engine._matches_pattern_view(text, view)) for text in texts for view in views)

    run()
    return run


def _entry(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "Resources": event["resources"],
        "Account": event["account"],
        "Region": event["region"],
        "Time": event["time"],
        "EventId": event["id"],
    }


def with_localstack(client: Any, texts: list[str]) -> Run:
    """Ask TestEventPattern of the embedded LocalStack, one call for each evaluation."""
    events = [json.dumps(event) for event in EVENTS]

    def run() -> int:
        pairs = itertools.product(texts, events)
        return sum(client.test_event_pattern(EventPattern=text, Event=event)["Result"] for text, event in pairs)

    return run


def rate(way: Way, texts: list[str]) -> float | None:
    """Return the evaluations per second, or None if it is not installed; the results must be the same."""
    if way is with_ministack and importlib.util.find_spec("ministack") is None:
        return None
    run = way(texts)
    began = time.perf_counter()
    matched = run()
    seconds = time.perf_counter() - began
    assert matched == ours(texts)(), f"{matched} matches"
    return len(texts) * len(EVENTS) / seconds


def make_rules(count: int, *, every_operator: bool) -> list[Rule]:
    """Write rules that all differ: with the operators on several fields, or for an account and a CA each."""
    chance = random.Random(2)
    made = []
    for number in range(count):
        account = f"{10**11 + number}"
        arn = f"arn:aws:acm-pca:eu-west-1:{account}:certificate-authority/{number:08x}-1234-1122-2233-112233445566"
        pattern: dict[str, Any] = {"source": [catalog.SOURCE], "detail": {"result": ["failure"]}}
        values = {"account": account, "resources": arn, "time": f"20{number % 90 + 10}-0{number % 9 + 1}"}
        if every_operator:
            values["detail-type"] = chance.choice(catalog.detail_types())
            pattern |= {field: [_element(chance, value)] for field, value in values.items()}
        else:
            pattern |= {"account": [account], "resources": [arn]}
        made.append(Rule(SourceLocation("rules.json", number + 1), number + 1, f"rule-{number}", pattern))
    return made


def _element(chance: random.Random, value: str) -> Any:
    """Return one of the operators on a part of a value."""
    length = chance.randint(3, len(value))
    part, end = value[:length], value[-length:]
    return chance.choice(
        (
            {"prefix": part},
            {"suffix": end},
            {"equals-ignore-case": value.upper()},
            {"prefix": {"equals-ignore-case": part}},
            {"wildcard": f"{part}*{end[-3:]}*"},
            {"anything-but": [value, part]},
            {"anything-but": {"prefix": part}},
            {"anything-but": {"suffix": [end, part]}},
            {"anything-but": {"wildcard": f"*{end[-4:]}*"}},
        )
    )


def judge(count: int) -> None:
    """Print how long `check` takes for rules that all differ."""
    for name, every_operator in (("with every operator", True), ("for one CA each", False)):
        rules = make_rules(count, every_operator=every_operator)
        began = time.perf_counter()
        check(Reading(rules))
        print(f"check, {count:,} rules that all differ, {name}: {time.perf_counter() - began:.1f} s")


def compare(client: Any, count: int, rounds: int) -> None:
    """Print a line for each way."""
    texts = make_patterns(count)
    ways: dict[str, tuple[Way, int]] = {
        "pca_events.pattern, patterns read before": (ours, count),
        "pca_events.pattern, reading included": (ours_from_text, count),
        "moto's matcher": (with_moto, count // 10),
        "MiniStack's matcher": (with_ministack, count // 10),
        "LocalStack's TestEventPattern": (lambda texts: with_localstack(client, texts), FEW),
    }
    rates = {name: [rate(way, texts[:share]) for _ in range(rounds)] for name, (way, share) in ways.items()}
    medians = {
        name: statistics.median(known) for name, several in rates.items() if (known := [one for one in several if one])
    }
    first = medians["pca_events.pattern, patterns read before"]
    print(f"{'':42} evaluations/s  ours, read before: times")
    for name in ways:
        if name in medians:
            print(f"{name:42} {medians[name]:13,.0f}  {first / medians[name]:23,.1f}")
        else:
            print(f"{name:42} not here")


def main() -> None:
    """Compare, a few times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("patterns", type=int, nargs="?", default=10_000)
    parser.add_argument("rounds", type=int, nargs="?", default=3)
    parser.add_argument("--small", action="store_true", help="200 patterns, once")
    options = parser.parse_args()
    count, rounds = (200, 1) if options.small else (options.patterns, options.rounds)
    judge(count)
    localstack = EmbeddedLocalStack.of_this_process()
    try:
        compare(localstack.start().client("events"), count, rounds)
    finally:
        localstack.stop()


if __name__ == "__main__":
    main()
