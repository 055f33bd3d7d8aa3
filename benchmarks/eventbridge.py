"""Our EventBridge beside stock LocalStack's, MiniStack's and moto's, in one run, interleaved.

    python benchmarks/eventbridge.py [ROUNDS] [--small]

Prints how many evaluations a second the engines make within one process, on rules with every operator; then, over HTTP
and with SQS queues as targets, the time from PutEvents to the message, the rate of PutEvents with one rule, the time
until the last of many rules has sent its message, the start, and the memory. MiniStack and moto are installed from PyPI
into a temporary folder; where that fails, a line says why. A round measures every product once; the numbers are the
medians of the rounds, and each ratio compares our EventBridge with stock LocalStack in the same round.
"""

import argparse
import importlib
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import emulators
from botocore.exceptions import ClientError
from check import EVENTS, make_patterns, make_rules
from emulators import MINISTACK, OURS, STOCK, Emulator

from pca_events.eventbridge.patterns import fires
from pca_events.pattern import EventPattern, flatten

SOURCE = "benchmark"


@dataclass(frozen=True)
class Size:
    """How much a run measures."""

    rounds: int = 5
    patterns: int = 2_000
    arrivals: int = 100
    events: int = 300
    rules: tuple[int, ...] = (100, 300, 1_000)
    starts: int = 3
    installs: bool = True


SMALL = Size(rounds=1, patterns=50, arrivals=5, events=20, rules=(20,), starts=1, installs=False)

NOT_INSTALLED = dict.fromkeys(emulators.PACKAGES, "--small installs nothing")


