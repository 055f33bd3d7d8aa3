"""The checks find no fault in this project."""

import json
import re
import runpy
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import checks
import import_picture
import pytest
from pca_events.steps import operations, refusals
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry
from scenario_count import scenario_count

from pca_events.harness.changes import CHANGES, PATHS
from pca_events.harness.events import DISORDERS
from pca_events.harness.pca_requests import BUCKET_STATES
from pca_events.harness.resources.grants import POLICY_STATES
from pca_events.harness.undelivered import FATES
from pca_events.pytest_plugin.suite import TAGS

TOP = Path(__file__).parents[2]
HERE = Path(__file__).parent
FEATURES = TOP / "features"
PACKAGE = TOP / "src" / "pca_events"

OWNERS = {
    "boto3": {"backends", "harness"},
    "botocore": {"aws_services", "backends", "eventbridge", "harness", "simulator"},
    "localstack_client": {"backends", "harness"},
    "jsonschema": {"contract"},
    "jsonschema_rs": {"contract"},
    "orjson": {"recordings"},
    "tree_sitter": {"infrastructure"},
    "tree_sitter_hcl": {"infrastructure"},
    "yaml": {"infrastructure"},
    "referencing": {"contract"},
    "cucumber_messages": {"messages"},
    "gherkin": {"messages"},
    "jinja2": {"site"},
    "markupsafe": {"site"},
    "pytest": {"pytest_plugin"},
    "pytest_bdd": {"pytest_plugin"},
    "hypothesis": {"strategies"},
    "localstack": {"aws_services", "backends", "eventbridge", "functions", "simulator"},
    "cryptography": {"aws_services", "backends", "simulator"},
}
PHRASE_TABLES: dict[str, Iterable[str]] = {
    "Changes": CHANGES,
    "States of a policy": POLICY_STATES,
    "Variables": PATHS,
    "Fates of deliveries": FATES,
    "Invalid requests": refusals.MISTAKES,
    "States of a bucket": BUCKET_STATES,
    "Orders of delivery": DISORDERS,
    "Fates of the next event": operations.MISHAPS,
    "Objects in the bucket": operations.OBJECTS,
}
"""The phrases that steps keep in tables, by the section of the phrase book that lists them."""

LONGEST_MODULE = 320
LIMITED_KEYS = {
    "check/findings/delivery.py: _paths": "ids of documented events",
    "check/suppressions/ignore_entries.py: of_file": "the files of one report; the cache ends with it",
    "check/verdicts/field_domains.py: domains_of_cloudtrail": "detail-types of CloudTrail",
    "check/verdicts/field_domains.py: domains_of_event": "ids of documented events",
    "check/verdicts/field_domains.py: matching": "regular expressions of the schemas",
    "cli/check/outputs.py: _below": "columns and symbols of the table",
    "contract/fast_validator.py: checks": "two",
    "contract/json_schema.py: _validator": "files of the schemas",
    "handlers/needs.py: fields_of": "ids of documented events",
    "recordings/tally.py: _envelope": "detail-types of CloudTrail",
    "simulator/core/api_protocol.py: compiled": "regular expressions of the API's model",
    "site/filters.py: _tree": "files of the schemas",
    "site/pages.py: _document": "pages of the package",
}
"""The functions that keep all their results, and what limits the number of their keys: it is never user input."""


@pytest.fixture(scope="module")
def bound() -> dict[str, int]:
    """How many scenarios of each feature the bindings bind, counted by pytest."""
    ran = subprocess.run(
        [sys.executable, HERE / "bound.py", TOP / "tests" / "contract"],
        capture_output=True,
        text=True,
        cwd=TOP,
    )
    assert ran.returncode == 0, ran.stderr
    counts: dict[str, int] = json.loads(ran.stdout)
    return counts


@pytest.fixture(scope="module")
def definitions() -> list[StepFunctionContext]:
    """Our step definitions; pytest-bdd brings one of its own."""
    everything = step_function_context_registry.values()
    return [definition for definition in everything if definition.step_func.__module__.startswith("pca_events.steps")]


def test_every_feature_is_bound(bound: dict[str, int]) -> None:
    assert checks.unbound_features(FEATURES, bound) == []


def test_every_written_scenario_is_bound(bound: dict[str, int]) -> None:
    assert checks.lost_scenarios(FEATURES, bound) == []


def test_the_bound_scenarios_are_those_of_the_manifest(bound: dict[str, int]) -> None:
    assert checks.manifest_differences(bound, json.loads((HERE / "manifest.json").read_text())) == []


def test_the_number_that_tests_compare_with_is_the_number_of_bound_scenarios(bound: dict[str, int]) -> None:
    assert scenario_count() == sum(bound.values())
    assert scenario_count("events", "routing/delivery") == sum(
        count for feature, count in bound.items() if feature.startswith(("events/", "routing/delivery"))
    )


def test_counting_an_unknown_feature_is_an_error() -> None:
    with pytest.raises(ValueError, match="no feature or folder of features is called event"):
        scenario_count("event", "events")


def test_no_two_scenarios_share_a_name() -> None:
    assert checks.shared_names(FEATURES) == []


