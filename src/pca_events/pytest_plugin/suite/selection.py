"""The scenarios of a run: selected by feature, tag and name; and the definition that executes each of their steps."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.expression import Expression
from pytest_bdd import parsers
from pytest_bdd.parser import Scenario, ScenarioTemplate, Step
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from pca_events.locations import locate
from pca_events.messages import Argument, Definition, our_uri
from pca_events.wording import nearest

EXAMPLE = "_pytest_bdd_example"
"""The name of the test parameter that contains the row of the Examples."""

_SUFFIX = ".feature"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that select scenarios."""
    group = parser.getgroup("pca-events")
    group.addoption(
        "--pca-feature",
        metavar="NAME",
        action="append",
        default=[],
        help="run only this feature (routing/delivery), or the features of this folder (routing); repeatable",
    )
    group.addoption("--pca-tags", metavar="EXPRESSION", help='run only these: "@backend and not @operations"')
    group.addoption("--pca-scenario", metavar="TEXT", help="run only the scenarios whose name contains the text")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect every scenario that does not match, and other tests if any selection is given."""
    wanted = _wanted(config, items)
    if wanted is None:
        return
    kept = [item for item in items if wanted(item)]
    config.hook.pytest_deselected(items=[item for item in items if not wanted(item)])
    items[:] = kept


def scenario_of(item: pytest.Item) -> ScenarioTemplate | None:
    """Return the scenario that a test runs, with its placeholders; None for another test."""
    from pytest_bdd.scenario import scenario_wrapper_template_registry

    function = getattr(item, "obj", None)
    function = getattr(function, "__func__", function)
    return scenario_wrapper_template_registry.get(function) if callable(function) else None


def example_of(item: pytest.Item) -> dict[str, str]:
    """Return the row of the Examples that a test runs; empty if there is none."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get(EXAMPLE, {}) if callspec else {}


def feature_name(file: str | Path) -> str:
    """Return the displayed name of a feature: relative to our folder of features, or its file name."""
    path, ours = Path(file), locate("features")
    return path.relative_to(ours).as_posix() if path.is_relative_to(ours) else path.name


def title_of(scenario: Scenario, row: dict[str, str]) -> str:
    """Return the name of a scenario, with its row if the name does not contain all values."""
    hidden = [value for value in row.values() if value not in scenario.name]
    return f"{scenario.name} ({', '.join(row.values())})" if hidden else scenario.name


def _wanted(config: pytest.Config, items: list[pytest.Item]) -> Callable[[pytest.Item], bool] | None:
    features: list[str] = [_bare(name) for name in config.getoption("--pca-feature")]
    tags, text = config.getoption("--pca-tags"), config.getoption("--pca-scenario")
    if not features and tags is None and text is None:
        return None
    scenarios = [found for item in items if (found := scenario_of(item)) is not None]
    _check_features(features, {_bare(feature_name(found.feature.filename)) for found in scenarios})
    known = {tag for found in scenarios for tag in (*found.tags, *found.feature.tags)}
    has_tags = _tag_test(tags, {tag for tag in known if ":" not in tag})

    def wanted(item: pytest.Item) -> bool:
        template = scenario_of(item)
        if template is None:
            return False
        name = _bare(feature_name(template.feature.filename))
        if features and not any(name == feature or name.startswith(f"{feature}/") for feature in features):
            return False
        if not has_tags(item):
            return False
        row = example_of(item)
        return text is None or text.lower() in title_of(template.render(row), row).lower()

    return wanted


def _bare(name: str) -> str:
    return name.removeprefix("./").removeprefix("features/").rstrip("/").removesuffix(_SUFFIX)


def _check_features(asked: list[str], known: set[str]) -> None:
    folders = {name.rpartition("/")[0] for name in known} - {""}
    for name in asked:
        if name not in known | folders:
            raise pytest.UsageError(f'there is no feature "{name}"; {_advice(name, known | folders)}')


def _tag_test(tags: str | None, known: set[str]) -> Callable[[pytest.Item], bool]:
    if tags is None:
        return lambda _: True
    for name in re.findall(r"@([\w-]+)", tags):
        if name not in known:
            raise pytest.UsageError(f'no scenario has the tag "@{name}"; {_advice(name, known, "@")}')
    try:
        expression = Expression.compile(re.sub(r"@(?=\w)", "", tags))
    except SyntaxError as error:
        advice = 'write it as "@backend and not @operations"'
        raise pytest.UsageError(f'"{tags}" is not a tag expression ({error}); {advice}') from error
    return lambda item: bool(expression.evaluate(_matcher(item)))


def _matcher(item: pytest.Item) -> Any:
    names = {mark.name for mark in item.iter_markers()}

    def has(name: str, /, **_: object) -> bool:
        return name in names

    return has


def _advice(name: str, known: set[str], sign: str = "") -> str:
    meant = nearest(name, known)
    return f'did you mean "{sign}{meant}"?' if meant else f"known: {', '.join(sorted(known))}"


_OUR_STEPS = "pca_events.steps."


def uri_of(file: Path, root: Path) -> str:
    """Return the uri of a file in the messages: `features/...` for our own, else relative to the suite."""
    if file.is_relative_to(locate("features")):
        return our_uri(file)
    return (file.relative_to(root) if file.is_relative_to(root) else file).as_posix()


def code_uri(module: str, file: Path, root: Path) -> str:
    """Return the uri of Python code: `steps/...` for our step definitions."""
    if module.startswith(_OUR_STEPS):
        return f"steps/{module.removeprefix(_OUR_STEPS).replace('.', '/')}.py"
    return uri_of(file, root)


def match(
    step: Step, root: Path, function: Callable[..., object] | None = None
) -> tuple[Definition | None, tuple[Argument, ...]]:
    """Return the definition that matches a step, None if there is none, and the step's arguments.

    Args:
        step: with the values of its row filled in.
        root: of the suite.
        function: the one that executes it, if known; otherwise the last match is used.
    """
    for context in reversed(list(step_function_context_registry.values())):
        if function not in (None, context.step_func) or context.type not in (None, step.type):
            continue
        if context.parser.is_matching(step.name):
            return _definition(context, root), _arguments(context.parser, step.name)
    return None, ()


def _definition(context: StepFunctionContext, root: Path) -> Definition:
    function = inspect.unwrap(context.step_func)
    code = function.__code__
    uri = code_uri(function.__module__, Path(code.co_filename), root)
    return Definition(uri, code.co_firstlineno, context.parser.name, isinstance(context.parser, parsers.re))


def _arguments(parser: parsers.StepParser, text: str) -> tuple[Argument, ...]:
    return tuple(Argument(text[start:end], start) for start, end in sorted(_spans(parser, text)) if start >= 0)


def _spans(parser: parsers.StepParser, text: str) -> list[tuple[int, int]]:
    if isinstance(parser, parsers.re) and (found := parser.regex.fullmatch(text)):
        return [found.span(name) for name in found.groupdict()]
    if isinstance(parser, parsers.parse) and (result := parser.parser.parse(text)):
        return list(result.spans.values())
    return []
