"""Numbers with their nouns."""

import pytest

from pca_events.wording import counted


@pytest.mark.parametrize(
    ("number", "noun", "words"),
    [
        (0, "event", "0 events"),
        (1, "event", "1 event"),
        (1_000, "CloudTrail record", "1,000 CloudTrail records"),
        (1, "entry", "1 entry"),
        (3, "entry", "3 entries"),
        (2, "day", "2 days"),
    ],
)
def test_a_number_has_its_noun(number: int, noun: str, words: str) -> None:
    assert counted(number, noun) == words
