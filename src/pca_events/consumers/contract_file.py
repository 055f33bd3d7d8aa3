"""The contract file of a consumer, pca-events.yaml: its rules with the events on which they fire, and its handlers."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pca_events import catalog
from pca_events.check.schema_messages import KeyPath, SettingsSchema, dotted
from pca_events.consumers.handler_test import HandlerTest
from pca_events.errors import BadInput
from pca_events.handlers.entry import Handler, Limits, read_command, read_entry
from pca_events.handlers.needs import unknown_need
from pca_events.handlers.trials import Plan
from pca_events.handlers.wrapping import Form
from pca_events.infrastructure.checked_tree import CheckedTree, UnreadableFile, text_of
from pca_events.infrastructure.model import SourceLocation
from pca_events.infrastructure.source_tree import Object
from pca_events.infrastructure.yaml_reader import load
from pca_events.wording import did_you_mean

FILE = "pca-events.yaml"
SCHEMA = Path(__file__).with_name("pca-events-consumer.schema.json")

_MOST_CHARACTERS = 1_000_000
_SCHEMA = SettingsSchema(SCHEMA, "the contract file")


@dataclass(frozen=True)
class RuleClaim:
    """A rule of a consumer.

    Attributes:
        file: relative to the working directory.
        fires_on: the ids of the documented events on which it fires, and on no other.
        handler: the name of the handler that its target invokes; empty if the file names none.
    """

    place: SourceLocation
    file: str
    name: str
    fires_on: tuple[str, ...]
    handler: str = ""

    def __str__(self) -> str:
        return f"{self.file}#{self.name}"


@dataclass(frozen=True)
class HandlerClaim:
    """A handler of a consumer, as the file describes it; `test` finds its files.

    Attributes:
        accepts: the ids of the documented events that it is meant for.
        needs: JSON paths; None if the file does not say.
    """

    place: SourceLocation
    name: str
    accepts: tuple[str, ...]
    needs: tuple[str, ...] | None
    settings: dict[str, Any] = field(repr=False)
    folder: str = "."

    @property
    def runs(self) -> str:
        """The entry of the function, or the command."""
        return str(self.settings.get("entry") or self.settings["command"])

    @property
    def form(self) -> Form:
        """The form in which it receives events."""
        form: Form = self.settings.get("as", "lambda")
        return form

    def test(self, endpoint_url: str | None = None) -> HandlerTest:
        """Return the test of the handler.

        Args:
            endpoint_url: the LocalStack for recorded calls; None starts an embedded one.

        Raises:
            BadInput: its file, its command or its probe is not there.
        """
        try:
            return self._test(endpoint_url)
        except BadInput as error:
            raise BadInput(f"{self.place} handler {self.name}: {error}") from None

    def _test(self, endpoint_url: str | None) -> HandlerTest:
        said, folder = self.settings, Path(self.folder)
        limits = Limits(float(said.get("timeout", Limits.seconds)), said.get("memory", Limits.memory))
        plan = Plan(self.accepts, self.form, idempotent=said.get("idempotent", True), needs=self.needs)
        probe: Handler | None = None
        if "probe" in said:
            probe = read_entry(said["probe"], folder, limits)
        elif "probe-command" in said:
            probe = read_command(said["probe-command"], folder, limits)
        if "command" in said:
            handler = read_command(said["command"], folder, limits)
        else:
            handler = read_entry(said["entry"], folder, limits)
        setup = read_command(said["setup"], folder, limits) if "setup" in said else None
        variables = said.get("environment", {})
        return HandlerTest(handler, plan, probe, said.get("record", False), endpoint_url, setup, variables)


@dataclass(frozen=True)
class ConsumerContract:
    """The content of a contract file."""

    file: str
    consumer: str
    rules: tuple[RuleClaim, ...]
    handlers: tuple[HandlerClaim, ...]

    def handler_of(self, rule: RuleClaim) -> HandlerClaim | None:
        """Return the handler that the target of a rule invokes, if the file names one."""
        return next((handler for handler in self.handlers if handler.name == rule.handler), None)

    @property
    def relies_on(self) -> dict[str, frozenset[str]]:
        """The events that the consumer relies on, each with the JSON paths that its handlers need."""
        found: dict[str, set[str]] = {}
        for rule in self.rules:
            for event in rule.fires_on:
                found.setdefault(event, set())
        for handler in self.handlers:
            for event in handler.accepts:
                found.setdefault(event, set()).update(handler.needs or ())
        order = [event.id for event in catalog.documented_events()]
        return {event: frozenset(found[event]) for event in order if event in found}


def read_contract(path: str) -> ConsumerContract:
    """Read a contract file, or that of a folder.

    Raises:
        BadInput: it cannot be read, does not meet its schema, or names an event that does not exist.
    """
    file = os.path.join(path, FILE) if os.path.isdir(path) else path
    if not os.path.isfile(file):
        raise BadInput(f"there is no contract file {file}; pca-events init writes one")
    try:
        text = text_of(file, always=True) or ""
    except UnreadableFile as refused:
        raise BadInput(f"{file}:{refused.line} {refused}") from None
    if len(text) > _MOST_CHARACTERS:
        raise BadInput(f"{file} has {len(text):,} characters; a contract file has at most {_MOST_CHARACTERS:,}")
    loaded = load(text, file)
    for unreadable in loaded.unreadable:
        raise BadInput(f"{unreadable.place} {unreadable.message}")
    if len(loaded.documents) != 1:
        raise BadInput(f"{file} has {len(loaded.documents)} documents; a contract file has one")
    return _File(file, loaded.documents[0]).contract()


class _File:
    def __init__(self, file: str, document: Any) -> None:
        self._file = file
        self._folder = os.path.dirname(file) or "."
        self._document = document

    def contract(self) -> ConsumerContract:
        said = self._document
        try:
            found = list(_SCHEMA.violations(json.loads(json.dumps(said))))
        except (TypeError, ValueError, OverflowError) as error:
            raise BadInput(f"{self._file} has a value that JSON does not have: {error}") from None
        # A misspelt key explains a missing one.
        for path, words in sorted(found, key=lambda each: not each[1].startswith("unknown ")):
            raise BadInput(f"{self._place(path)} {words}")
        handlers = tuple(self._handler(handler, at) for at, handler in enumerate(said.get("handlers", ())))
        names = [handler.name for handler in handlers]
        for at, name in enumerate(names):
            if name in names[:at]:
                raise BadInput(f'{self._place(("handlers", at, "name"))} there are two handlers "{name}"')
        if not handlers and not said.get("rules"):
            raise BadInput(f"{self._file} has no rules and no handlers, so there is nothing to verify; add them")
        rules = tuple(self._rule(rule, at, names) for at, rule in enumerate(said.get("rules", ())))
        return ConsumerContract(self._file, said["consumer"], rules, handlers)

    def _rule(self, rule: dict[str, Any], at: int, handlers: Sequence[str]) -> RuleClaim:
        path: KeyPath = ("rules", at)
        file, _, name = rule["rule"].partition("#")
        handler = rule.get("handler", "")
        if handler and handler not in handlers:
            advice = did_you_mean(handler, handlers) or "add it to handlers"
            raise BadInput(f'{self._place((*path, "handler"))} there is no handler "{handler}"; {advice}')
        fires_on = self._events(rule["fires-on"], (*path, "fires-on"))
        return RuleClaim(self._place(path), self._inside(file, (*path, "rule")), name, fires_on, handler)

    def _handler(self, handler: dict[str, Any], at: int) -> HandlerClaim:
        path: KeyPath = ("handlers", at)
        if ("entry" in handler) == ("command" in handler):
            raise BadInput(f"{self._place(path)} {dotted(path)} needs either an entry or a command")
        if sum(("probe" in handler, "probe-command" in handler, bool(handler.get("record")))) > 1:
            raise BadInput(f"{self._place(path)} {dotted(path)} has more than one of probe, probe-command and record")
        accepts = self._events(handler["accepts"], (*path, "accepts"))
        needs = tuple(handler["needs"]) if "needs" in handler else None
        self._check_needs(needs or (), accepts, path)
        for key in ("entry", "probe"):
            if key in handler:
                self._inside(handler[key].rpartition(":")[0], (*path, key))
        return HandlerClaim(self._place(path), handler["name"], accepts, needs, handler, self._folder)

    def _check_needs(self, needs: Sequence[str], accepts: Sequence[str], path: KeyPath) -> None:
        """Raise BadInput if a handler needs a field that is in none of its events, which no change could affect."""
        if unknown := unknown_need(needs, accepts):
            place = (*path, "needs", unknown[0])
            raise BadInput(f"{self._place(place)} {dotted(place)}: {unknown[1]}")

    def _events(self, globs: Sequence[str], path: KeyPath) -> tuple[str, ...]:
        try:
            return catalog.matching(globs)
        except BadInput as error:
            raise BadInput(f"{self._place(path)} {dotted(path)}: {error}") from None

    def _inside(self, file: str, path: KeyPath) -> str:
        """Return a path relative to the working directory; it must be below the folder of the file."""
        whole = os.path.join(self._folder, file)
        if not CheckedTree.of([self._folder]).holds(whole):
            raise BadInput(f"{self._place(path)} {dotted(path)}: {json.dumps(file)} is outside the folder of this file")
        return os.path.normpath(whole)

    def _place(self, path: KeyPath) -> SourceLocation:
        """Return the line of a key, or of the nearest object that contains it."""
        line, value = 1, self._document
        for part in path:
            if isinstance(value, Object) and isinstance(part, str):
                line, value = value.line_of(part), value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
                line = value.line or line if isinstance(value, Object) else line
            else:
                break
        return SourceLocation(self._file, line)
