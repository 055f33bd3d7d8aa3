"""The public API: it consists of the names on the page, its example is correct, and importing it is fast."""

import doctest
import subprocess
import sys

import api_page
import pytest

import pca_events


def test_the_page_is_made_from_the_docstrings() -> None:
    written = (api_page.TOP / "docs" / "api.md").read_text("utf-8")
    assert written == api_page.page(), "python tests/suite/regenerate.py api"


def test_the_example_is_true() -> None:
    assert doctest.testmod(pca_events).failed == 0
    assert doctest.testmod(pca_events).attempted > 5


@pytest.mark.parametrize("name", pca_events.__all__)
def test_every_name_exists_and_is_on_the_page(name: str) -> None:
    assert getattr(pca_events, name).__doc__
    assert f"### `{name}`\n" in api_page.page()


def test_the_names_are_sorted_and_nothing_else_is_offered() -> None:
    assert pca_events.__all__ == sorted(pca_events.__all__)
    assert set(dir(pca_events)) == {*pca_events.__all__, "__version__"}
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        pca_events.nothing  # noqa: B018


def test_the_import_loads_nothing_else() -> None:
    program = "import sys, pca_events; print(*sorted(name for name in sys.modules if name.startswith('pca_events')))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["pca_events", "pca_events.checkout", "pca_events.lazy"]


@pytest.mark.parametrize(
    ("event", "valid"),
    [
        (pca_events.sample("ca-creation-success"), True),
        ('{"source": "aws.acm-pca"}', False),
        (pca_events.sample("ca-creation-failure", region="eu-central-1", account="444455556666", seed=7), True),
    ],
)
def test_events_are_validated_as_objects_and_as_text(event: dict[str, object] | str, valid: bool) -> None:
    assert pca_events.is_valid(event) is valid
    assert (pca_events.validate(event) == []) is valid


def test_a_text_that_is_not_an_event_is_rejected() -> None:
    for refused in ("", "[1]", "no-such-event"):
        with pytest.raises(pca_events.BadInput):
            pca_events.explain({"source": ["aws.acm-pca"]}, refused)
    with pytest.raises(pca_events.BadInput):
        pca_events.validate("{")


def test_a_sample_belongs_to_its_caller() -> None:
    pca_events.sample("ca-creation-success")["detail"]["result"] = "changed"
    assert pca_events.sample("ca-creation-success")["detail"]["result"] == "success"


def test_rules_are_checked() -> None:
    report = pca_events.check_paths(str(api_page.TOP / "examples" / "mistakes" / "13-result-failed.tf"))
    assert [finding.code for rule in report.rules for finding in rule.findings] == ["never-fires"]
    assert report.exit_status == 1
