"""From when until when a certificate is valid."""

import calendar
from datetime import UTC, datetime, timedelta
from typing import Any

from pca_events.simulator.core.model import Authority
from pca_events.simulator.core.refusals import validation

BACKDATED = timedelta(minutes=60)
SHORT_LIVED = timedelta(days=7)


def period(request: dict[str, Any], authority: Authority, now: datetime, *, own: bool) -> tuple[datetime, datetime]:
    """Not-before and not-after of a certificate; raise ValidationException where AWS refuses them.

    Args:
        own: whether it is the CA's own root certificate, which has no certificate above it to outlive.
    """
    now = now.replace(microsecond=0)
    end = moment(request["Validity"], now)
    start = now - BACKDATED
    if request.get("ValidityNotBefore"):
        if request["ValidityNotBefore"]["Type"] != "ABSOLUTE":
            raise validation("ValidityNotBefore must be of the type ABSOLUTE.")
        start = moment(request["ValidityNotBefore"], now)
    if end <= now or end <= start:
        raise validation("The validity of a certificate must end in the future and after its start.")
    if not own:
        check_against_authority(authority, end, now)
    return start, end


def check_against_authority(authority: Authority, end: datetime, now: datetime) -> None:
    """Raise ValidationException for a certificate that lives longer than its CA allows."""
    if authority.certificate is not None and end > authority.certificate.not_valid_after_utc:
        raise validation(
            "The certificate validity specified exceeds the certificate authority validity: "
            f"{end.isoformat()} is after {authority.certificate.not_valid_after_utc.isoformat()}."
        )
    if authority.usage_mode == "SHORT_LIVED_CERTIFICATE" and end - now > SHORT_LIVED:
        raise validation("A certificate of a SHORT_LIVED_CERTIFICATE authority is valid for up to 7 days.")


def moment(validity: dict[str, Any], now: datetime) -> datetime:
    """The time that a Validity names; raise ValidationException where the calendar has none such."""
    kind, value = validity["Type"], validity["Value"]
    try:
        if kind == "ABSOLUTE":
            return datetime.fromtimestamp(value, UTC)
        if kind == "END_DATE":
            return end_date(str(value))
        if kind == "DAYS":
            return now + timedelta(days=value)
        return later(now, value * (12 if kind == "YEARS" else 1))
    except (ValueError, OverflowError, OSError) as error:
        raise validation(f"The validity {value} of the type {kind} is no date.") from error


def end_date(digits: str) -> datetime:
    """A date as YYMMDDHHMMSS or YYYYMMDDHHMMSS. A number keeps no leading zeros, so that 2005 is 50101000000."""
    if len(digits) <= 12:
        digits = digits.zfill(12)
        digits = ("19" if int(digits[:2]) >= 50 else "20") + digits
    if len(digits) != 14:
        raise ValueError(digits)
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def later(now: datetime, months: int) -> datetime:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(now.year * 12 + now.month - 1 + months, 12)
    if year > 9999:
        raise ValueError(year)
    return now.replace(year=year, month=month + 1, day=min(now.day, calendar.monthrange(year, month + 1)[1]))
