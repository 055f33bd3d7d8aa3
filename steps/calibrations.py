"""Steps that compare the backend with AWS."""

from dataclasses import dataclass

import pytest
from pytest_bdd import parsers, then, when

from pca_events.calibrate import BEHAVIOURS, Divergence, disagreements, divergence, operators
from pca_events.harness import Session
from pca_events.harness.bus_pool import BusPool
from pca_events.harness.expectations import expect


@dataclass(frozen=True)
class Trial:
    """One test of the backend: its name, the differences from AWS that it found, and the known divergence, if any."""

    name: str
    differs: list[str]
    known: Divergence | None


@when(parsers.parse('the recorded patterns for "{operator}" are tested'), target_fixture="trial")
def try_patterns(connection: Session, operator: str) -> Trial:
    """Call TestEventPattern for each recorded pattern."""
    (cases,) = [known for known in operators() if known.name == operator]
    known = divergence(connection.backend, f"pattern-{operator}")
    return Trial(operator, disagreements(connection, cases), known)


@when(parsers.parse('the behaviour "{behaviour}" is tested'), target_fixture="trial")
def try_behaviour(connection: Session, bus_pool: BusPool, behaviour: str) -> Trial:
    """Test the behaviour, or skip the scenario if the ledger excludes the behaviour from testing."""
    known = divergence(connection.backend, behaviour)
    if known and known.kind == "ignore" and not known.expired:
        pytest.skip(known.skip_reason)
    says = BEHAVIOURS[behaviour]
    return Trial(behaviour, [] if says.shown_by(connection, bus_pool) else [f"expected: {says.says}"], known)


@then("the backend behaves as AWS does, except for known differences")
def as_on_aws(trial: Trial) -> None:
    """Expect no difference, or a known one; an expired or outdated entry in the ledger is a failure."""
    if trial.known is None:
        expect(not trial.differs, f"{trial.name} differs from AWS: {'; '.join(trial.differs)}")
        return
    expect(
        not trial.known.expired,
        f"{trial.name}: the entry in calibration/divergences.toml expired on {trial.known.expires}; verify it again",
    )
    expect(
        bool(trial.differs), f"{trial.name} now behaves as on AWS; remove its entry from calibration/divergences.toml"
    )
    pytest.skip(trial.known.skip_reason)
