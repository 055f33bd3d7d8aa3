"""A pytest plugin that counts calls to AWS: each process of a run writes those it has made into a folder, as it ends.

PYTHONPATH=benchmarks pytest -p counting --calls-folder DIR -n 2 tests/contract
"""

import itertools
import pickle
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient

from pca_events.locations import locate

BETWEEN = "(between scenarios)"


@dataclass(frozen=True)
class Call:
    """A call to AWS, as boto3 was asked for it."""

    scenario: str
    folder: str
    service: str
    operation: str
    parameters: dict[str, Any]
    seconds: float


@dataclass
class Calls:
    """What the processes of a run have called.

    Attributes:
        by_process: the calls of each process that has made any, in their order.
        scenarios: each that has run, with its folder.
    """

    by_process: list[list[Call]] = field(default_factory=list)
    scenarios: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, folder: Path) -> "Calls":
        """Put together what each process has written into the folder."""
        together = cls()
        for file in sorted(folder.glob("*.calls")):
            calls, scenarios = pickle.loads(file.read_bytes())  # noqa: S301  # this run wrote it
            together.by_process += [calls] if calls else []
            together.scenarios |= scenarios
        return together

    @property
    def calls(self) -> list[Call]:
        """All of them."""
        return list(itertools.chain.from_iterable(self.by_process))


class Counting:
    """Notes each call of this process, and the scenario that was running."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._now = ("", BETWEEN)
        self._calls: list[Call] = []
        self._scenarios: set[tuple[str, str]] = set()
        self._before: Any = None

    def start(self) -> None:
        """Stand between boto3 and its calls."""
        self._before = before = BaseClient._make_api_call

        def noted(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            began = time.perf_counter()
            try:
                return before(client, operation, parameters)
            finally:
                taken = time.perf_counter() - began
                service = client.meta.service_model.service_name
                self._calls.append(Call(*self._now, service, operation, dict(parameters), taken))

        BaseClient._make_api_call = noted

    def stop(self) -> None:
        """Stop counting, and write the calls."""
        BaseClient._make_api_call = self._before
        written = pickle.dumps((self._calls, self._scenarios))
        (self._folder / f"{uuid.uuid4()}.calls").write_bytes(written)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note which scenario the calls belong to."""
        self._now = (item.nodeid, _folder_of(item))
        self._scenarios.add(self._now)
        try:
            return (yield)
        finally:
            self._now = ("", BETWEEN)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Write, once the plugin under test has said its last."""
        self.stop()


def _folder_of(item: pytest.Item) -> str:
    # pytest-bdd is a plugin itself, which pytest must be the first to load.
    from pytest_bdd.scenario import scenario_wrapper_template_registry as templates

    template = templates.get(item.obj) if isinstance(item, pytest.Function) else None
    if template is None:
        return BETWEEN
    feature, features = Path(template.feature.filename), locate("features")
    if not feature.is_relative_to(features):
        return feature.parent.name
    return Path(feature.relative_to(features).parts[0]).stem


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for the output file."""
    parser.addoption("--calls-folder", type=Path, help="the folder that each process writes its calls into")


def pytest_configure(config: pytest.Config) -> None:
    """Count from now on, in the process that runs all, or in a worker."""
    counting = Counting(config.getoption("--calls-folder"))
    counting.start()
    config.pluginmanager.register(counting)
