"""Verifies a contract file: rules as code, rules on an event bus, and the handlers behind them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pca_events import catalog
from pca_events.check.codes import GROUPS
from pca_events.check.report import CheckedRule, reason_of
from pca_events.consumers.claimed_rules import checked_rules, find_rule, not_there, target_options
from pca_events.consumers.contract_file import ConsumerContract, HandlerClaim, RuleClaim
from pca_events.consumers.handler_test import HandlerTest
from pca_events.consumers.links import Chain, ConsumerReport, LinkName
from pca_events.events import aws_location, related
from pca_events.handlers.wrapping import wrapped_text

if TYPE_CHECKING:
    from pca_events.catalog import Event
    from pca_events.harness import Session

_INPUT = {"input-not-there", "input-not-always-there"}
_LINK_OF: dict[str, LinkName] = {
    **{code.name: "pattern" for code in GROUPS["Event patterns"]},
    **{code.name: "rule" for code in GROUPS["Rules"]},
    **{code.name: "input" if code.name in _INPUT else "delivery" for code in GROUPS["Targets and delivery"]},
}

_BREAKS = {
    "disabled", "no-target", "custom-bus", "queue-policy", "key-policy", "fifo-queue", "dead-letter-queue",
    "input-not-always-there",
}  # fmt: skip
"""The warnings of `check` about what a link means; other warnings leave it as it is."""


def verify_consumer(
    contract: ConsumerContract,
    session: "Callable[[], Session] | None" = None,
    endpoint_url: str | None = None,
    show: Callable[[str], None] = lambda _: None,
) -> ConsumerReport:
    """Verify every rule and every handler of a contract file.

    Args:
        contract: the contract.
        session: returns the connection to an event bus on which rules are tried; None tries none.
        endpoint_url: the LocalStack for recorded calls; None starts an embedded one.
        show: receives what is being tried.

    Raises:
        BadInput: the code cannot be read, or a handler cannot be run.
        BackendError: the event bus cannot be used.
    """
    verification = _Verification(contract, session, endpoint_url)
    for claim in contract.rules:
        show(f"verifying {claim}")
        verification.of_rule(claim)
    for handler in contract.handlers:
        show(f"testing handler {handler.name}")
        verification.of_handler(handler)
    return verification.report


class _Verification:
    """The rules first, then the handlers, which receive what the targets of the rules received."""

    def __init__(
        self, contract: ConsumerContract, session: "Callable[[], Session] | None", endpoint_url: str | None
    ) -> None:
        self.report = ConsumerReport(contract.file, contract.consumer)
        self._contract = contract
        self._session = session
        self._endpoint_url = endpoint_url
        self._checked = checked_rules(contract)
        self._targets: dict[str, Mapping[str, Any]] = {}
        self._received: dict[str, dict[str, str]] = {}

    def of_rule(self, claim: RuleClaim) -> None:
        """Verify a rule."""
        chain = Chain(str(claim), claim.handler)
        self.report.chains.append(chain)
        rule = find_rule(claim, self._checked)
        if rule is None:
            chain.broken("rule", [not_there(claim, self._checked)])
            return
        _judge_code(chain, claim, rule)
        options = target_options(rule, self._contract.handler_of(claim))
        if options and not isinstance(options, str):
            self._targets[claim.handler] = options
        received = _on_event_bus(chain, claim, rule, options, self._session)
        if received is not None:
            self._received[chain.rule] = received

    def of_handler(self, handler: HandlerClaim) -> None:
        """Test a handler, and judge the last link of its rules."""
        endpoint_url = self._endpoint_url
        if self._session is not None and handler.settings.get("record"):
            endpoint_url = self._session().backend.endpoint_url
        test = handler.test(endpoint_url)
        test = replace(test, plan=replace(test.plan, target=self._targets.get(handler.name)))
        self.report.handlers[handler.name] = test.run()
        for chain, claim in zip(self.report.chains, self._contract.rules, strict=True):
            if claim.handler == handler.name:
                _judge_handler(chain, claim, handler, test, self._received.get(chain.rule))


def _judge_code(chain: Chain, claim: RuleClaim, rule: CheckedRule) -> None:
    """Judge the links that the code alone shows."""
    broken: dict[LinkName, list[str]] = {"rule": [], "pattern": [], "delivery": [], "input": []}
    for finding in rule.findings:
        link = _LINK_OF.get(finding.code)
        breaks = finding.level == "error" or (finding.level == "warning" and finding.code in _BREAKS)
        if link is not None and breaks:
            broken[link].append(f"{finding.message} ({finding.code})")
    broken["pattern"] += _unlike_claimed(claim, rule)
    off = [finding.message for finding in rule.findings if finding.code == "off-by-default"]
    for name, reasons in broken.items():
        if name == "rule" and off and not reasons:
            chain.not_tried(name, off[0])
        else:
            chain.broken(name, reasons)


def _unlike_claimed(claim: RuleClaim, rule: CheckedRule) -> Iterator[str]:
    """Yield how the events on which a rule fires differ from the claimed ones."""
    fires = {*rule.fires_on, *rule.may_fire_on}
    blocks = {verdict.event: verdict.blocks for verdict in rule.verdicts}
    for event in claim.fires_on:
        if event not in fires:
            why = f": {blocks[event][0]}" if blocks.get(event) else ""
            yield f"does not fire on {event}{why}"
    if others := [event for event in (*rule.fires_on, *rule.may_fire_on) if event not in claim.fires_on]:
        yield f"also fires on {', '.join(others)}"


def _on_event_bus(
    chain: Chain,
    claim: RuleClaim,
    rule: CheckedRule,
    options: Mapping[str, Any] | str,
    session: "Callable[[], Session] | None",
) -> dict[str, str] | None:
    """Put the rule on an event bus, publish every documented event, and return what its target received, by event."""
    if isinstance(options, str):
        chain.not_tried("event bus", f"the input of its target depends on {options}")
        return None
    depends_on = reason_of(rule.rule.pattern)
    if depends_on or not isinstance(rule.rule.pattern, dict):
        chain.not_tried("event bus", f"the pattern depends on {depends_on}" if depends_on else "the pattern is invalid")
        return None
    if session is None:
        chain.not_tried("event bus", "--static")
        return None
    from pca_events.harness.live_rules import RuleRejected, received_texts

    events = _events()
    try:
        received = received_texts(session(), rule.rule.pattern, options, list(events.values()))
    except RuleRejected as error:
        chain.broken("event bus", [f"is rejected: {error}"])
        return None
    by_event = dict(zip(events, received, strict=True))
    chain.broken("event bus", _unlike_received(claim, rule, by_event))
    return {event: texts[0] for event, texts in by_event.items() if texts}


def _unlike_received(claim: RuleClaim, rule: CheckedRule, received: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for event, texts in received.items():
        if event in claim.fires_on and not texts and event not in rule.may_fire_on:
            yield f"the target does not receive {event}"
        elif event not in claim.fires_on and texts:
            yield f"the target also receives {event}"


def _events() -> "dict[str, Event]":
    import secrets
    from random import Random

    entries = catalog.documented_events()
    events = related(entries, aws_location(), Random(secrets.token_hex(8)))  # noqa: S311 - no secret
    return dict(zip((entry.id for entry in entries), events, strict=True))


def _judge_handler(
    chain: Chain, claim: RuleClaim, handler: HandlerClaim, test: HandlerTest, received: Mapping[str, str] | None
) -> None:
    """Judge the last link: the handler accepts the events of the rule, and processes what the target received."""
    broken = [f"{handler.name} does not accept {event}" for event in claim.fires_on if event not in handler.accepts]
    if received is None and not broken:
        chain.not_tried("handler", "the rule was not tried on an event bus")
        return
    events = _events()
    payloads = {
        event: wrapped_text(text, events[event], test.plan.form)
        for event, text in (received or {}).items()
        if event in claim.fires_on and event in handler.accepts
    }
    outcomes = test.outcomes_of(payloads)
    broken += [f"{event}: {handler.name} {outcome}" for event, outcome in outcomes.items() if not outcome.succeeded]
    chain.broken("handler", broken)
