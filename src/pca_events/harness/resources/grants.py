"""Resource policies that let EventBridge deliver, and policies with one fault."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pca_events.harness.session import Session

AS_DOCUMENTED = "is as documented"
_SERVICE = "events.amazonaws.com"
_OTHER_ACCOUNT = "999988887777"

Statement = dict[str, Any]


@dataclass(frozen=True)
class Grant:
    """What a target must allow.

    Attributes:
        actions: such as `sqs:SendMessage`.
        resource: the ARN that the policy names.
        services: the service principals.
    """

    actions: tuple[str, ...]
    resource: str
    services: tuple[str, ...] = (_SERVICE,)

    def policy(self, session: Session, state: str = AS_DOCUMENTED) -> dict[str, Any]:
        """Return the resource policy as JSON, in one of the states of `POLICY_STATES`."""
        allow = {
            "Effect": "Allow",
            "Principal": {"Service": _one_or_list(self.services)},
            "Action": _one_or_list(self.actions),
            "Resource": self.resource,
        }
        return {"Version": "2012-10-17", "Statement": POLICY_STATES[state](session, allow)}


def _one_or_list(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _rules(account: str, session: Session, name: str = "*") -> Statement:
    """A condition on the rule whose events EventBridge delivers."""
    arn = f"arn:{session.backend.partition}:events:{session.backend.region}:{account}:rule/{name}"
    return {"ArnLike": {"aws:SourceArn": arn}, "StringEquals": {"aws:SourceAccount": account}}


POLICY_STATES: dict[str, Callable[[Session, Statement], list[Statement]]] = {
    AS_DOCUMENTED: lambda _, allow: [allow],
    "grants the rules of its account only": lambda session, allow: [
        {**allow, "Condition": _rules(session.backend.account, session)}
    ],
    "grants the rules of another account only": lambda session, allow: [
        {**allow, "Condition": _rules(_OTHER_ACCOUNT, session)}
    ],
    "grants another rule only": lambda session, allow: [
        {**allow, "Condition": _rules(session.backend.account, session, "another")}
    ],
    "grants another action only": lambda _, allow: [
        {**allow, "Action": f"{allow['Resource'].split(':')[2]}:AddPermission"}
    ],
    "grants another resource only": lambda _, allow: [{**allow, "Resource": f"{allow['Resource']}-another"}],
    "grants another service only": lambda _, allow: [{**allow, "Principal": {"Service": "s3.amazonaws.com"}}],
    "denies EventBridge the action": lambda _, allow: [allow, {**allow, "Sid": "no-events", "Effect": "Deny"}],
}
"""The statements of a policy in each state, as the features phrase it; a queue can also have no policy."""

GRANTING = frozenset({AS_DOCUMENTED, "grants the rules of its account only"})
"""The states in which EventBridge may deliver."""
