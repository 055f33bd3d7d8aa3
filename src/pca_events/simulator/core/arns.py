"""The ARNs of CAs and of their certificates."""

import re

from pca_events.simulator.core.refusals import invalid_arn

AUTHORITY = re.compile(
    r"arn:[\w-]+:acm-pca:[\w-]*:\d*:certificate-authority/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII
)
CERTIFICATE = re.compile(rf"(?P<authority>{AUTHORITY.pattern})/certificate/(?P<id>[0-9a-f]{{1,64}})", re.ASCII)
TEMPLATE = re.compile(r"arn:[\w-]+:acm-pca:[\w-]*:\d*:template/(?P<name>\w+)/V1", re.ASCII)


def check_authority(arn: str) -> str:
    """The ARN itself, where it is that of a CA; else raise InvalidArnException."""
    if not AUTHORITY.fullmatch(arn):
        raise invalid_arn(arn)
    return arn


def certificate_id(arn: str, authority_arn: str) -> str:
    """The id in the ARN of a certificate; raise InvalidArnException where it is none of this CA."""
    found = CERTIFICATE.fullmatch(arn)
    if not found or found["authority"] != authority_arn:
        raise invalid_arn(arn)
    return found["id"]


def template_name(arn: str) -> str:
    """The name in the ARN of a template; raise InvalidArnException where it is none."""
    found = TEMPLATE.fullmatch(arn)
    if not found:
        raise invalid_arn(arn)
    return found["name"]
