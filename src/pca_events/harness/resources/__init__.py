"""The resources that the harness creates on a backend: each can be created, read, updated and deleted."""

from typing import TYPE_CHECKING, Literal, get_args

from pca_events.lazy import names_of

if TYPE_CHECKING:
    from pca_events.harness.resources.destinations import LogGroup as LogGroup
    from pca_events.harness.resources.destinations import Queue as Queue
    from pca_events.harness.resources.destinations import QueuePolicy as QueuePolicy
    from pca_events.harness.resources.destinations import Topic as Topic
    from pca_events.harness.resources.eventbridge import Archive as Archive
    from pca_events.harness.resources.eventbridge import EventBus as EventBus
    from pca_events.harness.resources.eventbridge import Rule as Rule
    from pca_events.harness.resources.eventbridge import Target as Target
    from pca_events.harness.resources.plan import Resource as Resource
    from pca_events.harness.resources.plan import Tags as Tags
else:
    __getattr__ = names_of(
        __name__,
        destinations="LogGroup Queue QueuePolicy Topic",
        eventbridge="Archive EventBus Rule Target",
        plan="Resource Tags",
    )

Kind = Literal["rules", "archives", "topics", "log-groups", "queues", "buses"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order in which they are removed; the targets of a rule go with it, first."""

SweptKind = Literal[
    "rules",
    "api-destinations",
    "connections",
    "keys",
    "authorities",
    "buckets",
    "archives",
    "topics",
    "log-groups",
    "queues",
    "buses",
]
SWEPT_KINDS: tuple[SweptKind, ...] = get_args(SweptKind)
"""In the order in which they are swept; CAs and buckets are only in accounts that a run had for itself."""
