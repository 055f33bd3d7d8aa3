"""Unpacking gzip data up to a size limit."""

import gzip
import io
from pathlib import Path

import pytest
from given import Run

from pca_events.errors import BadInput
from pca_events.messages import read_messages
from pca_events.unpacking import Damaged, TooLarge, unpacked

TEXT = bytes(range(256)) * 5_000


def parts(data: bytes, most: int | None = None) -> tuple[bytes, Exception | None]:
    """What is unpacked before the end or the fault, and the fault."""
    got: list[bytes] = []
    try:
        got.extend(unpacked(io.BytesIO(data).read, most))
    except (Damaged, TooLarge) as fault:
        return b"".join(got), fault
    return b"".join(got), None


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(TEXT),
        gzip.compress(TEXT[:7]) + gzip.compress(TEXT[7:]),
        gzip.compress(TEXT) + b"\0" * 600_000,
        gzip.compress(TEXT[:500]) + b"\0" * 300_000 + gzip.compress(TEXT[500:]),
        gzip.compress(b"") + gzip.compress(TEXT),
        gzip.compress(TEXT, 0),
    ],
)
def test_members_and_padding_are_unpacked_as_gzip_does(data: bytes) -> None:
    assert parts(data) == (TEXT, None)
    assert gzip.decompress(data) == TEXT


@pytest.mark.parametrize("padding", [b"", b"\0"])
def test_many_short_members_are_unpacked_in_linear_time(padding: bytes) -> None:
    member = gzip.compress(b"\n") + padding
    assert parts(member * 300_000) == (b"\n" * 300_000, None)


@pytest.mark.parametrize("data", [gzip.compress(TEXT)[:-3], gzip.compress(TEXT) + b"x", b"\x1f\x8b\x08"])
def test_damage_is_raised_after_the_valid_data(data: bytes) -> None:
    got, fault = parts(data)
    assert TEXT.startswith(got)
    assert isinstance(fault, Damaged)


@pytest.mark.parametrize("most", [0, 1, 1 << 20, len(TEXT) - 1])
def test_the_limit_is_exact(most: int) -> None:
    got, fault = parts(gzip.compress(TEXT), most)
    assert got == TEXT[:most]
    assert isinstance(fault, TooLarge)
    assert parts(gzip.compress(TEXT), len(TEXT)) == (TEXT, None)


def test_the_default_limit_is_twenty_times_the_size_or_a_gibibyte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pca_events.unpacking.AT_LEAST", 1 << 20)
    bomb = gzip.compress(bytes(8 << 20))
    got, fault = parts(bomb)
    assert len(got) == 1 << 20
    assert str(fault) == "unpacks to more than 1 MiB; --max-unpacked allows more"
    assert len(parts(gzip.compress(TEXT, 0))[0]) == len(TEXT)


def test_messages_are_unpacked_within_a_limit(command: Run, tmp_path: Path) -> None:
    file = tmp_path / "run.ndjson.gz"
    file.write_bytes(gzip.compress(b'{"attachment": {}}\n' * 100_000))
    with pytest.raises(BadInput, match=f"{file} unpacks to more than 1 MiB; --max-unpacked allows more"):
        read_messages(file, 1 << 20)
    for option in ("--messages", "--earlier"):
        ran = command("site", str(tmp_path / "site"), option, str(file), "--max-unpacked", "1MB")
        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr == f"pca-events: {file} unpacks to more than 1 MiB; --max-unpacked allows more\n"
    with pytest.raises(BadInput, match="has no testRunStarted"):
        read_messages(file)
