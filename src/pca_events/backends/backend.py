"""One backend, and the clients that reach it and nothing else."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from pca_events.backends import ACCOUNT, REGION
from pca_events.backends.api_calls import ApiCalls

_PATIENCE = 15  # seconds for one answer; the longest poll of a queue takes 5


@dataclass(frozen=True)
class Backend:
    """What answers the AWS API.

    Attributes:
        name: for people, with its version: `LocalStack 4.13.1, embedded`.
        product: what the ledger of divergences calls it: `localstack`.
        version: of the product, as it says itself.
        endpoint_url: where every client of this backend sends its calls.
        account: the AWS account that owns what is made.
        region: the AWS Region that it is made in.
        api_calls: watches what the clients of this process call.
    """

    name: str
    product: str
    version: str
    endpoint_url: str
    account: str = ACCOUNT
    region: str = REGION
    api_calls: ApiCalls = field(default_factory=ApiCalls, compare=False, repr=False)

    def client(self, service: str) -> Any:
        """Return a boto3 client of the service that can reach this backend only.

        Ambient AWS settings (credentials, profile, `AWS_ENDPOINT_URL`, proxies) have no say.
        """
        from botocore.config import Config
        from localstack_client.session import Session

        url = urlsplit(self.endpoint_url)
        with _no_ambient_settings(use_ssl=url.scheme == "https"):
            session = Session(
                aws_access_key_id=self.account,
                aws_secret_access_key="never-sent-to-aws",  # noqa: S106
                region_name=self.region,
                localstack_host=url.netloc,
            )
            config = Config(
                proxies={},
                connect_timeout=5,
                read_timeout=_PATIENCE,
                user_agent="pca-events",  # botocore makes up a long one anew for each call
                retries={"mode": "standard", "total_max_attempts": 1},  # the retries are those of ApiCalls
            )
            client = session.client(service, config=config)
        self.api_calls.watch(client)
        return client

    def queue_arn(self, name: str) -> str:
        """Return the ARN of the SQS queue of that name in this account and Region."""
        return f"arn:aws:sqs:{self.region}:{self.account}:{name}"

    def topic_arn(self, name: str) -> str:
        """Return the ARN of the SNS topic of that name in this account and Region."""
        return f"arn:aws:sns:{self.region}:{self.account}:{name}"

    def log_group_arn(self, name: str) -> str:
        """Return the ARN of the CloudWatch log group of that name in this account and Region."""
        return f"arn:aws:logs:{self.region}:{self.account}:log-group:{name}"

    def archive_arn(self, name: str) -> str:
        """Return the ARN of the archive of that name in this account and Region."""
        return f"arn:aws:events:{self.region}:{self.account}:archive/{name}"

    def bus_arn(self, name: str) -> str:
        """Return the ARN of the event bus of that name in this account and Region."""
        return f"arn:aws:events:{self.region}:{self.account}:event-bus/{name}"


@contextmanager
def _no_ambient_settings(*, use_ssl: bool) -> Iterator[None]:
    """Hide every AWS setting of this process while a client is made.

    localstack-client lets `AWS_ENDPOINT_URL` and `USE_SSL` win over its arguments, and boto3 fails on an
    unknown `AWS_PROFILE` even where credentials are given.
    """
    import boto3

    before = dict(os.environ)
    session = boto3.DEFAULT_SESSION
    for name in before:
        if name.startswith("AWS_"):
            del os.environ[name]
    nowhere = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "USE_SSL": str(int(use_ssl)),
    }
    os.environ.update(nowhere)
    boto3.DEFAULT_SESSION = _undisturbed_session()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        boto3.DEFAULT_SESSION = session


@cache
def _undisturbed_session() -> Any:
    """The one session of all clients, which reads the model of each service once; made where no AWS setting is."""
    import boto3

    return boto3.Session()
