"""docs/eventbridge.md, run as a session: its examples work, and print what the page shows."""

import re
import shutil

import pytest
from page_session import PageSession, Step
from required import cannot_run
from shown import TOP

PAGE = (TOP / "docs" / "eventbridge.md").read_text("utf-8")
START = re.compile(r"```console\n\$ pca-events localstack\n.*?```", re.DOTALL)


@pytest.mark.slow
def test_the_page_shows_what_its_examples_print() -> None:
    for tool in ("bash", "curl"):
        if shutil.which(tool) is None:
            cannot_run(f"{tool} is not installed")
    with PageSession() as session:
        steps = list(session.steps(PAGE))
    assert [step for step in steps if not step.agrees] == []
    assert len(steps) == PAGE.count("```console") + PAGE.count("```python") > 9


def test_the_page_of_the_private_ca_shows_the_same_start() -> None:
    simulator = (TOP / "docs" / "simulator.md").read_text("utf-8")
    assert START.findall(simulator) == START.findall(PAGE) != []


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("at 10:00:00\n", "at 23:59:59\n", True),
        ('"time": "2026-01-02T10:00:00.123+00:00"\n', '"time": "2027-12-31T23:59:59.999+00:00"\n', True),
        ("at 10:00:00, delivered\n", "at 10:00:00, dropped\n", False),
    ],
)
def test_only_times_may_differ(shown: str, printed: str, expected: bool) -> None:
    assert Step("", shown, printed).agrees is expected
