"""The Principal element of a statement."""

import re
from collections.abc import Mapping
from typing import Any

from pca_events.iam_policy.request import Request, all_of, any_of, as_list, as_text, is_known

_EVERYBODY = "*"
_ACCOUNT = re.compile(r"\d{12}")
_SESSION = "assumed-role/"


def names_caller(element: Any, request: Request, *, every_form: bool = False) -> bool | None:
    """Whether an element names the caller; None if that is not known.

    Args:
        element: the Principal or NotPrincipal.
        request: the request.
        every_form: whether a caller of an account counts as named only if its account is named as well, and for a
            session also its role. NotPrincipal needs it: AWS checks the account, the role and the session in turn.
    """
    if not isinstance(element, Mapping):
        return any_of(_is_everybody(each, request) for each in as_list(element))
    everybody = any_of(_is_everybody(each, request) for kind in ("AWS", "*") for each in as_list(element.get(kind)))
    if everybody:
        return True
    return any_of((everybody, _names_service(element, request), _names_account(element, request, every_form)))


def _is_everybody(written: Any, request: Request) -> bool | None:
    return written == _EVERYBODY if is_known(written) else request.compare(written, _EVERYBODY, "principal")


def _names_service(element: Mapping[str, Any], request: Request) -> bool | None:
    def is_service(written: Any, service: str) -> bool | None:
        if is_known(written):
            return written in (_EVERYBODY, service)
        return request.compare(written, service, "principal")

    written = as_list(element.get("Service"))
    return any_of(is_service(each, service) for service in request.services for each in written)


def _names_account(element: Mapping[str, Any], request: Request, every_form: bool) -> bool | None:
    if not request.caller:
        return False
    if element.get("CanonicalUser") is not None:  # the request does not have the canonical ID of an account
        return None
    written = as_list(element.get("AWS"))
    forms = _forms(request.caller)

    def is_named(form: re.Pattern[str]) -> bool | None:
        return any_of(
            form.fullmatch(as_text(each)) is not None
            if is_known(each)
            else request.compare(each, request.caller, "principal")
            for each in written
        )

    return (all_of if every_form else any_of)(map(is_named, forms))


def _forms(caller: str) -> list[re.Pattern[str]]:
    """What names a caller: its account, its role whatever the path, and its own ARN."""
    _, partition, _, _, account, name = caller.split(":", 5)
    own = re.escape(caller)
    forms = [rf"{account}|arn:{partition}:iam::{account}:root"]
    if name.startswith(_SESSION):
        role = name.removeprefix(_SESSION).partition("/")[0]
        forms.append(rf"arn:{partition}:iam::{account}:role/(?:[^*?]+/)?{re.escape(role)}")
    if name != "root":
        forms.append(own)
    return [re.compile(form) for form in forms]
