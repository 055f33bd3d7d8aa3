"""The chain from an event to its handler: each link of each rule, and whether it holds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from pca_events.handlers.findings import HandlerReport

LinkName = Literal["rule", "pattern", "delivery", "input", "event bus", "handler"]
LinkVerdict = Literal["holds", "broken", "not tried"]

LINKS: dict[LinkName, str] = {
    "rule": "is in the code, and is deployed and enabled on the default event bus, with a target",
    "pattern": "fires on the claimed events, and on no other documented event",
    "delivery": "EventBridge may deliver to its target",
    "input": "the fields that its target reads are in the events",
    "event bus": "on an event bus, its target receives the claimed events, and no other",
    "handler": "processes what the target receives",
}
"""What each link means."""


@dataclass(frozen=True)
class Link:
    """One link of a chain.

    Attributes:
        told: what is wrong, or why it was not tried; empty if it holds.
    """

    name: LinkName
    verdict: LinkVerdict
    told: str = ""


@dataclass
class Chain:
    """A rule of a consumer with its links, in the order in which an event passes them."""

    rule: str
    handler: str
    links: list[Link] = field(default_factory=list)

    def holds(self, name: LinkName) -> None:
        """Add a link that holds."""
        self.links.append(Link(name, "holds"))

    def broken(self, name: LinkName, told: Iterable[str]) -> None:
        """Add a link that is broken for several reasons, or that holds if there are none."""
        reasons = list(told)
        self.links += [Link(name, "broken", reason) for reason in reasons] or [Link(name, "holds")]

    def not_tried(self, name: LinkName, reason: str) -> None:
        """Add a link that was not tried."""
        self.links.append(Link(name, "not tried", reason))

    @property
    def is_broken(self) -> bool:
        """Whether a link is broken."""
        return any(link.verdict == "broken" for link in self.links)

    def __str__(self) -> str:
        """Return the chain in one line: `rule fires; queue policy refuses`."""
        verdicts: dict[LinkName, LinkVerdict] = {}
        for link in self.links:
            verdicts.setdefault(link.name, link.verdict)
        return "; ".join(f"{name} {verdict}" for name, verdict in verdicts.items())


@dataclass
class ConsumerReport:
    """The results for one contract file.

    Attributes:
        handlers: the report of each handler, by its name.
    """

    file: str
    consumer: str
    chains: list[Chain] = field(default_factory=list)
    handlers: dict[str, HandlerReport] = field(default_factory=dict)

    @property
    def exit_status(self) -> int:
        """1 if a link is broken, or a handler has a fault that is an error; otherwise 0."""
        faulty = any(report.exit_status for report in self.handlers.values())
        return 1 if faulty or any(chain.is_broken for chain in self.chains) else 0

    @property
    def counts(self) -> Counter[LinkVerdict]:
        """The number of links with each verdict."""
        return Counter(link.verdict for chain in self.chains for link in chain.links)

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return {
            "file": self.file,
            "consumer": self.consumer,
            "rules": [
                {"rule": chain.rule, "handler": chain.handler, "links": [vars(link) for link in chain.links]}
                for chain in self.chains
            ],
            "handlers": {name: report.as_json() for name, report in self.handlers.items()},
        }
