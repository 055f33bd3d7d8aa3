"""Terraform and OpenTofu configurations: the files of one folder form a module, which may call other modules."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pca_events.infrastructure.discovery import FOUND_ANYWAY
from pca_events.infrastructure.model import Reading, Rule, SourceLocation, Unknown, Unreadable
from pca_events.infrastructure.terraform import nodes, other_patterns
from pca_events.infrastructure.terraform.blocks import Broken
from pca_events.infrastructure.terraform.folder import Folder
from pca_events.infrastructure.terraform.instances import Declared, Instance, depends_on
from pca_events.infrastructure.terraform.lookup import GRANTS, MODULE, NotByDefault, Resource
from pca_events.infrastructure.terraform.module_calls import PublicModule, given_patterns, is_public_module, rules_given
from pca_events.infrastructure.terraform.module_tree import MOST_STEPS, Evaluation, ModuleFolders
from pca_events.infrastructure.terraform.references import Given, without_meaning
from pca_events.infrastructure.terraform.resources import READ, RULE, Resources
from pca_events.infrastructure.terraform.scope import ModuleNames
from pca_events.infrastructure.terraform.source_files import (
    FilesBeside,
    in_file,
    last_line_of,
    line_of,
    pattern_and_lines,
    same_file,
)
from pca_events.infrastructure.terraform.syntax import Expression

_PASSED_ON = {"jsonencode", "tostring", "trimspace", "try", "coalesce", "nonsensitive"}
_SWITCHES = ("enabled", "create", "create_rule")
_PROVIDER = {"provider", "region"}


def read_folder(folder: Folder, folders: ModuleFolders) -> tuple[Reading, set[str]]:
    """Read a folder as a root module with its local modules; return the real paths of their folders too."""
    reading = Reading(unreadable=list(folder.faults))
    if not _concerned(folder, folders):
        return reading, {os.path.realpath(path) for path in _called(folder, folders)}
    evaluation = Evaluation(folders, folder.path, FilesBeside(folders.tree, folders.lines, folder.path))
    given = {name: Given(expression) for name, expression in folder.given.items()}
    reading.add(read_root(ModuleNames(folder, evaluation, given)))
    return reading, evaluation.folders_called


def read_root(names: ModuleNames) -> Reading:
    """Read a root module and all modules that it calls."""
    lines, evaluation = names.evaluation.folders.lines, names.evaluation
    reading = Reading()
    try:
        reading = Root(names).reading()
    except RecursionError:
        concerned = names.folder.files[0] if names.folder.files else names.folder.path
        reading.unreadable.append(Unreadable(SourceLocation(concerned, 1), "is nested too deeply"))
    faults = [Unreadable(lines.place(line), why) for line, why in evaluation.faults.items()]
    if evaluation.steps > MOST_STEPS and names.folder.files:
        message = f"takes more than {MOST_STEPS:,} steps to evaluate; its remaining values are unknown"
        faults.append(Unreadable(SourceLocation(names.folder.files[0], 1), message))
    reading.unreadable = sorted({*reading.unreadable, *faults})
    return reading


def _called(folder: Folder, folders: ModuleFolders) -> set[str]:
    """The folders of the modules that a folder calls, directly or indirectly."""
    found: set[str] = set()
    waiting = [folder]
    while waiting:
        for path in waiting.pop().local_sources:
            if path not in found and (called := folders.folder(path)):
                found.add(path)
                waiting.append(called)
    return found


def _concerned(folder: Folder, folders: ModuleFolders) -> bool:
    """Whether a folder, or a module that it calls, may contain rules."""
    if folder.concerns_events:
        return True
    called = (folders.folder(path) for path in _called(folder, folders))
    return any(held.concerns_events for held in called if held)


class Root:
    """A root module and all modules that it calls."""

    def __init__(self, names: ModuleNames) -> None:
        self._names = names
        self._lines = names.evaluation.folders.lines
        self._resources: list[tuple[Resource, str]] = []
        self._rules: list[Rule] = []
        self._reading = Reading()

    def reading(self) -> Reading:
        """Evaluate the rules and everything that they depend on."""
        self._take_all()
        for names in self._names.whole():
            self._faults_of(names)
        self._reading.rules = list(filter(self._is_worth_telling, self._rules + self._put_together()))
        for names in self._names.whole():
            self._reading.unreadable += self._duplicates(names)
        return self._reading

    def _take_all(self) -> list[tuple[Resource, str]]:
        for names in self._names.whole():
            for block in names.folder.declared:
                self._take(names, block)
        return self._resources

    def _faults_of(self, names: ModuleNames) -> None:
        if names is not self._names:
            self._reading.unreadable += names.folder.faults

    def _duplicates(self, names: ModuleNames) -> Iterator[Unreadable]:
        """The duplicate declarations that affect rules."""
        for block, first in names.folder.duplicates:
            address = f"{names.prefix}{block.address}"
            kind = block.address.rpartition(".")[0]
            called = block.kind == "module" and any(rule.name.startswith(address) for rule in self._reading.rules)
            if called or (block.kind in ("resource", "data") and _is_read(kind)):
                yield Unreadable(
                    self._lines.place(block.line),
                    f"duplicate {block.kind} {block.address}: also declared in {self._lines.place(first.line)}; "
                    "remove or rename one of them",
                )

    def _put_together(self) -> list[Rule]:
        """The rules that are deployed by default, then those that are off, read as if everything were deployed."""
        off = {resource.address: why for resource, why in self._resources if why}
        found = Resources([*self._unread_grants(), *filter(None, map(_by_default, self._resources))]).rules()
        if not off:
            return found
        evaluation = replace(self._names.evaluation, as_if_on=True, calls=0, resources=0)
        every = Root(ModuleNames(self._names.folder, evaluation, self._names.given))._take_all()
        everything = Resources([*self._unread_grants(), *(resource for resource, _ in every)]).rules()
        return found + [replace(rule, off=off[rule.name]) for rule in everything if rule.name in off]

    def _unread_grants(self) -> Iterator[Resource]:
        """Placeholders for grants in files, or parts of files, that cannot be read."""
        if any(names.folder.faults for names in self._names.whole()):
            nowhere = SourceLocation(self._names.folder.files[0], 1)
            yield from (Resource(kind, "", nowhere, 1, NotByDefault({}, "")) for kind in GRANTS)

    def _is_worth_telling(self, rule: Rule) -> bool:
        """Whether anything is known of a rule; the pattern of a rule that its module does not create is unknown."""
        return not (rule.off and rule.name.startswith("module.") and isinstance(rule.pattern, Unknown))

    def _take(self, names: ModuleNames, block: Declared) -> None:
        kind = block.address.rpartition(".")[0]
        if block.kind == "module" and block.labels:
            if not names.children(block):
                self._called_elsewhere(names, block)
        elif block.kind in ("resource", "data") and _is_read(kind) and not (names.prefix and names.evaluation.is_full):
            instances = names.instances(block)
            for instance in instances:
                if (names.prefix or len(instances) > 1) and not names.evaluation.has_room(block.line):
                    return
                self._instance(names, kind, instance)

    def _instance(self, names: ModuleNames, kind: str, instance: Instance) -> None:
        block, off = instance.declared, names.off or instance.off
        address = names.prefix + instance.address
        values = names.arguments(instance)
        if region := names.folder.providers.region_of(instance.body):
            values.put("region", region)
        place, last = self._lines.place(block.line), in_file(block.last_line)
        if kind in other_patterns.STACKS:
            self._stack(names, values.get("template_body"), instance, off)
        elif kind in other_patterns.CUSTOM_BUS_KINDS:
            found_there = other_patterns.read_custom_bus(kind, values.get, address, place, last)
            found_there.subscribers = [replace(held, off=off) for held in found_there.subscribers]
            found_there.event_sources = [replace(held, off=off) for held in found_there.event_sources]
            self._reading.add(found_there)
        elif kind == other_patterns.PIPE:
            found = other_patterns.pipe(values.get, address, place, last, block.line)
            self._rules += [replace(rule, off=off) for rule in found]
        elif kind == other_patterns.ARCHIVE:
            written = _Pattern(names, instance, self._lines.place)
            found = other_patterns.archive(values.get, address, written.place, written.last_line, written.read)
            self._rules += [replace(rule, off=off) for rule in found]
        elif kind == other_patterns.CLOUD_CONTROL_RULE:
            written = _Pattern(names, instance, self._lines.place)
            self._add(
                other_patterns.cloud_control_rule(values.get, address, written.place, written.last_line, written.read),
                off,
            )
        elif kind == RULE:
            written = _Pattern(names, instance, self._lines.place)
            values.put("event_pattern", written.value)
            self._add([Resource(kind, address, written.place, written.last_line, values, written.read)], off)
        else:
            arguments = tuple(instance.body.arguments)
            self._add([Resource(kind, address, place, last, values, arguments=arguments)], off)

    def _add(self, resources: "Iterator[Resource] | list[Resource]", off: str) -> None:
        self._resources += [(resource, off) for resource in resources]

    def _stack(self, names: ModuleNames, body: Any, instance: Instance, off: str) -> None:
        written = instance.body.arguments.get("template_body")
        line = line_of(body) or (written.line if written else instance.declared.line)
        if not same_file(line, instance.declared.line) and self._lines.file(line).endswith(FOUND_ANYWAY):
            return
        address = names.prefix + instance.address
        reading = other_patterns.read_stack(body, address, self._lines.place(line), lines_known=bool(line_of(body)))
        reading.rules = [replace(rule, off=off or rule.off) for rule in reading.rules]
        self._reading.add(reading)
        self._rules += self._reading.rules
        self._reading.rules = []

    def _called_elsewhere(self, names: ModuleNames, block: Declared) -> None:
        """Read the rules of a call to a module whose code is not available."""
        written = block.body.arguments
        source = names.value(written["source"], {}) if "source" in written else None
        local = names.folder.source_folder(block)
        if local and names.evaluation.folders.folder(local):
            return
        spans = {name: (held.line, held.line + held.text.count("\n")) for name, held in written.items()}
        for instance in names.instances(block):
            arguments, off = names.arguments(instance), names.off or instance.off
            off = off or _switched_off(names, instance, arguments.get)
            address = names.prefix + instance.address
            if is_public_module(source):
                self._add(
                    PublicModule(arguments.get, address, (block.line, block.last_line), self._lines).resources(), off
                )
                continue
            place, last = self._lines.place(block.line), in_file(block.last_line)
            self._add([Resource(MODULE, address, place, last, arguments, arguments=tuple(written))], off)
            values = {name: arguments.get(name) for name in written if name not in ("source", "version", "providers")}
            found = given_patterns(values, spans)
            rules = rules_given(address, arguments.get, found, spans, self._lines)
            self._rules += [replace(rule, off=off) for rule in rules]


class _Pattern:
    """The event pattern of a resource, with its location.

    Attributes:
        value: the value of the argument.
    """

    def __init__(self, names: ModuleNames, instance: Instance, place: Callable[[int], SourceLocation]) -> None:
        block = instance.declared
        written = instance.body.arguments.get("event_pattern")
        self.value = names.value(written, instance.bound) if written else None
        if instance.body.arguments.keys() & _PROVIDER:
            self.value = without_meaning(self.value)
        self._line = written.line if written else block.line
        first, last = block.line, block.last_line
        origin = line_of(self.value)
        elsewhere = bool(origin) and not same_file(origin, block.line)
        if elsewhere and written and _is_code(place(origin).file) and place(origin).file not in names.folder.files:
            self._line = first = origin
            last = last_line_of(self.value)
        elif written and not same_file(written.line, block.line):
            first, last = written.line, written.line + written.text.count("\n")
        elif written and not origin and (argument := _argument(names, written)):
            self._line = first = argument.line
            last = argument.line + argument.text.count("\n")
        self.place, self.last_line = place(first), in_file(last)

    def read(self) -> tuple[Any, Mapping[str, int]]:
        """The pattern and the lines of its keys."""
        return pattern_and_lines(self.value, self._line)


def _by_default(resource_and_why: tuple[Resource, str]) -> Resource | None:
    """A resource with default values; for a grant that is off by default, the values are unknown."""
    resource, why = resource_and_why
    if not why:
        return resource
    grants = resource.kind in GRANTS
    return replace(resource, values=NotByDefault(resource.values, GRANTS[resource.kind])) if grants else None


def _switched_off(names: ModuleNames, instance: Instance, get: Callable[[str], Any]) -> str:
    """The argument that disables a module, among the common names for it; empty if it is enabled."""
    for name in _SWITCHES:
        if get(name) is False:
            written = instance.body.arguments[name]
            return depends_on(names, written) or f"{name} = {written.written}"
    return ""


def _is_read(kind: str) -> bool:
    return READ.fullmatch(kind) is not None or kind in other_patterns.KINDS


def _is_code(file: str) -> bool:
    return file.endswith((".tf", ".tofu", ".tf.json", ".tofu.json", ".hcl"))


def _argument(names: ModuleNames, written: Expression) -> Expression | None:
    """The argument of a call, if an expression only passes on the variable of that argument."""
    found = None
    while given := names.given.get(_variable(written)):
        if given.caller is None or given.expression is None:
            break
        names, written, found = given.caller, given.expression, given.expression
    return found


def _variable(written: Expression) -> str:
    try:
        node = written.node
    except Broken:
        return ""
    while isinstance(node, nodes.Call) and node.name in _PASSED_ON and node.arguments:
        node = node.arguments[0]
    if isinstance(node, nodes.Path) and node.root.text == "var" and isinstance(node.steps[0], nodes.Attribute):
        return str(node.steps[0].key)
    return ""
