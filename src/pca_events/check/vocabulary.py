"""The words that people use for fields, results and detail-types, and their similarity to documented ones."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from pca_events.wording import similarity

_ALIASES = {
    "detail.result": "status state outcome results eventresult resultcode success failure succeeded failed",
    "detail.reason": "message error errormessage cause reasoncode failurereason statusreason errorreason description",
    "resources": "resource resourcearn resourcearns arn arns caarn certificateauthorityarn certificatearn"
    " certificateauthority ca cas certificateauthorities certificate",
    "detail-type": "type eventtype event events eventkind kind name title detail-name",
    "source": "service eventsource src sources from",
    "region": "awsregion regions location",
    "account": "accountid awsaccountid accounts awsaccount owner",
    "time": "timestamp eventtime date datetime",
    "id": "eventid",
    "version": "eventversion",
    "detail.eventName": "event action operation apicall api call method name",
    "detail.eventSource": "service servicename apisource",
    "detail.errorCode": "error code exception",
}


def plain(name: str) -> str:
    """Return a key in lowercase, without dashes, underscores and blanks."""
    return re.sub(r"[\s_.-]+", "", name).lower()


@cache
def aliases() -> dict[str, frozenset[str]]:
    """Return for each field its other names, in the form of `plain`."""
    return {path: frozenset(map(plain, names.split())) for path, names in _ALIASES.items()}


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_FAILURE = {"fail", "fails", "failed", "failing", "failure", "failures", "error", "errors"}
_SUCCESS = {"success", "successes", "successful", "succeeded", "succeeds", "completed"} | {
    "issued",
    "created",
    "revoked",
    "generated",
}
_NEGATION = {"not", "no", "non", "never", "without"}


def words_in(name: str) -> set[str]:
    """Return the words of a name in lowercase; case, hyphens and underscores separate them."""
    return {word.lower() for word in _WORDS.findall(name)}


def expects(name: str) -> str:
    """Return the result that a name promises: success or failure; empty if it promises neither or both."""
    written = [word.lower() for word in _WORDS.findall(name)]
    words = {word for before, word in zip(["", *written], written, strict=False) if before not in _NEGATION}
    promised = [result for result, hints in (("success", _SUCCESS), ("failure", _FAILURE)) if words & hints]
    return promised[0] if len(promised) == 1 else ""


_KINDS = {
    "ACM Private CA Creation": {"creation", "create", "created", "creating"},
    "ACM Private CA Certificate Issuance": {"issuance", "issue", "issued", "issuing"},
    "ACM Private CA Certificate Revocation": {"revocation", "revoke", "revoked", "revoking"},
    "ACM Private CA CRL Generation": {"crl", "crls"},
    "ACM Private CA Audit Report Generation": {"audit", "audits", "report", "reports"},
}
_EXPIRY = {"expiry", "expire", "expires", "expired", "expiring", "expiration", "renew", "renewal", "renewed"}


def contradicts(name: str, suggestion: str) -> bool:
    """Whether a suggested value would make a rule fire on events that contradict its name.

    Args:
        name: of the rule, or of its handler.
        suggestion: a result or a detail-type.
    """
    if suggestion in ("success", "failure"):
        return expects(name) not in ("", suggestion)
    words = words_in(name)
    named = {kind for kind, hints in _KINDS.items() if words & hints}
    return suggestion in _KINDS and (bool(named and suggestion not in named) or bool(words & _EXPIRY))


_RESULTS = {
    "failure": {"fail", "fails", "failed", "failing", "failure", "failures", "failue", "error", "errors", "errored"}
    | {"unsuccessful", "ko", "false", "rejected", "denied", "exception"},
    "success": {"success", "successes", "successful", "successfully", "succeed", "succeeds", "succeeded", "ok", "true"}
    | {"complete", "completed", "passed", "done"},
}
_DONE = {"issued", "created", "revoked", "generated"}
_STEMS = {
    **dict.fromkeys(("create", "created", "creates", "creating"), "creation"),
    **dict.fromkeys(("issue", "issued", "issues", "issuing", "issuence"), "issuance"),
    **dict.fromkeys(("revoke", "revoked", "revokes", "revoking"), "revocation"),
    **dict.fromkeys(("generate", "generated", "generates", "generating"), "generation"),
    **dict.fromkeys(("reports", "reporting"), "report"),
    **dict.fromkeys(("cert", "certs", "certificates"), "certificate"),
    "crls": "crl",
}
_SAY_NOTHING = {"acm", "aws", "private", "ca", "pca", "certificate", "authority", "manager", "event", "events", "of"}
_CA = re.compile(r"C[Aa](?![a-z])")
_ALIKE = 0.8
NOT_ALIKE = 0.0


def promised(text: str) -> str:
    """Return the result that a string describes: success or failure; empty if it describes neither or both."""
    words = words_in(text)
    found = [result for result, hints in _RESULTS.items() if words & hints]
    if not found and words & _DONE:
        return "success"
    return found[0] if len(found) == 1 else ""


def likeness(path: str, written: str, meant: str) -> float:
    """Return from 0 to 1 how similar a value is to one that may have been meant."""
    one, other = written.strip().lower(), meant.lower()
    if one == other:
        return 1.0
    if path == "detail.result":
        result = promised(written)
        return 0.95 if result == meant else NOT_ALIKE if result else similarity(one, other)
    if path == "source" and meant.startswith("aws."):
        return _of_sources(one, other)
    if path == "detail.eventSource" and "pca" in one:
        return 0.9
    if path == "detail.eventName":
        return max(similarity(one, other), similarity(_CA.sub("CertificateAuthority", written).lower(), other))
    if path == "detail-type":
        return _of_detail_types(written, meant)
    return similarity(one, other)


def _of_sources(one: str, other: str) -> float:
    if "connector" in one:
        return NOT_ALIKE
    if "pca" in one or "private" in one or one.removeprefix("aws.") in ("acm", "acmca", "acm-ca"):
        return 0.9
    ratio = similarity(one, other)
    return ratio if ratio > _ALIKE else NOT_ALIKE


def _of_detail_types(written: str, meant: str) -> float:
    """Compare the words that distinguish detail-types; each must be similar to one of the other."""
    one, other = _telling(written), _telling(meant)
    if not one:
        return NOT_ALIKE
    if not other:
        return similarity(written.lower(), meant.lower())
    if one == other:
        return 0.95
    nearest = [max(similarity(word, known) for known in other) for word in one]
    if min(nearest) < _ALIKE:
        return NOT_ALIKE
    return 0.9 * min(nearest) * (1.0 if len(one) >= len(other) else 0.95)


def _telling(text: str) -> set[str]:
    words = {_STEMS.get(word, word) for word in words_in(text)}
    return words - _SAY_NOTHING - _RESULTS["failure"] - _RESULTS["success"]


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
    r"restor": f"AWS documents no event for the restoration of a CA; {_CALL.format('RestoreCertificateAuthority')}",
    r"\b(?:dis|en)able|updat": (
        f"AWS documents no event for a change of a CA; {_CALL.format('UpdateCertificateAuthority')}"
    ),
    r"permission": f"AWS documents no event for permissions of a CA; {_CALL.format('CreatePermission')}",
}


def instead_of_waiting(conditions: Iterable[tuple[str, Iterable[Any]]]) -> list[str]:
    """Return sentences on what to do instead of waiting for an event that AWS does not document.

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
