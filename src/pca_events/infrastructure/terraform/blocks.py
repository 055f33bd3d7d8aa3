"""Splits Terraform files into blocks, and blocks into arguments, without parsing expressions.

Most of a project does not concern events, and a syntax error in one place must not hide the rest. Therefore text is
first split by brackets, strings, heredocs and comments; only relevant expressions are parsed later.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_FAULTS = 5
"""The number of faults after which reading of a file or block stops."""

_COMMENT = r"\#[^\n]*|//[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/"
_INLINE = r"(?:[ \t]|/\*(?:[^*]|\*(?!/))*+\*/)"
_BLANK = re.compile(rf"(?:\s|{_COMMENT})*+")
_LABELS = rf'(?:{_INLINE}*+"(?:[^"\\\n]|\\[^\n])*+"|{_INLINE}++[^\W\d][\w-]*+)*+'
_HEADER = re.compile(rf"([^\W\d][\w-]*+)({_LABELS})(?:\s|{_COMMENT})*+\{{")
_ARGUMENT = re.compile(rf"([^\W\d][\w-]*+){_INLINE}*+=(?![=>])[ \t]*+")
_LABEL = re.compile(r'/\*(?:[^*]|\*(?!/))*+\*/|"((?:[^"\\]|\\.)*)"|([\w-]+)')
_LEAVES = rf'"(?:[^"\\$%\n]|\\[^\n]|[$%](?![{{$%]))*+"|"|{_COMMENT}|/\*|<<-?(?P<heredoc>[^\W\d][\w.-]*+)[ \t]*\r?\n|<<'
_BRACES = re.compile(rf"[{{}}]|{_LEAVES}")
_BRACKETS = re.compile(rf"[{{}}()\[\]\n]|{_LEAVES}")
_STRING = re.compile(r'"|\n|\\[^\n]|\$\$\{|%%\{|[$%]\{')
_DEPTH = {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1}
_NEXT = re.compile(
    r"^(?:resource|data|module|variable|output|provider)[ \t]+[\"\w][^\n]*\{|^(?:locals|terraform)[ \t]*\{",
    re.MULTILINE,
)


class Broken(Exception):
    """A text is not valid HCL; carries the reason and the line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Block:
    """A block, such as `resource "aws_sqs_queue" "dlq" {...}`.

    Attributes:
        line: its first line.
        text: the whole block with its braces.
        start: the offset of the text between the braces.
    """

    kind: str
    labels: tuple[str, ...]
    line: int
    text: str
    start: int

    @property
    def last_line(self) -> int:
        """The line of its closing brace."""
        return self.line + self.text.count("\n")

    @property
    def inner(self) -> tuple[str, int]:
        """The text between the braces, and its first line."""
        return self.text[self.start : -1], self.line + self.text.count("\n", 0, self.start)


@dataclass(frozen=True)
class Argument:
    """A name, the text of its expression, and the first line of that expression."""

    name: str
    text: str
    line: int


def blocks(text: str) -> Iterator[Block | Broken]:
    """Yield the blocks of a file in order, and faults; reading continues with the next known block after a fault."""
    faults, position = 0, _after_blank(text, 0)
    line, counted = 1, 0
    while position < len(text):
        line += text.count("\n", counted, position)
        counted = position
        try:
            block = _block(text, position, line, "a block")
        except Broken as error:
            yield error
            faults += 1
            following = _NEXT.search(text, position + 1)
            if faults == MOST_FAULTS or following is None:
                return
            position = following.start()
        else:
            yield block
            position = _after_blank(text, position + len(block.text))


def items(text: str, line: int) -> Iterator[Block | Argument | Broken]:
    """Yield the arguments and blocks of a text in order, up to the first fault.

    Args:
        text: the text between the braces of a block, or a file of assignments.
        line: its first line.
    """
    faults, counted, position = 0, 0, _after_blank(text, 0)
    while position < len(text):
        line += text.count("\n", counted, position)
        counted = position
        try:
            if named := _ARGUMENT.match(text, position):
                end = _end_of_expression(text, named.end(), line)
                yield Argument(named[1], text[named.end() : end], line)
            else:
                block = _block(text, position, line, "an argument or a block")
                end = position + len(block.text)
                yield block
        except Broken as error:
            if not faults:
                yield error
            faults += 1
            end = text.find("\n", position)
            if faults == MOST_FAULTS or end < 0:
                return
        position = _after_blank(text, end)


def closing_brace(text: str, position: int) -> int:
    """Return the position of the brace that closes the one just before a position; skip strings, heredocs and comments.

    Raises:
        Broken: the brace, or something within it, is never closed.
    """
    opened, depth, strings = position, 1, list[int]()
    while depth:
        token = _BRACES.search(text, position)
        if token is None:
            raise Broken(_line(text, opened), "the brace that opens here is never closed")
        depth += _DEPTH.get(token[0], 0)
        position, depth = _after(text, token, depth, strings)
    return position - 1


def is_heredoc(text: str) -> bool:
    """Whether a text is exactly one heredoc."""
    token = _BRACES.match(text) if text.startswith("<<") else None
    return token is not None and token["heredoc"] is not None and _after_heredoc(text, token) == len(text.rstrip())


def _block(text: str, position: int, line: int, expected: str) -> Block:
    header = _HEADER.match(text, position)
    if header is None:
        raise Broken(line, f"expected {expected}, got `{shown(text, position)}`")
    try:
        end = closing_brace(text, header.end())
    except Broken as error:
        raise Broken(line + error.line - _line(text, position), str(error)) from None
    labels = tuple(quoted or plain for quoted, plain in _LABEL.findall(header[2]) if quoted or plain)
    return Block(header[1], labels, line, text[position : end + 1], header.end() - position)


def _end_of_expression(text: str, position: int, line: int) -> int:
    """The end of an expression: the first line end outside all brackets."""
    start, depth, strings = position, 0, list[int]()
    while token := _BRACKETS.search(text, position):
        if (token[0] == "\n" and not depth and not strings) or (depth == 0 and token[0] in "})]"):
            return token.start()
        depth += _DEPTH.get(token[0], 0)
        try:
            position, depth = _after(text, token, depth, strings)
        except Broken as error:
            raise Broken(line + error.line - _line(text, start), str(error)) from None
    return len(text)


def _after(text: str, token: re.Match[str], depth: int, strings: list[int]) -> tuple[int, int]:
    """The position and depth after a token; `strings` has the depths at which templates began."""
    position = token.end()
    if token[0] in ("/*", "<<") or token["heredoc"]:
        position = _after_heredoc(text, token)
    goes_on = token[0] == "}" and bool(strings) and strings[-1] == depth
    if goes_on:
        strings.pop()
    if goes_on or token[0] == '"':
        position = _in_string(text, position)
        if text[position - 1] == "{":
            strings.append(depth)
            depth += 1
    return position, depth


def _in_string(text: str, position: int) -> int:
    """Return the end of a string, or the start of the next template within it."""
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
        raise Broken(_line(text, token.start()), f"the heredoc that begins here has no closing line `{name}`")
    return end.end()


def _after_blank(text: str, position: int) -> int:
    found = _BLANK.match(text, position)
    return found.end() if found else position


def _line(text: str, position: int) -> int:
    return 1 + text.count("\n", 0, position)


def shown(text: str, position: int = 0) -> str:
    """The beginning of the text at a position, on one line, for messages."""
    words = " ".join(text[position : position + 80].split())[:40]
    return "".join(character if character.isprintable() and character != "`" else "?" for character in words)
