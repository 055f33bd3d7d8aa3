"""The backend itself, held against AWS."""

from dataclasses import dataclass

import pytest
from pytest_bdd import parsers, then, when

from pca_events.calibrate import BEHAVIOURS, Divergence, disagreements, divergence, operators
from pca_events.harness import Session
from pca_events.harness.bus_pool import BusPool
from pca_events.harness.expectations import expect


@dataclass(frozen=True)
class Trial:
    """What was tried, what differed from AWS, and what the ledger says."""

    name: str
    differs: list[str]
    known: Divergence | None


@when(parsers.parse('the recorded patterns of "{operator}" are tried'), target_fixture="trial")
def try_patterns(connection: Session, operator: str) -> Trial:
    """Ask TestEventPattern for each pattern of the corpus."""
    (cases,) = [known for known in operators() if known.name == operator]
    known = divergence(connection.backend, f"pattern-{operator}")
    return Trial(operator, disagreements(connection, cases), known)


@when(parsers.parse('the behaviour "{behaviour}" is tried'), target_fixture="trial")
def try_behaviour(connection: Session, bus_pool: BusPool, behaviour: str) -> Trial:
    """Put the backend to the trial, unless the ledger says to ignore it."""
    known = divergence(connection.backend, behaviour)
    if known and known.kind == "ignore" and not known.expired:
        pytest.skip(f"not calibrated: {known.reason}")
    says = BEHAVIOURS[behaviour]
    return Trial(behaviour, [] if says.shown_by(connection, bus_pool) else [f"not so: {says.says}"], known)


@then("the backend does as AWS does, unless the ledger says otherwise")
def as_on_aws(trial: Trial) -> None:
    """Expect no difference, or a known one; a known one that is gone or expired is a fault of the ledger."""
    if trial.known is None:
        expect(not trial.differs, f"{trial.name} differs from AWS: {'; '.join(trial.differs)}")
        return
    expect(not trial.known.expired, f"{trial.name}: the entry expired on {trial.known.expires}; look and renew it")
    expect(bool(trial.differs), f"{trial.name} is as on AWS now; remove its entry from calibration/divergences.toml")
    pytest.skip(f"not calibrated: {trial.known.reason}")
