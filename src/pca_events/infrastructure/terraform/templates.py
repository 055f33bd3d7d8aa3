"""The texts of HCL: templates, heredocs and escapes."""

import re
from collections.abc import Iterator

from pca_events.infrastructure.terraform.blocks import Broken, closing_brace

_HEREDOC = re.compile(r"<<(-?)[^\n]*\n(.*?)[ \t]*[^\s]+\s*\Z", re.DOTALL)
_OPENING = re.compile(r"\$\$\{|%%\{|\$\{|%\{")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|(\$\$|%%)(?=\{)", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}


def heredoc(token: str) -> str:
    """What stands between the lines that begin and end a heredoc, without its indentation after `<<-`."""
    found = _HEREDOC.match(token)
    if found is None:
        return ""
    return _without_indent(found[2]) if found[1] else found[2]


def template_pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """The texts of a template; and what stands in `${}`, with the text above it.

    Raises:
        ValueError: it has directives, or braces that never close.
    """
    position = 0
    plain = ""
    while found := _OPENING.search(text, position):
        plain += text[position : found.start()]
        position = found.end()
        if found[0] in ("$${", "%%{"):
            plain += found[0][1:]
            continue
        if found[0] == "%{":
            raise ValueError("template directives are not known here")
        try:
            end = closing_brace(text, position)
        except Broken as error:
            raise ValueError("has a brace that never closes") from error
        if plain:
            yield plain, None
        yield text[position:end], text[:position]
        position, plain = end + 1, ""
    if plain + text[position:]:
        yield plain + text[position:], None


def unescaped(token: str) -> str:
    """The text of a part of a quoted string."""
    return _ESCAPE.sub(_character, token) if "\\" in token or "{" in token else str(token)


def _character(found: re.Match[str]) -> str:
    short, long, letter, doubled = found.groups()
    if doubled:
        return str(doubled[0])
    return _LETTERS.get(letter, letter) if letter else chr(int(short or long, 16))


def _without_indent(text: str) -> str:
    lines = text.split("\n")
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[indent:] for line in lines)
