"""The names of one module of Terraform: locals, variables, data sources and resources with their instances."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.terraform.arguments import Arguments
from pca_events.infrastructure.terraform.blocks import Broken
from pca_events.infrastructure.terraform.functions import decoded
from pca_events.infrastructure.terraform.instances import Declared, Instance, counted, for_each
from pca_events.infrastructure.terraform.policy import policy_document
from pca_events.infrastructure.terraform.syntax import Body, Expression
from pca_events.infrastructure.terraform.traversal import Step
from pca_events.infrastructure.terraform.values import Evaluator

MOST_VALUES = 50_000
"""How many values may be in one; what has more is not known."""

_RULE, _BUS = "aws_cloudwatch_event_rule", "aws_cloudwatch_event_bus"
_NOTHING: Mapping[str, Any] = {}


class ModuleNames:
    """What names stand for in one module."""

    def __init__(self, declared: list[Declared], given: Mapping[str, Expression]) -> None:
        """Take all blocks of the module, and the values that are given to its variables."""
        self._evaluator = Evaluator(self)
        self.broken: dict[int, str] = {}
        self._declared = {block.address: block for block in declared if block.kind != "locals"}
        self._local_blocks = [block for block in declared if block.kind == "locals"]
        self._given = given
        self._bodies: dict[int, Body] = {}
        self._instances: dict[str, list[Instance]] = {}
        self._known: dict[str, Any] = {}
        self._running: set[str] = set()
        self._locals: dict[str, Expression] | None = None

    def body(self, block: Declared) -> Body:
        """What is in a block; nothing where it is broken, which is noted by its line."""
        if block.line not in self._bodies:
            try:
                self._bodies[block.line] = block.parse()
            except Broken as error:
                self._note(error)
                self._bodies[block.line] = Body(block.line)
        return self._bodies[block.line]

    def _note(self, error: Broken) -> None:
        self.broken.setdefault(error.line, str(error))

    def value(self, expression: Expression, bound: Mapping[str, Any]) -> Any:
        """What an expression comes to; one that is broken is noted by its line, and not known."""
        try:
            return _small(self._evaluator.value(expression, bound))
        except Broken as error:
            self._note(error)
            return Unknown("what is nested too deep")

    def arguments(self, instance: Instance) -> Arguments:
        """The values of an instance."""
        return Arguments(self, instance.body, instance.bound)

    def instances(self, block: Declared) -> list[Instance]:
        """What a block makes: nothing with `count = 0`."""
        if block.address not in self._instances:
            self._instances[block.address] = self._once(f"instances of {block.address}", lambda: self._made(block), [])
        return self._instances[block.address]

    def _made(self, block: Declared) -> list[Instance]:
        body = self.body(block)
        if each := body.arguments.get("for_each"):
            over = self.value(each, _NOTHING)
            return for_each(block, body, self.every(over) if isinstance(over, Reference) else over)
        if count := body.arguments.get("count"):
            return counted(block, body, self.value(count, _NOTHING))
        return [Instance(block.address, block, body)]

    def named(self, root: str, steps: list[Step]) -> tuple[Any, list[Step]]:
        """What the beginning of `root.step.step` is, and the steps that are left to go."""
        if root == "local" and steps:
            return self._local(str(steps[0].key)), steps[1:]
        if root == "var" and steps:
            return self._variable(str(steps[0].key)), steps[1:]
        length = 2 if root in ("data", "module") else 1
        taken = 1 if root == "module" else length
        address = ".".join([root, *(str(step.key) for step in steps[:taken])])
        if address in self._declared or root == "module" or (len(steps) >= taken and "_" in address):
            return Reference(address, resource=address), steps[taken:]
        return Unknown("".join([root, *(step.text for step in steps)])), []

    def attribute(self, of: Reference, step: Step) -> Any:
        """What a step from a resource, or from what is known of it, leads to."""
        if of.attribute or not step.text.startswith("."):
            resource = of.resource if of.attribute else of.resource + step.text
            return Reference(
                of.reason + step.text, resource=resource, attribute=of.attribute and of.attribute + step.text
            )
        found = Reference(of.reason + step.text, resource=of.resource, attribute=str(step.key))
        return self._once(found.reason, lambda: self._configured(found), found)

    def every(self, of: Reference) -> Any:
        """The instances of a resource: a list, or an object of them by key; else Unknown."""
        block = self._declared.get(of.resource)
        found = self.instances(block) if block else []
        references = [Reference(instance.address, resource=instance.address) for instance in found]
        keys = [instance.bound.get("each", {}).get("key") for instance in found]
        if not found or any("*" in instance.address for instance in found):
            return Unknown(of.reason)
        return dict(zip(keys, references, strict=True)) if keys[0] is not None else references

    def _configured(self, found: Reference) -> Any:
        """What the text says about an attribute of a resource, as far as it says anything."""
        block = self._declared.get(re.sub(r"\[.*", "", found.resource))
        of = [instance for instance in self.instances(block) if instance.address == found.resource] if block else []
        if not block or not of or block.labels[:1] == (_RULE,) or block.kind not in ("resource", "data"):
            return found
        values = self.arguments(of[0])
        if block.address.startswith("data.aws_iam_policy_document.") and found.attribute == "json":
            return policy_document(values.get)
        if block.labels[0] == _BUS and found.attribute in ("arn", "id") and isinstance(name := values.get("name"), str):
            named = (None, f":event-bus/{name}")
            return name if found.attribute == "id" else Unknown(found.reason, named)
        value = values.get(found.attribute) if found.attribute in of[0].body.arguments else None
        return found if value is None else value

    def _local(self, name: str) -> Any:
        if self._locals is None:
            bodies = [self.body(block) for block in self._local_blocks]
            self._locals = {key: held for body in bodies for key, held in body.arguments.items()}
        expression = self._locals.get(name)
        return self._once(f"local.{name}", lambda: self._there(expression), Unknown(f"local.{name}"))

    def _variable(self, name: str) -> Any:
        block = self._declared.get(f"variable.{name}")
        expression = self._given.get(name) or (self.body(block).arguments.get("default") if block else None)
        return self._once(f"var.{name}", lambda: self._there(expression), Unknown(f"var.{name}"))

    def _there(self, expression: Expression | None) -> Any:
        if expression is None:
            raise LookupError
        return self.value(expression, _NOTHING)

    def _once(self, name: str, make: Callable[[], Any], otherwise: Any) -> Any:
        """Make a value once; what depends on itself or is not there has another."""
        if name in self._running:
            return otherwise
        if name not in self._known:
            self._running.add(name)
            try:
                self._known[name] = make()
            except LookupError:
                self._known[name] = otherwise
            finally:
                self._running.discard(name)
        return self._known[name]


def _small(value: Any) -> Any:
    """The value, or Unknown in place of one that is too large to be handled."""
    waiting, count = [value], 0
    while waiting:
        held = decoded(waiting.pop())
        inner = held.values() if isinstance(held, dict) else held if isinstance(held, list) else ()
        count += 1 + len(inner) + (len(held) // 64 if isinstance(held, str) else 0)
        if count > MOST_VALUES:
            return Unknown("a value that is too large")
        waiting += inner
    return value
