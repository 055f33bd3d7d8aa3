"""Who may use a CA: the permissions of AWS Certificate Manager, and the resource policy that other accounts need."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pca_events.iam_policy import Request, as_list, evaluate, is_operator
from pca_events.iam_policy.text_patterns import is_like, tokens_of
from pca_events.simulator.core.api_protocol import ServiceError, not_found, page, validation
from pca_events.simulator.core.region_state import Authority, RegionState

PRINCIPAL = "acm.amazonaws.com"

SHAREABLE = (
    "DescribeCertificateAuthority",
    "GetCertificate",
    "GetCertificateAuthorityCertificate",
    "IssueCertificate",
    "ListPermissions",
    "ListTags",
    "RevokeCertificate",
)
"""The operations that a policy can allow to another account; all others belong to the owner of the CA."""

_DEFAULT_TEMPLATE = "template/EndEntityCertificate/V1"


def create_permission(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """CreatePermission."""
    if request["Principal"] != PRINCIPAL:
        raise validation(f"The principal {request['Principal']} is not valid; the only valid principal is {PRINCIPAL}.")
    with state.lock:
        authority = state.authority_in_use(request["CertificateAuthorityArn"])
        source = request.get("SourceAccount") or state.account
        if (PRINCIPAL, source) in authority.permissions:
            raise ServiceError(
                "PermissionAlreadyExistsException", "The designated permission has already been given to the user."
            )
        actions = list(dict.fromkeys(request["Actions"]))
        authority.permissions[PRINCIPAL, source] = {
            "CertificateAuthorityArn": authority.arn,
            "CreatedAt": state.now(),
            "Principal": PRINCIPAL,
            "SourceAccount": source,
            "Actions": actions,
            "Policy": _policy_of_permission(authority.arn, source, actions),
        }
    return {}


def _policy_of_permission(arn: str, source: str, actions: list[str]) -> str:
    """The policy that says the same as a permission."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": PRINCIPAL},
        "Action": [f"acm-pca:{action}" for action in actions],
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": source}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def delete_permission(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """DeletePermission."""
    with state.lock:
        authority = state.authority_in_use(request["CertificateAuthorityArn"])
        source = request.get("SourceAccount") or state.account
        if authority.permissions.pop((request["Principal"], source), None) is None:
            raise not_found(f"{authority.arn}: permission of {request['Principal']} for {source}")
    return {}


def list_permissions(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """ListPermissions."""
    with state.lock:
        authority = state.authority_in_use(request["CertificateAuthorityArn"])
        permissions = [dict(each) for each in authority.permissions.values()]
    return page(permissions, request, "Permissions")


def put_policy(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """PutPolicy."""
    with state.lock:
        authority = state.authority_in_use(request["ResourceArn"])
        check_policy(request["Policy"], authority.arn)
        authority.policy = request["Policy"]
    return {}


def get_policy(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """GetPolicy."""
    with state.lock:
        authority = state.authority_in_use(request["ResourceArn"])
        if authority.policy is None:
            raise not_found(f"{authority.arn}: policy")
        return {"Policy": authority.policy}


def delete_policy(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """DeletePolicy; succeeds also if there is no policy."""
    with state.lock:
        state.authority_in_use(request["ResourceArn"]).policy = None
    return {}


_VERSIONS = ("2012-10-17", "2008-10-17")
_REQUIRED = ("Effect", "Principal", "Action", "Resource")
_OPTIONAL = ("Sid", "Condition")
_AWS_PRINCIPAL = re.compile(
    r"\*|\d{12}|arn:([\w-]+):(?:iam|sts)::\d{12}:(?:root|(?:user|role|assumed-role)/.+)", re.ASCII
)


def check_policy(text: str, arn: str) -> None:
    """Raise InvalidPolicyException, or LockoutPreventedException for a policy that always denies the caller."""
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid_policy("it is not valid JSON") from error
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    statements = [statements] if isinstance(statements, dict) else statements
    if not isinstance(statements, list) or not statements:
        raise invalid_policy("it has no Statement")
    if policy.get("Version", _VERSIONS[0]) not in _VERSIONS:
        raise invalid_policy(f"Version is not {_VERSIONS[0]}")
    if unknown := [name for name in policy if name not in ("Version", "Id", "Statement")]:
        raise invalid_policy(f"{unknown[0][:100]} is not an element of a policy")
    for statement in statements:
        _check_statement(statement, arn)


def _check_statement(statement: Any, arn: str) -> None:
    if not isinstance(statement, dict) or any(name not in statement for name in _REQUIRED):
        raise invalid_policy(f"a statement needs {', '.join(_REQUIRED)}")
    for problem in _problems(statement, arn):
        raise invalid_policy(problem)
    if statement["Effect"] == "Deny" and "Condition" not in statement and _names_owner(statement["Principal"], arn):
        raise ServiceError(
            "LockoutPreventedException",
            "The current action was prevented because it would lock the caller out from performing subsequent actions.",
        )


def _names_owner(principal: Any, arn: str) -> bool:
    """Whether a principal is everybody, or the account of the CA, which calls as its root user."""
    _, partition, _, _, account, *_ = arn.split(":")
    named = _texts(principal.get("AWS")) if isinstance(principal, dict) else [principal]
    return not {"*", account, _root_of(account, partition)}.isdisjoint(named)


def _problems(statement: dict[str, Any], arn: str) -> Iterator[str]:
    """Yield why AWS does not accept a statement that has the required elements."""
    if unknown := [name for name in statement if name not in (*_REQUIRED, *_OPTIONAL)]:
        yield f"{unknown[0][:100]} is not an element of a statement"
    if statement["Effect"] not in ("Allow", "Deny"):
        yield "Effect is neither Allow nor Deny"
    if not _is_principal(statement["Principal"], arn.split(":")[1]):
        yield 'Principal is neither "*" nor an object with AWS: accounts, or ARNs of users and roles of this partition'
    if wrong := [each for each in _texts(statement["Action"]) or [""] if not _is_shareable(each)]:
        yield f'the action "{wrong[0][:100]}" cannot be shared; {", ".join(SHAREABLE)} can'
    if statement["Resource"] not in (arn, [arn]):
        yield f"Resource is not {arn}"
    if not isinstance(statement.get("Sid", ""), str) or not _is_condition(statement.get("Condition", {})):
        yield "Sid is not a string, or Condition is not an object of operators, each with keys and values"


def _texts(value: Any) -> list[str]:
    """The strings of an element; empty if it is something else."""
    values = as_list(value)
    return values if all(isinstance(each, str) for each in values) else []


def _is_principal(value: Any, partition: str) -> bool:
    if not isinstance(value, dict):
        return bool(value == "*")
    named = _texts(value.get("AWS"))
    found = [_AWS_PRINCIPAL.fullmatch(each) for each in named]
    return set(value) == {"AWS"} and bool(found) and all(each and each[1] in (None, partition) for each in found)


def _is_shareable(action: str) -> bool:
    """Whether an action, which may have wildcards, is one of the operations that can be shared."""
    _, tokens = tokens_of(action.lower(), Request(""), variables=False)
    return any(is_like(tokens, f"acm-pca:{operation}".lower()) for operation in SHAREABLE)


def _is_condition(value: Any) -> bool:
    return isinstance(value, dict) and all(
        is_operator(operator)
        and isinstance(keys, dict)
        and bool(keys)
        and all(not isinstance(each, dict | list) for values in keys.values() for each in as_list(values))
        for operator, keys in value.items()
    )


def invalid_policy(why: str) -> ServiceError:
    """The error for an invalid policy."""
    return ServiceError(
        "InvalidPolicyException", f"The resource policy is invalid or is missing a required statement: {why}."
    )


def check_access(caller: RegionState, operation: str, request: dict[str, Any], authority: Authority | None) -> None:
    """Raise AccessDeniedException unless an account may call an operation.

    Another account than that of the CA needs a policy that allows it. The owner only needs one that does not deny it.

    Args:
        caller: the account that calls, and the Region.
        operation: its name.
        request: the request.
        authority: the CA; None if there is none with the ARN of the request, which the caller does not learn.
    """
    arn = request.get("CertificateAuthorityArn") or request["ResourceArn"]
    policy = authority.policy if authority is not None and operation in SHAREABLE else None
    own = caller.account == arn.split(":")[4]
    if own and policy is None:
        return
    asked = Request(f"acm-pca:{operation}", arn, caller=_root_of(caller.account, caller.partition))
    asked = replace(asked, context=_context(caller, operation, request, authority))
    decision = evaluate(None if policy is None else json.loads(policy), asked)
    denied = decision.why == "denied"
    if decision.allowed or (own and not denied):
        return
    because = (
        "with an explicit deny in a resource-based policy"
        if denied
        else f"because no resource-based policy allows the {asked.action} action"
    )
    message = f"User: {asked.caller} is not authorized to perform: {asked.action} on resource: {arn} {because}"
    raise ServiceError("AccessDeniedException", message)


def _root_of(account: str, partition: str) -> str:
    return f"arn:{partition}:iam::{account}:root"


def _context(
    caller: RegionState, operation: str, request: dict[str, Any], authority: Authority | None
) -> dict[str, str]:
    """The condition keys of a request."""
    now = caller.now()
    context = {
        "aws:currenttime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:epochtime": str(int(now.timestamp())),
        "aws:principalaccount": caller.account,
        "aws:principalarn": _root_of(caller.account, caller.partition),
        "aws:principalisawsservice": "false",
        "aws:principaltype": "Account",
        "aws:requestedregion": caller.region,
        "aws:securetransport": "true",
        "aws:viaawsservice": "false",
    }
    if authority is not None:
        context["aws:resourceaccount"] = authority.arn.split(":")[4]
        context |= {f"aws:resourcetag/{key.lower()}": value or "" for key, value in authority.tags.items()}
    if operation == "IssueCertificate":
        default = f"arn:{caller.partition}:acm-pca:::{_DEFAULT_TEMPLATE}"
        context["acm-pca:templatearn"] = request.get("TemplateArn") or default
    return context
