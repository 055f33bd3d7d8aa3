"""The picture of `pca-events check` in docs/images, made from what the command prints in colours.

`python tests/suite/terminal_image.py >docs/images/check-matrix.svg` writes it again.
"""

import re
import sys
from html import escape
from itertools import accumulate

from shown import at_terminal

WORDS = (
    "check",
    "examples/infrastructure/terraform",
    "examples/mistakes/13-result-failed.tf",
    "examples/mistakes/46-no-dead-letter-queue.tf",
)

_STYLED = re.compile(r"\x1b\[([\d;]*)m")
_CLASSES = {"1": "b", "2": "d", "3": "i", "31": "r", "32": "g", "33": "y", "36": "c"}
_WIDTH, _HEIGHT, _MARGIN = 7.8, 18.0, 16.0  # pixels: of a character, of a line, around the text
_STYLE = (
    "text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#e6edf3;white-space:pre}"
    ".b{font-weight:700}.d{fill:#9aa4af}.i{font-style:italic}.r{fill:#ff7b72}.g{fill:#56d364}.y{fill:#e3b341}.c{fill:#76e3ea}"
)


def picture() -> str:
    """Return the picture as SVG."""
    printed, _ = at_terminal([sys.executable, "-m", "pca_events", *WORDS], "120", colours=True)
    lines = [f"$ pca-events {WORDS[0]} ...", *printed.splitlines()]
    width = max(len(_STYLED.sub("", line)) for line in lines) * _WIDTH + 2 * _MARGIN
    height = len(lines) * _HEIGHT + 2 * _MARGIN
    texts = [_line(line, _MARGIN + (number + 0.75) * _HEIGHT) for number, line in enumerate(lines)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
            f"<title>pca-events check in a terminal</title><style>{_STYLE}</style>",
            f'<rect width="{width:.0f}" height="{height:.0f}" rx="8" fill="#0d1117"/>',
            *texts,
            "</svg>\n",
        ]
    )


def _line(line: str, y: float) -> str:
    """One line: each styled run stands where its characters stand, whatever font the reader has."""
    first, *styled = _STYLED.split(line)
    runs = [("", first), *zip(styled[::2], styled[1::2], strict=True)]
    starts = [0, *accumulate(len(text) for _, text in runs)]
    spans = [
        f'<tspan x="{_MARGIN + start * _WIDTH:.1f}" textLength="{len(text) * _WIDTH:.1f}"{_class(codes)}>'
        f"{escape(text)}</tspan>"
        for (codes, text), start in zip(runs, starts, strict=False)
        if text.strip()
    ]
    return f'<text y="{y:.1f}">{"".join(spans)}</text>'


def _class(codes: str) -> str:
    names = [_CLASSES[code] for code in codes.split(";") if code in _CLASSES]
    return f' class="{" ".join(names)}"' if names else ""


if __name__ == "__main__":
    sys.stdout.write(picture())
