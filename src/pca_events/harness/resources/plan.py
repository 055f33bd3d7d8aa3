"""A resource of the harness, and what it takes to bring a backend to a configuration, like Terraform's plan and apply.

A resource is a value: its desired state. `read` returns the state on the backend in the same form, so that the two can
be compared; patterns and policies are compared as JSON, not as text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol, Self

from pca_events.harness.session import Session

Tags = dict[str, str]


class Resource(Protocol):
    """The operations of every kind of resource."""

    @property
    def key(self) -> str:
        """The backend's identifier; a resource with another key is another resource."""

    def create(self, session: Session, tags: Tags) -> None:
        """Create it."""

    def read(self, session: Session) -> Self | None:
        """Return its state on the backend, or None."""

    def update(self, session: Session) -> None:
        """Update the backend to this value."""

    def delete(self, session: Session) -> None:
        """Remove it; does nothing if it does not exist."""


Action = Literal["create", "update", "replace", "delete", "no-op"]
Configuration = dict[str, Resource]
"""Resources by label, in the order of creation; a renamed resource keeps its label."""


@dataclass(frozen=True)
class Change:
    """The change of one label.

    Attributes:
        label: the resource's label in the configuration.
        action: create, update, replace (delete and create, under another key), delete or no-op.
        before: the current or previously applied resource; None for a create.
        after: the wanted resource; None for a delete.
    """

    label: str
    action: Action
    before: Resource | None
    after: Resource | None

    def __str__(self) -> str:
        return f"{self.action} {self.label}"


def plan(session: Session, applied: Configuration, wanted: Configuration) -> list[Change]:
    """Compare the wanted configuration with the state of the backend, read again.

    Args:
        session: the connection to the backend.
        applied: the configuration that was applied last; distinguishes a renamed from a new resource.
        wanted: the configuration to reach.
    """
    with session.reading_once():
        changes = [_change(session, label, applied.get(label), resource) for label, resource in wanted.items()]
        for label, resource in applied.items():
            if label not in wanted and resource.read(session) is not None:
                changes.append(Change(label, "delete", resource, None))
    return changes


def _change(session: Session, label: str, applied: Resource | None, wanted: Resource) -> Change:
    if applied is not None and applied.key != wanted.key:
        return Change(label, "replace", applied, wanted)
    actual = wanted.read(session)
    if actual is None:
        return Change(label, "create", None, wanted)
    return Change(label, "no-op" if actual == wanted else "update", actual, wanted)


def apply(session: Session, changes: Iterable[Change], tags: Tags) -> None:
    """Make the changes: first deletions in reverse order of creation, then creations and updates in order."""
    changes = list(changes)
    for change in reversed(changes):
        if change.action in ("delete", "replace") and change.before is not None:
            change.before.delete(session)
    for change in changes:
        if change.after is not None and change.action in ("create", "replace"):
            change.after.create(session, tags)
        elif change.after is not None and change.action == "update":
            change.after.update(session)


def needed(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that are not no-ops."""
    return [change for change in changes if change.action != "no-op"]


def tag_list(tags: Tags) -> list[dict[str, str]]:
    """Return tags in the form that most AWS APIs take: a list of keys and values."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
