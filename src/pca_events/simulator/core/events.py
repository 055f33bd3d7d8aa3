"""The events that operations send, worded as documented."""

from pca_events.simulator.core.world import World

CREATION = "ACM Private CA Creation"
ISSUANCE = "ACM Private CA Certificate Issuance"
REVOCATION = "ACM Private CA Certificate Revocation"
CRL = "ACM Private CA CRL Generation"
AUDIT_REPORT = "ACM Private CA Audit Report Generation"

CRL_BUCKET = "Failed to write CRL to S3. Check your S3 bucket permissions."
CRL_BUCKET_INTERNAL = "Failed to write CRL to S3. Internal failure."
CRL_INTERNAL = "Failed to generate CRL. Internal failure."


def success(world: World, detail_type: str, *resources: str) -> None:
    """Tell that something has been done."""
    world.send(detail_type, list(resources), {"result": "success"})


def failure(world: World, detail_type: str, *resources: str, reason: str | None = None) -> None:
    """Tell that something could not be done."""
    detail = {"result": "failure"} if reason is None else {"result": "failure", "reason": reason}
    world.send(detail_type, list(resources), detail)
