"""Corrupted files: each is read or reported in one line, and none causes an internal error."""

import random
from pathlib import Path

import pytest
from fuzzing import seeded, times

from pca_events.check.formats import FORMATS
from pca_events.check.rules import check
from pca_events.infrastructure.files import read_paths

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted(
    file
    for folder in ("infrastructure", "mistakes")
    for file in (EXAMPLES / folder).rglob("*")
    if file.suffix in (".tf", ".json", ".yaml", ".yml") and file.name != "expected.json"
)
PIECES = [
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"'",
    b"${",
    b"<<EOF\n",
    b"\\",
    b"#",
    b"/*",
    b"&a ",
    b"*a",
    b"<<: *a",
    b"!Sub ",
    b"!If ",
]
PIECES += [
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\t",
    b"\r\n",
    b": ",
    b"- ",
    b", ",
    b"null",
    b"NaN",
    b"1e999",
    b"\\ud800",
    b"aws.acm-pca",
]
PIECES += [
    "ü".encode(),
    "\u2028".encode(),
    b"for_each = {}",
    b"count = -1",
    b"jsonencode(",
    b"---\n",
    b"...",
    b"%{ if x }",
    b"=",
    b"? ",
]
PARTS, EACH = 4, times(400)

pytestmark = pytest.mark.fuzz


def changed(data: bytes, chance: random.Random) -> bytes:
    """Change a file in one to five places: cut, repeat, move, swap, insert."""
    for _ in range(chance.randint(1, 5)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice((1, 1, 3, 10, 50, 400)))
        match chance.randrange(6):
            case 0:
                data = data[:start] + data[end:]
            case 1:
                data = data[:end] + data[start:end] * chance.choice((1, 2, 30)) + data[end:]
            case 2 | 3:
                data = data[:start] + chance.choice(PIECES) * chance.choice((1, 1, 2, 200)) + data[start:]
            case 4:
                data = data[:start] + data[start:end][::-1] + data[end:]
            case _:
                data = data[:end]
    return data


@pytest.mark.parametrize("part", range(PARTS))
def test_no_corrupted_file_causes_an_internal_error(part: int, tmp_path: Path) -> None:
    chance = seeded(part)
    readable = 0
    for number in range(EACH):
        origin = FILES[(part * EACH + number) % len(FILES)]
        file = tmp_path / origin.name
        file.write_bytes(changed(origin.read_bytes(), chance))
        report = check(read_paths([str(file)]))
        assert all(found.message.strip() and "\n" not in found.message for found in report.unreadable)
        readable += bool(report.rules)
        if number % 25 == 0:
            assert all(isinstance(render(report), str) for render in FORMATS.values())
        file.unlink()
    assert readable > EACH // 10, "what is hardly damaged is still checked"
