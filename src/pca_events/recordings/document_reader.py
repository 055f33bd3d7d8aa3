"""JSON documents out of bytes that come in blocks: lines, arrays, documents over many lines or one after another.

A line that is a document is taken at speed by the sink. Where one is not, the rest of its block is decoded with care,
and what is broken is passed over up to the next place where a document may begin.
"""

import re
from typing import Any, Protocol

import orjson

from pca_events.json_source import DocumentDecoder, InvalidJson, MalformedJson, NestedTooDeep
from pca_events.wording import counted

parse_line = orjson.loads
"""Parses one JSON document at speed, without noticing duplicate keys; raises ValueError for what is not valid JSON."""

LONGEST = 1 << 24
"""How many characters a document may have: more than EventBridge, SQS and CloudWatch Logs allow together."""

_RESCANS = 16
"""How often, on average, text is read again that a broken document has taken with it."""

_RETURNS = 16
"""How often the sink may go on at speed in a block, after lines that had to be read with care."""

_WINDOW = 1 << 12
_STAMP = r"\d{4}-\d\d-\d\dT[\d:.]+Z[ \t]+"
_GAP = re.compile(r"[\s\ufeff\x1e]*")
_GAP_IN_ARRAY = re.compile(r"[\s,]*")
_STAMPED = re.compile(_STAMP)
_OTHER_TEXT = re.compile(_STAMP + r"(?![\[{]).*")
_STREAMED = re.compile(r'\[|\{\s*"(Records|records|Messages|events|logEvents)"\s*:\s*\[')
_NEXT = re.compile(rf"(?:^[ \t]*(?:{_STAMP})?|\}}[ \t,]*)(?=[\[{{])", re.MULTILINE)


class Sink(Protocol):
    """Takes what a reader finds."""

    def lines(self, lines: list[bytes], first: int) -> int:
        """Take lines that are one document each, the first of which has this number; return how many were taken."""

    def document(self, value: Any, line: int, path: str) -> None:
        """Take a document that begins on this line, at this JSON path of what stands there."""

    def broken(self, line: int, last: int, fault: str) -> None:
        """Take note of lines that could not be read, and why."""

    def other_text(self, line: int) -> None:
        """Take note of a line of a log that is no JSON and does not look like it."""


