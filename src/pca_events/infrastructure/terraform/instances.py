"""Blocks of Terraform, and the instances that `count` and `for_each` make of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.terraform.syntax import Body

MOST_INSTANCES = 1000
"""How many instances of one resource are distinguished."""


@dataclass
class Declared:
    """A block of a module.

    Attributes:
        address: what other blocks call it: `aws_sqs_queue.dlq`, `data.aws_iam_policy_document.dlq`.
        labels: `("aws_sqs_queue", "dlq")`.
        line, last_line: where it stands, counted on through all files.
        parse: gives what is in it.
        overrides: the blocks of override files that change it.
    """

    kind: str
    labels: tuple[str, ...]
    line: int
    last_line: int
    parse: Callable[[], Body]
    overrides: list["Declared"] = field(default_factory=list)

    @property
    def address(self) -> str:
        """What other blocks call it."""
        words = self.labels if self.kind == "resource" else (self.kind, *self.labels)
        return ".".join(words)

    @cached_property
    def body(self) -> Body:
        """What is in it, with what override files change."""
        body = self.parse()
        for other in self.overrides:
            body = body.overridden(other.body)
        return body


@dataclass(frozen=True)
class Instance:
    """One of what a block with `count` or `for_each` makes; a block without them makes one.

    Attributes:
        address: with `["key"]` or `[0]`; with `["*"]` or `[*]` where it is not known which there are.
        bound: what `each` and `count` stand for.
        off: what it is not deployed for by default, as written; empty where it is deployed.
    """

    address: str
    declared: Declared
    body: Body
    bound: Mapping[str, Any] = field(default_factory=dict)
    off: str = ""


def for_each(block: Declared, body: Body, over: Any, off: str = "") -> list[Instance]:
    """The instances for a set or an object; a single one, `["*"]`, where it is not known which there are.

    Args:
        block: the block.
        body: what is in it.
        over: what `for_each` goes over.
        off: what they are not deployed for by default, as written; empty where they are deployed.
    """
    if isinstance(over, list) and all(isinstance(item, str) for item in over):
        over = {item: item for item in over}
    if not isinstance(over, dict) or not over or len(over) > MOST_INSTANCES:
        bound = {"each": {"key": Unknown("each.key"), "value": Unknown("each.value")}}
        return [Instance(f'{block.address}["*"]', block, body, bound, off)]
    return [
        Instance(f'{block.address}["{key}"]', block, body, {"each": {"key": key, "value": value}}, off)
        for key, value in over.items()
    ]


def counted(block: Declared, body: Body, count: Any, off: str = "") -> list[Instance]:
    """The instances for a number; a single one, `[*]`, where it is not known how many there are.

    Of none there is one that is off.
    """
    if isinstance(count, str) and count.isdigit():
        count = int(count)
    if count == 0 and not isinstance(count, bool):
        return [Instance(f"{block.address}[0]", block, body, {"count": {"index": 0}}, off)]
    if not isinstance(count, int) or not 0 <= count <= MOST_INSTANCES:
        return [Instance(f"{block.address}[*]", block, body, {"count": {"index": Unknown("count.index")}})]
    return [Instance(f"{block.address}[{at}]", block, body, {"count": {"index": at}}) for at in range(count)]
