"""Ready-to-use rules for an event: the event pattern, Terraform, CloudFormation, and the AWS CLI."""

import json
from collections.abc import Callable
from typing import Any

from pca_events.catalog import DocumentedEvent


def _pattern(event: DocumentedEvent) -> str:
    return _json(event.pattern, "")


def _json(value: Any, indent: str) -> str:
    if not isinstance(value, dict):
        return json.dumps(value)
    members = [f"{indent}  {json.dumps(name)}: {_json(item, indent + '  ')}" for name, item in value.items()]
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"


def _terraform(event: DocumentedEvent) -> str:
    return f'''resource "aws_cloudwatch_event_rule" "{event.id.replace("-", "_")}" {{
  name        = "{event.id}"
  description = "{event.meaning}"

  event_pattern = jsonencode({_hcl(event.pattern, "  ")})
}}'''


def _hcl(value: Any, indent: str) -> str:
    if not isinstance(value, dict):
        return json.dumps(value)
    width = max(len(name) for name, item in value.items() if not isinstance(item, dict))
    lines = [
        f"{indent}  {name if isinstance(item, dict) else name.ljust(width)} = {_hcl(item, indent + '  ')}"
        for name, item in value.items()
    ]
    return "\n".join(["{", *lines, f"{indent}}}"])


def _cloudformation(event: DocumentedEvent) -> str:
    name = "".join(word.title() for word in event.id.split("-"))
    return f"""{name}:
  Type: AWS::Events::Rule
  Properties:
    Name: {event.id}
    Description: {json.dumps(event.meaning)}
    EventPattern:
{_yaml(event.pattern, "      ")}"""


def _yaml(value: dict[str, Any], indent: str) -> str:
    lines = []
    for name, item in value.items():
        if isinstance(item, dict):
            lines += [f"{indent}{name}:", _yaml(item, f"{indent}  ")]
        else:
            lines += [f"{indent}{name}:", *(f"{indent}  - {json.dumps(choice)}" for choice in item)]
    return "\n".join(lines)


def _cli(event: DocumentedEvent) -> str:
    return f"aws events put-rule --name {event.id} --event-pattern '{json.dumps(event.pattern)}'"


NOTATIONS: dict[str, Callable[[DocumentedEvent], str]] = {
    "pattern": _pattern,
    "terraform": _terraform,
    "cloudformation": _cloudformation,
    "cli": _cli,
}
"""The notations of a rule, and the functions that write them."""


def rule_snippet(event: DocumentedEvent, notation: str) -> str:
    """Write the rule that matches this event and no other documented event.

    Args:
        event: a documented event.
        notation: one of `NOTATIONS`.
    """
    return NOTATIONS[notation](event)
