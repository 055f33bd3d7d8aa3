"""The engine gives the answers of AWS for each case of the corpus."""

import json

import pytest

from pca_events.calibrate.recorded import Case, NotRecorded, not_recorded, operators
from pca_events.pattern import EventPattern, InvalidPattern, flatten

ALL = [case for operator in operators() for case in operator.cases]
CASES = [pytest.param(case, id=case.name) for case in ALL]


def answer(case: Case) -> str:
    try:
        pattern = EventPattern.parse(case.pattern)
    except InvalidPattern:
        return "invalid"
    assert pattern.explain(case.event).matched == pattern.matches(case.event)
    return "matches" if pattern.matches_flat(flatten(case.event)) else "ignores"


@pytest.mark.parametrize("case", CASES)
def test_each_case_has_the_answer_of_aws(case: Case) -> None:
    assert answer(case) == case.answer


def test_the_corpus_is_complete() -> None:
    assert len(CASES) >= 130


def as_read(pattern: object) -> object:
    try:
        return EventPattern.parse(pattern).conditions  # type: ignore[arg-type]
    except InvalidPattern as refused:
        return refused.reason, refused.path


@pytest.mark.parametrize("case", CASES)
def test_an_object_is_parsed_like_its_text(case: Case) -> None:
    try:
        given = json.loads(case.pattern)
    except ValueError:
        assert answer(case) == "invalid"
    else:
        assert as_read(given) == as_read(case.pattern)


@pytest.mark.parametrize("found", not_recorded(), ids=lambda found: found.case.name)
def test_cases_that_are_not_recorded_follow_the_documentation(found: NotRecorded) -> None:
    assert answer(found.case) == found.case.answer != found.engine


def test_a_pattern_lists_where_the_service_may_differ() -> None:
    doubtful = [found.case for found in not_recorded() if {found.case.answer, found.engine} == {"matches", "ignores"}]
    assert len(doubtful) >= 7
    assert [case.name for case in doubtful if not EventPattern.parse(case.pattern).service_may_differ] == []
    assert [
        case.name for case in ALL if answer(case) != "invalid" and EventPattern.parse(case.pattern).service_may_differ
    ] == []
