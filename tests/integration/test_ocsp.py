"""The OCSP responder inside LocalStack, asked by OpenSSL as any client asks it."""

import base64
import http.client
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from required import cannot_run
from test_simulator_provider import Account, Outside, account, outside

from pca_events.backends import Backend
from pca_events.harness.pca_requests import issuance, serial_of

__all__ = ["account", "outside"]

TOP = Path(__file__).parents[2]
PATH = "/_localstack/acm-pca/ocsp"
AWS_URL = "http://ocsp.acm-pca.us-east-1.amazonaws.com"
MALFORMED, UNAUTHORIZED = bytes.fromhex("30030a0101"), bytes.fromhex("30030a0106")
EC = "SHA256WITHECDSA"
ENABLED: dict[str, Any] = {"Enabled": True}


@pytest.fixture(autouse=True)
def openssl_is_there() -> None:
    if shutil.which("openssl") is None:
        cannot_run("openssl is not installed")


class Pki:
    """CAs of one account, and their certificates as files."""

    def __init__(self, account: Account, folder: Path) -> None:
        self.account, self.pca, self.folder = account, account.backend.client("acm-pca"), folder
        self.address = account.backend.endpoint_url.rpartition("/")[2]

    def create(
        self, name: str, kind: str = "ROOT", key: str = "EC_prime256v1", signing: str = EC, ocsp: Any = ENABLED
    ) -> dict[str, str]:
        configuration = {"KeyAlgorithm": key, "SigningAlgorithm": signing, "Subject": {"CommonName": name}}
        made = self.pca.create_certificate_authority(
            CertificateAuthorityType=kind,
            CertificateAuthorityConfiguration=configuration,
            RevocationConfiguration={"OcspConfiguration": ocsp},
        )
        return {"CertificateAuthorityArn": made["CertificateAuthorityArn"]}

    def csr(self, ca: dict[str, str]) -> bytes:
        return str(self.pca.get_certificate_authority_csr(**ca)["Csr"]).encode()

    def root(self, name: str = "root", signing: str = EC, **more: Any) -> dict[str, str]:
        """An active root CA, with its certificate in a file of its name."""
        ca = self.create(name, signing=signing, **more)
        self.issue(ca, name, signing, csr=self.csr(ca), template="RootCACertificate/V1", days=3650)
        own = (self.folder / f"{name}.pem").read_bytes()
        self.pca.import_certificate_authority_certificate(Certificate=own, **ca)
        return ca

    def issue(self, ca: dict[str, str], name: str, signing: str = EC, **more: Any) -> str:
        """The ARN of a certificate, which is in a file of that name."""
        request = issuance(ca["CertificateAuthorityArn"], **more) | {"SigningAlgorithm": signing}
        arn = str(self.pca.issue_certificate(**request)["CertificateArn"])
        found = self.pca.get_certificate(CertificateArn=arn, **ca)
        (self.folder / f"{name}.pem").write_text(found["Certificate"] + "\n")
        (self.folder / f"{name}-chain.pem").write_text(found.get("CertificateChain", "") + "\n")
        return arn

    def revoke(self, ca: dict[str, str], arn: str, reason: str) -> None:
        self.pca.revoke_certificate(CertificateSerial=serial_of(arn), RevocationReason=reason, **ca)

    def openssl(self, command: str, *more: str) -> str:
        """What openssl prints, its errors included."""
        line = ["openssl", *command.split(), *more]
        ran = subprocess.run(line, cwd=self.folder, capture_output=True, text=True)
        return ran.stdout + ran.stderr

    def asked(self, which: str, issuer: str = "root", trusted: str = "root", url: str = "") -> str:
        """What openssl ocsp prints about a certificate (-cert ...) or a serial number (-serial ...)."""
        url = url or f"-url http://{self.address}{PATH}"
        return self.openssl(f"ocsp -issuer {issuer}.pem {which} -CAfile {trusted}.pem {url}")

    def request(self, which: str, *more: str) -> bytes:
        """A request as openssl writes it."""
        self.openssl(f"ocsp {which} -reqout request", *more)
        return (self.folder / "request").read_bytes()

    def http(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, bytes]:
        """The status, content type and body of a response of the emulator."""
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return answer.status, str(answer.headers["Content-Type"]), answer.read()
        finally:
            connection.close()

    def read(self, response: bytes) -> str:
        """What openssl prints about a response."""
        (self.folder / "response").write_bytes(response)
        return self.openssl("ocsp -respin response -issuer root.pem -CAfile root.pem -resp_text")


@pytest.fixture
def pki(account: Account, tmp_path: Path) -> Pki:
    return Pki(account, tmp_path)


