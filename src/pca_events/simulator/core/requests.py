"""What is asked of IssueCertificate, read and checked before anything is signed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pca_events.simulator.core.extensions import extensions
from pca_events.simulator.core.keys import PublicKey, family, hash_of, same_key
from pca_events.simulator.core.model import Authority
from pca_events.simulator.core.passthrough import Extension
from pca_events.simulator.core.refusals import invalid_args, invalid_state, malformed_csr
from pca_events.simulator.core.register import Register
from pca_events.simulator.core.subjects import name_of
from pca_events.simulator.core.templates import Template, template
from pca_events.simulator.core.validity import period


@dataclass(frozen=True)
class Wanted:
    """A certificate to be signed."""

    template_arn: str
    template: Template
    subject: x509.Name
    public_key: PublicKey
    start: datetime
    end: datetime
    extensions: list[Extension]
    algorithm: str

    def signed(self, authority: Authority, serial: int) -> x509.Certificate:
        """The certificate itself."""
        issuer = authority.subject if self.template.root else certificate_of(authority).subject
        builder = x509.CertificateBuilder(
            issuer_name=issuer,
            subject_name=self.subject,
            public_key=self.public_key,
            serial_number=serial,
            not_valid_before=self.start.replace(tzinfo=None),
            not_valid_after=self.end.replace(tzinfo=None),
            extensions=[x509.Extension(each.oid, critical, each) for each, critical in self.extensions],
        )
        return builder.sign(authority.signing_key, hash_of(self.algorithm))


def wanted(register: Register, authority: Authority, request: dict[str, Any]) -> Wanted:
    """What a request asks for; raise what AWS refuses."""
    default = f"arn:{register.partition}:acm-pca:::template/EndEntityCertificate/V1"
    template_arn = request.get("TemplateArn") or default
    made_from = template(template_arn)
    if family(request["SigningAlgorithm"]) != family(authority.configuration["KeyAlgorithm"]):
        raise invalid_args(
            "The specified signing algorithm family must match the algorithm family of the CA's secret key."
        )
    csr, public_key = read_csr(request["Csr"])
    check_state(authority, made_from, csr)
    api = (request.get("ApiPassthrough") or {}) if made_from.api else {}
    subject = name_of(api.get("Subject") or {}) if api.get("Subject") else csr.subject
    found = extensions(authority, register.region, made_from, csr, api)
    if not subject.rdns and not any(isinstance(each, x509.SubjectAlternativeName) for each, _ in found):
        raise malformed_csr("The CSR has neither a subject nor a subject alternative name.")
    start, end = period(request, authority, register.now(), own=made_from.root)
    return Wanted(template_arn, made_from, subject, public_key, start, end, found, request["SigningAlgorithm"])


def read_csr(pem: bytes) -> tuple[x509.CertificateSigningRequest, PublicKey]:
    """A CSR and its key; raise MalformedCSRException where it cannot be read or its signature does not hold."""
    try:
        csr = x509.load_pem_x509_csr(bytes(pem))
        valid, key = csr.is_signature_valid, csr.public_key()
        _ = csr.subject, list(csr.extensions)
    except Exception as error:  # cryptography raises a dozen kinds for what it cannot read
        raise malformed_csr(f"The certificate signing request is invalid: {error}") from error
    if not valid:
        raise malformed_csr("The signature of the certificate signing request does not hold.")
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise malformed_csr("The key of the certificate signing request is neither RSA nor EC.")
    return csr, key


def check_state(authority: Authority, made_from: Template, csr: x509.CertificateSigningRequest) -> None:
    """Raise where a CA cannot issue this: a root certificate is its own affair, everything else needs an active CA."""
    if not made_from.root:
        if authority.status != "ACTIVE":
            raise invalid_state("The certificate authority is not in a valid state for issuing certificates.")
        check_path(authority, made_from)
        return
    if authority.kind != "ROOT":
        raise invalid_args("A root CA certificate can be issued by a certificate authority of the type ROOT only.")
    if authority.status not in ("PENDING_CERTIFICATE", "ACTIVE", "EXPIRED"):
        raise invalid_state("The certificate authority is not in a valid state for issuing certificates.")
    if not same_key(csr.public_key(), authority.signing_key.public_key()):
        raise invalid_args("A root CA certificate can be issued for the CSR of the certificate authority itself only.")


def check_path(authority: Authority, made_from: Template) -> None:
    """Raise InvalidArgsException for a CA certificate deeper than the issuing CA allows."""
    if not made_from.ca:
        return
    limit = next(
        (
            one.value.path_length
            for one in certificate_of(authority).extensions
            if isinstance(one.value, x509.BasicConstraints)
        ),
        None,
    )
    if limit is not None and (made_from.path is None or made_from.path >= limit):
        raise invalid_args(
            f"The path length of the template exceeds that of the certificate authority, which is {limit}."
        )


def certificate_of(authority: Authority) -> x509.Certificate:
    """The certificate of a CA that has one, as every active CA does."""
    if authority.certificate is None:
        raise AssertionError(f"{authority.arn} has no certificate")
    return authority.certificate
