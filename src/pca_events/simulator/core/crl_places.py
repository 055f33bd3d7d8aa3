"""Where the CRL of a CA lies, and what certificates say about it."""

from collections.abc import Iterable

from cryptography import x509

from pca_events.simulator.core.model import Authority
from pca_events.simulator.core.passthrough import Extension


def object_key(authority: Authority) -> str:
    """The key of the CRL in its bucket."""
    crl = authority.crl_configuration
    folder = crl.get("CustomPath") or "crl"
    if crl.get("CrlType") != "PARTITIONED":
        return f"{folder}/{authority.id}.crl"
    return f"{folder}/{authority.crl.partition}.crl" if crl.get("CustomPath") else partition_key(authority, folder)


def partition_key(authority: Authority, folder: str) -> str:
    """The key of a partition, in the folder of its CA."""
    return f"{folder}/{authority.id}/{authority.crl.partition}.crl"


def address(authority: Authority, region: str) -> str:
    """The URL of the CRL."""
    crl = authority.crl_configuration
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    host = crl.get("CustomCname") or f"{crl['S3BucketName']}.s3.{region}.{suffix}"
    return f"http://{host}/{object_key(authority)}"


def distribution_point(authority: Authority, region: str) -> Iterable[Extension]:
    """The CRL distribution point, where CRLs are enabled and the extension is not left out."""
    crl = authority.crl_configuration
    if crl and not (crl.get("CrlDistributionPointExtensionConfiguration") or {}).get("OmitExtension"):
        yield (
            x509.CRLDistributionPoints([x509.DistributionPoint(full_name(authority, region), None, None, None)]),
            False,
        )


def full_name(authority: Authority, region: str) -> list[x509.GeneralName]:
    """The URL of the CRL as an X.509 name."""
    return [x509.UniformResourceIdentifier(address(authority, region))]
