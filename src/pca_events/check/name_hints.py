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


def expects(name: str) -> str:
    """Return the result that a name promises: success or failure; empty where it promises neither, or both."""
    words = {word.lower() for word in _WORDS.findall(name)}
    promised = [result for result, hints in (("success", _SUCCESS), ("failure", _FAILURE)) if words & hints]
    return promised[0] if len(promised) == 1 else ""
