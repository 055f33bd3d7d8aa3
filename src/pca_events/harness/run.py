"""One run of the suite: its id, which every name and tag carries, and the mode in which it publishes.

The modes differ because a bus refuses a source that begins with `aws.`, as AWS does.

service: unchanged, through the channel that the corrected EventBridge has for AWS services. direct: unchanged, with
PutEvents; only emulators that differ from AWS accept it. alias: the source is replaced in events and patterns, and
restored in received events; nothing else changes. pattern-only: nothing is published; TestEventPattern returns
for the original event whether each rule would match.
"""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from pca_events.backends import CORRECTED, LOCALSTACK, MOTO
from pca_events.catalog import Event
from pca_events.errors import BackendError

if TYPE_CHECKING:
    from pca_events.backends import Backend

PREFIX = "pca-events"

RUN_TAG = "pca-events:run"
"""The tag of everything that can have tags; its value is the id of the run."""

OWN_ACCOUNT = "pca-events:own-account"
"""The tag of a queue in an account that nothing but its run uses, so that everything in the account is the run's."""


class RunId:
    """Names everything that one run creates.

    Attributes:
        value: eight hexadecimal digits, part of every name.
        seed: of the random parts of the names; the same seed and worker give the same names.
        own_accounts: those that nothing but this run uses.
    """

    def __init__(self, value: str | None = None, seed: str | None = None, worker: str = "") -> None:
        import random  # here, because a command line needs only the modes
        import secrets

        self.value = value or secrets.token_hex(4)
        self.seed = seed or secrets.token_hex(4)
        self.own_accounts: set[str] = set()
        self._random = random.Random(f"{self.seed}/{worker}")  # noqa: S311

    @property
    def prefix(self) -> str:
        """The prefix of every name of this run."""
        return f"{PREFIX}-{self.value}-"

    def new_name(self) -> str:
        """Return a name that no other scenario has; valid for buses, rules and queues."""
        return f"{self.prefix}{self._random.getrandbits(32):08x}"

    def tags(self, scenario: str) -> dict[str, str]:
        """Return the tags of a scenario's resources; AWS allows 256 characters from a small set."""
        return {
            RUN_TAG: self.value,
            "pca-events:scenario": re.sub(r"[^\w\s.:/=+@-]", " ", scenario)[:256],
            "pca-events:created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def __str__(self) -> str:
        return self.value


Mode = Literal["service", "direct", "alias", "pattern-only"]
MODES: tuple[Mode, ...] = get_args(Mode)
_RESERVED = "aws."
_ALIAS = "pca-events.aws."


class PublishingMode:
    """The mode `direct`: events and patterns go to the backend unchanged.

    Attributes:
        name: the value of `--mode`.
        delivers: whether events are published, so that targets receive them.
        channel: the path at which the backend takes the events; empty for PutEvents of EventBridge.
    """

    name: Mode = "direct"
    delivers = True
    channel = ""

    def outgoing_event(self, event: Event) -> Event:
        """Return the event as it is published."""
        return event

    def incoming_event(self, event: Event) -> Event:
        """Return a received event as it was before it was published."""
        return event

    def outgoing_pattern(self, pattern: dict[str, Any]) -> dict[str, Any]:
        """Return the pattern that matches an outgoing event if and only if the given one matches the original event."""
        return pattern

    def incoming_pattern(self, pattern: dict[str, Any]) -> dict[str, Any]:
        """Return a pattern that the backend stores as it was before."""
        return pattern


class ServiceMode(PublishingMode):
    """The mode `service`: as `direct`, but through the channel that takes events as AWS services send them."""

    name: Mode = "service"
    channel = "/_localstack/eventbridge/service-events"


class AliasMode(PublishingMode):
    """The mode `alias`: sources that begin with `aws.` are replaced, and restored in received events."""

    name: Mode = "alias"

    def outgoing_event(self, event: Event) -> Event:
        """Return the event with a source that AWS accepts."""
        return _source_replaced(event, _RESERVED, _ALIAS)

    def incoming_event(self, event: Event) -> Event:
        """Return the event with its original source."""
        return _source_replaced(event, _ALIAS, _RESERVED)

    def outgoing_pattern(self, pattern: dict[str, Any]) -> dict[str, Any]:
        """Return the pattern with every condition on the source rewritten."""
        return _sources_replaced(pattern, _RESERVED, _ALIAS)

    def incoming_pattern(self, pattern: dict[str, Any]) -> dict[str, Any]:
        """Return the pattern with its original conditions on the source."""
        return _sources_replaced(pattern, _ALIAS, _RESERVED)


class PatternOnlyMode(PublishingMode):
    """The mode `pattern-only`: nothing is published, TestEventPattern returns which rules would match."""

    name: Mode = "pattern-only"
    delivers = False


def default_mode(backend: "Backend") -> Mode:
    """Return the mode that is closest to AWS on a backend."""
    if backend.product == CORRECTED:
        return "service"
    return "direct" if backend.product in (LOCALSTACK, MOTO) else "alias"


def publishing_mode(name: Mode | None, backend: "Backend") -> PublishingMode:
    """Return the mode of this name, by default the one that is closest to AWS on the backend.

    Raises:
        BackendError: the backend does not have the mode.
    """
    name = name or default_mode(backend)
    if name == "direct" and backend.product == CORRECTED:
        raise BackendError(
            f"{backend.name} rejects events with a source that begins with aws. in PutEvents, as AWS does; use --mode "
            "service or alias"
        )
    if name == "service" and backend.product != CORRECTED:
        raise BackendError(
            f"{backend.name} has no channel for AWS services, which --mode service needs; use --mode "
            f"{default_mode(backend)}"
        )
    classes: dict[Mode, type[PublishingMode]] = {
        "service": ServiceMode,
        "direct": PublishingMode,
        "alias": AliasMode,
        "pattern-only": PatternOnlyMode,
    }
    return classes[name]()


def _source_replaced(event: Event, old: str, new: str) -> Event:
    return {**event, "source": _replaced(event["source"], old, new)} if "source" in event else event


def _sources_replaced(pattern: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    rewritten = dict(pattern)
    if "source" in rewritten:
        rewritten["source"] = _replaced(rewritten["source"], old, new)
    if "$or" in rewritten:
        rewritten["$or"] = [_sources_replaced(branch, old, new) for branch in rewritten["$or"]]
    return rewritten


def _replaced(value: Any, old: str, new: str) -> Any:
    """Replace the beginning of a string; in a list or an operator, of every string that is compared from its start."""
    match value:
        case str():
            return new + value.removeprefix(old) if value.startswith(old) else value
        case list():
            return [_replaced(item, old, new) for item in value]
        case dict():
            return {name: inner if name == "suffix" else _replaced(inner, old, new) for name, inner in value.items()}
        case _:
            return value