def test_every_scenario_has_an_id_that_is_kept() -> None:
    assert checks.id_faults(FEATURES, (HERE / "scenario_ids.txt").read_text("utf-8").split()) == []


def test_every_scenario_ends_in_a_then() -> None:
    assert checks.scenarios_without_then(FEATURES) == []


def test_no_scenario_is_too_long() -> None:
    assert checks.long_scenarios(FEATURES) == []


def test_every_placeholder_has_a_column_and_every_column_a_placeholder() -> None:
    assert checks.placeholder_faults(FEATURES) == []


def test_every_tag_is_explained_and_registered() -> None:
    assert checks.unexplained_tags(FEATURES, TAGS) == []


def test_every_step_has_one_definition_and_every_definition_a_step(
    definitions: list[StepFunctionContext],
) -> None:
    assert checks.step_faults(FEATURES, definitions) == []


def test_few_steps_serve_many_scenarios(definitions: list[StepFunctionContext]) -> None:
    assert checks.too_many_definitions(FEATURES, definitions) == []


def test_the_phrase_book_lists_every_step(definitions: list[StepFunctionContext]) -> None:
    assert checks.phrase_book_faults(FEATURES / "README.md", definitions) == []


def test_the_phrase_book_lists_the_phrases_in_the_tables_of_the_steps() -> None:
    assert checks.phrase_table_faults(FEATURES / "README.md", PHRASE_TABLES) == []


def test_every_sample_meets_its_contract() -> None:
    assert checks.broken_samples(TOP / "samples") == []


@pytest.mark.parametrize("folder", ["schemas", "samples/schemas", "calibration/schemas"])
def test_every_schema_is_where_its_id_says(folder: str) -> None:
    assert checks.schema_faults(TOP / folder, TOP) == []


def test_nothing_waits_for_a_fixed_time() -> None:
    folders = (PACKAGE, TOP / "steps", TOP / "tests" / "contract", FEATURES)
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in (".py", ".feature")]
    assert checks.waits([*files, TOP / "conftest.py"]) == []


def test_whole_files_are_written_in_one_place() -> None:
    assert checks.other_writers(PACKAGE) == []


def test_imports_inside_the_package_point_down() -> None:
    assert checks.broken_arrows(PACKAGE, import_picture.layers()) == []


def test_the_picture_of_the_packages_shows_the_imports() -> None:
    stored = (TOP / "docs" / "images" / "packages.svg").read_text("utf-8")
    assert stored == import_picture.picture(), "python tests/suite/regenerate.py packages"


def test_everything_in_the_picture_of_the_packages_is_within_its_borders() -> None:
    drawn = import_picture.picture()
    (width,) = map(int, re.findall(r'viewBox="0 0 (\d+) ', drawn))
    boxes = [
        (int(x), int(x) + int(wide))
        for x, wide in re.findall(r'<rect class="b[^>]* x="(-?\d+)"[^>]* width="(\d+)"', drawn)
    ]
    assert len(boxes) > 30
    assert [box for box in boxes if box[0] < 0 or box[1] > width] == []
    lines = re.findall(r"<text[^>]*>([^<]+)</text>", drawn)
    assert [line for line in lines if len(line) * 8 > width] == []


def test_the_picture_leaves_out_imports_that_follow_from_others() -> None:
    graph = {"a": {"b", "c", "d"}, "b": {"c"}, "c": set(), "d": set()}
    assert import_picture.without_implied(graph) == {"a": {"b", "d"}, "b": {"c"}, "c": set(), "d": set()}


def test_every_dependency_stays_with_its_owner() -> None:
    assert checks.misplaced_dependencies(PACKAGE, OWNERS) == []


def test_no_module_is_too_long_to_be_one_concept() -> None:
    assert checks.long_modules(PACKAGE, LONGEST_MODULE) == []


def test_no_cache_grows_with_what_users_give() -> None:
    assert checks.unbounded_caches(PACKAGE, LIMITED_KEYS) == []


def test_no_step_module_imports_another() -> None:
    assert checks.steps_importing_steps(TOP / "steps") == []


def test_the_compose_file_pins_the_version_of_the_embedded_emulator() -> None:
    pinned = re.search(r"localstack-core\[base-runtime\]==([\d.]+)", (TOP / "pyproject.toml").read_text("utf-8"))
    compose = (TOP / "docker-compose.yml").read_text("utf-8")
    image = (TOP / "Dockerfile").read_text("utf-8")
    assert pinned is not None
    assert re.findall(r"FROM localstack/localstack:([\d.]+)\n", image) == [pinned[1]]
    assert re.findall(r"^ +(build|image): (.*)$", compose, re.MULTILINE) == [("build", ".")]
    assert re.findall(r'- "([\d.]+):\$\{LOCALSTACK_PORT:-4566\}:4566"', compose) == ["127.0.0.1"]


def test_the_tests_that_workers_keep_together_exist() -> None:
    starts = runpy.run_path(str(TOP / "tests" / "conftest.py"))["TOGETHER"]
    for start in starts:
        file, _, name = start.partition("::")
        assert (TOP / file).exists(), start
        assert not name or f"def {name}" in (TOP / file).read_text("utf-8"), start
