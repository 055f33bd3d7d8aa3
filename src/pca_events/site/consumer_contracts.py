"""The contract files of consumers on the site: events, rules and handlers, and who relies on which event."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from pca_events.consumers.contract_file import FILE, ConsumerContract, HandlerClaim, RuleClaim
from pca_events.consumers.links import LINKS, Chain, Link, LinkVerdict
from pca_events.consumers.matrix import contracts_in, reliances
from pca_events.consumers.verify import verify_consumer
from pca_events.locations import locate
from pca_events.site.event_pages import within
from pca_events.site.filters import anchor

PAGE = "consumer-contracts.html"

_EXAMPLES = "examples/consumers"
_TRIED_ON_A_BUS = "event bus"


@dataclass(frozen=True)
class ChainPart:
    """One way of events through a consumer: a rule, a handler, or a rule and the handler that its target invokes.

    Attributes:
        events: the ids of those that the rule fires on, or that the handler accepts.
        links: what the code shows; empty without a rule.
    """

    events: tuple[str, ...]
    rule: RuleClaim | None
    handler: HandlerClaim | None
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class ShownConsumer:
    """A consumer with its contract file.

    Attributes:
        id: of the element that shows it.
        place: of its contract file, from the parent of the folder that was read.
        example: whether it is one of the examples of pca-events.
    """

    id: str
    contract: ConsumerContract
    place: str
    example: bool
    chains: tuple[ChainPart, ...]

    @property
    def page(self) -> str:
        """The page with the id of the element."""
        return f"{PAGE}#{self.id}"

    @property
    def counts(self) -> Counter[LinkVerdict]:
        """The number of links of the code with each verdict."""
        return Counter(link.verdict for chain in self.chains for link in chain.links)


@dataclass(frozen=True)
class Relying:
    """A consumer that relies on an event.

    Attributes:
        needs: the JSON paths that its handlers need.
        complete: whether each of its handlers for the event says what it needs.
    """

    consumer: ShownConsumer
    needs: tuple[str, ...]
    complete: bool


def read_contracts(folders: Sequence[Path]) -> list[tuple[ConsumerContract, Path]]:
    """Return the contract files in some folders, each with its folder.

    Raises:
        BadInput: one cannot be read.
    """
    readable = [folder for folder in folders if folder.is_dir() or folder.name == FILE]
    found = [(contract, folder) for folder in readable for contract in contracts_in([str(folder)])]
    return list({contract.file: (contract, folder) for contract, folder in found}.values())


def shown_consumers(folders: Sequence[Path]) -> list[ShownConsumer]:
    """Return the consumers with contract files in some folders; without any, those of the examples of pca-events.

    Raises:
        BadInput: a contract file, or the code of a rule, cannot be read.
    """
    found = read_contracts(folders)
    if not found:
        return list(_examples())
    return _shown([(contract, within(contract.file, folder)) for contract, folder in found], example=False)


@cache
def _examples() -> tuple[ShownConsumer, ...]:
    top = locate("examples")
    contracts = contracts_in([str(top)])
    places = [f"{_EXAMPLES}/{Path(contract.file).relative_to(top).as_posix()}" for contract in contracts]
    return tuple(_shown(list(zip(contracts, places, strict=True)), example=True))


def _shown(contracts: Sequence[tuple[ConsumerContract, str]], *, example: bool) -> list[ShownConsumer]:
    taken: Counter[str] = Counter()
    found = []
    for contract, place in contracts:
        name = f"consumer-{anchor(contract.consumer)}"
        taken[name] += 1
        unique = name if taken[name] == 1 else f"{name}--{taken[name]}"
        found.append(ShownConsumer(unique, contract, place, example, tuple(_chains(contract))))
    return found


def _chains(contract: ConsumerContract) -> list[ChainPart]:
    """Return each rule with its links, then the handlers that no rule names. Handlers are not run."""
    verified: list[Chain] = verify_consumer(replace(contract, handlers=())).chains
    found = [
        ChainPart(claim.fires_on, claim, contract.handler_of(claim), _of_the_code(chain))
        for claim, chain in zip(contract.rules, verified, strict=True)
    ]
    named = {claim.handler for claim in contract.rules}
    alone = [handler for handler in contract.handlers if handler.name not in named]
    return [*found, *(ChainPart(handler.accepts, None, handler) for handler in alone)]


def _of_the_code(chain: Chain) -> tuple[Link, ...]:
    return tuple(link for link in chain.links if link.name != _TRIED_ON_A_BUS)


def relying_on(event: str, consumers: Sequence[ShownConsumer]) -> list[Relying]:
    """Return the consumers that rely on an event, by its id."""
    return [
        Relying(consumer, tuple(sorted(found.needs)), found.is_complete)
        for consumer in consumers
        for found in reliances([consumer.contract])
        if found.event == event
    ]


_FORMS = {
    "lambda": "the event itself",
    "sqs": "records of SQS",
    "sns": "records of SNS",
    "sqs-sns": "records of SQS with notifications of SNS",
}


def _file_of_rule(file: str, consumer: ShownConsumer) -> str:
    """Return the file of a rule, from the folder of the contract file."""
    return Path(file).relative_to(Path(consumer.contract.file).parent).as_posix()


FILTERS: dict[str, Callable[..., Any]] = {
    "link_meaning": lambda name: LINKS[name],
    "received_as": lambda form: _FORMS[form],
    "within": _file_of_rule,
}
"""The filters of the templates about consumers by their names."""
