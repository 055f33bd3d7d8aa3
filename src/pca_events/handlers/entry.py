"""What a handler is: a Python function that AWS Lambda calls, or a command that reads the event on standard input."""

import ast
import re
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pca_events.errors import BadInput
from pca_events.wording import did_you_mean

_ENTRY = re.compile(r"(?P<path>[^:\n]*/)?(?P<module>[\w.-]+?)(\.py)?:(?P<function>\w+)")
_LAMBDA_ENTRY = re.compile(r"(?P<path>[^:\n]*/)?(?P<module>[\w.-]+)\.(?!py$)(?P<function>\w+)")
MOST_TIME = 900
"""The longest time limit, in seconds: that of AWS Lambda."""
MOST_MEMORY = 10_240
"""The highest memory limit, in MB: that of AWS Lambda."""


@dataclass(frozen=True)
class Limits:
    """The bounds of one invocation.

    Attributes:
        seconds: the time limit of an invocation; a start takes at most ten seconds more.
        memory: MB of data of a process.
        output: bytes that the handler may print in one invocation.
    """

    seconds: float = 10.0
    memory: int = 512
    output: int = 1 << 20


@dataclass(frozen=True)
class Handler:
    """A handler and where it runs.

    Attributes:
        folder: its working directory, from which Python imports its module.
        module: the module, `package.app`; empty if it is a command.
        function: the function in the module.
        command: the words of the command; empty if it is a Python function.
    """

    folder: Path
    module: str = ""
    function: str = ""
    command: tuple[str, ...] = ()
    limits: Limits = Limits()

    def __str__(self) -> str:
        return shlex.join(self.command) if self.command else f"{self.module}:{self.function}"


def read_entry(entry: str, folder: Path | None = None, limits: Limits | None = None) -> Handler:
    """Read `app:handler`, `src/app.py:handler` or `app.handler`: a file and a function in it.

    A path with slashes is relative to `folder`, and its parent becomes the folder of the handler, as in a deployment
    package. If the file has relative imports, the folder is that of the package in which they are valid.

    Args:
        entry: the file, with or without `.py`, and the function.
        folder: by default the current directory.

    Raises:
        BadInput: the words have another form, or there is no such file.
    """
    found = _ENTRY.fullmatch(entry) or _LAMBDA_ENTRY.fullmatch(entry)
    if found is None:
        raise BadInput(f'"{entry}" is not a handler; write the file and the function, such as app:handler')
    module = found["module"]
    place = (Path(folder or Path.cwd()) / (found["path"] or "")).resolve()
    file = place.joinpath(*module.split("."))
    code = next((each for each in (file.with_suffix(".py"), file / "__init__.py") if each.is_file()), None)
    if code is None:
        near = did_you_mean(module, [each.stem for each in sorted(place.glob("*.py"))]) if place.is_dir() else ""
        raise BadInput(f"there is no file {module.replace('.', '/')}.py in {place}" + (f"; {near}" if near else ""))
    if "." not in module:
        place, module = _in_its_package(place, module, code)
    return Handler(place, module, found["function"], limits=limits or Limits())


def _in_its_package(place: Path, module: str, code: Path) -> tuple[Path, str]:
    """Return the folder and the name by which a module is imported so that its relative imports are valid."""
    try:
        imports = [node for node in ast.walk(ast.parse(code.read_bytes())) if isinstance(node, ast.ImportFrom)]
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return place, module  # the runtime will report it
    above = max((node.level for node in imports), default=0) - (code.name == "__init__.py")
    while above > 0 or (above == 0 and "." in module and (place / "__init__.py").is_file()):
        if not place.name.isidentifier():
            break
        place, module, above = place.parent, f"{place.name}.{module}", max(above - 1, 0)
    return place, module


def read_function(function: Callable[..., Any], limits: Limits | None = None) -> Handler:
    """Return the handler that runs a function of an importable module in a separate process.

    Raises:
        BadInput: it is defined in another function or in a class, or its module is not a file.
    """
    module, name = getattr(function, "__module__", None) or "", getattr(function, "__qualname__", "")
    file = getattr(sys.modules.get(module), "__file__", None)
    if not name.isidentifier() or module == "__main__" or file is None:
        raise BadInput(
            f"{name or repr(function)} cannot be imported by another process; "
            "define it at the top of a module, or write its entry, such as app:handler"
        )
    depth = module.count(".") + (Path(file).name == "__init__.py")
    return Handler(Path(file).resolve().parents[depth], module, name, limits=limits or Limits())


def read_command(command: str, folder: Path | None = None, limits: Limits | None = None) -> Handler:
    """Read a command line such as `node handler.mjs`: it reads the event on standard input, and exits with 0.

    Programs are found on the path; `python` and `python3`, if there is none, are the Python that runs pca-events.

    Raises:
        BadInput: its quotes are not closed, it is empty, or there is no such program.
    """
    import shutil

    try:
        words = shlex.split(command)
    except ValueError as error:
        raise BadInput(f"the command {command} cannot be read: {error}") from None
    if not words:
        raise BadInput("the command of a handler is empty; write it as 'node handler.mjs'")
    place = Path(folder or Path.cwd()).resolve()
    program = shutil.which(words[0]) if "/" not in words[0] else str(place / words[0])
    if program is None and words[0] in ("python", "python3"):
        program = sys.executable
    if program is None or not Path(program).is_file():
        raise BadInput(f"there is no program {words[0]}, which the command {command} starts")
    return Handler(place, command=(program, *words[1:]), limits=limits or Limits())
