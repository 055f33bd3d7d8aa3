"""The top-level blocks of a Terraform file, found without parsing what they hold.

A parser of HCL takes milliseconds for a block, and most blocks of a project have nothing to do with events; so a file
is cut into its blocks first, and only those that matter are parsed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_COMMENT = r"\#[^\n]*|//[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/"
_BLANK = re.compile(rf"(?:\s|{_COMMENT})*+")
_HEADER = re.compile(
    r'([^\W\d][\w-]*+)((?:[ \t]*+"(?:[^"\\\n]|\\[^\n])*+"|[ \t]++[^\W\d][\w-]*+)*+)(?:\s|' + _COMMENT + r")*+\{"
)
_LABEL = re.compile(r'"((?:[^"\\]|\\.)*)"|([\w-]+)')
_CODE = re.compile(
    rf'[{{}}]|"(?:[^"\\$%\n]|\\[^\n]|[$%](?![{{$%]))*+"|"|{_COMMENT}|/\*|<<-?(?P<heredoc>[^\W\d][\w.-]*+)[ \t]*\r?\n|<<'
)
_STRING = re.compile(r'"|\n|\\[^\n]|\$\$\{|%%\{|[$%]\{')


class Broken(Exception):
    """A text that is no HCL, with the line where that shows."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Block:
    """A top-level block, such as `resource "aws_sqs_queue" "dlq" {...}`.

    Attributes:
        line: where it begins.
        text: all of it, with its braces.
    """

    kind: str
    labels: tuple[str, ...]
    line: int
    text: str

    @property
    def last_line(self) -> int:
        """The line of its closing brace."""
        return self.line + self.text.count("\n")


def blocks(text: str) -> Iterator[Block]:
    """Give the blocks of a file, in order.

    Raises:
        Broken: what follows the last block that was given is none.
    """
    line, counted, position = 1, 0, _after_blank(text, 0)
    while position < len(text):
        header = _HEADER.match(text, position)
        if header is None:
            raise Broken(_line(text, position), f"expected a block, not `{_shown(text, position)}`")
        end = closing_brace(text, header.end())
        line += text.count("\n", counted, position)
        labels = tuple(quoted or plain for quoted, plain in _LABEL.findall(header[2]))
        yield Block(header[1], labels, line, text[position : end + 1])
        counted, position = position, _after_blank(text, end + 1)


def closing_brace(text: str, position: int) -> int:
    """Return where the brace closes that was opened just before a position, past strings, heredocs and comments.

    Raises:
        Broken: it never closes, or something within it does not.
    """
    opened, depth, strings = position, 1, list[int]()
    while depth:
        token = _CODE.search(text, position)
        if token is None:
            raise Broken(_line(text, opened), "the brace that opens here is never closed")
        position = token.end()
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if token[0] in ("/*", "<<") or token["heredoc"]:
            position = _after_heredoc(text, token)
        goes_on = token[0] == "}" and strings and strings[-1] == depth
        if goes_on:
            strings.pop()
        if goes_on or token[0] == '"':
            position = _in_string(text, position)
            if text[position - 1] == "{":
                strings.append(depth)
                depth += 1
    return position - 1


def _in_string(text: str, position: int) -> int:
    """Return where a string ends, or where a template within it has begun."""
    start = position
    while token := _STRING.search(text, position):
        position = token.end()
        if token[0] == "\n":
            break
        if token[0] in ('"', "${", "%{"):
            return position
    raise Broken(_line(text, start - 1), "the string that begins here is not closed on its line")


def _after_heredoc(text: str, token: re.Match[str]) -> int:
    name = token["heredoc"]
    if name is None:
        what = (
            "comment that begins here is never closed" if token[0] == "/*" else "heredoc that begins here has no name"
        )
        raise Broken(_line(text, token.start()), f"the {what}")
    end = re.compile(rf"^[ \t]*{re.escape(name)}[ \t]*\r?$", re.MULTILINE).search(text, token.end())
    if end is None:
        raise Broken(_line(text, token.start()), f"the heredoc that begins here has no line `{name}` to end it")
    return end.end()


def _after_blank(text: str, position: int) -> int:
    found = _BLANK.match(text, position)
    return found.end() if found else position


def _line(text: str, position: int) -> int:
    return 1 + text.count("\n", 0, position)


def _shown(text: str, position: int) -> str:
    """The beginning of what stands there, fit to be shown in one line."""
    words = " ".join(text[position : position + 80].split())[:40]
    return "".join(character if character.isprintable() and character != "`" else "?" for character in words)
