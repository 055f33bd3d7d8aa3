"""A divergence is never green: unknown, fixed and expired ones are red, a known one is skipped with its reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pca_events.steps.calibrations import Trial, as_on_aws, try_behaviour

from pca_events.backends import CORRECTED, MINISTACK, MOTO, Backend
from pca_events.calibrate import BEHAVIOURS, Divergence, Ledger, divergence, ledger_of, operators, uncalibrated
from pca_events.calibrate.recorded import ledgers
from pca_events.errors import Unexpected
from pca_events.harness import RunId, Session

TODAY = datetime.now(UTC).date()
LATER = TODAY + timedelta(days=2)  # midnight may pass
KNOWN = Divergence("localstack", "1", "retry", "fails", "it gives up", TODAY, LATER)
LEDGER = Ledger("calibration/ledgers/a.toml", "localstack", "1", True, TODAY, LATER, (KNOWN,))
EXPIRED = replace(LEDGER, expires=TODAY)
NOWHERE = "http://127.0.0.1:1"


@pytest.mark.parametrize("ledger", [LEDGER, None])
def test_behaving_like_aws_without_a_ledger_entry_passes(ledger: Ledger | None) -> None:
    as_on_aws(Trial("retry", [], ledger, None))


def test_a_known_divergence_is_skipped_with_its_reason() -> None:
    with pytest.raises(pytest.skip.Exception, match="known difference from AWS: it gives up"):
        as_on_aws(Trial("retry", ["not so"], LEDGER, KNOWN))


@pytest.mark.parametrize(
    ("differs", "ledger", "known", "said"),
    [
        (["not so"], LEDGER, None, "not so"),
        (["not so"], None, None, "not so"),
        ([], LEDGER, KNOWN, "retry now behaves as on AWS; remove its entry from calibration/ledgers/a.toml"),
        (["not so"], EXPIRED, KNOWN, "calibration/ledgers/a.toml expired on"),
        ([], EXPIRED, KNOWN, "calibration/ledgers/a.toml expired on"),
        ([], EXPIRED, None, "calibration/ledgers/a.toml expired on"),
    ],
)
def test_an_unlisted_difference_fails(
    differs: list[str], ledger: Ledger | None, known: Divergence | None, said: str
) -> None:
    with pytest.raises(Unexpected, match=said):
        as_on_aws(Trial("retry", differs, ledger, known))


@pytest.mark.parametrize("ledger", ledgers(), ids=lambda ledger: ledger.path)
def test_a_ledger_covers_known_behaviours_once_each_in_the_order_of_the_tests(ledger: Ledger) -> None:
    tried = [*(f"pattern-{operator.name}" for operator in operators()), *BEHAVIOURS]
    listed = [entry.behaviour for entry in ledger.divergences]
    assert listed == [name for name in tried if name in listed]
    assert ledger.path == f"calibration/ledgers/{ledger.product}-{ledger.version}.toml"


def test_a_ledger_covers_one_version() -> None:
    backend = Backend("n", "localstack", "4.13.1", NOWHERE)
    known = divergence(backend, "retry")
    assert known is not None
    assert (known.product, known.version) == ("localstack", "4.13.1")
    other = replace(backend, name="LocalStack 0", version="0")
    assert divergence(other, "retry") is None
    assert uncalibrated(other) == [
        "calibration/ledgers has no file for LocalStack 0; run pca-events calibrate to see how it differs from AWS"
    ]


def test_a_product_that_does_not_report_its_version_has_one_ledger() -> None:
    ledger = ledger_of(Backend("n", MOTO, "unknown", NOWHERE))
    assert ledger is not None
    assert not ledger.reported


def test_the_corrected_eventbridge_has_no_difference_and_must_be_observed_again() -> None:
    ledger = ledger_of(Backend("n", CORRECTED, "4.13.1", NOWHERE))
    assert ledger is not None
    assert ledger.divergences == ()
    assert uncalibrated(Backend("n", CORRECTED, "4.14.0", NOWHERE)) != []


def test_aws_needs_no_ledger() -> None:
    assert uncalibrated(Backend("AWS", "aws", "", "")) == []


def test_the_message_about_a_moto_server_names_differences_of_its_ledger() -> None:
    ledger = ledger_of(Backend("n", MOTO, "unknown", NOWHERE))
    assert ledger is not None
    assert {"pattern-exact", "stamps", "transformer"} <= {entry.behaviour for entry in ledger.divergences}


def test_every_behaviour_has_a_source_and_its_own_sentence() -> None:
    assert len({behaviour.says for behaviour in BEHAVIOURS.values()}) == len(BEHAVIOURS) == 57
    for name, behaviour in BEHAVIOURS.items():
        assert behaviour.name == name
        assert behaviour.source.startswith(("API Reference, ", "User Guide, ", "IAM User Guide, ")), name


def test_a_behaviour_that_cannot_be_tested_is_skipped_with_the_reason() -> None:
    session = Session(Backend("n", MINISTACK, "1.5.33", NOWHERE), RunId())
    pool: Any = None
    with pytest.raises(pytest.skip.Exception, match="in the mode alias, no event is published as an AWS service"):
        try_behaviour(session, pool, "read-only-calls")
    on_aws = Session(Backend("AWS", "aws", "", NOWHERE), RunId())
    assert BEHAVIOURS["retry"].not_testable(on_aws).startswith("AWS does not reach the target")
    assert BEHAVIOURS["retry"].not_testable(session) == ""


def test_every_case_of_the_corpus_is_named_once() -> None:
    names = [case.name for operator in operators() for case in operator.cases]
    assert len(names) == len(set(names)) == 137
