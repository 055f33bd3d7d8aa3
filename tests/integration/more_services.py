"""An account on an emulator with more services than the Private CA needs."""

import json
from collections.abc import Callable
from typing import Any

from pca_events.backends import Backend
from pca_events.harness import RunId, Session
from pca_events.harness.pca_scenario import PcaScenario


class Desk:
    """One account: its clients, and a CA."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.scenario = PcaScenario(Session(backend, RunId()))
        self.pca = backend.client("acm-pca")
        self.acm = backend.client("acm")
        self.stacks = backend.client("cloudformation")
        self.events = backend.client("events")

    def active_ca(self, **more: Any) -> str:
        """Create a CA of ten years, and return its ARN."""
        self.scenario.make_authority("ACTIVE", **more)
        return self.scenario.authority

    def recorded(self) -> list[dict[str, Any]]:
        """The events of CloudTrail so far."""
        return self.scenario.simulator.recorded()[0]

    def deploy(self, name: str, template: dict[str, Any], *, update: bool = False) -> dict[str, str]:
        """Create or update a stack, and return its outputs."""
        call = self.stacks.update_stack if update else self.stacks.create_stack
        call(StackName=name, TemplateBody=json.dumps(template))
        return self.settled(name, "stack_update_complete" if update else "stack_create_complete")

    def settled(self, name: str, state: str) -> dict[str, str]:
        """Wait until a stack is in a state, and return its outputs."""
        self.stacks.get_waiter(state).wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        stacks = self.stacks.describe_stacks()["Stacks"]
        (found,) = [stack for stack in stacks if stack["StackName"] == name] or [{}]
        return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}

    def destroy(self, name: str) -> None:
        """Delete a stack."""
        self.stacks.delete_stack(StackName=name)
        self.settled(name, "stack_delete_complete")

    def statuses(self) -> dict[str, str]:
        """The status of each CA."""
        listed = self.pca.list_certificate_authorities()["CertificateAuthorities"]
        return {authority["Arn"]: authority["Status"] for authority in listed}


def eventually(find: Callable[[], Any]) -> Any:
    """Call a function until it returns something; metrics are put in another thread."""
    for _ in range(1000):
        if found := find():
            return found
    raise AssertionError("it did not come")
