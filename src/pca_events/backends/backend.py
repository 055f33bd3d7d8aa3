"""One backend, and the clients that reach it and nothing else."""

import os
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pca_events.backends import ACCOUNT, REGION
from pca_events.backends.api_calls import ApiCalls

_PATIENCE = 15  # seconds for one answer; the longest poll of a queue takes 5


@dataclass(frozen=True)
class Backend:
    """What answers the AWS API.

    Attributes:
        name: for display, with its version: `LocalStack 4.13.1, embedded`.
        product: the name in the ledger of divergences: `localstack`.
        version: of the product, as it reports it.
        endpoint_url: where every client of this backend sends its calls.
        account: the AWS account that owns the resources.
        region: the AWS Region of the resources.
        api_calls: monitors the calls of this process's clients.
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

        Ambient AWS settings (credentials, profile, `AWS_ENDPOINT_URL`, proxies) are ignored.
        """
        from botocore.config import Config

        config = Config(
            proxies={},
            connect_timeout=5,
            read_timeout=_PATIENCE,
            user_agent="pca-events",  # botocore would compute a long one for each call
            retries={"mode": "standard", "total_max_attempts": 1},  # the retries are those of ApiCalls
        )
        session = _session_class()(
            aws_access_key_id=self.account,
            aws_secret_access_key="never-sent-to-aws",  # noqa: S106
            region_name=self.region,
        )
        client = session.client(service, endpoint_url=self.endpoint_url, config=config)
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


@cache
def _session_class() -> Any:
    """Return localstack-client's Session class, on one boto3 session that reads no AWS setting of this process.

    localstack-client itself would use boto3's default session and let `AWS_ENDPOINT_URL` win over its arguments; boto3
    fails on an unknown `AWS_PROFILE` even if credentials are passed.
    """
    import boto3
    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
    from botocore.session import Session as BotocoreSession
    from localstack_client.session import Session

    no_settings = {
        name: (None, None, default, conversion)
        for name, (_, _, default, conversion) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    nowhere = (None, None, os.devnull, None)
    isolated = BotocoreSession({**no_settings, "config_file": nowhere, "credentials_file": nowhere})
    boto3_session = boto3.Session(botocore_session=isolated)

    class IsolatedSession(Session):  # type: ignore[misc]
        def client(self, service_name: str, **options: Any) -> Any:
            return boto3_session.client(service_name, **{**options, **self.common_protected_kwargs})

    return IsolatedSession
