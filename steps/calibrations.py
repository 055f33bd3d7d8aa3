"""Steps that compare the backend with AWS."""

from dataclasses import dataclass

import pytest
from pytest_bdd import parsers, then, when

from pca_events.calibrate import BEHAVIOURS, Divergence, Ledger, disagreements, ledger_of, operators
from pca_events.harness import Session
from pca_events.harness.bus_pool import BusPool
from pca_events.harness.expectations import expect


@dataclass(frozen=True)
class Trial:
    """One test of the backend.

    Attributes:
        name: of the behaviour or of the operator.
        differs: the differences from AWS that it found.
        ledger: of the backend; None for AWS.
        known: the divergence in the ledger, if any.
    """

    name: str
    differs: list[str]
    ledger: Ledger | None
    known: Divergence | None


@when(parsers.parse('the recorded patterns for "{operator}" are tested'), target_fixture="pca_trial")
def try_patterns(pca_connection: Session, operator: str) -> Trial:
    """Call TestEventPattern for each recorded pattern."""
    (cases,) = [known for known in operators() if known.name == operator]
    ledger = ledger_of(pca_connection.backend)
    known = ledger.divergence(f"pattern-{operator}") if ledger else None
    return Trial(operator, disagreements(pca_connection, cases), ledger, known)


@when(parsers.parse('the behaviour "{behaviour}" is tested'), target_fixture="pca_trial")
def try_behaviour(pca_connection: Session, pca_bus_pool: BusPool, behaviour: str) -> Trial:
    """Test the behaviour, or skip the scenario if it cannot be tested, or if the ledger excludes it from testing."""
    says, ledger = BEHAVIOURS[behaviour], ledger_of(pca_connection.backend)
    if reason := says.not_testable(pca_connection):
        pytest.skip(reason)
    known = ledger.divergence(behaviour) if ledger else None
    if ledger and known and known.kind == "ignore" and not ledger.expired:
        pytest.skip(known.skip_reason)
    differs = [] if says.shown_by(pca_connection, pca_bus_pool) else [f"expected: {says.says} ({says.source})"]
    return Trial(behaviour, differs, ledger, known)


@then("the backend behaves as AWS does, except for known differences")
def as_on_aws(pca_trial: Trial) -> None:
    """Expect no difference, or a known one; an expired ledger or an outdated entry is a failure."""
    ledger = pca_trial.ledger
    if ledger is not None:
        expect(
            not ledger.expired,
            f"{ledger.path} expired on {ledger.expires}; run pca-events calibrate and renew its dates",
        )
    if ledger is None or pca_trial.known is None:
        expect(not pca_trial.differs, f"{pca_trial.name} differs from AWS: {'; '.join(pca_trial.differs)}")
        return
    expect(bool(pca_trial.differs), f"{pca_trial.name} now behaves as on AWS; remove its entry from {ledger.path}")
    pytest.skip(pca_trial.known.skip_reason)
