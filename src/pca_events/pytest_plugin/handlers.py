"""The fixtures that deliver events to a handler, and that test it against what EventBridge may deliver."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from pca_events.errors import BadInput
from pca_events.pytest_plugin import RUN

if TYPE_CHECKING:
    from pca_events.handlers.deliverer import Deliverer
    from pca_events.handlers.entry import Handler, Limits
    from pca_events.handlers.findings import HandlerReport
    from pca_events.handlers.wrapping import Form

Runnable = Callable[..., Any] | Sequence[str]
"""A function, its entry such as `app:handler`, or the words of a command such as `["node", "handler.mjs"]`."""


class HandlerTester(Protocol):
    """What the fixture `pca_test_handler` is."""

    def __call__(
        self,
        handler: Runnable,
        accepts: str | Sequence[str],
        *,
        probe: Runnable | None = None,
        records: bool = False,
        setup: Sequence[str] | None = None,
        form: "Form" = "lambda",
        idempotent: bool = True,
        needs: Sequence[str] | None = None,
        variables: Mapping[str, str] | None = None,
        seed: str | None = None,
        limits: "Limits | None" = None,
    ) -> "HandlerReport":
        """Run the trials of a handler; see docs/test-your-handler.md."""


@pytest.fixture
def pca_deliver(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Iterator["Deliverer"]:
    """Deliver events to a handler and return the outcomes: `pca_deliver(handler, event, form="sqs", times=2)`.

    The handler is a function, called in this process, or an entry such as `app:handler`, relative to the root of the
    tests. `--pca-seed` repeats the order of a shuffle.
    """
    from pca_events.handlers.deliverer import Deliverer

    made = Deliverer(pytestconfig.rootpath, f"{pytestconfig.stash[RUN].seed}/{request.node.nodeid}")
    yield made
    made.close()


@pytest.fixture
def pca_test_handler(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> HandlerTester:
    """Test a handler against duplicates, races, crashes, disorder, new fields and so on, and return the report.

    `pca_test_handler("app:handler", "crl-generation-failure-*", probe=tickets).check()` raises an AssertionError with
    the findings. A probe returns the items of the state, or how many there are. With `records`, the state is the calls
    to AWS that the handler makes, to the emulator of the fixture `pca_backend`.
    """

    def tested(
        handler: Runnable,
        accepts: str | Sequence[str],
        *,
        probe: Runnable | None = None,
        records: bool = False,
        setup: Sequence[str] | None = None,
        form: "Form" = "lambda",
        idempotent: bool = True,
        needs: Sequence[str] | None = None,
        variables: Mapping[str, str] | None = None,
        seed: str | None = None,
        limits: "Limits | None" = None,
    ) -> "HandlerReport":
        from pca_events import catalog
        from pca_events.consumers.handler_test import HandlerTest
        from pca_events.handlers.trials import Plan

        folder = pytestconfig.rootpath
        globs = [accepts] if isinstance(accepts, str) else accepts
        plan = Plan(catalog.matching(globs), form, idempotent=idempotent, needs=None if needs is None else tuple(needs))
        __tracebackhide__ = True
        try:
            return HandlerTest(
                _read(handler, folder, limits),
                plan if seed is None else replace(plan, seed=seed),
                probe if probe is None or callable(probe) else _read(probe, folder, limits),
                records,
                request.getfixturevalue("pca_backend").endpoint_url if records else None,
                None if setup is None else _read(setup, folder, limits),
                variables or {},
            ).run()
        except BadInput as error:
            raise error.with_traceback(None) from None  # the line of the test says where

    return tested


def _read(runnable: Runnable, folder: Path, limits: "Limits | None") -> "Handler":
    import shlex

    from pca_events.handlers.entry import read_command, read_entry, read_function

    if callable(runnable):
        return read_function(runnable, limits)
    if isinstance(runnable, str):
        return read_entry(runnable, folder, limits)
    return read_command(shlex.join(runnable), folder, limits)
