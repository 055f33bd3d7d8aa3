"""Each check fails on a deliberate fault."""

import json
import shutil
from pathlib import Path

import checks
import pytest
from pytest_bdd import parsers
from pytest_bdd.steps import StepFunctionContext

SOUND = """\
@documented
Feature: Sound
  @id:thing
  Scenario Outline: A <thing> is there
    Given a <thing>
    Then it is there

    Examples:
      | thing |
      | rule  |
      | bus   |
"""
BOOK = "| `@documented` | AWS states it |\n| Given `a {thing}` |\n| Then `it is there` |\n"


@pytest.fixture
def features(tmp_path: Path) -> Path:
    """A features folder without a fault."""
    (tmp_path / "sound.feature").write_text(SOUND, "utf-8")
    (tmp_path / "README.md").write_text(BOOK, "utf-8")
    return tmp_path


def change(folder: Path, old: str, new: str, file: str = "sound.feature") -> None:
    """Make one fault."""
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")


def step(kind: str, text: str) -> StepFunctionContext:
    """A step definition that is registered nowhere."""

    def definition() -> None: ...

    definition.__module__, definition.__name__ = "steps", text
    return StepFunctionContext(type=kind, step_func=definition, parser=parsers.parse(text))  # type: ignore[arg-type]


DEFINITIONS = [step("given", "a {thing}"), step("then", "it is there")]
BOUND = {"sound.feature": 2}


def test_a_sound_folder_has_no_fault(features: Path) -> None:
    assert checks.unbound_features(features, BOUND) == []
    assert checks.lost_scenarios(features, BOUND) == []
    assert checks.shared_names(features) == []
    assert checks.id_faults(features, ["thing"]) == []
    assert checks.scenarios_without_then(features) == []
    assert checks.long_scenarios(features) == []
    assert checks.placeholder_faults(features) == []
    assert checks.unexplained_tags(features, ["documented"]) == []
    assert checks.step_faults(features, DEFINITIONS) == []
    assert checks.phrase_book_faults(features / "README.md", DEFINITIONS) == []


def test_a_feature_that_is_bound_nowhere(features: Path) -> None:
    assert checks.unbound_features(features, {}) == ["sound.feature is bound nowhere"]


def test_a_number_of_scenarios_that_is_not_the_manifests() -> None:
    assert checks.manifest_differences(BOUND, {"sound.feature": 3}) == [
        "sound.feature: 2 scenarios are bound, the manifest says 3"
    ]
    assert checks.manifest_differences({}, BOUND) == ["sound.feature: 0 scenarios are bound, the manifest says 2"]


def test_a_scenario_that_is_written_but_not_bound(features: Path) -> None:
    assert checks.lost_scenarios(features, {"sound.feature": 1}) == [
        "sound.feature: 2 scenarios are written, 1 are bound"
    ]


def test_two_scenarios_of_one_name(features: Path) -> None:
    shutil.copy(features / "sound.feature", features / "twin.feature")
    assert checks.shared_names(features) == ['"A <thing> is there" names sound.feature:4 and twin.feature:4']


def test_two_scenarios_of_one_name_across_rules(features: Path) -> None:
    change(features, "  Scenario", "  Rule: one\n  Scenario")
    twin = SOUND[SOUND.index("  Scenario") :]
    (features / "sound.feature").write_text((features / "sound.feature").read_text("utf-8") + "  Rule: two\n" + twin)
    assert checks.shared_names(features) == ['"A <thing> is there" names sound.feature:5 and sound.feature:14']


def test_a_scenario_without_a_then(features: Path) -> None:
    change(features, "    Then it is there\n", "")
    assert checks.scenarios_without_then(features) == ["sound.feature:4 does not end in a Then"]


def test_a_scenario_without_steps(features: Path) -> None:
    change(features, "    Given a <thing>\n    Then it is there\n", "")
    assert checks.scenarios_without_then(features) == ["sound.feature:4 does not end in a Then"]


def test_a_scenario_of_nine_steps(features: Path) -> None:
    change(features, "    Then", "    Given a <thing>\n" * 7 + "    Then")
    assert checks.long_scenarios(features) == ["sound.feature:4 has 9 steps"]


def test_a_placeholder_without_a_column(features: Path) -> None:
    change(features, "Given a <thing>", "Given a <thin>")
    assert checks.placeholder_faults(features) == ["sound.feature:4: <thin> has no column"]


def test_a_column_without_a_placeholder(features: Path) -> None:
    change(features, "| thing |\n      | rule  |\n      | bus   |", "| thing | more |\n      | rule | x |")
    assert checks.placeholder_faults(features) == ["sound.feature:4: column more is unused"]


