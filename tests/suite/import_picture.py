"""The picture of the packages in docs/images, drawn from the imports.

`python tests/suite/import_picture.py >docs/images/packages.svg` writes it again.
"""

import re
import sys
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

import checks

TOP = Path(__file__).parents[2]
PACKAGE = TOP / "src" / "pca_events"

Imports = Mapping[str, Set[str]]
"""The packages that each package imports."""

_WIDTH, _ROW, _BOX, _GAP = 900, 78, 34, 12  # pixels: the picture, from row to row, the height of a box, between boxes
_LANE = 6.0  # pixels: the width of an arrow that passes a row
_LETTER, _LINE = 8.0, 20  # pixels: the width of a letter, from line to line
_MOST_IN_ROW = 5  # packages; a layer with more has several rows
_SWEEPS = 24
_HUES = (210, 25, 140, 280, 340, 55, 180, 250, 100, 0)
_STYLE = (
    "text{font:600 13px system-ui,sans-serif;fill:#1f2328;text-anchor:middle}"
    ".n,.c{font-weight:400;fill:#59636e}.n{font-size:11px}"
    ".p{fill:#fff}.b{fill:#f6f8fa;stroke:#818b98}.d{stroke-dasharray:4 3}path{fill:none;stroke-width:1.6}"
    "@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.n,.c{fill:#9198a1}"
    ".p{fill:#0d1117}.b{fill:#212830;stroke:#656c76}}"
)
_CAPTION = (
    "Numbers count modules. Arrows to a package share a colour; imports that follow from others are left out.",
    "Every package may import those in the dashed box; no arrows are drawn to them.",
)


def layers() -> list[list[str]]:
    """Return the packages of each layer, the top layer first, as ARCHITECTURE.md lists them."""
    listed = re.search(r"```layers\n(.*?)```", (TOP / "ARCHITECTURE.md").read_text("utf-8"), re.DOTALL)
    assert listed is not None
    return [line.split(" · ") for line in listed[1].splitlines()]


def imports(top: Path) -> dict[str, set[str]]:
    """Return the other packages that each package imports."""
    found: dict[str, set[str]] = {}
    for file in sorted(top.rglob("*.py")):
        package = checks.room_of(file, top)
        if package not in ("__init__", "__main__"):
            found.setdefault(package, set()).update(checks.rooms_imported(file) - {package})
    return found


def without_implied(graph: Imports) -> dict[str, set[str]]:
    """Return the imports without those that follow from others: a imports c, if a imports b and b imports c."""

    def below(package: str) -> set[str]:
        return {other for direct in graph.get(package, ()) for other in (direct, *below(direct))}

    return {package: set(direct) - {far for near in direct for far in below(near)} for package, direct in graph.items()}


def picture() -> str:
    """Return the picture as SVG."""
    rows = layers()
    lower = sorted(rows[-2] + rows[-1])
    upper = [part for row in rows[:-2] for part in _parts(row)]
    shown = {package for row in upper for package in row}
    graph = {package: found & shown for package, found in imports(PACKAGE).items() if package in shown}
    counts = Counter(checks.room_of(file, PACKAGE) for file in PACKAGE.rglob("*.py"))
    return _Drawing(upper, without_implied(graph), counts).svg(lower)


