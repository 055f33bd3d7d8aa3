"""Files of the checked tree, read as text, and the projects whose program code is never run.

Nothing outside the tree is read, however a file refers to it.
"""

import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, BinaryIO

from pca_events.infrastructure.model import Skipped, SourceLocation


@dataclass(frozen=True)
class CheckedTree:
    """The folders to check, including the folders of files that were named.

    Attributes:
        roots: the real paths of the folders; an empty tree contains no files.
    """

    roots: tuple[str, ...] = ()

    @classmethod
    def of(cls, paths: list[str]) -> "CheckedTree":
        """The tree of these files and folders."""
        folders = {path if os.path.isdir(path) else os.path.dirname(path) or "." for path in paths}
        return cls(tuple(sorted({os.path.realpath(folder) for folder in folders})))

    @cached_property
    def _within(self) -> tuple[str, ...]:
        return tuple(root.rstrip(os.sep) + os.sep for root in self.roots)

    def holds(self, path: str) -> bool:
        """Whether a path is inside the tree after all links are resolved."""
        try:
            real = os.path.realpath(path)
        except (OSError, ValueError):
            return False
        return real in self.roots or real.startswith(self._within)


LARGEST = 20 * 1024 * 1024
"""The largest file that is read, in bytes."""

_MARKS = re.compile(
    rb"AWS::Events|AWS::Pipes::Pipe|EventBridgeRule|CloudWatchEvent|eventBridge|cloudwatchEvent|EventPattern"
    rb"|eventPattern|EventBusArn|\$\{file\("
    rb'|aws_cloudwatch_event_rule|"(?:source|detail-type|detail|\$or)"\s*:'
)
_STRONG_MARKS = re.compile(
    rb"AWS::Events::Rule|AWS::Serverless::|aws_cloudwatch_event_rule|^service:|^functions:|^[ \t]*EventPattern:"
    rb'|"EventPattern"\s*:|"source"\s*:\s*\[',
    re.MULTILINE,
)
_LONGEST_MARK = 200
_GIT_CRYPT = b"\0GITCRYPT"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class UnreadableFile(Exception):
    """A file cannot be read; carries the reason and the line."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


class EncryptedFile(UnreadableFile):
    """A file is encrypted with git-crypt."""


def text_of(path: str, *, always: bool) -> str | None:
    """The text of a file; None if it contains nothing about rules and can be skipped.

    Args:
        path: the file.
        always: read the file whatever it contains.

    Raises:
        UnreadableFile: the file cannot be read, is too large or is not text.
        EncryptedFile: the file is encrypted.
    """
    try:
        data = _data(path, always)
    except OSError as error:
        raise UnreadableFile(f"cannot be read: {error.strerror}") from error
    if data.startswith(_UTF_16):
        text = data.decode("utf-16", "replace")
        return text if always or _MARKS.search(text.encode()) else None
    if data.startswith(_GIT_CRYPT) and always:
        raise EncryptedFile("is encrypted with git-crypt; unlock it to check it")
    if not always and not _MARKS.search(data):
        return None
    return decoded(data)


def decoded(data: bytes) -> str:
    """Decode UTF-8.

    Raises:
        UnreadableFile: the bytes are binary, in another encoding, or too many.
    """
    if len(data) > LARGEST:
        raise UnreadableFile(f"is larger than {LARGEST // 1024 // 1024} MiB")
    if b"\0" in data:
        raise UnreadableFile("is binary", data.count(b"\n", 0, data.index(b"\0")) + 1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableFile("is not valid UTF-8; convert the file to UTF-8", line) from None


def looks_like_ours(text: str) -> bool:
    """Whether users would expect a file that cannot be parsed to be read."""
    return _STRONG_MARKS.search(text.encode("utf-8", "replace")) is not None


# Windows has no flag for opening a named pipe without blocking, and opens files as text by default.
_READ_ONLY = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def _data(path: str, always: bool) -> bytes:
    descriptor = os.open(path, _READ_ONLY)
    with open(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFile("is not a regular file")
        if status.st_size <= LARGEST:
            data = stream.read(LARGEST + 1)
            if len(data) > LARGEST:
                raise UnreadableFile(f"is larger than {LARGEST // 1024 // 1024} MiB")
            return data
        if always or any(map(_MARKS.search, _portions(stream))):
            raise UnreadableFile(f"is larger than {LARGEST // 1024 // 1024} MiB")
    return b""


def _portions(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of a stream in portions; each begins with the end of the previous one."""
    end = b""
    while portion := stream.read(LARGEST // 4):
        yield end + portion
        end = portion[-_LONGEST_MARK:]


MOST_FILES = 200
"""The maximum number of files that one file may refer to."""

MOST_CHARACTERS = 20 * 1024 * 1024
"""The maximum total size of these files, in characters."""


class TreeFiles:
    """The files that a file of infrastructure code may refer to.

    Args:
        tree: the checked tree; nothing outside it is opened, not even through links.
        folder: the base of relative names.
    """

    def __init__(self, tree: CheckedTree, folder: str) -> None:
        self._tree = tree
        self._folder = folder
        self._texts: dict[str, str | None] = {}
        self._room = MOST_CHARACTERS

    def path_of(self, name: str) -> str:
        """The path of a file from its name in the code, as shown in messages."""
        return os.path.normpath(os.path.join(self._folder, name))

    def text_of(self, name: str) -> str | None:
        """The text of a file; None if it does not exist.

        Raises:
            UnreadableFile: the file is outside the tree, cannot be read, or exceeds the limits.
        """
        path = self.path_of(name)
        if path not in self._texts:
            self._texts[path] = self._read(path, name)
        return self._texts[path]

    def _read(self, path: str, name: str) -> str | None:
        if "\0" in path:
            raise UnreadableFile(f"{name!r} is not a file name")
        real = os.path.realpath(path)
        if not self._tree.holds(path):
            raise UnreadableFile(f"{name} is outside the checked tree; check a folder that contains both files")
        if not os.path.exists(real):
            return None
        if len(self._texts) >= MOST_FILES:
            raise UnreadableFile(f"{name}: one file refers to more than {MOST_FILES} files")
        try:
            text = text_of(real, always=True) or ""
        except UnreadableFile as refused:
            raise UnreadableFile(f"{name}: {refused}", refused.line) from None
        self._room -= len(text)
        if self._room < 0:
            raise UnreadableFile(
                f"{name}: one file refers to more than {MOST_CHARACTERS // 1024 // 1024} MiB of other files"
            )
        return text


CODE = (
    ".ts",
    ".tsx",
    ".mts",
    ".cts",
    ".js",
    ".jsx",
    ".mjs",
    ".cjs",
    ".py",
    ".go",
    ".java",
    ".kt",
    ".cs",
    ".fs",
    ".rb",
    ".rs",
    ".scala",
    ".swift",
    ".sh",
    ".ps1",
)
"""The file name suffixes of program code."""

IS_CODE = (
    'is program code, which check does not run; for CDK run "cdk synth" and check cdk.out, otherwise check '
    'the template that the program generates, or the output of "aws events describe-rule"'
)

_CDK = "cdk.json"
_CDKTF = "cdktf.json"
_SERVERLESS = ("serverless.ts", "serverless.js", "serverless.cjs", "serverless.mjs")
_PULUMI = ("Pulumi.yaml", "Pulumi.yml")


def is_project(path: str) -> bool:
    """Whether the name of a file indicates a project defined in program code."""
    return os.path.basename(path) in (_CDK, _CDKTF, *_SERVERLESS, *_PULUMI)


def unread_program(path: str) -> Skipped | None:
    """Report the part of a project that is not read, and what to check instead; None if all of it is read."""
    try:
        text = text_of(path, always=True) or ""
    except UnreadableFile:
        return None
    name, folder = os.path.basename(path), os.path.dirname(path)
    if name in _PULUMI:
        return None if _is_yaml_program(text) else _skipped(path, "a Pulumi program", _DEPLOYED)
    if name in _SERVERLESS:
        made = os.path.join(folder, ".serverless")
        return _skipped(path, "a Serverless service that is program code", f'run "serverless package" and check {made}')
    tool, kind = ("cdktf", "CDK for Terraform") if name == _CDKTF else ("cdk", "CDK")
    output = os.path.join(folder, _output(text, f"{tool}.out"))
    if os.path.isdir(output):
        return None
    return _skipped(path, f"a {kind} project that is not synthesized", f'run "{tool} synth" and check {output}')


_DEPLOYED = 'check the output of "aws events describe-rule", or save the event patterns as JSON files and check them'


def _skipped(path: str, what: str, remedy: str) -> Skipped:
    return Skipped(SourceLocation(path, 1), what, remedy)


def _output(text: str, usual: str) -> str:
    """The output folder of the project, relative to the project."""
    try:
        settings: Any = json.loads(text)
    except (ValueError, RecursionError):
        return usual
    output = settings.get("output") if isinstance(settings, dict) else None
    return output if isinstance(output, str) and output else usual


def _is_yaml_program(text: str) -> bool:
    from pca_events.infrastructure import yaml_reader
    from pca_events.infrastructure.source_tree import child

    documents = yaml_reader.load(text, "").documents
    runtime = child(documents[0]).get("runtime") if documents else None
    return (child(runtime).get("name") if isinstance(runtime, dict) else runtime) == "yaml"
