"""The certificate signing request of a CA."""

from cryptography import x509

from pca_events.simulator.core.keys import PrivateKey, hash_of, pem
from pca_events.simulator.core.model import Authority
from pca_events.simulator.core.passthrough import key_usage, subject_information_access
from pca_events.simulator.core.refusals import invalid_args


def make_csr(authority: Authority, key: PrivateKey) -> str:
    """A CSR as PEM, signed with a key; raise InvalidArgsException where its extensions do not hold."""
    asked = authority.configuration.get("CsrExtensions") or {}
    try:
        builder = x509.CertificateSigningRequestBuilder().subject_name(authority.subject)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        if asked.get("KeyUsage"):
            builder = builder.add_extension(key_usage(asked["KeyUsage"]), critical=True)
        if asked.get("SubjectInformationAccess"):
            access = subject_information_access(asked["SubjectInformationAccess"])
            builder = builder.add_extension(access, critical=False)
        return pem(builder.sign(key, hash_of(authority.configuration["SigningAlgorithm"])))
    except (ValueError, TypeError) as error:
        raise invalid_args(f"The extensions of the CSR are not valid: {error}") from error
