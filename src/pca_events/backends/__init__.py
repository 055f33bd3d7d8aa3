"""The backends that answer the AWS API: an embedded LocalStack, a running one at an endpoint, or AWS."""

from typing import TYPE_CHECKING

from pca_events.lazy import names_of

if TYPE_CHECKING:
    from pca_events.backends.backend import Backend as Backend
    from pca_events.backends.embedded import EmbeddedLocalStack as EmbeddedLocalStack
    from pca_events.backends.remote import check_switch as check_switch
    from pca_events.backends.remote import connect as connect
    from pca_events.backends.remote import connect_aws as connect_aws
    from pca_events.backends.remote import identify as identify
else:
    __getattr__ = names_of(
        __name__,
        backend="Backend",
        embedded="EmbeddedLocalStack",
        remote="check_switch connect connect_aws identify",
    )

ACCOUNT = "111122223333"
"""The account of every run on LocalStack, which takes it from the access key id."""

REGION = "us-east-1"
"""The Region of every run on LocalStack."""

LOCALSTACK = "localstack"
"""The product of a stock LocalStack."""

CORRECTED = "corrected-localstack"
"""The product of a LocalStack with the EventBridge of this package."""

MINISTACK = "ministack"
"""The product of MiniStack."""

MOTO = "moto-server"
"""The product of a moto server."""
