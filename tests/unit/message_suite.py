"""A small suite in which every status occurs, and how it is run."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CONFTEST = """
import pytest

pytest_plugins = ["pca_events.pytest_plugin.suite"]

MARKS = {
    "later": pytest.mark.skip(reason="not before spring"),
    "no_ground": pytest.mark.usefixtures("ground"),
    "loose_end": pytest.mark.usefixtures("loose_end"),
    "known": pytest.mark.xfail(reason="a known fault"),
    "cured": pytest.mark.xfail(reason="a known fault", strict=True),
}


def pytest_bdd_apply_tag(tag, function):
    return MARKS[tag](function) if tag in MARKS else None


@pytest.fixture
def ground():
    raise RuntimeError("no ground")


@pytest.fixture
def loose_end():
    yield
    raise RuntimeError("a loose end")


@pytest.fixture
def absent():
    pytest.skip("absent today")
"""

STEPS = """
import pytest
from pytest_bdd import given, parsers, scenario, scenarios, then, when

scenarios("features")


@given("a basket", target_fixture="basket")
@given("an empty basket", target_fixture="basket")
def basket():
    return []


@when(parsers.parse("{count:d} {fruit} are put in"))
def put(basket, count, fruit):
    basket += [fruit] * count


@when(parsers.re(r"it is (?P<how>\\w+) shaken( for (?P<seconds>\\d+) seconds)?"))
def shake(basket, how):
    assert how != "wildly", "it fell over"


@then(parsers.parse("it holds {count:d}"))
def holds(basket, count):
    assert len(basket) == count


@when("a label says")
def label(docstring):
    assert docstring


@then("it holds these")
def holds_these(basket, datatable):
    assert [row[0] for row in datatable] == sorted({*basket})


@when("nobody is there")
def nobody(absent): ...


@when("it is not the day")
def not_the_day():
    pytest.skip("closed on Sundays")


@when("it is given up")
def given_up():
    pytest.xfail("hopeless")


@when("someone stops everything")
def stop():
    raise KeyboardInterrupt
"""

BASKET = """\
@fruit
Feature: Baskets
  A basket holds fruit.

  And no more.

  Background:
    Given a basket

  @counted
  Scenario Outline: <count> <fruit>
    When <count> <fruit> are put in
    Then it holds <count>

    @few
    Examples: a few
      | count | fruit  |
      | 1     | apples |
      | 2     | pears  |

    @many
    Examples: many
      | count | fruit  |
      | 90    | apples |
      | 2     | pears  |

  @ruled
  Rule: A basket is labelled

    Background:
      When 1 apples are put in

    Scenario: A label and a list
      When a label says
        '''
        Fragile: "<b>" & ünïcödé
          indented
        '''
      And 2 pears are put in
      Then it holds these
        | apples |
        | pears  |
""".replace("'''", '"""')

STATUSES = """\
Feature: Statuses

  Scenario: It passes
    Given an empty basket
    When it is gently shaken for 3 seconds
    Then it holds 0

  Scenario: A step fails
    Given an empty basket
    When it is wildly shaken
    Then it holds 0

  Scenario: A number differs
    Given an empty basket
    Then it holds 1

  Scenario: A step skips
    Given an empty basket
    When it is not the day
    Then it holds 0

  Scenario: A fixture of a step skips
    When nobody is there

  @later
  Scenario: A marker skips
    Given an empty basket

  Scenario: A step is undefined
    Given an empty basket
    When the moon is full
    Then it holds 0

  @no_ground
  Scenario: The setup fails
    Given an empty basket

  @loose_end
  Scenario: The teardown fails
    Given an empty basket

  @loose_end
  Scenario: A step and the teardown fail
    Given an empty basket
    Then it holds 1

  @known
  Scenario: It fails as expected
    Given an empty basket
    Then it holds 1

  @known
  Scenario: It passes unexpectedly
    Given an empty basket

  @cured
  Scenario: It passes though it must not
    Given an empty basket

  Scenario: It is given up
    When it is given up

  Scenario: It is left out
    Given an empty basket
"""


def lay(folder: Path, **features: str) -> Path:
    """Put the suite, with these features, into a folder."""
    (folder / "features").mkdir(parents=True)
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_suite.py").write_text(STEPS)
    for name, text in features.items():
        (folder / "features" / f"{name}.feature").write_text(text, "utf-8")
    return folder


def run_pytest(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run it, with further words for pytest."""
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True)


def envelopes_of(file: Path) -> list[dict[str, Any]]:
    """The messages of a file."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def without_chance(node: Any) -> Any:
    """The same without times, durations and what names one run and its workers."""
    if isinstance(node, list):
        return [without_chance(child) for child in node]
    if not isinstance(node, dict):
        return node
    if node.get("fileName") == "run.json":
        return "run.json"
    return {
        key: without_chance(child) for key, child in node.items() if key not in ("timestamp", "duration", "workerId")
    }
