"""Failed CRLs page somebody once. The queue of the paging system and the Private CA are those of an emulator."""

import pytest

HANDLER = "src/page.py:handler"


class Pages:
    """The queue of the paging system, and the handler that sends to it."""

    def __init__(self, pca, deliver):
        self._sqs = pca.sqs
        self.url = self._sqs.create_queue(QueueName="pages.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        self._deliver = deliver
        self._variables = {**pca.variables, "PAGES": self.url}

    def handle(self, *events, times=1):
        """Deliver events as the topic does."""
        outcomes = self._deliver(HANDLER, *events, form="sns", times=times, variables=self._variables)
        assert all(outcome.succeeded for outcome in outcomes), outcomes

    def sent(self):
        """Return the texts of the pages."""
        answer = self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", ())]


@pytest.fixture
def pages(pca_private_ca, pca_deliver):
    created = Pages(pca_private_ca, pca_deliver)
    yield created
    pca_private_ca.sqs.delete_queue(QueueUrl=created.url)


@pytest.mark.pca_events("crl-generation-failure-*")
def test_a_failure_pages_once_although_it_arrives_twice(pca_events, pages):
    pages.handle(pca_events, times=2)
    (page,) = pages.sent()
    assert pca_events["detail"]["reason"] in page


def test_the_page_says_what_to_do(pca_event, pages):
    pages.handle(pca_event("crl-generation-failure-s3-permissions"))
    (page,) = pages.sent()
    assert page.endswith("What to do: correct the policy of the bucket.")


@pytest.mark.pca_events("crl-generation-success", "certificate-issuance-failure")
def test_other_events_page_nobody(pca_events, pages):
    pages.handle(pca_events)
    assert pages.sent() == []


def test_a_bucket_without_its_policy_pages_somebody(pca_private_ca, pages):
    certificate = pca_private_ca.issue(pca_private_ca.create_root(crl=True))
    pca_private_ca.s3.delete_bucket_policy(Bucket=pca_private_ca.bucket)
    pca_private_ca.revoke(certificate)
    pages.handle(*pca_private_ca.sent())
    (page,) = pages.sent()
    assert "Check your S3 bucket permissions." in page