def test_a_placeholder_in_a_scenario_that_is_not_an_outline(features: Path) -> None:
    (features / "sound.feature").write_text("Feature: F\n  Scenario: S\n    Given a <thing>\n    Then it is there\n")
    assert checks.placeholder_faults(features) == ["sound.feature:2: <thing> has no column"]


@pytest.mark.parametrize(
    ("old", "new", "file", "fault"),
    [
        ("@documented", "@documented @new", "sound.feature", "@new is not explained in features/README.md"),
        (
            "    Examples",
            "    @new\n    Examples",
            "sound.feature",
            "@new is not explained in features/README.md",
        ),
        (
            "`@documented`",
            "`@documented`|\n| `@old`",
            "README.md",
            "@old is explained in features/README.md, but unused",
        ),
    ],
)
def test_a_tag_that_is_not_explained(features: Path, old: str, new: str, file: str, fault: str) -> None:
    change(features, old, new, file)
    assert checks.unexplained_tags(features, ["documented", "new"]) == [fault]


def test_a_tag_that_is_not_registered(features: Path) -> None:
    assert checks.unexplained_tags(features, []) == ["@documented is not registered by the pytest plugin"]


def test_two_definitions_for_one_text(features: Path) -> None:
    twin = step("given", "a rule")
    assert checks.step_faults(features, [*DEFINITIONS, twin]) == [
        "sound.feature:10: given a rule is matched by steps.a {thing} and steps.a rule"
    ]


def test_a_step_without_a_definition(features: Path) -> None:
    assert checks.step_faults(features, DEFINITIONS[:1]) == ["sound.feature:10: then it is there is matched by nothing"]


def test_a_definition_that_no_step_uses(features: Path) -> None:
    assert checks.step_faults(features, [*DEFINITIONS, step("when", "nothing happens")]) == [
        "step definition steps.nothing happens is unused"
    ]


def test_more_definitions_than_scenarios_need(features: Path) -> None:
    assert checks.too_many_definitions(features, DEFINITIONS) == ["2 step definitions for 2 scenarios"]


def test_an_async_definition(features: Path) -> None:
    async def there() -> None: ...

    there.__module__ = "steps"
    definition = StepFunctionContext(type="then", step_func=there, parser=parsers.parse("it is there"))
    assert checks.step_faults(features, [DEFINITIONS[0], definition]) == ["step definition steps.there is async"]


def test_a_scenario_keeps_its_id_when_its_title_changes(features: Path) -> None:
    change(features, "A <thing> is there", "The <thing> exists")
    assert checks.id_faults(features, ["thing"]) == []


def test_a_scenario_without_an_id(features: Path) -> None:
    change(features, "  @id:thing\n", "")
    assert checks.id_faults(features, []) == ["sound.feature:3 has 0 ids; give it one tag @id:..."]


def test_an_id_that_two_scenarios_share(features: Path) -> None:
    change(features, "  @id:thing", "  @id:thing\n  Scenario: Another\n    Then it is there\n\n  @id:thing")
    assert checks.id_faults(features, ["thing"]) == ["thing is the id of sound.feature:4 and sound.feature:8"]


def test_an_id_that_is_new_or_gone(features: Path) -> None:
    assert checks.id_faults(features, ["other"]) == [
        "sound.feature:4: thing is a new id; add it to tests/suite/scenario_ids.txt",
        "other is gone; restore it, or remove it from tests/suite/scenario_ids.txt",
    ]


def test_a_definition_that_is_not_in_the_phrase_book(features: Path) -> None:
    change(features, "`a {thing}`", "a thing", "README.md")
    assert checks.phrase_book_faults(features / "README.md", DEFINITIONS) == ["a {thing} is not in the phrase book"]


@pytest.mark.parametrize(
    ("phrases", "faults"),
    [
        (["the rule is removed"], []),
        (["the rule is removed", "nothing"], ["Changes: nothing is not in the phrase book"]),
        ([], ["Changes: no step knows the rule is removed"]),
    ],
)
def test_phrases_of_a_table_that_differ_from_the_phrase_book(
    tmp_path: Path, phrases: list[str], faults: list[str]
) -> None:
    book = tmp_path / "README.md"
    book.write_text("### Changes\n\n|---|---|\n| `the rule is removed` | - |\n\n## Next\n| `x` | - |\n")
    assert checks.phrase_table_faults(book, {"Changes": phrases}) == faults


def test_a_table_of_phrases_without_a_section_in_the_phrase_book(tmp_path: Path) -> None:
    book = tmp_path / "README.md"
    book.write_text("# The phrase book\n")
    assert checks.phrase_table_faults(book, {"Orders": ["shuffled"]}) == ["Orders: shuffled is not in the phrase book"]


def copied(kind: str, tmp_path: Path) -> Path:
    """A copy of one of the project's folders."""
    return Path(shutil.copytree(Path(__file__).parents[2] / kind, tmp_path / kind))