def mixed_patterns(count: int) -> list[str]:
    """Patterns of which half are of the usual kinds, and half have an operator on each of several fields."""
    others = [json.dumps(rule.pattern) for rule in make_rules(count // 2, every_operator=True)]
    return make_patterns(count - count // 2) + others


@dataclass(frozen=True)
class Engine:
    """A way to match: what it makes of a pattern, and the events in the form that it takes."""

    read: Callable[[str], Callable[[Any], bool]]
    events: list[Any]

    def ready(self, texts: list[str]) -> Callable[[], list[bool]]:
        """Read patterns, and return a function that matches each with every event."""
        tests, events = [self.read(text) for text in texts], self.events
        return lambda: [test(event) for test in tests for event in events]


def engines(environments: Mapping[str, Path]) -> dict[str, Engine]:
    """Return the engines that are there."""
    texts = [json.dumps(event) for event in EVENTS]
    stock = importlib.import_module("localstack.utils.event_matcher").matches_event
    moto = importlib.import_module("moto.events.models").EventPattern
    made = {
        "ours, an event": Engine(lambda text: EventPattern.parse(text).matches, EVENTS),
        "ours, a flattened event": Engine(lambda text: EventPattern.parse(text).matches_flat, [*map(flatten, EVENTS)]),
        "ours, the text of an event": Engine(lambda text: EventPattern.parse(text).matches, texts),
        "LocalStack's, as it calls it": Engine(lambda text: partial(stock, text), EVENTS),
        "moto's": Engine(lambda text: moto(text, json.loads(text)).matches_event, EVENTS),
    }
    if MINISTACK in environments:
        emulators.importable(environments[MINISTACK])
        engine = importlib.import_module("ministack.services.eventbridge")
        entries = [_ministack_event(event) for event in EVENTS]
        views = [engine._pattern_event_view(entry) for entry in entries]
        made["MiniStack's, an event"] = Engine(lambda text: partial(engine._matches_pattern, text), entries)
        made["MiniStack's, a prepared event"] = Engine(lambda text: partial(engine._matches_pattern_view, text), views)
    return made


def _ministack_event(event: Mapping[str, Any]) -> dict[str, Any]:
    names = {"source": "Source", "detail-type": "DetailType", "resources": "Resources", "account": "Account"}
    names |= {"region": "Region", "time": "Time", "id": "EventId"}
    return {name: event[own] for own, name in names.items()} | {"Detail": json.dumps(event["detail"])}


def compare_engines(size: Size, environments: Mapping[str, Path]) -> None:
    """Print the evaluations per second of each engine, and how many answers differ from ours."""
    patterns = mixed_patterns(size.patterns)
    runs = {name: engine.ready(patterns) for name, engine in engines(environments).items()}
    answers = {name: list(map(bool, run())) for name, run in runs.items()}  # compiles, too
    expected = next(iter(answers.values()))
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(size.rounds):
        for name, run in runs.items():
            began = time.process_time()
            run()
            rates[name].append(len(expected) / (time.process_time() - began))
    print(f"{'':32} evaluations a second  answers that differ from ours, of {len(expected):,}")
    for name, several in rates.items():
        differ = sum(one is not other for one, other in zip(answers[name], expected, strict=True))
        print(f"{name:32} {statistics.median(several):20,.0f}  {differ:29,}")


def compare_dispatch(size: Size) -> None:
    """Print how long it takes within one process to match an event with all rules of a bus, of which the last fires."""
    event = {**EVENTS[0], "source": SOURCE, "detail": {"rule": size.rules[-1] - 1}}
    stock = importlib.import_module("localstack.utils.event_matcher").matches_event
    texts = [pattern_of(number) for number in range(size.rules[-1])]
    rules = [SimpleNamespace(state="ENABLED", event_pattern=text) for text in texts]

    def ours() -> int:
        flat = flatten(event)
        return sum(fires(rule, event, flat) for rule in rules)

    for name, run in (("ours", ours), ("LocalStack's", lambda: sum(stock(text, event) for text in texts))):
        assert run() == 1  # compiles, too
        taken = []
        for _ in range(size.rounds):
            began = time.process_time()
            run()
            taken.append((time.process_time() - began) * 1000)
        print(f"an event matched with {len(rules):,} rules, {name}: {statistics.median(taken):.2f} ms")


def pattern_of(number: int) -> str:
    """The pattern of the rule of that number."""
    return json.dumps({"source": [SOURCE], "detail": {"rule": [number]}})


class Bus:
    """An event bus of a product, with a queue that rules send to."""

    def __init__(self, emulator: Emulator, name: str, rules: int) -> None:
        self._name = name
        self._events, self._sqs = emulator.backend.client("events"), emulator.backend.client("sqs")
        self._queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        arn = attributes["Attributes"]["QueueArn"]
        self._events.create_event_bus(Name=name)
        allowed = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
        policy = {"Version": "2012-10-17", "Statement": [{**allowed, "Resource": arn}]}
        self._sqs.set_queue_attributes(QueueUrl=self._queue, Attributes={"Policy": json.dumps(policy)})
        for number in range(rules):
            self._events.put_rule(Name=f"rule-{number}", EventBusName=name, EventPattern=pattern_of(number))
        self._last = rules - 1
        targets = [{"Id": "queue", "Arn": arn}]
        self._events.put_targets(Rule=f"rule-{self._last}", EventBusName=name, Targets=targets)

    def publish(self) -> None:
        """Publish an event that only the last rule matches."""
        entry = {"Source": SOURCE, "DetailType": "Benchmark", "EventBusName": self._name}
        detail = json.dumps({"rule": self._last, "text": "x" * 200})
        answer = self._events.put_events(Entries=[{**entry, "Detail": detail}])
        assert not answer["FailedEntryCount"], answer

    def receive(self, count: int) -> None:
        """Receive and delete so many messages."""
        while count > 0:
            found = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10, WaitTimeSeconds=5)
            messages = found.get("Messages", [])
            assert messages, f"{count} messages have not come"
            entries = [{"Id": one["MessageId"], "ReceiptHandle": one["ReceiptHandle"]} for one in messages]
            self._sqs.delete_message_batch(QueueUrl=self._queue, Entries=entries)
            count -= len(messages)

    def arrivals(self, count: int) -> list[float]:
        """Publish events one after another; return the milliseconds from each call of PutEvents to its message."""
        taken = []
        for _ in range(count):
            began = time.perf_counter()
            self.publish()
            found = self._sqs.receive_message(QueueUrl=self._queue, WaitTimeSeconds=5)
            taken.append((time.perf_counter() - began) * 1000)
            (message,) = found["Messages"]
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return taken

    def rates(self, count: int) -> tuple[float, float]:
        """Publish events; return how many PutEvents a second answered, and how many events a second arrived."""
        began = time.perf_counter()
        for _ in range(count):
            self.publish()
        answered = time.perf_counter()
        self.receive(count)
        return count / (answered - began), count / (time.perf_counter() - began)


def percentile(several: list[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    return sorted(several)[min(len(several) - 1, int(len(several) * share))]


Measured = dict[str, dict[str, list[float]]]
"""What was measured of each product: for each column the number of each round."""


def buses_of(name: str, emulator: Emulator, size: Size) -> dict[int, Bus]:
    """Make a bus with each number of rules, as far as the product takes so many."""
    made = {}
    for rules in (1, *size.rules):
        try:
            made[rules] = Bus(emulator, f"rules-{rules}", rules)
        except ClientError as error:
            print(f"{name}, a bus with {rules:,} rules: {error}")
            break
        made[rules].arrivals(2)  # the first use compiles
    return made


def measure_over_http(running: Mapping[str, Emulator], size: Size) -> Measured:
    """Measure every product in every round, each time beginning with another one."""
    buses = {name: buses_of(name, emulator, size) for name, emulator in running.items()}
    measured: Measured = {name: {} for name in running}
    names = list(running)
    for number in range(size.rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            own, row = buses[name], measured[name]
            taken = own[1].arrivals(size.arrivals)
            before = running[name].processor_seconds
            calls, events = own[1].rates(size.events)
            used = (running[name].processor_seconds - before) / size.events * 1000
            row.setdefault("to the message, ms", []).append(statistics.median(taken))
            row.setdefault("to the message, p99, ms", []).append(percentile(taken, 0.99))
            row.setdefault("PutEvents a second", []).append(calls)
            row.setdefault("events received a second", []).append(events)
            row.setdefault("processor time of an event, ms", []).append(used)
            for rules, bus in own.items():
                if rules > 1:
                    last = statistics.median(bus.arrivals(max(1, size.arrivals // 5)))
                    row.setdefault(f"{rules:,} rules, to the last, ms", []).append(last)
            row.setdefault("memory, MB", []).append(running[name].megabytes)
    return measured


def measure_starts(names: list[str], size: Size, environments: Mapping[str, Path]) -> Measured:
    """Start each product some times, alternating."""
    measured: Measured = {name: {"start to healthy, s": []} for name in names}
    for _ in range(size.starts):
        for name in names:
            emulator = Emulator(name, environments)
            measured[name]["start to healthy, s"].append(emulator.seconds)
            emulator.stop()
    return measured


def show(measured: Measured) -> None:
    """Print a line for each column, with the ratio to stock LocalStack: median, least and most of the rounds."""
    print(f"\n{'':32}" + "".join(f"{name:>17}" for name in measured) + "   ours / stock")
    for column in dict.fromkeys(column for row in measured.values() for column in row):
        cells = (f"{statistics.median(row[column]):,.2f}" if column in row else "-" for row in measured.values())
        pairs = zip(measured[OURS].get(column, ()), measured[STOCK].get(column, ()), strict=False)
        ratios = [mine / theirs for mine, theirs in pairs]
        between = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})" if ratios else "-"
        print(f"{column:32}" + "".join(f"{cell:>17}" for cell in cells) + f"   {between}")


def main() -> None:
    """Compare, a few times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", type=int, nargs="?", default=Size.rounds)
    parser.add_argument("--small", action="store_true", help="a few of everything; installs nothing")
    options = parser.parse_args()
    size = SMALL if options.small else Size(rounds=options.rounds)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        there, missing = emulators.environments(Path(folder)) if size.installs else ({}, NOT_INSTALLED)
        for name, reason in missing.items():
            print(f"{name} is not here: {reason}")
        compare_engines(size, there)
        compare_dispatch(size)
        names = [OURS, STOCK, *there]
        show(measure_starts(names, size, there))
        running = {}
        for name in names:
            running[name] = Emulator(name, there)
            stack.callback(running[name].stop)
        show(measure_over_http(running, size))


if __name__ == "__main__":
    main()
