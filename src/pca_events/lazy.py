"""Imports names on first use, so that a command loads only the modules that it needs."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def names_of(package: str, **modules: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package that imports each of its names on first use (PEP 562).

    Args:
        package: the `__name__` of the package.
        modules: the names of each module, separated by spaces: `modes="MODES Mode"`. None may be the name of a module
            of the package, because importing that module would hide it.
    """
    homes = {name: module for module, names in modules.items() for name in names.split()}

    def attribute(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{homes[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return attribute


def function_of(module: str, name: str) -> Callable[..., Any]:
    """Return a function that imports another one when called, and calls it."""

    def call(*arguments: Any, **options: Any) -> Any:
        return getattr(import_module(module), name)(*arguments, **options)

    return call
