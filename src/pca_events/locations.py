"""The one place that knows where features, schemas, samples, examples and the pages of findings lie."""

from pathlib import Path
from typing import Literal

from pca_events.errors import BadInput

Kind = Literal[
    "features", "samples", "schemas", "calibration", "bindings", "example_rules", "example_mistakes", "finding_pages"
]

_PACKAGE = Path(__file__).parent
_IN_CHECKOUT: dict[str, str] = {
    "bindings": "tests/contract",
    "example_rules": "examples/infrastructure",
    "example_mistakes": "examples/mistakes",
    "finding_pages": "docs/findings",
}


def locate(kind: Kind) -> Path:
    """Return the folder of the given kind, as an absolute path.

    In a wheel the folders lie inside the package; in a checkout (an editable install) they lie at its top,
    beside `src/`.

    Raises:
        BadInput: neither holds the folder, so the installation is incomplete.
    """
    shipped = _PACKAGE / kind
    checkout = _PACKAGE.parents[1] / _IN_CHECKOUT.get(kind, kind)
    for folder in (shipped, checkout):
        if folder.is_dir():
            return folder
    raise BadInput(
        f"pca-events is installed without its {kind}: neither {shipped} nor {checkout} is there; install it again"
    )
