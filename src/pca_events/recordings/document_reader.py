"""Reads JSON documents from blocks of bytes: one per line, in arrays, over many lines, or concatenated.

The sink parses lines that are whole documents at speed. After a line that is not, the rest of its block is decoded
strictly, and broken data is skipped up to the next position where a document may start.
"""

import re
from typing import Any, Protocol

import orjson

from pca_events.json_source import DocumentDecoder, InvalidJson, MalformedJson, NestedTooDeep
from pca_events.wording import counted

parse_line = orjson.loads
"""Parses one JSON document at speed, without noticing duplicate keys; raises ValueError for what is not valid JSON."""

LONGEST = 1 << 24
"""The maximum number of characters of a document: more than EventBridge, SQS and CloudWatch Logs allow together."""

_RESCANS = 16
"""How often, on average, the text of a broken document is read again."""

_RETURNS = 16
"""How often the sink may take over again in a block after lines that were decoded strictly."""

_WINDOW = 1 << 12
_STAMP = r"\d{4}-\d\d-\d\dT[\d:.]+Z[ \t]+"
_GAP = re.compile(r"[\s\ufeff\x1e]*")
_GAP_IN_ARRAY = re.compile(r"[\s,]*")
_STAMPED = re.compile(_STAMP)
_OTHER_TEXT = re.compile(_STAMP + r"(?![\[{]).*")
_STREAMED = re.compile(r'\[|\{\s*"(Records|records|Messages|events|logEvents)"\s*:\s*\[')
_NEXT = re.compile(rf"(?:^[ \t]*(?:{_STAMP})?|\}}[ \t,]*)(?=[\[{{])", re.MULTILINE)


class Sink(Protocol):
    """Receives what a reader finds."""

    def lines(self, lines: list[bytes], first: int) -> int:
        """Take lines of one document each, the first with this number; return how many were taken."""

    def document(self, value: Any, line: int, path: str) -> None:
        """Take a document that starts on this line, at this JSON path of the enclosing document."""

    def broken(self, line: int, last: int, fault: str) -> None:
        """Record lines that could not be read, and why."""

    def other_text(self, line: int) -> None:
        """Record a line of a log that is not JSON and does not look like it."""


class Reader:
    """Reads blocks in order, and passes their documents to a sink.

    Attributes:
        line: the number of the next line.
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
        self._scanned = 0  # the end of the broken documents that were read
        self._credit = 1 << 20
        self._lost: tuple[int, str] | None = None  # the line from which nothing could be read, and why

    @property
    def clean(self) -> bool:
        """Whether the next block starts a new document."""
        return not self._tail and self._array is None and self._lost is None

    def feed(self, block: bytes, final: bool) -> None:
        """Read the next block; the final block ends every document."""
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
        """Decode strictly; if `until_clean`, stop at a line start and return the rest for the sink."""
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
        """Read what starts at this index; return its end, or None if its end has not been read yet."""
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
            return self._skip(str(refused), at, at + refused.reached)
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
        may_continue = not final and error.may_be_cut and text[at] in '{["'
        if may_continue and len(text) - at <= LONGEST:
            return None
        if may_continue:
            return self._skip(f"is longer than {LONGEST >> 20} MiB", at, len(text), resume=len(text))
        if final and error.at_end:
            return self._skip("is cut off", at, at + error.reached)
        column = error.column if error.line else error.column + at - self._line_start
        further = f"{counted(error.line, 'line')} after its start, " if error.line else ""
        return self._skip(f"is not valid JSON: {error.fault}, {further}column {column}", at, at + error.reached)

    def _skip(self, why: str, at: int, reached: int, resume: int = 0) -> int:
        """Record that the document at `at` is broken; return where to look for the next one.

        The text between its start and the fault is read again, as long as that does not happen too often.
        """
        self._lost = (self.line, why)
        new = max(0, reached - max(at, self._scanned))
        self._scanned = max(self._scanned, reached)
        self._credit += _RESCANS * new - (reached - at)
        if self._credit < 0:
            self._credit, resume = 0, self._scanned
        return max(resume, at + 1)

    def _end_array(self, text: str, at: int, final: bool) -> int | None:
        """Leave the array and the object around it; the remaining members are read as a small object."""
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
        """Where reading can continue after broken data, or the end of the text."""
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
            self._sink.broken(last, last, "is cut off: an array is not closed")
