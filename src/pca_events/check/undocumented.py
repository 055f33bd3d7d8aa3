"""What people wait for and AWS documents no event of AWS Private CA for, and what to do instead."""

import re
from collections.abc import Iterable
from typing import Any

_CALL = 'the call is an "AWS API Call via CloudTrail" with detail.eventName "{}"'
_INSTEAD = {
    r"expir": (
        "AWS documents no event for the expiry of a CA. Compare NotAfter of DescribeCertificateAuthority with the date"
        ' on a schedule. For certificates that ACM manages, source "aws.acm" sends "ACM Certificate Approaching'
        ' Expiration"'
    ),
    r"ocsp": (
        "AWS documents no event of AWS Private CA for OCSP. CloudTrail reports the signing of OCSP responses as"
        ' "AWS Service Event via CloudTrail"'
    ),
    r"renew": 'AWS documents no event of AWS Private CA for a renewal. Source "aws.acm" reports renewals by ACM',
    r"delet": f"AWS documents no event for the deletion of a CA; {_CALL.format('DeleteCertificateAuthority')}",
    r"restor": f"AWS documents no event for the restoring of a CA; {_CALL.format('RestoreCertificateAuthority')}",
    r"\b(?:dis|en)able|updat": (
        f"AWS documents no event for a change of a CA; {_CALL.format('UpdateCertificateAuthority')}"
    ),
    r"permission": f"AWS documents no event for permissions of a CA; {_CALL.format('CreatePermission')}",
}


def instead_of_waiting(conditions: Iterable[tuple[str, Iterable[Any]]]) -> list[str]:
    """Return in a sentence each what to do instead of waiting for an event that AWS does not document.

    Args:
        conditions: the path and the elements of each condition.
    """
    texts = [
        text
        for path, elements in conditions
        if path.rpartition(".")[2] in ("detail-type", "result", "status", "state", "eventType")
        for element in elements
        for text in _texts(element)
    ]
    return [words for hint, words in _INSTEAD.items() if any(re.search(hint, text, re.IGNORECASE) for text in texts)]


def _texts(element: Any) -> Iterable[str]:
    if isinstance(element, str):
        return [element]
    if isinstance(element, dict) and "anything-but" not in element:
        return [operand for operand in element.values() if isinstance(operand, str)]
    return []
