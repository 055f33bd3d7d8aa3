"""HCL expressions, parsed by tree-sitter and converted to the nodes of `nodes`."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from pca_events.infrastructure.terraform.blocks import Broken, is_heredoc, shown
from pca_events.infrastructure.terraform.nodes import (
    Attribute,
    Binary,
    Call,
    Conditional,
    Entries,
    Entry,
    For,
    Index,
    Items,
    Literal,
    Name,
    Node,
    Path,
    Splat,
    Unary,
)
from pca_events.infrastructure.terraform.templates import as_value, heredoc, template

if TYPE_CHECKING:
    import tree_sitter

LARGEST = 256 * 1024
"""The maximum length of an expression in characters; far above that of real rules, queues and policies."""

_PREFIX = b"x="
_SHOWN = 100
_COMMENT = re.compile(r"\s(?:#|//)[^\n]*")
_PLAIN_TEXT = re.compile(r'"([^"\\$%\n]*)"')
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\(?:[nrt"\\]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}))*+"')
_PLAIN_NUMBER = re.compile(r"-?\d{1,300}(?:\.\d{1,300})?(?:[eE][-+]?\d{1,3})?")
_PLAIN_PATH = re.compile(r"[^\W\d][\w-]*(?:\.[^\W\d][\w-]*)+")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}
_MOST_DIGITS = 300
_SIGNS = {"*", "/", "%", "+", "-", ">", ">=", "<", "<=", "==", "!=", "&&", "||"}
_WRAPPING = {"literal_value", "template_expr", "collection_value", "operation", "for_expr"}
_STEPS = {"index", "get_attr", "splat"}
_CLOSING = {"}", ")", "]", ":", "="}


@lru_cache(maxsize=8192)
def parse(text: str) -> Node:
    """Parse an expression.

    Raises:
        Broken: the text is not an expression, too long or nested too deeply; the line is counted from 1.
    """
    if made := _simple(text):
        return made
    if not text.strip():
        raise Broken(1, "expected an expression")
    if len(text) > LARGEST:
        raise Broken(1, f"has an expression of {len(text):,} characters; the limit is {LARGEST:,}")
    if is_heredoc(text):
        return _heredoc(0, text)
    if _QUOTED.fullmatch(text):
        return as_value(0, text[:_SHOWN], template(text[1:-1], quoted=True))
    return _Converter(text).node()


def _simple(text: str) -> Node | None:
    """The node of a plain string, number, word or path, for which no parser is needed; else None."""
    if found := _PLAIN_TEXT.fullmatch(text):
        return Literal(0, text, found[1])
    if text in _WORDS:
        return Literal(0, text, _WORDS[text])
    if _PLAIN_NUMBER.fullmatch(text):
        return Literal(0, text, _number(text))
    if _PLAIN_PATH.fullmatch(text):
        root, *names = text.split(".")
        return Path(0, text, Name(0, root), tuple(Attribute(0, f".{name}", name) for name in names))
    return None


@cache
def _parser() -> "tree_sitter.Parser":
    import tree_sitter
    import tree_sitter_hcl

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


class _Converter:
    """Converts one syntax tree to nodes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._bytes = _PREFIX + text.encode("utf-8", "replace") + b"\n"

    def node(self) -> Node:
        """The expression of the whole text."""
        root = _parser().parse(self._bytes).root_node
        if root.has_error:
            raise _fault(root, self._bytes)
        try:
            body = _inner(root)[0]
            attribute, *others = _inner(body)
            if others:
                raise Broken(others[0].start_point.row + 1, f"unexpected `{shown(self._words(others[0]))}`")
            return self._expression(_inner(attribute)[-1])
        except RecursionError:
            raise Broken(1, "is nested too deeply") from None

    def _raw(self, node: "tree_sitter.Node") -> str:
        return self._bytes[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _words(self, *nodes: "tree_sitter.Node") -> str:
        """The source text on one line for messages, truncated if long."""
        start, end = nodes[0].start_byte, nodes[-1].end_byte
        text = self._bytes[start : min(end, start + _SHOWN)].decode("utf-8", "ignore")
        return " ".join(_COMMENT.sub("", text).split()) if "\n" in text or "#" in text else text

    def _expression(self, node: "tree_sitter.Node") -> Node:
        children = _inner(node)
        if len(children) == 1 and children[0].type in _WRAPPING:
            return self._value(children[0])
        if children[0].type == "conditional":
            condition, _, then, _, otherwise = _inner(children[0])
            line = children[0].start_point.row
            return Conditional(
                line,
                self._words(node),
                self._expression(condition),
                self._expression(then),
                self._expression(otherwise),
            )
        return self._term(children)

    def _term(self, children: "Sequence[tree_sitter.Node]") -> Node:
        """A term with its traversal steps."""
        if children[0].type == "(":
            root, rest = self._expression(children[1]), children[3:]
        else:
            root, rest = self._value(children[0]), children[1:]
        if not rest:
            return root
        return Path(children[0].start_point.row, self._words(*children), root, tuple(map(self._step, rest)))

    def _value(self, node: "tree_sitter.Node") -> Node:
        if node.type in _WRAPPING:
            node = _inner(node)[0]
        made: Node = getattr(self, f"_{node.type}")(node)
        return made

    def _variable_expr(self, node: "tree_sitter.Node") -> Node:
        text = self._raw(node)
        return Name(node.start_point.row, text) if text not in _WORDS else self._bool_lit(node)

    def _bool_lit(self, node: "tree_sitter.Node") -> Node:
        text = self._raw(node)
        return Literal(node.start_point.row, text, _WORDS[text])

    _null_lit = _bool_lit

    def _numeric_lit(self, node: "tree_sitter.Node") -> Node:
        return Literal(node.start_point.row, self._words(node), _number(self._raw(node)))

    def _string_lit(self, node: "tree_sitter.Node") -> Node:
        text = self._raw(node)
        try:
            return as_value(node.start_point.row, text[:_SHOWN], template(text[1:-1], quoted=True))
        except Broken as error:
            raise Broken(error.line + node.start_point.row, str(error)) from None

    _quoted_template = _string_lit

    def _heredoc_template(self, node: "tree_sitter.Node") -> Node:
        return _heredoc(node.start_point.row, self._raw(node))

    def _tuple(self, node: "tree_sitter.Node") -> Node:
        items = tuple(self._expression(held) for held in _inner(node) if held.type == "expression")
        return Items(node.start_point.row, self._words(node), items)

    def _object(self, node: "tree_sitter.Node") -> Node:
        entries = tuple(self._entry(held) for held in _inner(node) if held.type == "object_elem")
        return Entries(node.start_point.row, self._words(node), entries)

    def _entry(self, node: "tree_sitter.Node") -> Entry:
        key, _, value = _inner(node)
        made = self._expression(key)
        if isinstance(made, Name) or (isinstance(made, Literal) and not isinstance(made.value, str)):
            bare = _inner(key)[0].type != "("
            made = Literal(made.line, made.text, made.text) if bare else made
        return Entry(made, self._expression(value), node.start_point.row, node.end_point.row)

    def _function_call(self, node: "tree_sitter.Node") -> Node:
        children = _inner(node)
        held = [part for child in children if child.type == "function_arguments" for part in _inner(child)]
        arguments = tuple(self._expression(part) for part in held if part.type == "expression")
        spread = bool(held) and held[-1].type == "ellipsis"
        return Call(node.start_point.row, self._words(node), self._raw(children[0]), arguments, spread)

    def _binary_operation(self, node: "tree_sitter.Node") -> Node:
        children = _inner(node)
        at = next(at for at, child in enumerate(children) if at and child.type in _SIGNS)
        left, right = self._term(children[:at]), self._term(children[at + 1 :])
        return Binary(node.start_point.row, self._words(node), children[at].type, left, right)

    def _unary_operation(self, node: "tree_sitter.Node") -> Node:
        sign, *operand = _inner(node)
        return Unary(node.start_point.row, self._words(node), sign.type, self._term(operand))

    def _for_tuple_expr(self, node: "tree_sitter.Node") -> Node:
        children = _inner(node)
        intro = _inner(next(child for child in children if child.type == "for_intro"))
        words = tuple(self._raw(child) for child in intro if child.type == "identifier")
        over = next(child for child in intro if child.type == "expression")
        values = [self._expression(child) for child in children if child.type == "expression"]
        conditions = [self._expression(_inner(child)[-1]) for child in children if child.type == "for_cond"]
        return For(
            node.start_point.row,
            self._words(node),
            words,
            self._expression(over),
            values[0] if len(values) > 1 else None,
            values[-1],
            conditions[0] if conditions else None,
            any(child.type == "ellipsis" for child in children),
        )

    _for_object_expr = _for_tuple_expr

    def _step(self, node: "tree_sitter.Node") -> Node:
        line, text = node.start_point.row, self._words(node)
        if node.type == "get_attr":
            return Attribute(line, text, self._raw(_inner(node)[-1]))
        inner = _inner(node)[0]
        if inner.type == "legacy_index":
            return Attribute(line, text, int(self._raw(inner)[1:]))
        if inner.type == "new_index":
            return Index(line, text, self._expression(_inner(inner)[1]))
        return Splat(line, text, tuple(self._step(held) for held in _inner(inner) if held.type in _STEPS))


def _heredoc(line: int, text: str) -> Node:
    try:
        return as_value(line, text[:_SHOWN].partition("\n")[0], template(heredoc(text)), line + 1)
    except Broken as error:
        raise Broken(error.line + line + 1, str(error)) from None


def _number(text: str) -> int | float:
    if text.startswith("0x"):
        return int(text, 16)
    if len(text) > _MOST_DIGITS:
        raise Broken(1, f"has a number with more than {_MOST_DIGITS} digits")
    return float(text) if any(sign in text for sign in ".eE") else int(text)


def _inner(node: "tree_sitter.Node") -> "list[tree_sitter.Node]":
    children = node.children
    return [child for child in children if child.type != "comment"] if len(children) > 1 else children


def _fault(root: "tree_sitter.Node", text: bytes) -> Broken:
    """The first syntax error of a tree, with its line and the expected token."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_missing:
            rest = text[node.start_byte :].decode("utf-8", "replace")
            got = f"`{shown(rest.strip().partition(chr(10))[0])}`" if rest.strip() else "the end"
            expected = f"`{node.type}`" if node.type in _CLOSING else "an expression"
            before = text[: len(text) - len(rest.lstrip().encode())] if rest.strip() else text.rstrip()
            return Broken(before.count(b"\n") + 1, f"does not parse: expected {expected}, got {got}")
        if node.is_error:
            start = max(node.start_byte, len(_PREFIX))
            first = text[start : node.end_byte].decode("utf-8", "replace").strip().partition("\n")[0]
            what = f"unexpected `{first}`" if 0 < len(first) < 3 else f"near `{shown(first)}`"
            return Broken(text[:start].count(b"\n") + 1, f"does not parse: {what}")
        waiting += reversed(node.children)
    return Broken(1, "does not parse")
