"""Variables of the Serverless Framework, resolved from the service and its files; all others are unknown.

`${self:...}`, `${file(...):...}` and `${param:...}` are resolved. The default of an option, a parameter or an
environment variable is used, like the default of a CloudFormation parameter. Values in SSM or in other stacks are
unknown. Source: "Variables" and "Parameters" in the Serverless Framework documentation.
"""

import re
from typing import Any

from pca_events import json_source
from pca_events.infrastructure.checked_tree import TreeFiles, UnreadableFile
from pca_events.infrastructure.model import SourceLocation, Unknown, Unreadable
from pca_events.infrastructure.partial_values import joined
from pca_events.infrastructure.source_tree import Object, json_tree, of_file

_INNERMOST = re.compile(r"\$\{((?!AWS::)\w+(?:\([^${}()]*\)[^${}]*|:(?!:)[^${}]*))\}")
_FILE = re.compile(r"file\(([^()]*)\)(?::(.*))?")
_CODE = (".js", ".cjs", ".mjs", ".ts")
_WITH_DEFAULT = re.compile(r"(opt|env|param|sls):")
_MARKED = re.compile("\ue002(\\d+)\ue003")
_VARIABLE = re.compile(r"\w+(?:\([^)]*\))?:|\w+\(")
_FOLLOWED = ("self:", "file(", "param:", "sls:stage")
_WORDS = {"true": True, "false": False, "null": None}
_LONGEST_NUMBER = 20
_MOST_ROUNDS = 20
_MOST_LINKS = 20
_MOST_REPEATED = 1_000_000


