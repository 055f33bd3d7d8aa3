"""What the name of a rule or of a handler promises about the result of the events that it is for."""

import re

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
    """Return the words of a name in lower case, whether case, hyphens or underscores part them."""
    return {word.lower() for word in _WORDS.findall(name)}


def expects(name: str) -> str:
    """Return the result that a name promises: success or failure; empty where it promises neither, both, or not one."""
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
    """Whether a suggested value would make a rule fire on something else than its name says.

    Args:
        name: of the rule, or of its handler.
        suggestion: a result or a detail-type.
    """
    if suggestion in ("success", "failure"):
        return expects(name) not in ("", suggestion)
    words = words_in(name)
    named = {kind for kind, hints in _KINDS.items() if words & hints}
    return suggestion in _KINDS and (bool(named and suggestion not in named) or bool(words & _EXPIRY))