def _parts(row: Sequence[str]) -> list[Sequence[str]]:
    """Return the packages of a layer in as few rows as they need, of about the same length."""
    count = -(-len(row) // _MOST_IN_ROW)
    return [row[number::count] for number in range(count)]


class _Drawing:
    """Packages in rows, with arrows that pass between the boxes; all arrows to one package share their way.

    A node is a package, or the lane of the arrows to a package in a row that they pass: `package@row`.
    """

    def __init__(self, rows: Sequence[Sequence[str]], graph: Imports, counts: Mapping[str, int]) -> None:
        self.counts = counts
        self.height = {package: number for number, row in enumerate(rows) for package in row}
        self.rows = [list(row) for row in rows]
        self.arrows: list[tuple[str, str, str]] = []
        for target in self.height:
            sources = [package for package in self.height if target in graph.get(package, ())]
            for number in range(
                min((self.height[package] for package in sources), default=99) + 1, self.height[target]
            ):
                self.rows[number].append(f"{target}@{number}")
            self._connect(target, sources)
        self.x = self._placed()

    def _connect(self, target: str, sources: Sequence[str]) -> None:
        last = self.height[target]
        first = min((self.height[package] for package in sources), default=last)
        for number in range(first, last):
            after = target if number + 1 == last else f"{target}@{number + 1}"
            ahead = [package for package in sources if self.height[package] == number]
            lane = [f"{target}@{number}"] if number > first else []
            self.arrows += [(node, after, target) for node in (*ahead, *lane)]

    def width(self, node: str) -> float:
        return _LANE if "@" in node else _LETTER * len(node) + 38

    def _placed(self) -> dict[str, float]:
        near: dict[str, list[str]] = {node: [] for row in self.rows for node in row}
        for start, end, _ in self.arrows:
            near[start].append(end)
            near[end].append(start)
        x = {node: _WIDTH * (place + 0.5) / len(row) for row in self.rows for place, node in enumerate(row)}
        for sweep in range(_SWEEPS):
            for row in self.rows if sweep % 2 else reversed(self.rows):
                wish = {
                    node: sum(x[other] for other in near[node]) / len(near[node]) if near[node] else x[node]
                    for node in row
                }
                row.sort(key=lambda node: (wish[node], node))
                x.update(self._apart(row, wish))
        return x

    def _apart(self, row: Sequence[str], wish: Mapping[str, float]) -> dict[str, float]:
        """Return the places nearest to the wishes in which no two nodes overlap (isotonic regression)."""
        offset, offsets = self.width(row[0]) / 2 + _GAP, []
        for number, node in enumerate(row):
            offset += (self.width(row[number - 1]) + self.width(node)) / 2 + _GAP if number else 0
            offsets.append(offset)
        blocks: list[list[float]] = []
        for node, shift in zip(row, offsets, strict=True):
            blocks.append([wish[node] - shift])
            while len(blocks) > 1 and sum(blocks[-2]) / len(blocks[-2]) > sum(blocks[-1]) / len(blocks[-1]):
                blocks[-2:] = [blocks[-2] + blocks[-1]]
        level = [sum(block) / len(block) for block in blocks for _ in block]
        most = _WIDTH - _GAP - self.width(row[-1]) / 2 - offsets[-1]
        return {node: min(max(at, 0), most) + shift for node, at, shift in zip(row, level, offsets, strict=True)}

    def svg(self, helpers: Sequence[str]) -> str:
        top = len(self.rows) * _ROW
        lines = textwrap.wrap(" · ".join(helpers), int((_WIDTH - 4 * _GAP) / _LETTER), break_on_hyphens=False)
        box = _BOX + _LINE * (len(lines) - 1)
        total = top + box + 78
        targets = [package for package in self.height if any(target == package for _, _, target in self.arrows)]
        colours = {package: f"hsl({_HUES[number % len(_HUES)]} 65% 52%)" for number, package in enumerate(targets)}
        boxes = [self._box(package, self.x[package], 16 + number * _ROW) for package, number in self.height.items()]
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {total}" role="img">',
                f"<title>The packages of pca_events and their imports</title><style>{_STYLE}</style>",
                f'<rect class="p" width="{_WIDTH}" height="{total}" rx="8"/>',
                *(self._arrow(start, end, target, colours[target]) for start, end, target in self.arrows),
                *(self._head(package, colours[package]) for package in targets),
                *boxes,
                f'<rect class="b d" x="{_GAP}" y="{top + 6}" width="{_WIDTH - 2 * _GAP}" height="{box}" rx="6"/>',
                *(
                    f'<text x="{_WIDTH // 2}" y="{top + 28 + _LINE * number}">{line}</text>'
                    for number, line in enumerate(lines)
                ),
                *(
                    f'<text class="c" x="{_WIDTH // 2}" y="{top + box + 30 + _LINE * number}">{line}</text>'
                    for number, line in enumerate(_CAPTION)
                ),
                "</svg>\n",
            ]
        )

    def _box(self, package: str, x: float, y: float) -> str:
        width = self.width(package)
        return (
            f'<rect class="b" x="{x - width / 2:.0f}" y="{y:.0f}" width="{width:.0f}" height="{_BOX}" rx="6"/>'
            f'<text x="{x:.0f}" y="{y + 22:.0f}">{package} <tspan class="n">{self.counts[package]}</tspan></text>'
        )

    def _row_of(self, node: str) -> int:
        package, _, number = node.partition("@")
        return int(number) if number else self.height[package]

    def _port(self, node: str, target: str) -> float:
        """Where an arrow leaves a node: the arrows of a box are spread over its lower edge."""
        if "@" in node:
            return self.x[node]
        leaving = sorted((self.x[end], to) for start, end, to in self.arrows if start == node)
        place = [to for _, to in leaving].index(target)
        return self.x[node] + (place - (len(leaving) - 1) / 2) * min(14.0, (self.width(node) - 24) / len(leaving))

    def _arrow(self, start: str, end: str, target: str, colour: str) -> str:
        y = 16 + self._row_of(start) * _ROW
        x, to = self._port(start, target), self.x[end]
        begin, low = y if "@" in start else y + _BOX, y + _BOX
        stop = 16 + self._row_of(end) * _ROW - (6 if end == target else 0)
        middle = (low + stop) / 2
        return (
            f'<path stroke="{colour}" d="M{x:.0f} {begin:.0f}V{low:.0f}C{x:.0f} {middle:.0f} {to:.0f} {middle:.0f} '
            f'{to:.0f} {stop:.0f}"/>'
        )

    def _head(self, package: str, colour: str) -> str:
        x, y = self.x[package], 16 + self.height[package] * _ROW
        return f'<path style="fill:{colour}" d="M{x - 4:.0f} {y - 7:.0f}L{x + 4:.0f} {y - 7:.0f}L{x:.0f} {y:.0f}Z"/>'


if __name__ == "__main__":
    sys.stdout.write(picture())
