"""The page of the public API, made from its docstrings: `python tests/suite/api_page.py >docs/api.md`."""

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pca_events
import pca_events.types
from pca_events import strategies
from pca_events.handlers.deliverer import Deliverer
from pca_events.handlers.findings import HandlerReport
from pca_events.harness.private_ca import PrivateCa
from pca_events.pytest_plugin import documented_events, emulators, handlers

TOP = Path(__file__).parents[2]
_HEAD = """# Python API

The public names of `import pca_events`; each is imported on first use, so that the import itself is fast. Then
[typed events](#pca_eventstypes), [Hypothesis strategies](#pca_eventsstrategies), and the
[fixtures of the pytest plugin](#pca_eventspytest_plugin). Modules of `pca_events` that are not on this page may
change without notice. The page is generated from the docstrings by
`tests/suite/api_page.py`.

```python
{example}
```
"""
_KINDS: dict[str, Callable[[object], bool]] = {"Functions": inspect.isfunction, "Classes": inspect.isclass}


def page() -> str:
    """Return the page: an example, then every name of `__all__`, functions first."""
    example = re.findall(r"^ {4}(\S.*)$", inspect.getdoc(pca_events) or "", re.MULTILINE)
    parts = [_HEAD.format(example="\n".join(example))]
    offered = {name: getattr(pca_events, name) for name in pca_events.__all__}
    for title, is_kind in _KINDS.items():
        parts.append(f"## {title}\n")
        parts += [_about(name, value) for name, value in offered.items() if is_kind(_unwrapped(value))]
    parts += [*_types(), *_strategies(), *_fixtures()]
    return "\n".join(parts).rstrip() + "\n"


FIXTURES: dict[str, tuple[Any, Any]] = {
    "pca_event": (documented_events, None),
    "pca_events": (documented_events, None),
    "pca_deliver": (handlers, Deliverer.__call__),
    "pca_test_handler": (handlers, HandlerReport),
    "pca_private_ca": (emulators, PrivateCa),
    "pca_bus": (emulators, None),
}
"""The fixtures for users, with the module of each, and what describes it further."""


def _types() -> Iterator[str]:
    module = pca_events.types
    classes = [each for each in vars(module).values() if inspect.isclass(each) and hasattr(each, "DETAIL_TYPE")]
    yield f"## `pca_events.types`\n\n{_paragraphs(module, 1)}\n"
    yield "```python\nparse(event: Mapping[str, Any]) -> PrivateCaEvent\n```\n"
    yield _as_markdown(inspect.getdoc(module.parse) or "")
    yield "| class | fields, besides `id`, `account`, `region` and `time` |\n|---|---|"
    for each in classes:
        fields = [name for name in inspect.get_annotations(each) if not name.startswith("_")]
        yield f"| `{each.__name__}` | {', '.join(f'`{name}`' for name in fields)} |"
    yield "\nEach class has the class method `parse` as well, which rejects the other kinds.\n"


def _strategies() -> Iterator[str]:
    yield f"## `pca_events.strategies`\n\n{_paragraphs(strategies, 1)}\n"
    for name in sorted(strategies.__all__, key=lambda name: (name != "events", name)):
        function = getattr(strategies, name)
        if name == "events":
            yield f"```python\n{name}{_signature(function)}\n```\n\n{_as_markdown(inspect.getdoc(function) or '')}"
        else:
            yield f"- `{name}`: {_summary(function).removeprefix('Return a strategy of ')}"
    yield ""


def _fixtures() -> Iterator[str]:
    yield "## `pca_events.pytest_plugin`\n"
    yield "[Test your handler in ten minutes](test-your-handler.md) shows how the fixtures are used.\n"
    for name, (module, value) in FIXTURES.items():
        yield f"### `{name}`\n\n{_as_markdown(inspect.getdoc(getattr(module, name)._fixture_function) or '')}"
        if inspect.isclass(value):
            yield "\n".join(_about(value.__name__, value).replace("### ", "#### ", 1).splitlines()) + "\n"
        elif value is not None:
            yield _as_markdown(inspect.getdoc(value) or "")


def _paragraphs(module: object, count: int) -> str:
    return "\n\n".join((inspect.getdoc(module) or "").split("\n\n")[:count])


def _about(name: str, value: Any) -> str:
    lines = [f"### `{name}`\n"]
    if not inspect.isclass(value):
        lines.append(f"```python\n{name}{_signature(value)}\n```\n")
    lines.append(_as_markdown(inspect.getdoc(value) or ""))
    if inspect.isclass(value):
        members = [(key, held) for key, held in vars(value).items() if not key.startswith("_") and _described(held)]
        lines += [f"- `{key}`: {_summary(held)}" for key, held in members]
    return "\n".join(lines).rstrip() + "\n"


def _unwrapped(value: Any) -> Any:
    return inspect.unwrap(value) if callable(value) else value


def _signature(value: Any) -> str:
    return re.sub(r"\b(?:[a-z_]+\.)+([A-Z]\w*)", r"\1", str(inspect.signature(_unwrapped(value))))


def _described(held: Any) -> bool:
    return isinstance(held, property | classmethod) or inspect.isfunction(held)


def _summary(held: Any) -> str:
    return (inspect.getdoc(held) or "").split("\n\n")[0].replace("\n", " ")


def _as_markdown(doc: str) -> str:
    """A docstring with its sections of arguments, attributes and errors as lists."""
    text = re.sub(r"^(Args|Attributes|Raises|Returns):$", r"\n**\1**\n", doc, flags=re.MULTILINE)
    text = re.sub(r"^ {4}(\w[\w, ]*): ", r"- `\1`: ", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