def test_a_certificate_is_good_until_it_is_revoked(pki: Pki, outside: Outside) -> None:
    ca = pki.root()
    arn = pki.issue(ca, "leaf")
    outside.events(3)
    good = pki.asked("-no_nonce -cert leaf.pem")
    assert (good.splitlines()[0], good.splitlines()[-1]) == ("leaf.pem: good", "Response verify OK")
    before = datetime.now(UTC).replace(microsecond=0)
    pki.revoke(ca, arn, "SUPERSEDED")
    revoked = pki.asked("-no_nonce -cert leaf.pem")
    assert (revoked.splitlines()[0], revoked.splitlines()[-1]) == ("leaf.pem: revoked", "Response verify OK")
    assert "Reason: superseded" in revoked
    told = re.search("Revocation Time: (.*) GMT", revoked)
    assert told is not None
    when = datetime.strptime(told[1], "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    assert before <= when <= datetime.now(UTC)
    assert [event["detail-type"] for event in outside.events(1)] == ["ACM Private CA Certificate Revocation"]


@pytest.mark.parametrize(
    ("key", "signing"),
    [
        ("RSA_2048", "SHA256WITHRSA"),
        ("RSA_2048", "SHA256WITHRSA_PSS"),
        ("RSA_4096", "SHA512WITHRSA"),
        ("EC_prime256v1", "SHA256WITHECDSA"),
        ("EC_secp384r1", "SHA384WITHECDSA"),
        ("EC_secp521r1", "SHA512WITHECDSA"),
    ],
)
def test_openssl_accepts_the_signature_of_each_key(pki: Pki, key: str, signing: str) -> None:
    ca = pki.root(key=key, signing=signing)
    pki.issue(ca, "leaf", signing)
    for algorithm in ("", "-sha256"):
        printed = pki.asked(f"-no_nonce {algorithm} -cert leaf.pem -resp_text")
        assert "leaf.pem: good" in printed
        assert "Response verify OK" in printed
        named = "rsassaPss" if signing.endswith("PSS") else signing[:6]
        assert named.lower() in str(re.findall("Signature Algorithm: (.*)", printed)).lower()


def test_each_ca_of_a_chain_answers_for_what_it_issued(pki: Pki) -> None:
    root, below = pki.root(), pki.create("sub", "SUBORDINATE")
    arn = pki.issue(root, "sub", csr=pki.csr(below), template="SubordinateCACertificate_PathLen0/V1", days=365)
    own, chain = ((pki.folder / f"sub{part}.pem").read_bytes() for part in ("", "-chain"))
    pki.pca.import_certificate_authority_certificate(Certificate=own, CertificateChain=chain, **below)
    pki.issue(below, "leaf")
    for which, issuer in (("sub", "root"), ("leaf", "sub")):
        assert pki.openssl(f"x509 -in {which}.pem -noout -ocsp_uri").strip() == AWS_URL
        printed = pki.asked(f"-no_nonce -cert {which}.pem", issuer=issuer)
        assert (printed.splitlines()[0], printed.splitlines()[-1]) == (f"{which}.pem: good", "Response verify OK")
    assert pki.openssl("x509 -in root.pem -noout -ocsp_uri") == ""
    pki.revoke(root, arn, "CERTIFICATE_AUTHORITY_COMPROMISE")
    assert "Reason: cACompromise" in pki.asked("-no_nonce -cert sub.pem")
    assert "leaf.pem: good" in pki.asked("-no_nonce -cert leaf.pem", issuer="sub")


def test_serial_numbers_and_issuers_that_are_not_known(pki: Pki) -> None:
    pki.root()
    unknown = pki.asked("-no_nonce -serial 0x1234")
    assert (unknown.splitlines()[0], unknown.splitlines()[-1]) == ("0x1234: unknown", "Response verify OK")
    pki.openssl("req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out stranger.pem -days 2", "-subj", "/CN=root")
    assert "unauthorized (6)" in pki.asked("-no_nonce -serial 0x1234", issuer="stranger")
    pki.root("disabled", ocsp={"Enabled": False})
    assert "unauthorized (6)" in pki.asked("-no_nonce -serial 0x1234", issuer="disabled")


def test_the_extensions_of_a_request_are_ignored_and_only_its_first_certificate_is_answered(pki: Pki) -> None:
    ca = pki.root()
    pki.issue(ca, "leaf")
    pki.issue(ca, "other")
    printed = pki.asked("-nonce -cert leaf.pem -cert other.pem")
    assert "WARNING: no nonce in response\nResponse verify OK" in printed
    assert "leaf.pem: good" in printed
    assert "other.pem: ERROR: No Status found." in printed
    serials = [f"-serial {number}" for number in range(1, 1200)]
    for count, answer in ((500, "Cert Status: unknown"), (1199, "malformedrequest (1)")):
        body = pki.request(f"-no_nonce -issuer root.pem {' '.join(serials[:count])}")
        assert (len(body) > 1 << 16) is (count == 1199)
        assert answer in pki.read(pki.http("POST", PATH, body)[2])


@pytest.mark.parametrize("cname", ["", "pki.example.com", "pki.example.com/some/where"])
def test_certificates_are_checked_at_their_own_url_through_a_proxy(pki: Pki, cname: str) -> None:
    ca = pki.root(ocsp={"Enabled": True, "OcspCustomCname": cname})
    pki.issue(ca, "leaf")
    url = pki.openssl("x509 -in leaf.pem -noout -ocsp_uri").strip()
    assert url == (f"http://{cname}" if cname else AWS_URL)
    host = url.split("/")[2]
    for way in (
        f"-url {url} -proxy {pki.address}",
        f"-host {pki.address} -path {url}",
        f"-url http://{pki.address} -header Host={host}",
    ):
        printed = pki.asked("-no_nonce -cert leaf.pem", url=way)
        assert (printed.splitlines()[0], printed.splitlines()[-1]) == ("leaf.pem: good", "Response verify OK")


def test_certificates_that_name_the_emulator_are_checked_as_they_are(pki: Pki) -> None:
    ca = pki.root(ocsp={"Enabled": True, "OcspCustomCname": f"{pki.address}{PATH}"})
    pki.issue(ca, "leaf")
    url = pki.openssl("x509 -in leaf.pem -noout -ocsp_uri").strip()
    assert "leaf.pem: good" in pki.asked("-cert leaf.pem", url=f"-url {url}")


def test_get_has_the_request_in_its_path(pki: Pki) -> None:
    ca = pki.root()
    arn = pki.issue(ca, "leaf")
    encoded = base64.b64encode(pki.request("-no_nonce -issuer root.pem -cert leaf.pem")).decode()
    places = [(PATH, pki.address), ("", "pki.example.com"), ("/My/M", "pki.example.com"), ("", AWS_URL[7:])]
    for path, host in places:
        for text in (encoded, quote(encoded, "")):
            status, kind, body = pki.http("GET", f"{path}/{text}", Host=host)
            assert (status, kind) == (200, "application/ocsp-response")
            assert "Cert Status: good" in pki.read(body)
    pki.revoke(ca, arn, "KEY_COMPROMISE")
    assert "Cert Status: revoked" in pki.read(pki.http("GET", f"{PATH}/{encoded}")[2])


def test_anything_else_is_malformed(pki: Pki) -> None:
    kind = {"Content_Type": "application/ocsp-request"}
    asked = [
        pki.http("POST", PATH, b"no request", **kind),
        pki.http("POST", PATH, b"", **kind),
        pki.http("POST", PATH, bytes(70_000), **kind),
        pki.http("POST", "/", b"no request", **kind),
        pki.http("POST", "/", b"no request", Host=AWS_URL[7:]),
        pki.http("GET", PATH),
        pki.http("GET", f"{PATH}/%00%ff"),
        pki.http("GET", f"{PATH}/TUVIUg=="),
        pki.http("PUT", PATH, b"0"),
    ]
    assert asked == [(200, "application/ocsp-response", MALFORMED)] * len(asked)


def test_other_requests_reach_the_other_services(pki: Pki) -> None:
    encoded = base64.b64encode(pki.request("-no_nonce -issuer root.pem -serial 1") if pki.root() else b"").decode()
    s3 = pki.account.s3
    bucket = f"ocsp-{pki.account.backend.account}"
    s3.create_bucket(Bucket=bucket)
    for key in (encoded, "More/MA==", "ocsp"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"object", ContentType="application/ocsp-request")
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"object"
        s3.delete_object(Bucket=bucket, Key=key)
    s3.delete_bucket(Bucket=bucket)


def test_a_response_follows_the_clock_of_the_account(pki: Pki) -> None:
    ca = pki.root()
    arn = pki.issue(ca, "leaf")
    assert pki.account.switch("POST", "/settings", {"ocsp_delay_seconds": 3600})[1]["ocsp_delay_seconds"] == 3600
    pki.revoke(ca, arn, "KEY_COMPROMISE")
    assert "leaf.pem: good" in pki.asked("-no_nonce -cert leaf.pem")
    pki.account.switch("POST", "/clock", {"advance": 3600})
    printed = pki.asked("-no_nonce -cert leaf.pem -validity_period 3700")
    assert "leaf.pem: revoked" in printed
    assert "WARNING" not in printed
    told = re.search("This Update: (.*) GMT", printed)
    assert told is not None
    begins = datetime.strptime(told[1], "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    assert timedelta(minutes=59) < begins - datetime.now(UTC) <= timedelta(minutes=60)
    pki.account.switch("POST", "/clock", {"advance": 86400 * 3651})
    assert "unauthorized (6)" in pki.asked("-no_nonce -cert leaf.pem")


def test_the_how_to_of_the_page_works(pca_backend: Backend, tmp_path: Path) -> None:
    page = (TOP / "docs" / "simulator.md").read_text("utf-8")
    section = page.partition("## Check a certificate with OCSP\n")[2].partition("\n## ")[0]
    example = [sys.executable, str(TOP / "examples" / "operations" / "ocsp.py"), pca_backend.endpoint_url]
    ran = subprocess.run(example, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert ran.stderr == ""
    assert f"```console\n$ python examples/operations/ocsp.py\n{ran.stdout}```" in section
    commands = re.findall("```sh\n(.*?)```", section, re.DOTALL)
    for command in commands:
        line = command.replace("127.0.0.1:4566", pca_backend.endpoint_url.rpartition("/")[2])
        printed = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, timeout=60)  # noqa: S607
        assert printed.stdout.startswith("certificate.pem: revoked\n"), printed.stdout + printed.stderr
        assert printed.stderr.strip() == "Response verify OK"
    assert len(commands) == 3
