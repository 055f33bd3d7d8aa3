"""What answers the AWS API: an embedded LocalStack, or a running one at an endpoint."""

from pca_events.backends.aws import check_switch, connect_aws
from pca_events.backends.backend import Backend
from pca_events.backends.embedded import EmbeddedLocalStack
from pca_events.backends.endpoint import connect, identify

__all__ = ["Backend", "EmbeddedLocalStack", "check_switch", "connect", "connect_aws", "identify"]
