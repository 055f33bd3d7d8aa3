"""Deliveries of events to a handler: in any form, duplicated, shuffled, or in one batch."""

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pca_events.catalog import Event
from pca_events.errors import BadInput
from pca_events.handlers.entry import Handler, Limits, read_entry
from pca_events.handlers.environment import Environment, Outcome, environment_for
from pca_events.handlers.in_process import InProcess
from pca_events.handlers.wrapping import BATCHES, Form, wrapped

HandlerFunction = Callable[[Any, Any], Any]


class Deliverer:
    """Delivers events to handlers. A handler with an entry keeps its process between deliveries, as on AWS Lambda.

    Args:
        folder: where entries are read from.
        seed: of the order of shuffled events.
    """

    def __init__(self, folder: Path, seed: str) -> None:
        self._folder = folder
        self._chance = random.Random(seed)  # noqa: S311 - reproducible, no secret
        self._warm: dict[tuple[Handler, tuple[tuple[str, str], ...]], Environment] = {}

    def __call__(
        self,
        handler: HandlerFunction | Handler | str,
        *events: Event,
        form: Form = "lambda",
        times: int = 1,
        shuffled: bool = False,
        batch: bool = False,
        variables: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> list[Outcome]:
        """Deliver events, and return the outcome of each invocation in the order of the deliveries.

        Args:
            handler: a function, which is called in this process; or an entry such as `app:handler`, which runs in a
                separate process in AWS Lambda's runtime.
            events: each is an invocation of its own.
            form: `lambda` is the event itself; `sqs`, `sns` and `sqs-sns` are records with it.
            times: how often each event is delivered.
            shuffled: whether the deliveries are in random order.
            batch: whether all events are records of one invocation; only with the forms `sqs`, `sns` and `sqs-sns`.
            variables: environment variables of an entry.
            limits: of time, memory and output of an entry.

        Raises:
            BadInput: there is no such handler or event, or it cannot be run here.
        """
        if not events:
            raise BadInput("nothing to deliver; pass an event, such as pca_event('ca-creation-success')")
        if times < 1:
            raise BadInput(f"times is {times}; an event is delivered at least once")
        if batch and form not in BATCHES:
            raise BadInput(f"the form {form} has no batches; use one of {', '.join(BATCHES)}")
        environment = self._environment(handler, variables or {}, limits)
        deliveries = [event for event in events for _ in range(times)]
        if shuffled:
            self._chance.shuffle(deliveries)
        payloads = [wrapped(deliveries, form)] if batch else [wrapped([event], form) for event in deliveries]
        return [environment.invoke(json.dumps(each, ensure_ascii=False).encode()) for each in payloads]

    def _environment(
        self, handler: HandlerFunction | Handler | str, variables: Mapping[str, str], limits: Limits | None
    ) -> Environment:
        if isinstance(handler, str):
            handler = read_entry(handler, self._folder, limits)
        if not isinstance(handler, Handler):
            if variables:
                raise BadInput("a function has the variables of this process; set them with monkeypatch.setenv")
            return InProcess(handler, limits)
        key = (handler, tuple(sorted(variables.items())))
        if key not in self._warm:
            self._warm[key] = environment_for(handler, variables)
        return self._warm[key]

    def close(self) -> None:
        """End the processes of the handlers."""
        while self._warm:
            self._warm.popitem()[1].close()
