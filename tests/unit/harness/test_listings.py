"""Listings are read to their last page, in the same way for every service."""

from typing import Any

import pytest
from botocore.stub import Stubber

from pca_events.backends import ACCOUNT, REGION, Backend
from pca_events.errors import BackendError
from pca_events.harness import RunId, Session
from pca_events.harness.live_rules import read_bus
from pca_events.harness.resources.inventory import find


@pytest.fixture
def session() -> Session:
    """A session whose clients answer only what a test gives them."""
    return Session(Backend("any", "localstack", "4.13.1", "http://127.0.0.1:9", ACCOUNT, REGION), RunId())


def group(name: str) -> dict[str, Any]:
    return {
        "logGroupName": f"/aws/events/{name}",
        "arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}",
        "creationTime": 0,
    }


def test_all_pages_of_a_listing_are_read(session: Session) -> None:
    with Stubber(session.events) as answers:
        answers.add_response("list_rules", {"Rules": [{"Name": "a"}], "NextToken": "2"}, {"EventBusName": "bus"})
        answers.add_response("list_rules", {"Rules": [{"Name": "b"}]}, {"EventBusName": "bus", "NextToken": "2"})
        assert session.rules("bus") == [{"Name": "a"}, {"Name": "b"}]
        answers.assert_no_pending_responses()


def test_log_groups_on_the_second_page_are_found(session: Session) -> None:
    prefix = {"logGroupNamePrefix": "/aws/events/pca-events"}
    with Stubber(session.logs) as answers:
        answers.add_response("describe_log_groups", {"logGroups": [group("one")], "nextToken": "2"}, prefix)
        answers.add_response("describe_log_groups", {"logGroups": [group("two")]}, {**prefix, "nextToken": "2"})
        found = find(session, "pca-events", ["log-groups"])
    assert [one.arn.rpartition(":")[2] for one in found] == ["one", "two"]


def test_a_bus_that_does_not_exist_has_no_list_of_rules(session: Session) -> None:
    with Stubber(session.events) as answers:
        for _ in range(2):
            answers.add_client_error("list_rules", "ResourceNotFoundException", http_status_code=400)
        assert session.rules("none") is None
        with pytest.raises(BackendError, match=r'^any has no event bus "none"$'):
            read_bus(session, "none")
