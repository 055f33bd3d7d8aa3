"""The ledger of divergences: where a backend is known to do otherwise than AWS, until when that is believed."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Literal

from pca_events.backends import Backend
from pca_events.locations import locate


@dataclass(frozen=True)
class Divergence:
    """One known divergence.

    Attributes:
        backend: the product: `localstack`.
        version: of the product.
        behaviour: a name of `BEHAVIOURS`, or `pattern-` and an operator of the corpus.
        kind: `fails` where it is tried and must fail; `ignore` where it is not tried, since trying costs too much.
        reason: what the backend does instead.
        seen: when that was seen last.
        expires: from when on it must be seen anew; an expired entry turns a run red.
    """

    backend: str
    version: str
    behaviour: str
    kind: Literal["fails", "ignore"]
    reason: str
    seen: date
    expires: date

    @property
    def expired(self) -> bool:
        """Whether it must be seen anew."""
        return datetime.now(UTC).date() >= self.expires

    @property
    def skip_reason(self) -> str:
        """The reason that a run shows for a scenario that is skipped because of this divergence."""
        return f"known difference from AWS: {self.reason}"


@cache
def divergences() -> tuple[Divergence, ...]:
    """Return the whole ledger."""
    with (locate("calibration") / "divergences.toml").open("rb") as file:
        return tuple(Divergence(**entry) for entry in tomllib.load(file)["divergence"])


def uncalibrated(backend: Backend) -> list[str]:
    """Return why the ledger cannot say what this backend is worth; empty where it can."""
    known = {(entry.backend, entry.version) for entry in divergences()}
    if backend.product == "aws" or (backend.product, backend.version) in known:
        return []
    return [
        f"calibration/divergences.toml has no entry for {backend.name}; run pca-events calibrate to see what to add"
    ]


def divergence(backend: Backend, behaviour: str) -> Divergence | None:
    """Return what the ledger says of a behaviour on this backend, or None where it does as AWS does."""
    for entry in divergences():
        if (entry.backend, entry.version, entry.behaviour) == (backend.product, backend.version, behaviour):
            return entry
    return None
