"""HCL strings: templates, heredocs and escape sequences."""

import re
from collections.abc import Iterator
from typing import Any

from pca_events.infrastructure.terraform.blocks import Broken, closing_brace, shown
from pca_events.infrastructure.terraform.nodes import Choice, Embedded, Literal, Loop, Node, Template

_OPENING = re.compile(r"\$\$\{|%%\{|\$\{|%\{")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_QUOTED_OPENING = re.compile(rf"{_ESCAPE.pattern}|{_OPENING.pattern}", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}
_FOR = re.compile(r"for\s+([\w-]+)(?:\s*,\s*([\w-]+))?\s+in\s+(.*)", re.DOTALL)

Piece = tuple[str, str, int]
"""A string (`""`), an expression (`$`) or a directive (`%`), its text and its first line."""


def template(text: str, *, quoted: bool = False) -> tuple[str | Node, ...]:
    """Parse a template into strings, expressions and directives.

    Args:
        text: the template.
        quoted: whether it is a quoted string, which has escape sequences.

    Raises:
        Broken: a brace or a directive is never closed, or an expression has a syntax error.
    """
    if "${" not in text and "%{" not in text:
        return (unescaped(text) if quoted else text,) if text else ()
    pieces = list(_pieces(text, quoted))
    parts, at, _ = _parts(pieces, 0)
    if at < len(pieces):
        raise Broken(pieces[at][2] + 1, f"unexpected directive `{shown(pieces[at][1])}`")
    return parts


def as_value(line: int, text: str, parts: tuple[str | Node, ...], first: int = -1) -> Node:
    """The node of a template: a plain string, its only expression, or the whole template."""
    if not parts:
        return Literal(line, text, "")
    if len(parts) == 1 and isinstance(parts[0], str) and first < 0:
        return Literal(line, text, parts[0])
    if len(parts) == 1 and isinstance(parts[0], Embedded) and first < 0:
        return parts[0]
    return Template(line, text, parts, first)


def heredoc(token: str) -> str:
    """The content of a heredoc, without indentation for `<<-`."""
    opening, _, lines = token.partition("\n")
    text, ended, _ = lines.rstrip().rpartition("\n")
    return _without_indent(text + ended) if opening.startswith("<<-") else text + ended


def unescaped(text: str) -> str:
    """A part of a quoted string with its escape sequences replaced."""
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _pieces(text: str, quoted: bool) -> Iterator[Piece]:
    """The pieces of a template; `~` strips the adjacent whitespace."""
    position, plain, strip, line, counted = 0, "", False, 0, 0
    opening = _QUOTED_OPENING if quoted else _OPENING
    while found := opening.search(text, position):
        plain += text[position : found.start()]
        position = found.end()
        if found[0][0] == "\\":
            plain += unescaped(found[0])
            continue
        if found[0] in ("$${", "%%{"):
            plain += found[0][1:]
            continue
        line, counted = line + text.count("\n", counted, position), position
        try:
            end = closing_brace(text, position)
        except Broken as error:
            raise Broken(line + 1, "a brace in a template is never closed") from error
        code = text[position:end]
        if code.startswith("~"):
            plain = plain.rstrip()
        yield from _plain(plain.lstrip() if strip else plain)
        yield found[0][0], code.strip("~ \t\r\n"), line
        strip = code.endswith("~")
        position, plain = end + 1, ""
    rest = plain + text[position:]
    yield from _plain(rest.lstrip() if strip else rest)


def _plain(text: str) -> Iterator[Piece]:
    if text:
        yield "", text, 0


def _parts(pieces: list[Piece], at: int) -> tuple[tuple[str | Node, ...], int, str]:
    """The parts up to the end of a directive, its position, and its keyword."""
    parts: list[str | Node] = []
    while at < len(pieces):
        mark, code, line = pieces[at]
        word = code.partition(" ")[0] if mark == "%" else ""
        if word in ("else", "endif", "endfor"):
            return tuple(parts), at, word
        at += 1
        if not mark:
            parts.append(code)
        elif not word:
            parts.append(_embedded(code, line))
        elif word == "if":
            part, at = _choice(pieces, at, code, line)
            parts.append(part)
        elif word == "for":
            part, at = _loop(pieces, at, code, line)
            parts.append(part)
        else:
            raise Broken(line + 1, f"expected a directive, got `{shown(word)}`")
    return tuple(parts), at, ""


def _choice(pieces: list[Piece], at: int, code: str, line: int) -> tuple[Node, int]:
    then, at, word = _parts(pieces, at)
    otherwise: tuple[str | Node, ...] = ()
    if word == "else":
        otherwise, at, word = _parts(pieces, at + 1)
    if word != "endif":
        raise Broken(line + 1, "the directive `if` has no `endif`")
    return Choice(line, code, _embedded(code.removeprefix("if"), line), then, otherwise), at + 1


def _loop(pieces: list[Piece], at: int, code: str, line: int) -> tuple[Node, int]:
    parts, at, word = _parts(pieces, at)
    found = _FOR.match(code)
    if word != "endfor" or found is None:
        raise Broken(line + 1, "the directive `for` has no `endfor`")
    names = tuple(name for name in found.groups()[:2] if name)
    return Loop(line, code, names, _embedded(found[3], line), parts), at + 1


def _embedded(code: str, line: int) -> Node:
    from pca_events.infrastructure.terraform.expressions import parse

    try:
        inner = parse(code.strip())
    except Broken as error:
        raise Broken(line + error.line, str(error)) from None
    return Embedded(line, inner.text, inner)


def _character(found: re.Match[str]) -> Any:
    short, long, letter = found.groups()
    if letter:
        return _LETTERS.get(letter, letter)
    code = int(short or long, 16)
    return chr(code) if code < 0x110000 else found[0]


def _without_indent(text: str) -> str:
    lines = text.split("\n")
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[indent:] for line in lines)
