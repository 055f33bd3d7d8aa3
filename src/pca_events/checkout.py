"""Makes code importable that a wheel contains inside the package, and a checkout next to `src/`."""

import os.path
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_PACKAGE = os.path.dirname(__file__)
_ROOT = os.path.dirname(os.path.dirname(_PACKAGE))
_FOLDERS = {
    "pca_events.bindings": "tests/contract",
    "pca_events.examples": "examples/consumers",
    "pca_events.steps": "steps",
}


class CheckoutFinder:
    """Finds `pca_events.steps`, `pca_events.examples` and `pca_events.bindings` in the folders of a checkout."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, _: "ModuleType | None" = None) -> "ModuleSpec | None":
        """Return the specification of one of the three packages; None for every other name."""
        if path is None or name not in _FOLDERS:
            return None
        from importlib.util import spec_from_file_location

        folder = os.path.join(_ROOT, _FOLDERS[name])
        return spec_from_file_location(name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder])


def import_from_checkout() -> None:
    """Add the finder for an editable installation; do nothing in a wheel, which contains the three packages.

    hatchling and `editables` map top-level packages only (docs/decisions/0022-hatchling.md).
    """
    if not os.path.isdir(os.path.join(_PACKAGE, "steps")) and CheckoutFinder not in sys.meta_path:
        sys.meta_path.append(CheckoutFinder)
