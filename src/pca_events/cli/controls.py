"""The commands that control a running simulator: `fail`, `clock` and `deliver`."""

import argparse
from dataclasses import replace
from datetime import datetime
from typing import Any

from pca_events.backends import Backend, connect
from pca_events.backends.control_clients import DeliveryControls, SimulatorControls, has_traces
from pca_events.backends.control_names import SERVICE_FAULTS
from pca_events.errors import BadInput
from pca_events.wording import counted


def fail(options: argparse.Namespace) -> int:
    """Plan failures of an operation, or cancel them, and print what is planned."""
    if options.lasts is not None and options.code is None:
        raise BadInput("--for needs --code; without it, write how many calls fail")
    if options.lasts is not None and options.count is not None:
        raise BadInput("write a count, or --for, but not both")
    controls = SimulatorControls(_simulator(options))
    if options.cancel:
        controls.cancel("failures")
    if options.operation is not None:
        body: dict[str, Any] = {"operation": options.operation}
        body |= {"code": options.code} if options.code else {}
        body |= {"certificateAuthorityArn": options.ca} if options.ca else {}
        if options.lasts is None:
            body["count"] = 1 if options.count is None else options.count
        else:
            body["seconds"] = options.lasts.total_seconds()
        controls.set("failures", **body)
    planned = controls.shown("failures")["planned"]
    for each in planned:
        print(_failure(each))
    if not planned:
        print("no failure is planned")
    return 0


def _failure(planned: dict[str, Any]) -> str:
    until = planned.get("until")
    often = f"until {_time(until)}" if until else counted(planned["count"], "time")
    error = f" with {planned['code']}" if "code" in planned else ""
    authority = planned.get("certificateAuthorityArn")
    return f"{planned['operation']} fails {often}{error}" + (f", for {authority}" if authority else "")


def clock(options: argparse.Namespace) -> int:
    """Advance the clock of an account, and print its time."""
    controls = SimulatorControls(_simulator(options))
    if options.advance is None:
        now = controls.shown("clock")["now"]
    else:
        now = controls.set("clock", advance=options.advance.total_seconds())["now"]
    print(_time(now))
    return 0


def _time(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%Y-%m-%dT%H:%M:%SZ")


def deliver(options: argparse.Namespace) -> int:
    """Plan what happens to the next events, or cancel it, and print what is planned."""
    if (options.fault == "delay") != (options.delay is not None):
        raise BadInput("delay needs --by, and no other fault has it: pca-events deliver delay --by 10m")
    backend = _simulator(options)
    controls, faults = SimulatorControls(backend), DeliveryControls(backend)
    knows_rules = has_traces(backend)
    if options.cancel:
        controls.cancel("delivery")
        if knows_rules:
            faults.clear()
    if options.fault is not None:
        of_rules = options.rule is not None or options.fault not in SERVICE_FAULTS
        if of_rules and not knows_rules:
            raise BadInput(f"{backend.name} cannot disturb the deliveries of rules; pca-events localstack can")
        body: dict[str, Any] = {} if options.delay is None else {"delay_seconds": options.delay.total_seconds()}
        if of_rules:
            count = {} if options.count is None else {"count": options.count}
            faults.plan(fault=options.fault, **body, **count, **({"rule": options.rule} if options.rule else {}))
        else:
            controls.set("delivery", **{options.fault: 1 if options.count is None else options.count}, **body)
    lines = _deliveries(controls.shown("delivery")) + (list(map(_rule_fault, faults.planned())) if knows_rules else [])
    print("\n".join(lines) or "every event is delivered once")
    return 0


def _deliveries(planned: dict[str, Any]) -> list[str]:
    """What is planned between AWS Private CA and the bus."""
    lines = [f"{fault}: {counted(planned[fault], 'event')}" for fault in SERVICE_FAULTS if planned[fault]]
    waiting = planned["held_back"]
    return lines + ([f"delayed and not sent yet: {counted(waiting, 'event')}"] if waiting else [])


def _rule_fault(planned: dict[str, Any]) -> str:
    """What is planned between a rule and its targets."""
    many = "1 delivery" if planned["count"] == 1 else f"{planned['count']} deliveries"
    return f"{planned['fault']}: {many} of {planned.get('rule', 'any rule')}"


def _simulator(options: argparse.Namespace) -> Backend:
    """The emulator at the endpoint, with the account.

    Raises:
        BadInput: it has no simulator of AWS Private CA.
    """
    backend = replace(connect(options.endpoint_url), account=options.account)
    if not SimulatorControls(backend).exists():
        raise BadInput(f"{backend.name} has no simulator of AWS Private CA; pca-events localstack starts one that has")
    return backend
