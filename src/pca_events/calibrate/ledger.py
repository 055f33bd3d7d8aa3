"""The ledger of divergences: where a backend is known to differ from AWS, each with an expiry date."""

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
        kind: `fails` if its trial must fail; `ignore` if it is not tested, because the test would wait in vain.
        reason: what the backend does instead of AWS's behaviour.
        seen: when it was last observed.
        expires: when it must be observed again; an expired entry fails a run.
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
        """Whether it must be observed again."""
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
    """Return why the ledger has no information on this backend; empty if it has."""
    known = {(entry.backend, entry.version) for entry in divergences()}
    if backend.product == "aws" or (backend.product, backend.version) in known:
        return []
    return [
        f"calibration/divergences.toml has no entry for {backend.name}; run pca-events calibrate to see what to add"
    ]


def divergence(backend: Backend, behaviour: str) -> Divergence | None:
    """Return the ledger's entry for a behaviour on this backend, or None if the backend behaves like AWS."""
    for entry in divergences():
        if (entry.backend, entry.version, entry.behaviour) == (backend.product, backend.version, behaviour):
            return entry
    return None
