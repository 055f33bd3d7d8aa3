"""A handler together with its probe, its variables and its resources: everything that a test of it needs."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pca_events.backends import EmbeddedLocalStack, identify
from pca_events.errors import BadInput
from pca_events.handlers.batch_response import judged
from pca_events.handlers.entry import Handler
from pca_events.handlers.environment import CommandEnvironment, Outcome, environment_for
from pca_events.handlers.findings import HandlerReport
from pca_events.handlers.recorded_calls import RecordedCalls
from pca_events.handlers.state import CallableProbe, Change, Probe, ProcessProbe
from pca_events.handlers.trials import Plan, try_handler
from pca_events.temporary_folders import temporary_folder

TEMPORARY = "{tmp}"
"""In the value of a variable, a new folder that is removed after the test."""


@dataclass(frozen=True)
class HandlerTest:
    """A test of a handler.

    Attributes:
        probe: reads the state, as a function of this process or in one of its own; None if there is none, or calls are
            recorded.
        records: whether the state is the calls that the handler makes to AWS.
        endpoint_url: the LocalStack that answers them; None starts an embedded one.
        setup: a command that is run once before.
    """

    handler: Handler
    plan: Plan
    probe: Handler | Callable[[], Any] | None = None
    records: bool = False
    endpoint_url: str | None = None
    setup: Handler | None = None
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> HandlerReport:
        """Run the test; nothing that it started is left.

        Raises:
            BadInput: the handler cannot be run here, or its setup or its probe fails.
            BackendError: the LocalStack cannot be used.
        """
        with self._prepared() as (variables, probe):
            return try_handler(self.handler, replace(self.plan, variables=variables), probe)

    def outcomes_of(self, payloads: Mapping[str, Any]) -> dict[str, Outcome]:
        """Deliver payloads, each once, and return their outcomes.

        Args:
            payloads: what the handler receives, by any name.

        Raises:
            BadInput, BackendError: as `run`.
        """
        with self._prepared() as (variables, _):
            environment = environment_for(self.handler, variables)
            try:
                sent = {name: json.dumps(payload).encode() for name, payload in payloads.items()}
                return {name: judged(environment.invoke(each), each, self.plan.form) for name, each in sent.items()}
            finally:
                environment.close()

    def effect_of(self, payloads: Sequence[Any]) -> tuple[list[Outcome], Change]:
        """Deliver payloads in this order, and return their outcomes and what they added to the state.

        Raises:
            BadInput: there is no probe, and calls are not recorded; or as `run`.
            BackendError: as `run`.
        """
        with self._prepared() as (variables, probe):
            if probe is None:
                raise BadInput(f"{self.handler} has no probe, so its effect is unknown")
            environment = environment_for(self.handler, variables)
            try:
                before = probe.state()
                outcomes = [environment.invoke(json.dumps(payload).encode()) for payload in payloads]
                return outcomes, probe.state().since(before)
            finally:
                environment.close()

    @contextlib.contextmanager
    def _prepared(self) -> Iterator[tuple[dict[str, str], Probe | None]]:
        """Create the variables, the resources and the probe of the handler."""
        with contextlib.ExitStack() as stack:
            variables = stack.enter_context(_in_new_folder(self.variables))
            probe: Probe | None = None
            if self.records:
                probe = RecordedCalls(stack.enter_context(_backend(self.endpoint_url)))
                stack.callback(probe.close)
                variables = {**variables, "AWS_ENDPOINT_URL": probe.endpoint_url}
            if self.setup is not None:
                _set_up(self.setup, variables)
            if callable(self.probe):
                probe = CallableProbe(self.probe)
            elif self.probe is not None:
                probe = ProcessProbe(self.probe, variables)
                stack.callback(probe.close)
            yield variables, probe


@contextlib.contextmanager
def _in_new_folder(variables: Mapping[str, str]) -> Iterator[dict[str, str]]:
    with temporary_folder() as folder:
        yield {name: value.replace(TEMPORARY, str(folder)) for name, value in variables.items()}


@contextlib.contextmanager
def _backend(endpoint_url: str | None) -> Iterator[str]:
    if endpoint_url is not None:
        yield identify(endpoint_url).endpoint_url
        return
    emulator = EmbeddedLocalStack.of_this_process()
    try:
        yield emulator.start().endpoint_url
    finally:
        emulator.stop()


def _set_up(setup: Handler, variables: Mapping[str, str]) -> None:
    outcome = CommandEnvironment(setup, variables).invoke(b"{}")
    if not outcome.succeeded:
        raise BadInput(f"the setup {setup} failed ({outcome}): {outcome.output.strip()[-300:]}")