class Reader:
    """Reads blocks in order and hands what they hold to a sink.

    Attributes:
        line: the number of the line that comes next.
    """

    def __init__(self, sink: Sink, line: int = 1) -> None:
        self.line = line
        self._sink = sink
        self._decoder = DocumentDecoder()
        self._tail = ""
        self._array: str | None = None  # the JSON path of the array that is being read
        self._index = 0
        self._within_line = False
        self._line_start = 0
        self._scanned = 0  # up to where broken documents have been read
        self._credit = 1 << 20
        self._lost: tuple[int, str] | None = None  # since which line nothing could be read, and why

    @property
    def clean(self) -> bool:
        """Whether the next block begins a document of its own."""
        return not self._tail and self._array is None and self._lost is None

    def feed(self, block: bytes, final: bool) -> None:
        """Read the next block; the final one ends every document."""
        ended = block.endswith(b"\n")
        for left in reversed(range(_RETURNS)):
            if self.clean:
                lines = block.split(b"\n")
                taken = self._sink.lines(lines, self.line)
                self.line += min(taken, len(lines) - 1)
                block = b"\n".join(lines[taken:])
            if not block and not self._tail:
                break
            text = self._tail + block.decode("utf-8", "surrogateescape")
            block = self._read(text, final, until_clean=left > 0).encode("utf-8", "surrogateescape")
        if final:
            self._end(self.line - ended)
        self._within_line = not ended

    def _read(self, text: str, final: bool, *, until_clean: bool) -> str:
        """Read with care; return what is left for the sink to take line by line, where that was asked for."""
        at, done = 0, 0
        self._line_start = self._scanned = 0
        self._tail = ""
        while True:
            at = self._found(text, at) if self._lost else self._skip_gap(text, at)
            if lines := text.count("\n", done, at):
                self.line += lines
                self._line_start = text.rfind("\n", done, at) + 1
            done = at
            if at == len(text):
                return ""
            if until_clean and lines and at == self._line_start and self.clean:
                return text[at:]
            end = self._step(text, at, final)
            if end is None:
                self._tail = text[at:]
                return ""
            at = end

    def _skip_gap(self, text: str, at: int) -> int:
        gap = _GAP if self._array is None else _GAP_IN_ARRAY
        found = gap.match(text, at)
        return found.end() if found else at

    def _step(self, text: str, at: int, final: bool) -> int | None:
        """Read what begins at this place; return where it ends, or nothing where its end is not there yet."""
        if self._array is None:
            if streamed := _STREAMED.match(text, at):
                self._array, self._index = f"$.{streamed[1]}" if streamed[1] else "$", 0
                return streamed.end()
            if other := _OTHER_TEXT.match(text, at):
                self._sink.other_text(self.line)
                return other.end()
            if stamped := _STAMPED.match(text, at):
                return stamped.end()
        elif text[at] == "]":
            return self._end_array(text, at, final)
        return self._document(text, at, final)

    def _document(self, text: str, at: int, final: bool) -> int | None:
        try:
            value, end, fault = self._decoder.decode_at(text, at)
        except NestedTooDeep as refused:
            return self._lose(str(refused), at, at + refused.reached)
        except MalformedJson as error:
            return self._stop(text, at, error, final)
        last = self.line + text.count("\n", at, end)
        if fault:
            self._sink.broken(self.line, last, fault)
        else:
            self._sink.document(value, self.line, "$" if self._array is None else f"{self._array}[{self._index}]")
        self._index += 1
        return end

    def _stop(self, text: str, at: int, error: MalformedJson, final: bool) -> int | None:
        may_go_on = not final and error.may_be_cut and text[at] in '{["'
        if may_go_on and len(text) - at <= LONGEST:
            return None
        if may_go_on:
            return self._lose(f"is longer than {LONGEST >> 20} MiB", at, len(text), go_on=len(text))
        if final and error.at_end:
            return self._lose("is cut off", at, at + error.reached)
        column = error.column if error.line else error.column + at - self._line_start
        further = f"{counted(error.line, 'line')} further down, " if error.line else ""
        return self._lose(f"is not valid JSON: {error.fault}, {further}column {column}", at, at + error.reached)

    def _lose(self, why: str, at: int, reached: int, go_on: int = 0) -> int:
        """Note that what begins at `at` is broken; return where to look for what can be read.

        What lies between the beginning and the fault is looked at again, as long as that does not happen too often.
        """
        self._lost = (self.line, why)
        new = max(0, reached - max(at, self._scanned))
        self._scanned = max(self._scanned, reached)
        self._credit += _RESCANS * new - (reached - at)
        if self._credit < 0:
            self._credit, go_on = 0, self._scanned
        return max(go_on, at + 1)

    def _end_array(self, text: str, at: int, final: bool) -> int | None:
        """Leave the array, and the object around it, whose other members are read as one small object more."""
        if self._array == "$":
            self._array = None
            return at + 1
        opening = '{"_":['
        size = _WINDOW
        while True:
            piece, whole = opening + text[at : at + size], at + size >= len(text)
            try:
                _, end, _ = self._decoder.decode_at(piece, 0)
            except InvalidJson as refused:
                if not whole and isinstance(refused, MalformedJson) and refused.may_be_cut:
                    size *= 16
                    continue
                if not final and len(text) - at <= LONGEST:
                    return None
                end = len(opening) + 1
            break
        self._array = None
        return at + end - len(opening)

    def _found(self, text: str, at: int) -> int:
        """Where reading can go on after something broken, or the end of the text."""
        found = _NEXT.search(text, at)
        if found and found.start() == 0 and self._within_line:
            found = _NEXT.search(text, 1)
        if found is None:
            return len(text)
        on_line_of_its_own = text[found.start()] != "}"
        self._report(self.line + text.count("\n", at, found.end()) - on_line_of_its_own)
        return found.end()

    def _report(self, last: int) -> None:
        if self._lost is not None:
            line, why = self._lost
            self._sink.broken(line, max(line, last), why)
            self._lost = None

    def _end(self, last: int) -> None:
        self._report(last)
        if self._array is not None:
            self._sink.broken(last, last, "is cut off: the array that began before has no end")
