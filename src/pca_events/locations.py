"""Locates the data folders: features, schemas, samples, examples and the pages of findings."""

from pathlib import Path
from typing import Literal

from pca_events.errors import BadInput

Kind = Literal[
    "features",
    "samples",
    "schemas",
    "calibration",
    "bindings",
    "examples",
    "example_rules",
    "example_mistakes",
    "finding_pages",
]

_PACKAGE = Path(__file__).parent
_IN_CHECKOUT: dict[str, str] = {
    "bindings": "tests/contract",
    "examples": "examples/consumers",
    "example_rules": "examples/infrastructure",
    "example_mistakes": "examples/mistakes",
    "finding_pages": "docs/findings",
}


def locate(kind: Kind) -> Path:
    """Return the folder of the given kind, as an absolute path.

    In a wheel the folders are inside the package; in a checkout (an editable install) they are at the project root,
    next to `src/`.

    Raises:
        BadInput: the folder is in neither, so the installation is incomplete.
    """
    shipped = _PACKAGE / kind
    checkout = _PACKAGE.parents[1] / _IN_CHECKOUT.get(kind, kind)
    for folder in (shipped, checkout):
        if folder.is_dir():
            return folder
    raise BadInput(
        f"the installation of pca-events has no {kind}: neither {shipped} nor {checkout} exists; install it again"
    )
