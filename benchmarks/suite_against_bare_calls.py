"""What the suite costs beyond its calls: the suite, then its very calls again by bare boto3, in one run.

    python benchmarks/suite_against_bare_calls.py [ROUNDS]

Prints a line for each round and the median ratio.
"""

import contextlib
import statistics
import sys
import time
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from pca_events.backends import Backend, EmbeddedLocalStack
from pca_events.pytest_plugin.outcomes import Nobody
from pca_events.pytest_plugin.run import run_suite

Call = tuple[str, str, dict[str, Any]]


class RecordingBackend(Backend):
    """A backend that writes down every call of its clients."""

    calls: list[Call] = []  # noqa: RUF012

    def client(self, service: str) -> Any:
        """Return a client whose calls are written down."""
        made = super().client(service)

        def record(params: dict[str, Any], model: Any, **_: object) -> None:
            self.calls.append((service, xform_name(model.name), dict(params)))

        made.meta.events.register("provide-client-params.*.*", record)
        return made


def suite(backend: Backend) -> float:
    """Run the scenarios that need a backend, collection included, and return the seconds."""
    began = time.perf_counter()
    report = run_suite(backend, Nobody(), ["-m", "backend"])
    assert not report.failures
    return time.perf_counter() - began


def bare(backend: Backend, calls: list[Call]) -> float:
    """Make the calls again, one after another, and return the seconds; no receive waits, which favours this side."""
    clients = {service: backend.client(service) for service in {service for service, _, _ in calls}}
    began = time.perf_counter()
    for service, operation, params in calls:
        if "WaitTimeSeconds" in params:
            params = {**params, "WaitTimeSeconds": 0}
        with contextlib.suppress(ClientError):  # refused to the suite too
            getattr(clients[service], operation)(**params)
    return time.perf_counter() - began


def main() -> None:
    """Compare, a few times."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    emulator = EmbeddedLocalStack.of_this_process()
    try:
        backend = emulator.start()
        suite(backend)
        ratios = []
        for _ in range(rounds):
            recording = RecordingBackend(backend.name, backend.product, backend.version, backend.endpoint_url)
            recording.calls.clear()
            ours = suite(recording)
            theirs = bare(backend, list(recording.calls))
            ratios.append(ours / theirs)
            count = len(recording.calls)
            print(f"suite {ours:.2f} s, bare {theirs:.2f} s for {count} calls ({theirs / count * 1000:.1f} ms a call)")
        print(f"median ratio {statistics.median(ratios):.2f} (smallest {min(ratios):.2f}, largest {max(ratios):.2f})")
    finally:
        emulator.stop()


if __name__ == "__main__":
    main()
