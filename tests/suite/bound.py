"""Prints how many scenarios of each feature the bindings of a folder turn into tests, as JSON.

`python tests/suite/regenerate.py manifest` writes the manifest again.
"""

import contextlib
import io
import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from pca_events.locations import locate


class Bound:
    """Counts the collected scenarios by feature."""

    def __init__(self) -> None:
        self.features: Counter[str] = Counter()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Look up the scenario behind each test."""
        # Imported any earlier, pytest could not rewrite its assertions, and says so.
        from pytest_bdd.scenario import scenario_wrapper_template_registry

        for item in session.items:
            template = scenario_wrapper_template_registry[item.obj]  # type: ignore[attr-defined]
            file = Path(template.feature.filename)
            self.features[file.relative_to(locate("features")).as_posix()] += 1


def main() -> None:
    """Collect, and print the counts."""
    bound = Bound()
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", *sys.argv[1:]], plugins=[bound])
    if status != pytest.ExitCode.OK:
        sys.exit(said.getvalue())
    print(json.dumps(dict(sorted(bound.features.items())), indent=2))  # noqa: T201


if __name__ == "__main__":
    main()
