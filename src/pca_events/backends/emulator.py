"""LocalStack as the child of its guard: it uses loopback and its own folder only, and ends with the guard.

Run as `python -m pca_events.backends.emulator GUARD_PID`.
"""

import ctypes
import os
import signal
import sys
import tempfile
from functools import lru_cache, partial
from pathlib import Path

from pca_events.atomic_write import replace_file
from pca_events.service_switches import FUNCTIONS

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Run LocalStack until it ends."""
    _end_with_parent(int(sys.argv[1]))
    _listen_on_loopback_only()
    _keep_files_in(Path(tempfile.gettempdir()))
    _serve_https_with(Path(tempfile.gettempdir()) / "server.pem")
    _look_up_no_host_of_the_internet()
    _parse_each_json_path_once()
    if os.environ.get(FUNCTIONS):
        _run_functions_without_docker()
    from localstack.runtime.main import main as run_localstack

    run_localstack()  # type: ignore[no-untyped-call]


def _end_with_parent(parent: int) -> None:
    """Have the kernel end this process with its guard, even if the guard is killed; does nothing except on Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit("the guard ended before the emulator began")


def _listen_on_loopback_only() -> None:
    # LocalStack 4.13.1 ignores the host of GATEWAY_LISTEN and would listen on 0.0.0.0.
    from twisted.internet import endpoints

    setattr(endpoints, "TCP4ServerEndpoint", partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1"))  # noqa: B010


def _run_functions_without_docker() -> None:
    # LocalStack warns that PROVIDER_OVERRIDE_LAMBDA is deprecated, and serves what it names.
    from localstack import config

    config.SERVICE_PROVIDER_CONFIG.set_provider("lambda", "pca")


def _keep_files_in(folder: Path) -> None:
    # LocalStack 4.13.1 stores objects in /tmp, which users share, and plux its index in the home folder on macOS.
    from plux.runtime.cache import EntryPointsCache

    setattr(EntryPointsCache.instance(), "_cache_dir", folder / "plux")  # noqa: B010

    from localstack.services.s3 import provider

    setattr(provider, "DEFAULT_S3_TMP_DIR", str(folder / "s3"))  # noqa: B010


def _serve_https_with(file: Path) -> None:
    # LocalStack 4.13.1 makes its certificate with functions that pyOpenSSL 26.2 and later lack.
    import datetime as dt
    from ipaddress import IPv4Address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from localstack import config

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    hosts = ("localhost", "localhost.localstack.cloud", "*.localhost.localstack.cloud")
    names = [*map(x509.DNSName, hosts), x509.IPAddress(IPv4Address("127.0.0.1"))]
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(pem, pkcs8, serialization.NoEncryption())
    replace_file(file, private + certificate.public_bytes(pem), private=True)
    setattr(config, "CUSTOM_SSL_CERT_PATH", str(file))  # noqa: B010


def _look_up_no_host_of_the_internet() -> None:
    # LocalStack 4.13.1 resolves s3.localhost.localstack.cloud once, and calls S3 at localhost if that fails.
    from localstack.utils.aws import aws_stack

    setattr(aws_stack, "CACHE_S3_HOSTNAME_DNS_STATUS", False)  # noqa: B010


def _parse_each_json_path_once() -> None:
    # LocalStack 4.13.1 builds a parser for each variable of an input transformer and each event: a fifth of its time.
    import jsonpath_rw

    jsonpath_rw.parse = lru_cache(maxsize=1 << 10)(jsonpath_rw.parse)


if __name__ == "__main__":
    main()
