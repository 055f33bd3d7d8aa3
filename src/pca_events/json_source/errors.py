"""What is wrong with a JSON text."""

import json

_LONGEST_TOKEN = 16  # characters; strings, which a window may cut, can be longer


class InvalidJson(ValueError):
    """A text is not one unambiguous JSON document.

    Attributes:
        reason: what is wrong with it; also the text of the exception.
        at: the index of the character where it is wrong; None if unknown.
    """

    def __init__(self, reason: str, at: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


class NestedTooDeep(InvalidJson):
    """A document is nested too deep; `reached` is the number of its characters that were read."""

    def __init__(self, reached: int) -> None:
        super().__init__("is nested too deep")
        self.reached = reached


class InvalidLine(InvalidJson):
    """A document of source code is not valid JSON; `line` is the line where it is wrong, from 1."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.line = line


class MalformedJson(InvalidJson):
    """A text breaks the syntax of JSON.

    Attributes:
        fault: what is wrong, without the position: `Expecting value`.
        reached: the number of characters of the document before the fault.
        line: the line of the fault, 0 for the first line of the document.
        column: the column of the fault, from 1, counted from the start of its line or of the document.
        may_be_cut: whether more text could make it valid.
        at_end: whether nothing follows the fault.
    """

    def __init__(self, window: str, error: json.JSONDecodeError, *, whole: bool) -> None:
        self.fault = error.msg.removesuffix(" at")
        super().__init__(f"is not valid JSON: {self.fault}, column {error.pos + 1}", error.pos)
        self.reached = error.pos
        self.line = error.lineno - 1
        self.column = error.colno
        self.may_be_cut = whole and may_be_cut(error, window)
        self.at_end = whole and not window[error.pos :].strip()


def may_be_cut(error: json.JSONDecodeError, window: str) -> bool:
    """Whether more text than this could make a document valid."""
    if error.msg.startswith("Unterminated string"):
        return True
    return error.pos >= len(window) - _LONGEST_TOKEN and not error.msg.startswith("Invalid control character")
