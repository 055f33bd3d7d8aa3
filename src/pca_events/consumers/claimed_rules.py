"""The rules that a contract file claims, found in the code: with the verdicts of `check`, and the input of a target."""

from collections.abc import Mapping, Sequence
from typing import Any

from pca_events.check.report import CheckedRule, CheckReport, names_of, reason_of, short_name
from pca_events.check.rules import check
from pca_events.consumers.contract_file import ConsumerContract, HandlerClaim, RuleClaim
from pca_events.errors import BadInput
from pca_events.handlers.wrapping import Form
from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Target, Unknown
from pca_events.wording import did_you_mean

_KINDS: Mapping[Form, str] = {"lambda": "lambda", "sqs": "sqs", "sqs-sns": "sns", "sns": "sns"}


def checked_rules(contract: ConsumerContract) -> CheckReport:
    """Check the files of the rules, each with the code that it belongs to.

    Raises:
        BadInput: one cannot be read.
    """
    files = sorted({claim.file for claim in contract.rules})
    if not files:
        return CheckReport()
    reading = read_paths(files)
    for unreadable in reading.unreadable:
        raise BadInput(f"{unreadable.place} {unreadable.message}")
    return check(reading, all_rules=True)


def find_rule(claim: RuleClaim, report: CheckReport) -> CheckedRule | None:
    """Return the rule of a claim; None if the code does not have it, or several rules have its name."""
    found = _rules_named(claim.file, claim.name, report)
    return found[0] if len(found) == 1 else None


def _rules_named(file: str, name: str, report: CheckReport) -> list[CheckedRule]:
    found = [rule for rule in report.rules if rule.rule.place.file == file and name in names_of(rule.rule.name)]
    return [rule for rule in found if rule.rule.name == name] or found


def claimed_name(rule: CheckedRule, report: CheckReport) -> str:
    """Return the shortest name of a rule that no other rule of its file has: `failure`, or `failure["crl"]`."""
    names = sorted(names_of(rule.rule.name), key=lambda name: (len(name), name))
    alone = [name for name in names if _rules_named(rule.rule.place.file, name, report) == [rule]]
    return alone[0] if alone else rule.rule.name


def not_there(claim: RuleClaim, report: CheckReport) -> str:
    """Return why the code does not have the rule of a claim."""
    if several := _rules_named(claim.file, claim.name, report):
        names = ", ".join(claimed_name(rule, report) for rule in several)
        return f'{claim.file} has {len(several)} rules "{claim.name}"; claim each by its own name: {names}'
    unknown = [rule for rule in report.not_known if claim.name in names_of(rule.name)]
    if unknown:
        return f"its pattern depends on {reason_of(unknown[0].pattern)}, which is known only at deployment"
    known = [short_name(rule.rule.name) for rule in report.rules if rule.rule.place.file == claim.file]
    advice = did_you_mean(claim.name, known)
    return f'{claim.file} has no rule "{claim.name}"' + (f"; {advice}" if advice else "")


def _target_for(targets: Sequence[Target], handler: HandlerClaim | None) -> Target | None:
    """Return the target that invokes a handler: the first of its kind, else the first."""
    form: Form = handler.form if handler is not None else "lambda"
    kind = _KINDS.get(form, "")
    return next((target for target in targets if target.kind == kind), targets[0] if targets else None)


def target_options(rule: CheckedRule, handler: HandlerClaim | None) -> Mapping[str, Any] | str:
    """Return what PutTargets would have for the input of the target that invokes a handler, or what that depends on."""
    target = _target_for(rule.rule.targets or (), handler)
    if target is None:
        return {}
    parts = (target.constant, target.input_path, target.input_template, *target.input_paths.values())
    if unknown := [part.reason for part in parts if isinstance(part, Unknown)]:
        return unknown[0]
    if target.constant is not None:
        return {"Input": target.constant}
    if target.input_path is not None:
        return {"InputPath": target.input_path}
    if target.input_template is not None:
        return {"InputTransformer": {"InputPathsMap": dict(target.input_paths), "InputTemplate": target.input_template}}
    return {}
