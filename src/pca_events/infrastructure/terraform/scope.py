"""The names of one module of Terraform: locals, variables, data sources, resources and modules with their instances."""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.terraform import nodes
from pca_events.infrastructure.terraform.attributes import ResourceAttributes
from pca_events.infrastructure.terraform.blocks import Broken
from pca_events.infrastructure.terraform.folder import Folder
from pca_events.infrastructure.terraform.instances import Declared, Instance, counted, depends_on, for_each, widest
from pca_events.infrastructure.terraform.module_tree import DEEPEST_CALL, MOST_CALLS, Evaluation
from pca_events.infrastructure.terraform.references import (
    Arguments,
    Given,
    Referred,
    Step,
    with_defaults,
    without_meaning,
)
from pca_events.infrastructure.terraform.source_files import ENCRYPTED, FilesBeside
from pca_events.infrastructure.terraform.syntax import Body, Expression
from pca_events.infrastructure.terraform.values import MOST_VALUES, Evaluator, size

_NOTHING: Mapping[str, Any] = {}
_META = {"source", "version", "providers", "count", "for_each", "depends_on"}


class ModuleNames:
    """The names of one module, called with given arguments, and their values."""

    def __init__(
        self,
        folder: Folder,
        evaluation: Evaluation,
        given: Mapping[str, Given],
        prefix: str = "",
        chain: tuple[str, ...] = (),
        off: str = "",
    ) -> None:
        """Prepare the names of a folder.

        Args:
            folder: the module.
            evaluation: the state shared with the other modules.
            given: the values of its variables.
            prefix: its address with a trailing dot: `module.crl.`; empty for a root module.
            chain: the folders of the modules on the call path, this one included.
            off: why the call is not deployed by default.
        """
        self.folder, self.prefix, self.given, self.off = folder, prefix, given, off
        self.evaluation, self._chain = evaluation, chain or (os.path.realpath(folder.path),)
        self._evaluator = Evaluator(self)
        self._attributes = ResourceAttributes(self)
        self._noted: set[int] = set()
        self.declared = folder.by_address
        self._instances: dict[int, list[Instance]] = {}
        self._children: dict[int, dict[str, ModuleNames]] = {}
        self._known: dict[str, Any] = {}
        self._running: set[str] = set()
        self._locals: dict[str, Expression] | None = None

    @property
    def files(self) -> FilesBeside:
        """The files that functions can read."""
        return self.evaluation.files

    def spend(self, steps: int = 1) -> bool:
        """Count evaluation steps; False if the limit is exceeded."""
        return self.evaluation.spend(steps)

    def body(self, block: Declared) -> Body:
        """The body of a block; syntax errors are recorded by line."""
        if block.line not in self._noted:
            self._noted.add(block.line)
            for fault in block.body.faults:
                self.evaluation.note(fault.line, str(fault))
        return block.body

    def value(self, expression: Expression, bound: Mapping[str, Any]) -> Any:
        """The value of an expression; a syntax error is recorded by line, and the value is Unknown."""
        try:
            return _small(self._evaluator.value(expression, bound))
        except Broken as error:
            self.evaluation.note(error.line, str(error))
            return Unknown("an expression that does not parse")

    def part(self, node: nodes.Node, line: int, bound: Mapping[str, Any]) -> Any:
        """The value of a part of an expression that begins on this line."""
        return self._evaluator.node(node, line, bound)

    def arguments(self, instance: Instance) -> Arguments:
        """The arguments of an instance."""
        return Arguments(self, instance.body, instance.bound)

    def instances(self, block: Declared) -> list[Instance]:
        """The instances of a block; with `count = 0`, a single one that is off."""
        if block.line not in self._instances:
            self._instances[block.line] = self.once(f"instances of {block.line}", lambda: self._made(block), [])
        return self._instances[block.line]

    def _made(self, block: Declared) -> list[Instance]:
        body = self.body(block)
        if each := body.arguments.get("for_each"):
            over = self.value(each, _NOTHING)
            over = self.every(over) if isinstance(over, Reference) else over
            off = (depends_on(self, each) or f"for_each = {each.written}") if over in ({}, []) else ""
            if off or isinstance(over, Unknown):
                over = _small(widest(self, each, off=bool(off)))
            return for_each(block, body, over, off)
        if count := body.arguments.get("count"):
            return counted(
                block, body, self.value(count, _NOTHING), depends_on(self, count) or f"count = {count.written}"
            )
        return [Instance(block.address, block, body)]

    def attribute(self, of: Reference, step: Step) -> Any:
        """The value of a step from a reference to a resource."""
        return self._owner(of)._attributes.attribute(of, step)

    def every(self, of: Reference) -> Any:
        """The instances of a resource: a list, or an object of them by key; else Unknown."""
        return self._owner(of)._attributes.every(of)

    def _owner(self, of: Reference) -> "ModuleNames":
        return of.owner if isinstance(of, Referred) and of.owner else self

    def rendered(self, template: Any, values: Any) -> Any:
        """A template rendered with these values."""
        return self._evaluator.rendered(template, values)

    def children(self, block: Declared) -> "dict[str, ModuleNames]":
        """The modules of a call to a local module, by address; empty if the call is not followed."""
        if block.line not in self._children:
            self._children[block.line] = {}
            self._children[block.line] = self._followed(block)
        return self._children[block.line]

    def _followed(self, block: Declared) -> "dict[str, ModuleNames]":
        path = self.folder.source_folder(block)
        folder = self.evaluation.folders.folder(path) if path else None
        if folder is None:
            return {}
        real = os.path.realpath(path)
        self.evaluation.folders_called.add(real)
        if real in self._chain:
            self.evaluation.note(block.line, f"{block.address} calls a module that calls this module: {path}")
            return {}
        if len(self._chain) > DEEPEST_CALL:
            self.evaluation.note(block.line, f"module calls are nested more than {DEEPEST_CALL} deep")
            return {}
        made = {}
        for instance in self.instances(block):
            self.evaluation.calls += 1
            if self.evaluation.calls > MOST_CALLS:
                if self.evaluation.calls == MOST_CALLS + 1:
                    self.evaluation.note(block.line, f"more than {MOST_CALLS:,} module calls; the rest is not read")
                break
            made[instance.address] = self._child(folder, instance, (*self._chain, real))
        return made

    def _child(self, folder: Folder, instance: Instance, chain: tuple[str, ...]) -> "ModuleNames":
        written = instance.body.arguments
        strange = "providers" in written
        given = {
            name: Given(expression, self, instance.bound, strange)
            for name, expression in written.items()
            if name not in _META
        }
        prefix = f"{self.prefix}{instance.address}."
        return ModuleNames(folder, self.evaluation, given, prefix, chain, self.off or instance.off)

    def named(self, root: str, steps: list[Step]) -> tuple[Any, list[Step]]:
        """The value of the beginning of `root.step.step`, and the remaining steps."""
        if root == "local" and steps:
            return self._local(str(steps[0].key)), steps[1:]
        if root == "var" and steps:
            return self.variable(str(steps[0].key)), steps[1:]
        if root == "path" and steps and (path := self._path(str(steps[0].key))):
            return path, steps[1:]
        length = 2 if root in ("data", "module") else 1
        taken = 1 if root == "module" else length
        address = ".".join([root, *(str(step.key) for step in steps[:taken])])
        if address in self.declared or root == "module" or (len(steps) >= taken and "_" in address):
            return Referred(address, resource=self.prefix + address, owner=self), steps[taken:]
        return Unknown("".join([root, *(step.text for step in steps)])), []

    def _path(self, name: str) -> str:
        """The folder of this module or of the root module, as a path for functions."""
        if name in ("root", "cwd"):
            return "."
        return os.path.relpath(self.folder.path or ".", self.evaluation.root or ".") if name == "module" else ""

    def _local(self, name: str) -> Any:
        expression = self.locals().get(name)
        return self.once(f"local.{name}", lambda: self._there(expression), self._not_there(f"local.{name}"))

    def locals(self) -> dict[str, Expression]:
        """The expressions of the locals, by name."""
        if self._locals is None:
            self._locals = {}
            for block in self.folder.declared:
                if block.kind == "locals":
                    self._locals |= self.body(block).arguments
        return self._locals

    def _not_there(self, name: str) -> Unknown:
        return Unknown(ENCRYPTED if self.folder.encrypted else name)

    def variable(self, name: str) -> Any:
        """The value of a variable."""
        return self.once(f"var.{name}", lambda: self._of_variable(name), self._not_there(f"var.{name}"))

    def _of_variable(self, name: str) -> Any:
        block = self.declared.get(f"variable.{name}")
        arguments = self.body(block).arguments if block else {}
        value = self._given_value(self.given[name]) if name in self.given else None
        if name not in self.given or (value is None and not self._is_nullable(arguments)):
            value = self._there(arguments.get("default"))
        return self.typed(name, value)

    def default_of(self, name: str) -> Expression | None:
        """The expression of the default of a variable."""
        block = self.declared.get(f"variable.{name}")
        return self.body(block).arguments.get("default") if block else None

    def typed(self, name: str, value: Any) -> Any:
        """The value of a variable with the defaults of its type applied."""
        block = self.declared.get(f"variable.{name}")
        if block and (kind := self.body(block).arguments.get("type")):
            try:
                value = with_defaults(value, kind.node, lambda node: self._default(kind, node))
            except (Broken, RecursionError):
                return value
        return value

    def _given_value(self, given: Given) -> Any:
        if given.expression is None:
            return given.value
        value = (given.caller or self).value(given.expression, given.bound)
        return without_meaning(value) if given.strange else value

    def _default(self, kind: Expression, node: nodes.Node) -> Any:
        return self._evaluator.node(node, kind.line, _NOTHING)

    def _is_nullable(self, arguments: Mapping[str, Expression]) -> bool:
        written = arguments.get("nullable")
        return written is None or self.value(written, _NOTHING) is not False

    def _there(self, expression: Expression | None) -> Any:
        if expression is None:
            raise LookupError
        return self.value(expression, _NOTHING)

    def once(self, name: str, make: Callable[[], Any], otherwise: Any) -> Any:
        """Compute a value once; `otherwise` if it depends on itself or does not exist."""
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

    def whole(self) -> "Iterator[ModuleNames]":
        """This module and all modules that it calls."""
        waiting = [self]
        while waiting:
            names = waiting.pop(0)
            yield names
            for block in names.folder.declared:
                if block.kind == "module" and block.labels:
                    waiting += names.children(block).values()


def _small(value: Any) -> Any:
    """The value, or Unknown if it is too large."""
    return Unknown("a value that is too large") if size(value) > MOST_VALUES else value
