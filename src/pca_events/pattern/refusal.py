"""What a part of a pattern is refused with, and what it looks like to AWS."""

from decimal import Decimal
from typing import Any

from pca_events.pattern.documents import Members
from pca_events.pattern.leaves import WrittenNumber, comparable

ONE_KEY = "Only one key allowed in match expression"
TOO_MANY = "Too many elements in numeric expression"


class Refused(Exception):
    """A part of a pattern that EventBridge refuses; what lies around it adds the steps that lead there."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.steps: list[int] = []
        self.names: list[str] = []

    def inside(self, step: int, name: str) -> None:
        """Note the number and the name of the part that it lies in."""
        self.steps.insert(0, step)
        if name:
            self.names.insert(0, name)


def text_operand(operand: Any, operator: str) -> str:
    """Return the operand of an operator that takes a text."""
    if not isinstance(operand, str):
        raise Refused(f"{operator} match pattern must be a string")
    return operand


def is_array(node: Any) -> bool:
    """Whether a part of a pattern is an array."""
    return isinstance(node, list) and not isinstance(node, Members)


def is_number(node: Any) -> bool:
    """Whether a part of a pattern is a number."""
    return isinstance(node, (int, Decimal)) and not isinstance(node, bool)


def number_operand(node: int | Decimal) -> float:
    """Return a number that can be compared."""
    number = comparable(node)
    if number is None:
        raise Refused(f"Cannot compare number : {token(node)}")
    return number


def token(node: Any) -> str:
    """Return what AWS prints for a part of a pattern: its text, or the bracket that it begins with."""
    if isinstance(node, list):
        return "{" if isinstance(node, Members) else "["
    if isinstance(node, WrittenNumber):
        return node.text
    if node is None or isinstance(node, bool):
        return {True: "true", False: "false", None: "null"}[node]
    return str(node)
