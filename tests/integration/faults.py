"""The faults that a `FaultProxy` can be given: of messages, of published entries, and of whole answers.

Each takes a `When`, which says what it meets: with `When()` everything, with `When(whole, times=1)` the next event that
is forwarded completely. A fault that affected a message affects it again when the queue returns it a second time.
"""

import copy
import hashlib
import itertools
import json
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from fault_proxy import Answer, BackendGone, Call, ConnectionLost, Fault, Forward

from pca_events import json_path
from pca_events.errors import BadInput

_LATE = 2.0  # seconds
_MOST_MESSAGES = 10  # the maximum of one ReceiveMessage call


NOTE = "pca-events:note"
"""The only key of a note."""


@dataclass(frozen=True)
class Message:
    """A message of a ReceiveMessage answer.

    Attributes:
        queue: the name of the queue it is received from.
        fields: as SQS has them.
    """

    queue: str
    fields: dict[str, Any]

    @cached_property
    def body(self) -> Any:
        """What its Body is as JSON: a complete event, or a note with `rule` and `id`; not to be changed."""
        try:
            return json.loads(self.fields["Body"])
        except ValueError:
            return self.fields["Body"]

    def saying(self, body: Any, message_id: str | None = None) -> "Message":
        """Return the message with another body, with the checksum that botocore compares, and perhaps another id."""
        text = json.dumps(body, ensure_ascii=False)
        changes = {"Body": text, "MD5OfBody": hashlib.md5(text.encode()).hexdigest()}  # noqa: S324
        return Message(self.queue, {**self.fields, **changes, "MessageId": message_id or self.fields["MessageId"]})


class When:
    """Which calls, messages or entries a fault meets.

    Args:
        where: whether it may meet this one; all if not given.
        skip: how many of them pass first.
        times: how many of the further ones are met; all if not given.
        every: only each n-th of them is met, beginning with the first: 20 is 5 %.
    """

    def __init__(
        self, where: Callable[[Any], bool] = lambda _: True, *, skip: int = 0, times: int | None = None, every: int = 1
    ) -> None:
        self._where = where
        self._skip = skip
        self._end = None if times is None else times * every
        self._every = every
        self._count = itertools.count(-skip)
        self._lock = threading.Lock()

    def __call__(self, subject: Any) -> bool:
        """Whether this one is met; it counts from now on."""
        with self._lock:
            if not self._where(subject):
                return False
            number = next(self._count)
        return number >= 0 and (self._end is None or number < self._end) and number % self._every == 0


def witnessed(message: Message) -> bool:
    """Whether the message is an event that the catch-all rule forwards to its queue."""
    return message.queue.endswith("-witness")


def whole(message: Message) -> bool:
    """Whether the message is an event that a rule under test forwards completely."""
    return not witnessed(message) and isinstance(message.body, dict) and "detail-type" in message.body


def note_of(*rules: str) -> Callable[[Message], bool]:
    """Whether the message is a note of one of these rules."""
    return lambda message: isinstance(message.body, dict) and message.body.get(NOTE, {}).get("rule") in rules


def signed(call: Call) -> bool:
    """Whether it is a call of an AWS API, and not one of `/_localstack`."""
    return call.service != ""


def calls_of(*operations: str) -> Callable[[Call], bool]:
    """Whether the call is one of these operations."""
    return lambda call: call.operation in operations


# Faults of messages


def dropped(when: When) -> Fault:
    """Return a fault: messages are never received."""
    met = _remembered(when)
    return _received(lambda messages: [message for message in messages if not met(message)])


def changed(when: When, change: Callable[[Any], Any]) -> Fault:
    """Return a fault: the bodies of messages are replaced by the result of `change` for a copy."""
    met = _remembered(when)

    def mangle(message: Message) -> Message:
        return message.saying(change(copy.deepcopy(message.body))) if met(message) else message

    return _received(lambda messages: list(map(mangle, messages)))


