"""The console of every command: styles, widths, lines that fit, tables, and the line that says how far the work is."""

import io
import re
import sys

import pytest

from pca_events.cli.console import Column, Console, Progress, console, cut, fitted, padded, width_of, wrapped

PANGRAM = "the quick brown fox jumps over the lazy dog"


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def printed(width: int | None = None, *, styled: bool = False) -> tuple[Console, io.StringIO]:
    stream = io.StringIO()
    return Console(stream, width, styled), stream


@pytest.fixture
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without settings."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return monkeypatch


@pytest.mark.parametrize(
    ("environment", "on_terminal", "in_pipe"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "dumb", "FORCE_COLOR": "3"}, True, True),
    ],
)
def test_the_environment_decides_about_styles(
    plain_environment: pytest.MonkeyPatch, environment: dict[str, str], on_terminal: bool, in_pipe: bool
) -> None:
    for name, value in environment.items():
        plain_environment.setenv(name, value)
    for stream, styled in ((Terminal(), on_terminal), (io.StringIO(), in_pipe)):
        plain_environment.setattr(sys, "stdout", stream)
        assert console().styled is styled


def test_a_terminal_has_a_width_and_a_pipe_has_none(plain_environment: pytest.MonkeyPatch) -> None:
    plain_environment.setenv("COLUMNS", "93")
    plain_environment.setattr(sys, "stderr", Terminal())
    plain_environment.setattr(sys, "stdout", io.StringIO())
    assert (console(stderr=True).width, console().width) == (93, None)


def test_a_line_has_its_styles_and_no_blanks_at_its_end() -> None:
    for styled, wanted in ((False, "a b c\n"), (True, "a \x1b[1;31mb \x1b[0m\x1b[2mc\x1b[0m\n")):
        out, stream = printed(styled=styled)
        out.line("a ", ("b ", "bold red"), ("c  ", "dim"), "  ", ("", "red"))
        assert stream.getvalue() == wanted


def test_an_unknown_style_is_an_error() -> None:
    out, _ = printed(styled=True)
    with pytest.raises(KeyError):
        out.line(("a", "purple"))


def test_unencodable_characters_are_escaped() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="latin-1")
    Console(stream).line("é ● \x1b[2J")
    stream.flush()
    assert raw.getvalue() == b"\xe9 \\u25cf \\x1b[2J\n"


def test_a_block_keeps_its_lines_and_escapes_control_characters() -> None:
    out, stream = printed(20)
    out.block("{\n\t\x07" + PANGRAM + "\n}")
    assert stream.getvalue() == "{\n        \\x07" + PANGRAM + "\n}\n"


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("abc", 3), ("日本語", 6), ("e\u0301", 1), ("😀", 2), ("\uff21", 2), ("é", 1), ("ｱ", 1)],
)
def test_a_width_is_in_columns(text: str, width: int) -> None:
    assert width_of(text) == width
    assert width_of(padded(text, 9)) == width_of(padded(text, 9, right=True)) == 9


def test_text_is_cut_by_columns() -> None:
    assert list(cut("日本語 abc", 5)) == ["日本", "語 ab", "c"]
    assert list(cut("日本", 1)) == ["日", "本"]
    assert list(cut("", 5)) == [""]


def test_a_paragraph_is_broken_on_a_terminal_only() -> None:
    out, stream = printed()
    out.paragraph(PANGRAM, lead="say ")
    assert stream.getvalue() == f"say {PANGRAM}\n"
    out, stream = printed(24)
    out.paragraph(PANGRAM, lead="say ")
    assert stream.getvalue() == "say the quick brown fox\n    jumps over the lazy\n    dog\n"


def test_a_paragraph_keeps_its_styles_and_its_long_words() -> None:
    out, stream = printed(24, styled=True)
    out.paragraph("one two ", ("three four", "bold"), ", fives ", ("x" * 40, "dim"))
    assert stream.getvalue() == (f"one two \x1b[1mthree four\x1b[0m,\n    fives\n    \x1b[2m{'x' * 40}\x1b[0m\n")


@pytest.mark.parametrize("width", range(30, 90, 7))
def test_wrapping_loses_no_word_and_fits(width: int) -> None:
    text = " ".join([PANGRAM, "日本語 " * 9, PANGRAM])
    lines = ["".join(part if isinstance(part, str) else part[0] for part in line) for line in wrapped([text], width, 4)]
    assert max(map(width_of, lines)) <= width
    assert " ".join(lines).split() == text.split()


def test_a_table_has_heads_and_aligned_columns_and_no_box() -> None:
    out, stream = printed()
    out.table([Column("name"), Column("count", right=True)], [["one", "1"], [], ["日本", "1,000"]], "Title")
    assert stream.getvalue() == "Title\nname  count\none       1\n\n日本  1,000\n"


def test_a_table_in_a_pipe_is_as_wide_as_its_cells() -> None:
    out, stream = printed()
    out.table([Column("a"), Column("b")], [[PANGRAM * 5, PANGRAM * 5]])
    assert stream.getvalue().splitlines()[1] == f"{PANGRAM * 5}  {PANGRAM * 5}"


@pytest.mark.parametrize("width", [30, 50, 80, 200])
def test_a_table_fits_a_terminal(width: int) -> None:
    out, stream = printed(width)
    columns = [Column("kept", whole=True), Column("words"), Column("more")]
    out.table(columns, [["unbroken-12", PANGRAM, "Y" * 100], ["a", "b", "c"]])
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert lines[1].startswith("unbroken-12  ")
    assert "".join(lines).count("Y") == 100
    words = " ".join(line[13:].replace("Y", "").strip() for line in lines[1:-1])
    assert "".join(words.split()) == PANGRAM.replace(" ", "")


def test_the_style_of_a_cell_takes_precedence_over_that_of_its_column() -> None:
    out, stream = printed(styled=True)
    out.table([Column("a", "green")], [["x"], [("y", "red")]])
    assert re.findall(r"\x1b\[(\d+)m(.)", stream.getvalue()) == [("1", "a"), ("32", "x"), ("31", "y")]


def test_columns_are_narrowed_from_the_widest() -> None:
    assert fitted([10, 50, 30], [False, False, False], 60) == [10, 25, 25]
    assert fitted([40, 50], [True, False], 60) == [40, 20]
    assert fitted([40, 50], [True, True], 60) == [40, 50]
    assert fitted([40, 50], [True, False], 10) == [40, 6]


def test_progress_is_one_line_that_is_removed(plain_environment: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    plain_environment.setenv("COLUMNS", "20")
    plain_environment.setattr(sys, "stderr", stream)
    with Progress(delay=0) as progress:
        progress.show("reading \x1b 日本語日本語")
        progress.show("too soon")
    assert stream.getvalue() == f"\rreading \\x1b 日本語\r{' ' * 19}\r"


def test_progress_stays_on_its_stream(plain_environment: pytest.MonkeyPatch) -> None:
    stream, other = Terminal(), io.StringIO()
    plain_environment.setattr(sys, "stderr", stream)
    with Progress(delay=0) as progress:
        plain_environment.setattr(sys, "stderr", other)
        progress.show("reading")
    assert (stream.getvalue().strip(), other.getvalue()) == ("reading", "")


def test_progress_is_shown_on_terminals_only(plain_environment: pytest.MonkeyPatch) -> None:
    for stream, delay in ((io.StringIO(), 0.0), (Terminal(), 60.0)):
        plain_environment.setattr(sys, "stderr", stream)
        with Progress(delay) as progress:
            progress.show("reading")
        assert stream.getvalue() == ""
