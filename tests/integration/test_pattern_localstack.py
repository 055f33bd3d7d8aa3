"""Compares the engine with LocalStack's own on generated pairs; every difference has a known reason."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from fuzzing import seeded, times

from pca_events import catalog
from pca_events.backends import Backend
from pca_events.pattern import EventPattern, InvalidPattern, flatten

pytest_plugins = ["integration_fixtures"]
pytestmark = pytest.mark.slow

PAIRS = times(200)

# AWS rejects these, according to the tests of its engine and recorded answers; LocalStack accepts them.
TAKEN_BY_LOCALSTACK = (
    "There must have at least 2 Objects in $or relationship.",
    "Invalid escape character at pos ",
    "Null prefix/suffix not allowed",
    "Inside anything but list, either all values are number or string, mixed type is not supported",
)
KNOWN: list[tuple[Any, Any]] = [
    ({"$or": [{"source": ["aws.acm-pca"]}]}, "Internal failure."),
    ({"wildcard": "Internal\\"}, "Internal failure."),
    ({"anything-but": ["Internal", 1]}, "Internal failure."),
    ({"anything-but": {"suffix": ["", "x"]}}, "Internal failure."),
    ({"anything-but": []}, "Internal failure."),
    # It takes true for 1 and false for 0.
    (0, False),
    ({"numeric": [">", 0]}, True),
    # It fails with an internal error if the value is not a string.
    ({"prefix": {"equals-ignore-case": "internal"}}, 5),
    ({"suffix": {"equals-ignore-case": "FAILURE."}}, True),
]

EVENTS = [entry.event for entry in catalog.documented_events()]
TEXTS = ["success", "failure", "SUCCESS", "fail", "ure", "ACM Private CA", "arn:aws:acm-pca:", "", "10.0.0.1", "5"]
NUMBERS = [0, 1, 5, 5.0, -1, 2.5, 300]
WILDCARDS = ["*", "success", "s*s", "*ure", "fail*", "arn:*:acm-pca:*", "f*l*e", "**", "a\\*b", "a\\"]
ADDRESSES = ["10.0.0.0/8", "10.0.0.0/31", "2001:db8::/32", "10.0.0.0", "10.0.0.0/64", "x/8"]
PATHS = [("source",), ("detail-type",), ("resources",), ("detail", "result"), ("detail", "reason")]
PATHS += [("detail", "requestId"), ("detail", "count"), ("detail", "note"), ("detail", "crl", "number")]
ITEMS = [("detail", "items", "name"), ("detail", "items", "state")]


def text(chance: random.Random) -> str:
    event = chance.choice(EVENTS)
    return str(chance.choice([*TEXTS, event["source"], event["detail-type"], event["resources"][0]]))


def several(chance: random.Random) -> list[str]:
    return [text(chance) for _ in range(chance.randint(1, 3))]


def comparison(chance: random.Random) -> list[Any]:
    bound = chance.choice(NUMBERS)
    if chance.random() < 0.5:
        return [chance.choice(["=", "<", "<=", ">", ">="]), bound]
    return [chance.choice([">", ">="]), bound, chance.choice(["<", "<="]), bound + chance.choice([-1, 1, 300])]


def refused_values(chance: random.Random) -> Any:
    form = chance.choice(["prefix", "suffix", "equals-ignore-case", "wildcard"])
    wildcards = [chance.choice(WILDCARDS) for _ in range(chance.randint(1, 2))]
    operands = {form: [text(chance), several(chance)], "wildcard": [wildcards[0], wildcards]}
    name = chance.choice(sorted(operands))
    plain = [text(chance), several(chance), chance.choice(NUMBERS), ["a", 1], [], None]
    return chance.choice([*plain, {name: chance.choice(operands[name])}, {name: chance.choice(operands[name])}])


def element(chance: random.Random) -> Any:
    return chance.choice(
        [
            text(chance),
            text(chance),
            chance.choice([*NUMBERS, None, True, False]),
            {"prefix": text(chance)},
            {"suffix": text(chance)},
            {chance.choice(["prefix", "suffix"]): {"equals-ignore-case": text(chance)}},
            {"equals-ignore-case": text(chance)},
            {"wildcard": chance.choice(WILDCARDS)},
            {"exists": chance.random() < 0.5},
            {"numeric": comparison(chance)},
            {"cidr": chance.choice(ADDRESSES)},
            {"anything-but": refused_values(chance)},
            chance.choice([{}, {"prefix": 1}, {"contains": "a"}, ["a"], {"exists": 1}, {"numeric": [">"]}]),
        ]
    )


def put(into: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        into = into.setdefault(key, {})
    into[path[-1]] = value


def pattern(chance: random.Random) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for path in chance.sample([*PATHS, *ITEMS], chance.choice([1, 1, 2, 3])):
        put(made, path, [element(chance) for _ in range(chance.choice([1, 1, 2, 3]))])
    if chance.random() < 0.2:
        made["$or"] = [pattern(chance) for _ in range(chance.choice([1, 2, 2, 3]))]
    return made


def event(chance: random.Random) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(chance.choice(EVENTS)))
    for path in chance.sample(PATHS[3:], 2):
        if len(path) == 2 or chance.random() < 0.5:
            leaf = chance.choice([text(chance), *NUMBERS, None, True, False, several(chance), [], [1, "a"]])
            put(made, path, leaf)
    names, states = several(chance), several(chance)
    made["detail"]["items"] = [{"name": name, "state": state} for name, state in zip(names, states, strict=False)]
    return made


def pairs() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    chance = seeded(20261122)
    for _ in range(PAIRS):
        yield pattern(chance), event(chance)


def ours(pattern: dict[str, Any], event: dict[str, Any]) -> str:
    try:
        return "matches" if EventPattern.parse(pattern).matches(event) else "ignores"
    except InvalidPattern:
        return "invalid"


def theirs(client: Any, pattern: dict[str, Any], event: dict[str, Any]) -> str:
    try:
        answer = client.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return "invalid" if code == "InvalidEventPatternException" else code
    return "matches" if answer["Result"] else "ignores"


def with_numbers(node: Any) -> Any:
    """True and false as 1 and 0, which is how LocalStack compares them."""
    if isinstance(node, dict):
        return {key: with_numbers(value) for key, value in node.items()}
    if isinstance(node, list):
        return [with_numbers(item) for item in node]
    return int(node) if isinstance(node, bool) else node


def known(pattern: dict[str, Any], event: dict[str, Any], answer: str, other: str) -> bool:
    """Whether LocalStack is known to answer so, and AWS otherwise."""
    if answer == "invalid":
        with pytest.raises(InvalidPattern) as refused:
            EventPattern.parse(pattern)
        return any(refused.value.reason.startswith(reason) for reason in TAKEN_BY_LOCALSTACK)
    if other == ours(pattern, with_numbers(event)):
        return True
    asks_in_any_case = re.search(r'"(prefix|suffix)": {"equals-ignore-case"', json.dumps(pattern))
    has_no_text = any(not isinstance(key, str) for keys in flatten(event).fields.values() for key in keys)
    return other == "InternalError" and asks_in_any_case is not None and has_no_text


@pytest.mark.fuzz
def test_localstack_agrees_or_is_known_to_differ(stock_backend: Backend) -> None:
    client = stock_backend.client("events")
    answers: Counter[str] = Counter()
    differences = []
    for pattern, event in pairs():
        answer, other = ours(pattern, event), theirs(client, pattern, event)
        answers[answer] += 1
        if answer != other and not known(pattern, event, answer, other):
            differences.append((answer, other, json.dumps(pattern), json.dumps(event)))
    assert differences == []
    assert min(answers[answer] for answer in ("matches", "ignores", "invalid")) > PAIRS // 20


@pytest.mark.parametrize(("element", "value"), KNOWN)
def test_known_differences_of_localstack_still_exist(stock_backend: Backend, element: Any, value: Any) -> None:
    """A difference that is gone leaves the list."""
    pattern = element if isinstance(element, dict) and "$or" in element else {"detail": {"reason": [element]}}
    event = {**EVENTS[0], "detail": {"result": "failure", "reason": value}}
    answer, other = ours(pattern, event), theirs(stock_backend.client("events"), pattern, event)
    assert answer != other
    assert known(pattern, event, answer, other)