def altered(when: When, path: str, value: Any) -> Fault:
    """Return a fault: a field of messages has another value or type, or is added: `$.detail.result`, `$.rule`."""

    def alter(body: Any) -> Any:
        json_path.put(body, path, value)
        return body

    return changed(when, alter)


def removed(when: When, path: str) -> Fault:
    """Return a fault: messages lack a field."""

    def remove(body: Any) -> Any:
        json_path.remove(body, path)
        return body

    return changed(when, remove)


def duplicated(when: When, *, another_id: bool = False) -> Fault:
    """Return a fault: messages are received twice at once, the copy possibly under another MessageId."""

    def twice(message: Message) -> list[Message]:
        copied = message.saying(message.body, str(uuid.uuid4()) if another_id else None)
        return [message, copied] if when(message) else [message]

    return _received(lambda messages: list(itertools.chain.from_iterable(map(twice, messages))))


def inserted(when: When, make: Callable[[Message], Any]) -> Fault:
    """Return a fault: another message, with the body that `make` returns, precedes each affected message."""

    def before(message: Message) -> list[Message]:
        return [message.saying(make(message), str(uuid.uuid4())), message] if when(message) else [message]

    return _received(lambda messages: list(itertools.chain.from_iterable(map(before, messages))))


class _Kept:
    """Holds received messages back until they are due, possibly for another queue."""

    def __init__(self, when: When, seconds: float, queue: Callable[[str], str]) -> None:
        self._met = _remembered(when)
        self._seconds = seconds
        self._queue = queue
        self._kept: dict[str, list[tuple[float, Message]]] = defaultdict(list)
        self._again: set[str] = set()

    def __call__(self, call: Call, forward: Forward) -> Answer:
        if call.operation != "ReceiveMessage":
            return forward(call)
        kept = self._kept[call.queue]
        end = time.time() + call.json.get("WaitTimeSeconds", 0)
        asking = call.saying(AttributeNames=[*call.json.get("AttributeNames", []), "SentTimestamp"])
        answer = forward(asking.saying(WaitTimeSeconds=0) if kept else asking)
        passed = [message for message in _messages(call, answer) if not self._keep(message)]
        due = list(self._due(call.queue))
        if kept and not passed and not due:
            time.sleep(max(0.0, min(end, kept[0][0]) - time.time()))
            due = list(self._due(call.queue))
        return _with(answer, passed + due)

    def _keep(self, message: Message) -> bool:
        if message.fields["MessageId"] in self._again or not self._met(message):
            return False
        self._again.add(message.fields["MessageId"])
        due = int(message.fields["Attributes"]["SentTimestamp"]) / 1000 + self._seconds
        self._kept[self._queue(message.queue)].append((due, message))
        return True

    def _due(self, queue: str) -> Iterator[Message]:
        kept = self._kept[queue]
        while kept and kept[0][0] <= time.time():
            yield kept.pop(0)[1]


def delayed(when: When, seconds: float = _LATE) -> Fault:
    """Return a fault: messages are received that many seconds after they were sent."""
    return _Kept(when, seconds, lambda queue: queue)


def misdelivered(when: When, queue: Callable[[str], str]) -> Fault:
    """Return a fault: messages arrive in another queue; `queue` maps the name of their queue to it."""
    return _Kept(when, 0, queue)


class _Reordered:
    """Returns the messages of a queue in another order, a number of messages at a time."""

    def __init__(self, order: Callable[[list[Message]], list[Message]], at_a_time: int) -> None:
        self._order = order
        self._at_a_time = at_a_time
        self._held: dict[str, list[Message]] = defaultdict(list)

    def __call__(self, call: Call, forward: Forward) -> Answer:
        if call.operation != "ReceiveMessage":
            return forward(call)
        held = self._held[call.queue]
        answer = forward(call.saying(WaitTimeSeconds=0) if held else call)
        come: list[Message] = []
        while batch := _messages(call, answer):
            come += batch
            answer = forward(call.saying(WaitTimeSeconds=1))  # the rest may still be on its way
        held += self._order(come)
        given, held[:] = held[: self._at_a_time], held[self._at_a_time :]
        return _with(answer, given)


