"""What the expressions of Terraform come to, as far as that can be known without running it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lark import Token

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import Reference, joined
from pca_events.infrastructure.source_tree import Object, Text
from pca_events.infrastructure.terraform.blocks import Broken
from pca_events.infrastructure.terraform.functions import call, text_of
from pca_events.infrastructure.terraform.operators import binary, negated
from pca_events.infrastructure.terraform.syntax import Expression, Node, line_of, parse_expression, source_text, trees
from pca_events.infrastructure.terraform.templates import heredoc, template_pieces, unescaped
from pca_events.infrastructure.terraform.traversal import Names, Step, follow, items

MOST_STEPS = 200_000
"""How many expressions the value of one argument may take; what takes more is not known."""

_WRONG = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class _At:
    """Where an expression stands: in which text, on which line that begins, and which names are bound there."""

    text: str
    line: int
    bound: Mapping[str, Any]


class Evaluator:
    """Gives the values of expressions."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._steps = 0
        self._depth = 0

    def value(self, expression: Expression, bound: Mapping[str, Any]) -> Any:
        """What an expression comes to; Unknown where that cannot be known.

        Raises:
            Broken: it is nested too deep.
        """
        if not self._depth:
            self._steps = 0
        self._depth += 1
        try:
            return self._value(expression.node, _At(expression.text, expression.line, bound))
        except RecursionError:
            raise Broken(expression.first_line, "is nested too deep") from None
        finally:
            self._depth -= 1

    def _value(self, node: Any, at: _At) -> Any:
        self._steps += 1
        if self._steps > MOST_STEPS:
            return Unknown(_short(source_text(node, at.text)))
        try:
            read = getattr(self, f"_{node.data}", None) if hasattr(node, "data") else None
            return read(node, at) if read else self._json(node, at)
        except _WRONG:
            return Unknown(_short(source_text(node, at.text)))

    def _json(self, value: Any, at: _At) -> Any:
        """A value of a `.tf.json` file, in which every text is a template."""
        if isinstance(value, dict):
            made = Object(value.line if isinstance(value, Object) else at.line)
            for key, held in value.items():
                line = value.line_of(key) if isinstance(value, Object) else at.line
                made.put(key, self._value(held, replace(at, line=line)), (line, line))
            return made
        if isinstance(value, list):
            return [self._value(held, at) for held in value]
        if hasattr(value, "data"):
            raise ValueError(f"{value.data} is not known here")
        return self._template(value, at) if isinstance(value, str) else value

    def _expr_term(self, node: Node, at: _At) -> Any:
        return self._value(trees(node)[0], at)

    def _literal_value(self, node: Node, at: _At) -> Any:  # noqa: ARG002
        return {"true": True, "false": False, "null": None}[str(node.children[0])]

    def _int_lit(self, node: Node, at: _At) -> Any:  # noqa: ARG002
        return int(str(node.children[0]))

    def _float_lit(self, node: Node, at: _At) -> Any:  # noqa: ARG002
        return float(str(node.children[0]))

    def _identifier(self, node: Node, at: _At) -> Any:
        return self._path(str(node.children[0]), [], at)

    def _tuple(self, node: Node, at: _At) -> Any:
        return [self._value(child, at) for child in trees(node)]

    def _object(self, node: Node, at: _At) -> Any:
        made = Object(line_of(node, at.line))
        for element in trees(node):
            key_node, value_node = trees(element)
            key = self._key(key_node, at)
            made.put(key, self._value(value_node, at), (line_of(element, at.line), at.line + element.meta.end_line - 1))
        return made

    def _key(self, node: Node, at: _At) -> str:
        """The key of an object: a bare name stands for itself.

        Raises:
            TypeError: it is not known.
        """
        inner = trees(node)[0]
        bare = inner if inner.data == "keyword" else trees(inner)[0]
        if bare.data in ("identifier", "keyword", "literal_value") and len(inner.children) == 1:
            return str(bare.children[0])
        key = text_of(self._value(inner, at))
        if isinstance(key, Unknown):
            raise TypeError("the key is not known")
        return key

    def _conditional(self, node: Node, at: _At) -> Any:
        condition, then, otherwise = trees(node)
        known = self._value(condition, at)
        if isinstance(known, Unknown):
            first, second = self._value(then, at), self._value(otherwise, at)
            return first if first == second else Unknown(_short(source_text(node, at.text)))
        return self._value(then if known in (True, "true") else otherwise, at)

    def _binary_op(self, node: Node, at: _At) -> Any:
        left, term = trees(node)
        operator, right = trees(term)
        return binary(str(operator.children[0]).split()[-1], self._value(left, at), lambda: self._value(right, at))

    def _unary_op(self, node: Node, at: _At) -> Any:
        return negated(str(node.children[0]), self._value(trees(node)[0], at))

    def _function_call(self, node: Node, at: _At) -> Any:
        name, *rest = trees(node)
        arguments = [self._value(child, at) for held in rest for child in trees(held)]
        if rest and any(isinstance(child, Token) and child.type == "ELLIPSIS" for child in rest[0].children):
            arguments[-1:] = arguments[-1]
        return call(str(name.children[0]), arguments)

    def _string(self, node: Node, at: _At) -> Any:
        pieces = []
        for part in trees(node):
            (held,) = part.children
            if not isinstance(held, Token):
                if held.data != "interpolation":
                    raise ValueError("template directives are not known here")
                held = self._value(trees(held)[0], at)
            pieces.append(unescaped(held) if isinstance(held, Token) else held)
        return pieces[0] if len(pieces) == 1 else joined(map(text_of, pieces))

    def _heredoc_template(self, node: Node, at: _At) -> Any:
        return self._template(Text(heredoc(str(node.children[0])), line_of(node, at.line) + 1), at)

    _heredoc_template_trim = _heredoc_template

    def _template(self, text: str, at: _At) -> Any:
        """A text with `${...}` in it."""
        line = text.line if isinstance(text, Text) else 0
        pieces = [
            self._interpolated(piece, of, replace(at, line=line or at.line)) for piece, of in template_pieces(text)
        ]
        whole = text.strip().startswith("${") and len(pieces) == 1
        return pieces[0] if whole else joined(map(text_of, pieces), line)

    def _interpolated(self, piece: str, above: str | None, at: _At) -> Any:
        if above is None:
            return piece
        try:
            parsed = parse_expression(piece.strip("~ \t\r\n"))
        except Broken:
            return Unknown(_short(" ".join(piece.split())))
        return self._value(parsed.node, _At(parsed.text, at.line + above.count("\n"), at.bound))

    def _get_attr_expr_term(self, node: Node, at: _At) -> Any:
        steps: list[Step] = []
        while node.data in ("get_attr_expr_term", "index_expr_term"):
            above, step = trees(node)
            steps.insert(0, self._step(step, at))
            inner = trees(above)
            if len(above.children) > 1 or inner[0].data not in ("get_attr_expr_term", "index_expr_term"):
                node = above
                break
            node = inner[0]
        if len(node.children) == 1 and trees(node)[0].data == "identifier":
            return self._path(str(trees(node)[0].children[0]), steps, at)
        return follow(self._names, self._value(node, at), steps)

    _index_expr_term = _get_attr_expr_term

    def _step(self, node: Node, at: _At) -> Step:
        if node.data == "get_attr":
            name = str(trees(node)[0].children[0])
            return Step(name, f".{name}")
        if node.data == "short_index":
            return Step(int(str(node.children[-1])), f"[{node.children[-1]}]")
        key = self._value(trees(node)[0], at)
        if isinstance(key, Unknown):
            return Step(key, f"[{source_text(trees(node)[0], at.text)}]")
        return Step(key, f'["{key}"]' if isinstance(key, str) else f"[{key}]")

    def _path(self, root: str, steps: list[Step], at: _At) -> Any:
        if root in at.bound:
            value, rest = at.bound[root], steps
        else:
            value, rest = self._names.named(root, steps)
        return follow(self._names, value, rest)

    def _full_splat_expr_term(self, node: Node, at: _At) -> Any:
        base, splat = trees(node)
        value, steps = self._value(base, at), [self._step(step, at) for step in trees(splat)]
        if isinstance(value, Reference):
            value = self._names.every(value)
        if not isinstance(value, list):
            raise TypeError("it is not known how many there are")
        return [follow(self._names, item, steps) for item in value]

    _attr_splat_expr_term = _full_splat_expr_term

    def _for_tuple_expr(self, node: Node, at: _At) -> Any:
        return [self._value(trees(node)[1], within) for within in self._each(node, at)]

    def _for_object_expr(self, node: Node, at: _At) -> Any:
        made = Object(line_of(node, at.line))
        _, key_node, value_node = trees(node)[:3]
        grouped = any(isinstance(child, Token) and child.type == "ELLIPSIS" for child in node.children)
        for within in self._each(node, at):
            key = text_of(self._value(key_node, within))
            if isinstance(key, Unknown):
                raise TypeError("the key is not known")
            value = self._value(value_node, within)
            made.put(key, [*made.get(key, []), value] if grouped else value, (made.line, made.line))
        return made

    def _each(self, node: Node, at: _At) -> Iterator[_At]:
        """The bindings of a `for`, one after another."""
        *names, collection = trees(trees(node)[0])
        words = [str(name.children[0]) for name in names]
        value = self._value(collection, at)
        if isinstance(value, Reference):
            value = self._names.every(value)
        for key, held in items(value):
            bound = {words[-1]: held} | ({words[0]: key} if len(words) == 2 else {})
            within = replace(at, bound={**at.bound, **bound})
            if self._is_kept(trees(node)[-1], within):
                yield within

    def _is_kept(self, node: Node, at: _At) -> bool:
        if node.data != "for_cond":
            return True
        kept = self._value(trees(node)[0], at)
        if not isinstance(kept, bool):
            raise TypeError("it is not known whether it is there")
        return kept


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."
