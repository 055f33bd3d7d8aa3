"""How like a value is to one that AWS documents: letter case never counts, and a failure is never like a success."""

import re
from difflib import SequenceMatcher

from pca_events.check.name_hints import words_in

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
_COMPARED = 500  # characters; comparing takes their square
NOT_ALIKE = 0.0


def promised(text: str) -> str:
    """Return the result that a text speaks of: success or failure; empty where it speaks of neither, or of both."""
    words = words_in(text)
    found = [result for result, hints in _RESULTS.items() if words & hints]
    if not found and words & _DONE:
        return "success"
    return found[0] if len(found) == 1 else ""


def likeness(path: str, written: str, meant: str) -> float:
    """Return from 0 to 1 how like a written value is to one that may be meant."""
    one, other = written.strip().lower(), meant.lower()
    if one == other:
        return 1.0
    if path == "detail.result":
        result = promised(written)
        return 0.95 if result == meant else NOT_ALIKE if result else _ratio(one, other)
    if path == "source" and meant.startswith("aws."):
        return _of_sources(one, other)
    if path == "detail.eventSource" and "pca" in one:
        return 0.9
    if path == "detail.eventName":
        return max(_ratio(one, other), _ratio(_CA.sub("CertificateAuthority", written).lower(), other))
    if path == "detail-type":
        return _of_detail_types(written, meant)
    return _ratio(one, other)


def _of_sources(one: str, other: str) -> float:
    if "connector" in one:
        return NOT_ALIKE
    if "pca" in one or "private" in one or one.removeprefix("aws.") in ("acm", "acmca", "acm-ca"):
        return 0.9
    ratio = _ratio(one, other)
    return ratio if ratio > _ALIKE else NOT_ALIKE


def _of_detail_types(written: str, meant: str) -> float:
    """Compare the words that tell detail-types apart; each must be like one of the other."""
    one, other = _telling(written), _telling(meant)
    if not one:
        return NOT_ALIKE
    if not other:
        return _ratio(written.lower(), meant.lower())
    if one == other:
        return 0.95
    nearest = [max(_ratio(word, known) for known in other) for word in one]
    if min(nearest) < _ALIKE:
        return NOT_ALIKE
    return 0.9 * min(nearest) * (1.0 if len(one) >= len(other) else 0.95)


def _telling(text: str) -> set[str]:
    words = {_STEMS.get(word, word) for word in words_in(text)}
    return words - _SAY_NOTHING - _RESULTS["failure"] - _RESULTS["success"]


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one[:_COMPARED], other[:_COMPARED], autojunk=False).ratio()