def backwards(messages: list[Message]) -> list[Message]:
    """Return the messages with the last one first."""
    return messages[::-1]


def reordered(order: Callable[[list[Message]], list[Message]] = backwards, at_a_time: int = _MOST_MESSAGES) -> Fault:
    """Return a fault: messages that are received within a second of each other are reordered.

    Args:
        order: the order; the last one first if not given.
        at_a_time: how many each receive gets; with 1 the order of several receives is another one.
    """
    return _Reordered(order, at_a_time)


# Faults of published entries


def unrouted(when: When) -> Fault:
    """Return a fault: PutEvents accepts entries that never reach the bus."""

    def publish(call: Call, forward: Forward) -> Answer:
        if call.operation != "PutEvents":
            return forward(call)
        lost = [when(entry) for entry in call.json["Entries"]]
        left = [entry for entry, is_lost in zip(call.json["Entries"], lost, strict=True) if not is_lost]
        answer = forward(call.saying(Entries=left)) if left else _empty(call)
        given = iter(answer.json["Entries"])
        entries = [{"EventId": str(uuid.uuid4())} if is_lost else next(given) for is_lost in lost]
        return answer.saying({**answer.json, "Entries": entries})

    return publish


def rewritten(when: When, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Fault:
    """Return a fault: the bus receives entries other than those published; `change` maps an event to another."""

    def publish(call: Call, forward: Forward) -> Answer:
        if call.operation != "PutEvents":
            return forward(call)
        entries = [_rewritten(entry, change) if when(entry) else entry for entry in call.json["Entries"]]
        return forward(call.saying(Entries=entries))

    return publish


def broadened() -> Fault:
    """Return a fault: every rule matches by its detail-type only, without its conditions on detail."""

    def put(call: Call, forward: Forward) -> Answer:
        if call.operation != "PutRule":
            return forward(call)
        pattern = json.loads(call.json["EventPattern"])
        pattern.pop("detail", None)
        return forward(call.saying(EventPattern=json.dumps(pattern)))

    return put


# Faults of whole answers


def refused(when: When, status: int, code: str, *, processed: bool = False) -> Fault:
    """Return a fault: calls return an error, after they took effect or without effect."""

    def refuse(call: Call, forward: Forward) -> Answer:
        if not when(call):
            return forward(call)
        if processed:
            forward(call)
        return _error(call, status, code)

    return refuse


def throttled(when: When) -> Fault:
    """Return a fault: calls are throttled, with the status and code of their service."""

    def throttle(call: Call, forward: Forward) -> Answer:
        if not when(call):
            return forward(call)
        return _error(call, *_THROTTLED.get(call.service, (400, "ThrottlingException")))

    return throttle


def reset(when: When, *, processed: bool = False) -> Fault:
    """Return a fault: the connection is reset, after the call took effect or without effect."""

    def lose(call: Call, forward: Forward) -> Answer:
        if not when(call):
            return forward(call)
        if processed:
            forward(call)
        raise ConnectionLost

    return lose


def gone(when: When) -> Fault:
    """Return a fault: the backend is gone from the first affected call on."""

    def die(call: Call, forward: Forward) -> Answer:
        if when(call):
            raise BackendGone
        return forward(call)

    return die


def hanging(when: When, seconds: float) -> Fault:
    """Return a fault: the response takes that many seconds; a client with a shorter timeout never receives it."""

    def hang(call: Call, forward: Forward) -> Answer:
        answer = forward(call)
        if when(call):
            time.sleep(seconds)
        return answer

    return hang


def cut(when: When) -> Fault:
    """Return a fault: the connection ends after half of the announced body."""
    return _answered(when, lambda answer: replace(answer, sent=len(answer.body) // 2))


def halved(when: When) -> Fault:
    """Return a fault: half of the body is sent as if it were complete."""
    return _answered(when, lambda answer: replace(answer, body=answer.body[: len(answer.body) // 2]))


def garbled(when: When, body: bytes = b"<html>It works!</html>") -> Fault:
    """Return a fault: the response is a success whose body is not JSON."""
    return _answered(when, lambda answer: replace(answer, body=body))


def answered(when: When, change: Callable[[Any], Any]) -> Fault:
    """Return a fault: the JSON of a response is replaced by the result of `change` for a copy."""
    return _answered(when, lambda answer: answer.saying(change(copy.deepcopy(answer.json))))


def lacking(when: When, path: str) -> Fault:
    """Return a fault: the JSON of a response lacks one of its fields: `$.Entries`, `$.Messages[0].Body`."""

    def lack(call: Call, forward: Forward) -> Answer:
        answer = forward(call)
        try:
            json_path.get(answer.json, path)
        except (BadInput, ValueError):
            return answer
        if not when(call):
            return answer
        body = copy.deepcopy(answer.json)
        json_path.remove(body, path)
        return answer.saying(body)

    return lack


def since(when: When, fault: Fault) -> Fault:
    """Return a fault that is there from the first call on that is met."""
    begun = threading.Event()

    def pass_or_not(call: Call, forward: Forward) -> Answer:
        if when(call):
            begun.set()
        return fault(call, forward) if begun.is_set() else forward(call)

    return pass_or_not


def _answered(when: When, change: Callable[[Answer], Answer]) -> Fault:
    def mangle(call: Call, forward: Forward) -> Answer:
        answer = forward(call)
        return change(answer) if when(call) else answer

    return mangle


def _received(change: Callable[[list[Message]], list[Message]]) -> Fault:
    def receive(call: Call, forward: Forward) -> Answer:
        answer = forward(call)
        if call.operation != "ReceiveMessage" or not (messages := _messages(call, answer)):
            return answer
        return _with(answer, change(messages))

    return receive


def _remembered(when: When) -> Callable[[Message], bool]:
    met: dict[str, bool] = {}

    def remembered(message: Message) -> bool:
        message_id = message.fields["MessageId"]
        if message_id not in met:
            met[message_id] = when(message)
        return met[message_id]

    return remembered


def _messages(call: Call, answer: Answer) -> list[Message]:
    given = answer.json.get("Messages", []) if answer.status == 200 else []
    return [Message(call.queue, fields) for fields in given]


def _with(answer: Answer, messages: list[Message]) -> Answer:
    rest = {name: value for name, value in answer.json.items() if name != "Messages"}
    return answer.saying({**rest, "Messages": [message.fields for message in messages]} if messages else rest)


def _rewritten(entry: dict[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    event = {
        "source": entry["Source"],
        "detail-type": entry["DetailType"],
        "resources": entry["Resources"],
        "detail": json.loads(entry["Detail"]),
    }
    told = change(event)
    return {
        **entry,
        "Source": told["source"],
        "DetailType": told["detail-type"],
        "Resources": told["resources"],
        "Detail": json.dumps(told["detail"]),
    }


def _empty(call: Call) -> Answer:
    return Answer(200, {"content-type": call.headers["content-type"]}, b'{"FailedEntryCount": 0, "Entries": []}')


_THROTTLED = {
    "sqs": (403, "RequestThrottled"),
    "s3": (503, "SlowDown"),
    "sns": (400, "Throttling"),
    "sts": (400, "Throttling"),
}


def _error(call: Call, status: int, code: str) -> Answer:
    """Write an error in the protocol of the call."""
    said = f"{code} by a fault of the proxy"
    if "x-amz-target" in call.headers:
        headers = {"content-type": call.headers["content-type"]}
        if call.service == "sqs":
            headers["x-amzn-query-error"] = f"{code};Sender"
        return Answer(status, headers, json.dumps({"__type": code, "message": said}).encode())
    error = f"<Error><Code>{code}</Code><Message>{said}</Message></Error>"
    if call.service != "s3":
        error = f"<ErrorResponse>{error}<RequestId>none</RequestId></ErrorResponse>"
    return Answer(status, {"content-type": "text/xml"}, error.encode())