class Variables:
    """The variables of one service.

    Args:
        document: the service.
        file: the file that contains it.
        files: the files that it may refer to.

    Attributes:
        faults: the errors in the files that it refers to.
    """

    def __init__(self, document: Object, file: str, files: TreeFiles) -> None:
        self.faults: list[Unreadable] = []
        self._document = document
        self._file = file
        self._files = files
        self._trees: dict[str, Any] = {}
        self._held: list[Any] = []
        self._at_work: list[str] = []
        self._known: dict[str, Any] = {}
        self._room = _MOST_REPEATED

    def resolve(self, value: Any) -> Any:
        """A copy of the value with its variables replaced."""
        if isinstance(value, Object):
            made = Object(value.line, value.file)
            for key, held in value.items():
                made.put(key, self.resolve(held), value.spans.get(key, (value.line, value.line)))
            return made
        if isinstance(value, list):
            return [self.resolve(held) for held in value]
        return self._text(value) if isinstance(value, str) and "${" in value else value

    def _text(self, text: str) -> Any:
        """Replace the innermost variables first, because one may be part of the address of another."""
        line = getattr(text, "line", 0)
        text = str(text).replace("\ue002", "")
        for _ in range(_MOST_ROUNDS):
            replaced = _INNERMOST.sub(self._mark, text)
            if replaced == text:
                break
            text = replaced
        whole = _MARKED.fullmatch(text)
        if whole:
            return self._held[int(whole[1])]
        return joined((self._piece(part, at % 2 == 1) for at, part in enumerate(_MARKED.split(text))), line)

    def _piece(self, part: str, marked: bool) -> str | Unknown:
        held = self._held[int(part)] if marked else part
        if isinstance(held, str | Unknown):
            return held
        return Unknown("a list inside a string") if isinstance(held, list | dict) else str(held)

    def _mark(self, found: re.Match[str]) -> str:
        """The text of a variable, or a mark for a value that is not a string.

        The total size of repeated values is limited.
        """
        value = self._variable(found[1], found[0])
        self._room -= _size(value, self._room)
        if self._room < 0:
            value = Unknown("variables that expand to too many values")
        if isinstance(value, str) and not _MARKED.search(value):
            return value
        self._held.append(value)
        return f"\ue002{len(self._held) - 1}\ue003"

    def _variable(self, addresses: str, written: str) -> Any:
        """The first alternative with a value."""
        reason = _MARKED.sub(self._reason, written)
        for address in (part.strip() for part in addresses.split(",")):
            if address.startswith(_FOLLOWED):
                if (value := self._followed(address, reason)) is not None:
                    return value
            elif address[:1] in "'\"" and address[-1:] == address[:1]:
                return address[1:-1]
            elif mark := _MARKED.fullmatch(address):
                return self._held[int(mark[1])]
            elif not _WITH_DEFAULT.match(address):
                return _literal(address, reason)
        return Unknown(reason)

    def _reason(self, mark: re.Match[str]) -> str:
        held = self._held[int(mark[1])]
        return held.reason if isinstance(held, Unknown) else "..."

    def _followed(self, address: str, reason: str) -> Any:
        """The value at an address; None if there is none. A circular address is unknown."""
        if address in self._at_work or len(self._at_work) > _MOST_LINKS or _MARKED.search(address):
            return Unknown(reason)
        if address not in self._known:
            self._at_work.append(address)
            try:
                self._known[address] = self._value_at(address, reason)
            finally:
                self._at_work.pop()
        return self._known[address]

    def _value_at(self, address: str, reason: str) -> Any:
        if address.startswith("self:"):
            return self._found(self._document, address.removeprefix("self:"), reason)
        if address.startswith("param:"):
            return self._parameter(address.removeprefix("param:"), reason)
        if address == "sls:stage":
            return self._stage()
        found = _FILE.fullmatch(address)
        return self._found(self._tree(found[1].strip(), reason), found[2] or "", reason) if found else Unknown(reason)

    def _parameter(self, name: str, reason: str) -> Any:
        """A parameter of the stage, else the default for all stages, in the old or the new syntax."""
        for stage in (self._stage(), "default"):
            for path in (f"params.{stage}.{name}", f"stages.{stage}.params.{name}"):
                if (value := self._found(self._document, path, reason)) is not None:
                    return value
        return None

    def _stage(self) -> str:
        """The default stage: that of the provider if set, else `dev`, as in Serverless."""
        stage = self._followed("self:provider.stage", "${sls:stage}")
        return stage if isinstance(stage, str) else "dev"

    def _tree(self, name: str, reason: str) -> Any:
        """The content of a file, parsed or as text; None if it does not exist."""
        if name.endswith(_CODE):
            return Unknown(reason)
        if name not in self._trees:
            try:
                self._trees[name] = self._parsed(name)
            except UnreadableFile as refused:
                self._trees[name] = Unknown(reason)
                self.faults.append(Unreadable(SourceLocation(self._file, 1), f"{reason}: {refused}"))
        return self._trees[name]

    def _parsed(self, name: str) -> Any:
        text, path = self._files.text_of(name), self._files.path_of(name)
        if text is None or not name.endswith((".yml", ".yaml", ".json")):
            return text
        if name.endswith(".json"):
            try:
                json_source.parse(text)
                tree, _ = json_tree(text)
            except json_source.InvalidLine as fault:
                raise UnreadableFile(f"{path}:{fault.line} {fault}") from None
            return of_file(tree, path)
        from pca_events.infrastructure import yaml_reader

        loaded = yaml_reader.load(text, path)
        self.faults += loaded.unreadable
        return of_file(loaded.documents[0], path) if loaded.documents else None

    def _found(self, value: Any, path: str, reason: str) -> Any:
        """The value at a path within another value."""
        for key in path.split(".") if path else []:
            if isinstance(value, str) and "${" in value:
                value = self.resolve(value)
            if isinstance(value, Unknown):
                return Unknown(reason)
            if isinstance(value, list) and key.isdigit() and int(key) < len(value):
                value = value[int(key)]
            elif isinstance(value, Object):
                value = value.get(key)
            else:
                return None
        return self.resolve(value)


def _size(value: Any, room: int) -> int:
    """The size of a value, in characters and values; counting stops above the limit."""
    size, rest = 0, [value]
    while rest and size <= room:
        held = rest.pop()
        size += len(held) if isinstance(held, str) else len(held.parts) if isinstance(held, Unknown) else 1
        rest += held.values() if isinstance(held, dict) else held if isinstance(held, list) else ()
    return size


def _literal(address: str, reason: str) -> Any:
    """The value of an alternative that is not a variable: a literal, or the text of a resolved variable."""
    if address in _WORDS:
        return _WORDS[address]
    if _VARIABLE.match(address):
        return Unknown(reason)
    return int(address) if address.isdecimal() and len(address) < _LONGEST_NUMBER else address
