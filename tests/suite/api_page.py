"""The page of the public API, made from its docstrings: `python tests/suite/api_page.py >docs/api.md`."""

import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pca_events

TOP = Path(__file__).parents[2]
_HEAD = """# Python API

The public names of `import pca_events`. Each is imported on first use, so that the import itself is fast. Modules of
`pca_events` that are not on this page may change without notice. The page is generated from the docstrings by
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
    return "\n".join(parts).rstrip() + "\n"


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
