"""A divergence is never green: unknown, fixed and expired ones are red, a known one is skipped with its reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pca_events.steps.calibrations import Trial, as_on_aws

from pca_events.backends import Backend
from pca_events.calibrate import BEHAVIOURS, Divergence, divergence, operators
from pca_events.calibrate.recorded import divergences
from pca_events.errors import Unexpected

TODAY = datetime.now(UTC).date()
KNOWN = Divergence(
    "localstack", "1", "retry", "fails", "it gives up", TODAY, TODAY + timedelta(days=2)
)  # midnight may pass
EXPIRED = replace(KNOWN, expires=TODAY)


def test_behaving_like_aws_without_a_ledger_entry_passes() -> None:
    as_on_aws(Trial("retry", [], None))


def test_a_known_divergence_is_skipped_with_its_reason() -> None:
    with pytest.raises(pytest.skip.Exception, match="known difference from AWS: it gives up"):
        as_on_aws(Trial("retry", ["not so"], KNOWN))


@pytest.mark.parametrize(
    ("differs", "known", "said"),
    [
        (["not so"], None, "not so"),
        ([], KNOWN, "retry now behaves as on AWS; remove its entry"),
        (["not so"], EXPIRED, "the entry in calibration/divergences.toml expired on"),
        ([], EXPIRED, "the entry in calibration/divergences.toml expired on"),
    ],
)
def test_an_unlisted_difference_fails(differs: list[str], known: Divergence | None, said: str) -> None:
    with pytest.raises(Unexpected, match=said):
        as_on_aws(Trial("retry", differs, known))


def test_the_ledger_covers_known_behaviours_only() -> None:
    tried = {*BEHAVIOURS, *(f"pattern-{operator.name}" for operator in operators())}
    assert {entry.behaviour for entry in divergences()} <= tried
    assert len({(entry.backend, entry.version, entry.behaviour) for entry in divergences()}) == len(divergences())


def test_the_ledger_covers_one_version() -> None:
    known = divergences()[0]
    backend = Backend("n", known.backend, known.version, "http://127.0.0.1:1")
    assert divergence(backend, known.behaviour) == known
    assert divergence(replace(backend, version="0"), known.behaviour) is None


def test_every_case_of_the_corpus_is_named_once() -> None:
    names = [case.name for operator in operators() for case in operator.cases]
    assert len(names) == len(set(names)) == 137
