"""The examples of operations, as they stand in examples/, on the emulator."""

import subprocess
import sys
from pathlib import Path

from pca_events import catalog
from pca_events.backends import Backend

EXAMPLES = Path(__file__).parents[2] / "examples" / "operations"


def printed(example: str, backend: Backend) -> list[str]:
    line = [sys.executable, str(EXAMPLES / example), backend.endpoint_url]
    ran = subprocess.run(line, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout.splitlines()


def test_all_eleven_events_are_received(pca_backend: Backend) -> None:
    kinds = [line.partition(" · ")[0] for line in printed("all_events.py", pca_backend)]
    documented = [(entry.detail_type, entry.result, entry.reason) for entry in catalog.documented_events()]
    assert sorted(kinds) == sorted(" ".join(filter(None, kind)) for kind in documented)


def test_the_order_of_terraform_is_answered(pca_backend: Backend) -> None:
    lines = printed("terraform_order.py", pca_backend)
    assert [line.strip() for line in lines if ":" in line and not line.endswith(("create", "update", "destroy"))] == [
        "GetCertificateAuthorityCertificate: InvalidStateException",
        "GetCertificateAuthorityCertificate: InvalidStateException",
        "GetCertificateAuthorityCertificate: InvalidStateException",
        "RevokeCertificate: InvalidRequestException",
        "UpdateCertificateAuthority: InvalidStateException",
    ]
    states = [line.split()[1] for line in lines if line.startswith("  DescribeCertificateAuthority")]
    new, gone = ["PENDING_CERTIFICATE"] * 2, ["DELETED"] * 3
    assert states == [*new, "ACTIVE", *new, "ACTIVE", "DISABLED", "ACTIVE", *new, *gone]