def test_a_sample_that_breaks_its_contract(tmp_path: Path) -> None:
    samples = copied("samples", tmp_path)
    file = samples / "ca-creation-failure.json"
    stored = json.loads(file.read_text("utf-8"))
    stored["event"]["detail"]["result"] = "failed"
    file.write_text(json.dumps(stored))
    (fault,) = checks.broken_samples(samples)
    assert fault.startswith("ca-creation-failure.json breaks its contract at $.detail.result")


def test_a_never_sent_sample_that_meets_a_contract(tmp_path: Path) -> None:
    samples = copied("samples", tmp_path)
    shutil.copy(samples / "ca-creation-failure.json", samples / "never_sent")
    assert checks.broken_samples(samples) == ["ca-creation-failure.json is never sent, but meets a contract"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "/envelope.schema.json",
            "/cover.schema.json",
            " has the $id https://pca-events.example/schemas/cover.schema.json",
        ),
        ('"description": "The service that sent the event."', '"title": "source"', ": source has no description"),
        (
            '"const": "aws.acm-pca"',
            '"pattern": "aws.acm-pca"',
            ": pattern aws.acm-pca is not anchored at both ends",
        ),
    ],
)
def test_a_faulty_schema(tmp_path: Path, old: str, new: str, fault: str) -> None:
    schemas = copied("schemas", tmp_path)
    change(schemas, old, new, "envelope.schema.json")
    (found,) = checks.schema_faults(schemas)
    assert found.startswith(f"schemas/envelope.schema.json{fault}")


def test_another_writer_of_files(tmp_path: Path) -> None:
    for name in ("atomic_write.py", "report.py"):
        (tmp_path / name).write_text("from pathlib import Path\n\nPath('x').write_text('y')\n")
    assert checks.other_writers(tmp_path) == ["report.py:3 writes a file without atomic_write"]


def test_a_fixed_wait(tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text("import time\n\ntime.sleep(1)\n")
    assert checks.waits([tmp_path / "late.py"]) == ["late.py:3 waits for a fixed time"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            "from pca_events.harness import names",
            "backends.py: backends imports harness, which does not lie below it",
        ),
        ("import pca_events.endpoints", "backends.py: backends or endpoints is not in ARCHITECTURE.md"),
    ],
)
def test_an_import_that_points_up(tmp_path: Path, line: str, fault: str) -> None:
    (tmp_path / "backends.py").write_text(line)
    assert checks.broken_arrows(tmp_path, [["harness"], ["backends"], ["errors"]]) == [fault]


def test_an_import_between_packages_of_one_layer(tmp_path: Path) -> None:
    (tmp_path / "report.py").write_text("from pca_events.contract import meets")
    assert checks.broken_arrows(tmp_path, [["contract", "report"]]) == [
        "report.py: report imports contract, which does not lie below it"
    ]


def test_a_dependency_outside_its_package(tmp_path: Path) -> None:
    (tmp_path / "contract.py").write_text("def f() -> None:\n    import boto3\n")
    assert checks.misplaced_dependencies(tmp_path, {"boto3": {"backends"}}) == [
        "contract.py imports boto3; it belongs to ['backends']"
    ]


def test_a_step_module_that_imports_another(tmp_path: Path) -> None:
    (tmp_path / "rules.py").write_text("from pca_events.steps import events\n")
    assert checks.steps_importing_steps(tmp_path) == ["rules.py imports pca_events.steps.events"]


def test_a_module_that_is_too_long(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text("one = 1\ntwo = 2\n")
    assert checks.long_modules(tmp_path, 2) == []
    assert checks.long_modules(tmp_path, 1) == ["long.py has 2 lines"]


@pytest.mark.parametrize("decorator", ["cache", "functools.cache", "lru_cache(maxsize=None)", "lru_cache(None)"])
def test_an_unbounded_cache(tmp_path: Path, decorator: str) -> None:
    (tmp_path / "kept.py").write_text(f"@{decorator}\ndef read(text):\n    return text\n")
    assert checks.unbounded_caches(tmp_path, ()) == ["kept.py: read has an unbounded cache"]
    assert checks.unbounded_caches(tmp_path, {"kept.py: read"}) == []
    assert checks.unbounded_caches(tmp_path, {"kept.py: read", "kept.py: write"}) == ["kept.py: write has none"]


@pytest.mark.parametrize("words", ["@lru_cache(maxsize=8)\ndef read(text): ...", "@cache\ndef all_of_them(): ..."])
def test_a_cache_that_cannot_grow(tmp_path: Path, words: str) -> None:
    (tmp_path / "kept.py").write_text(words)
    assert checks.unbounded_caches(tmp_path, ()) == []
