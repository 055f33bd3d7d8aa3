"""States that probes read, and how they differ."""

from typing import Any

import pytest

from pca_events.catalog import documented
from pca_events.errors import BadInput
from pca_events.handlers.state import CallableProbe, contrast, state_of, without_identity


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        (3, {"items": 3}),
        (["a", "a"], {"items": 2}),
        ({"rows": [1], "mails": 2}, {"rows": 1, "mails": 2}),
        ({}, {}),
    ],
)
def test_a_probe_returns_a_number_or_items_or_both_by_name(found: Any, counts: dict[str, float]) -> None:
    assert state_of(found, "app:items").counts == counts


@pytest.mark.parametrize("found", [None, True, "text", {"rows": {"id": 1}}, {"rows": None}])
def test_anything_else_is_bad_input(found: Any) -> None:
    with pytest.raises(BadInput, match=r"the probe app:items returned .*; it must return a number of items"):
        state_of(found, "app:items")


def test_a_change_is_what_was_added() -> None:
    before, after = state_of({"rows": [{"id": 1}]}, "p"), state_of({"rows": [{"id": 1}, {"id": 2}]}, "p")
    change = after.since(before)
    assert (dict(change.counts), list(change.items)) == ({"rows": 1}, [("rows", '{"id": 2}')])
    assert not after.since(after).counts


@pytest.mark.parametrize(
    ("found", "wanted", "told"),
    [
        ({"items": 2}, {"items": 1}, "2 items instead of 1"),
        ({"items": 1}, {"items": 2}, "1 item instead of 2"),
        ({"rows": 0}, {"rows": 1, "mails": 2}, '0 in "mails" instead of 2 and 0 in "rows" instead of 1'),
        ({"rows": 1}, {"rows": 1}, ""),
    ],
)
def test_a_contrast_names_what_differs(found: dict[str, float], wanted: dict[str, float], told: str) -> None:
    assert contrast(found, wanted) == told


def test_the_identity_of_an_event_is_not_compared() -> None:
    one, other = documented("certificate-issuance-success").event, documented("certificate-issuance-success").event
    other["id"], other["resources"] = "x", [f"{arn}0" for arn in other["resources"]]
    told = [without_identity(f"{event['id']} {event['resources']} {event['detail']}", event) for event in (one, other)]
    assert told[0] == told[1]
    assert "success" in told[0]


def test_a_callable_in_this_process_is_a_probe() -> None:
    items: list[object] = []
    probe = CallableProbe(lambda: items)
    before = probe.state()
    items.append({"id": 1})
    assert probe.state().since(before).counts == {"items": 1}
