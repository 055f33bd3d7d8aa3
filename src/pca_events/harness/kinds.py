"""The kinds of things that a run makes on a backend."""

from typing import Literal, get_args

Kind = Literal["rules", "archives", "topics", "log-groups", "queues", "buses"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order in which they are removed; the targets of a rule go with it, first."""
