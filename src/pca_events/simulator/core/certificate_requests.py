"""The request to IssueCertificate, validated before anything is signed."""

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from pca_events.simulator.core.api_protocol import (
    invalid_args,
    invalid_arn,
    invalid_state,
    malformed_csr,
    validation,
)
from pca_events.simulator.core.csrs import read_csr
from pca_events.simulator.core.name_constraints import check_names
from pca_events.simulator.core.region_state import Authority, RegionState
from pca_events.simulator.core.templates import Template, extensions, template
from pca_events.simulator.core.x509 import (
    Extension,
    PublicKey,
    check_algorithms,
    hash_of,
    name_of,
    padding_of,
    remaining_path_length,
    same_key,
)


@dataclass(frozen=True)
class CertificateRequest:
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
        return builder.sign(authority.signing_key, hash_of(self.algorithm), rsa_padding=padding_of(self.algorithm))


def validated_request(state: RegionState, authority: Authority, request: dict[str, Any]) -> CertificateRequest:
    """The certificate that a request asks for; raise an error if AWS rejects the request."""
    default = f"arn:{state.partition}:acm-pca:::template/EndEntityCertificate/V1"
    template_arn = request.get("TemplateArn") or default
    made_from = template(template_arn)
    if template_arn.split(":")[1] != state.partition:
        raise invalid_arn(template_arn)
    check_algorithms(authority.configuration["KeyAlgorithm"], request["SigningAlgorithm"])
    csr, public_key = read_csr(request["Csr"])
    check_state(authority, made_from, csr)
    api = (request.get("ApiPassthrough") or {}) if made_from.api else {}
    subject = name_of(api.get("Subject") or {}) if api.get("Subject") else csr.subject
    found = extensions(authority, state.region, made_from, csr, api)
    if not subject.rdns:
        check_alternative_names(found, of_csr=not (api.get("Extensions") or {}).get("SubjectAlternativeNames"))
    if not made_from.root:
        alternative = next((each for each, _ in found if each.oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME), None)
        names = None if alternative is None else alternative.public_bytes()
        check_names(subject, names, [certificate_of(authority), *authority.chain])
    start, end = validity_period(request, authority, state.now(), own=made_from.root)
    return CertificateRequest(
        template_arn, made_from, subject, public_key, start, end, found, request["SigningAlgorithm"]
    )


def check_alternative_names(found: list[Extension], *, of_csr: bool) -> None:
    """Raise MalformedCSRException unless the names that take the place of a subject are critical, as RFC 5280 requires.

    Args:
        found: the extensions of the certificate.
        of_csr: whether the names are those of the CSR. Those of an ApiPassthrough, which cannot be marked critical in
            the request, are made critical.
    """
    at = next((at for at, (each, _) in enumerate(found) if each.oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME), None)
    if at is None:
        raise malformed_csr("The CSR has neither a subject nor a subject alternative name.")
    names, critical = found[at]
    if not critical and of_csr:
        raise malformed_csr("CSR must mark the SAN extension critical when it has an empty subject.")
    found[at] = names, True


def check_state(authority: Authority, made_from: Template, csr: x509.CertificateSigningRequest) -> None:
    """Raise an error if the CA cannot issue this; only its own root certificate does not need an active CA."""
    if not made_from.root:
        if authority.status != "ACTIVE":
            raise invalid_state("The certificate authority is not in a valid state for issuing certificates.")
        check_path_length(authority, made_from)
        return
    if authority.kind != "ROOT":
        raise invalid_args("A root CA certificate can be issued by a certificate authority of the type ROOT only.")
    if authority.status not in ("PENDING_CERTIFICATE", "ACTIVE", "EXPIRED"):
        raise invalid_state("The certificate authority is not in a valid state for issuing certificates.")
    if not same_key(csr.public_key(), authority.signing_key.public_key()):
        raise invalid_args("A root CA certificate can be issued for the CSR of the certificate authority itself only.")


def check_path_length(authority: Authority, made_from: Template) -> None:
    """Raise ValidationException for a CA certificate that exceeds the path length of the issuing CA or of its chain."""
    if not made_from.ca:
        return
    limit = remaining_path_length([certificate_of(authority), *authority.chain])
    if limit is not None and (made_from.path is None or made_from.path >= limit):
        raise validation(
            f"The path length of the template exceeds that of the certificate authority, which is {limit}."
        )


def certificate_of(authority: Authority) -> x509.Certificate:
    """The certificate of an active CA."""
    if authority.certificate is None:
        raise AssertionError(f"{authority.arn} has no certificate")
    return authority.certificate


BACKDATED = timedelta(minutes=60)
SHORT_LIVED = timedelta(days=7)


def validity_period(
    request: dict[str, Any], authority: Authority, now: datetime, *, own: bool
) -> tuple[datetime, datetime]:
    """Return not-before and not-after of a certificate; raise ValidationException if AWS rejects them.

    Args:
        own: whether it is the CA's own root certificate, whose validity no other certificate limits.
    """
    now = now.replace(microsecond=0)
    end = point_in_time(request["Validity"], now)
    start = now - BACKDATED
    if request.get("ValidityNotBefore"):
        if request["ValidityNotBefore"]["Type"] != "ABSOLUTE":
            raise validation("ValidityNotBefore must be of the type ABSOLUTE.")
        start = point_in_time(request["ValidityNotBefore"], now)
    if end <= now or end <= start:
        raise validation("The validity of a certificate must end in the future and after its start.")
    if not own:
        check_against_authority(authority, end, now)
    return start, end


def check_against_authority(authority: Authority, end: datetime, now: datetime) -> None:
    """Raise ValidationException for a certificate that is valid longer than its CA allows."""
    if authority.certificate is not None and end > authority.certificate.not_valid_after_utc:
        raise validation(
            "The certificate validity specified exceeds the certificate authority validity: "
            f"{end.isoformat()} is after {authority.certificate.not_valid_after_utc.isoformat()}."
        )
    if authority.usage_mode == "SHORT_LIVED_CERTIFICATE" and end - now > SHORT_LIVED:
        raise validation("A certificate of a SHORT_LIVED_CERTIFICATE authority is valid for up to 7 days.")


def point_in_time(validity: dict[str, Any], now: datetime) -> datetime:
    """The time that a Validity specifies; raise ValidationException if it is not a valid date."""
    kind, value = validity["Type"], validity["Value"]
    try:
        if kind == "ABSOLUTE":
            return datetime.fromtimestamp(value, UTC)
        if kind == "END_DATE":
            return end_date(str(value))
        if kind == "DAYS":
            return now + timedelta(days=value)
        return months_later(now, value * (12 if kind == "YEARS" else 1))
    except (ValueError, OverflowError, OSError) as error:
        raise validation(f"The validity {value} of the type {kind} is not a date.") from error


def end_date(digits: str) -> datetime:
    """A date as YYMMDDHHMMSS or YYYYMMDDHHMMSS. A number keeps no leading zeros, so that 2005 is 50101000000."""
    if len(digits) <= 12:
        digits = digits.zfill(12)
        digits = ("19" if int(digits[:2]) >= 50 else "20") + digits
    if len(digits) != 14:
        raise ValueError(digits)
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def months_later(now: datetime, months: int) -> datetime:
    """The same day that many months later, or the last day of that month."""
    year, month = divmod(now.year * 12 + now.month - 1 + months, 12)
    if year > 9999:
        raise ValueError(year)
    return now.replace(year=year, month=month + 1, day=min(now.day, calendar.monthrange(year, month + 1)[1]))
