"""The definition that executes a step, its location, and the arguments in the step's text."""

import inspect
from collections.abc import Callable
from pathlib import Path

from pytest_bdd import parsers
from pytest_bdd.parser import Step
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from pca_events.locations import locate
from pca_events.messages import Argument, Definition, our_uri

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
