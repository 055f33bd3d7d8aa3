"""The text of a file, and whether it is worth reading with care."""

import os
import re
import stat
from collections.abc import Iterator
from typing import BinaryIO

LARGEST = 20 * 1024 * 1024
"""How many bytes a file may have."""

_MARKS = re.compile(
    rb"AWS::Events|AWS::Pipes::Pipe|EventBridgeRule|CloudWatchEvent|eventBridge|cloudwatchEvent|EventPattern"
    rb"|eventPattern|EventBusArn|\$\{file\("
    rb'|aws_cloudwatch_event_rule|"(?:source|detail-type|detail|\$or)"\s*:'
)
_STRONG_MARKS = re.compile(
    rb"AWS::Events::Rule|AWS::Serverless::|aws_cloudwatch_event_rule|^service:|^functions:|^\s*EventPattern:"
    rb'|"EventPattern"\s*:|"source"\s*:\s*\[',
    re.MULTILINE,
)
_LONGEST_MARK = 200
_GIT_CRYPT = b"\0GITCRYPT"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Refused(Exception):
    """A file cannot be read; says why, and on which line."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


class Encrypted(Refused):
    """A file is encrypted with git-crypt."""


def text_of(path: str, *, always: bool) -> str | None:
    """The text of a file; None where it need not be read, because it speaks of no rule.

    Args:
        path: the file.
        always: read it whatever it holds.

    Raises:
        Refused: it cannot be read, is too large, is not text, or (Encrypted) is encrypted.
    """
    try:
        data = _data(path, always)
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror}") from error
    if data.startswith(_UTF_16):
        text = data.decode("utf-16", "replace")
        return text if always or _MARKS.search(text.encode()) else None
    if data.startswith(_GIT_CRYPT) and always:
        raise Encrypted("is encrypted with git-crypt; unlock it to check it")
    if not always and not _MARKS.search(data):
        return None
    return decoded(data)


def decoded(data: bytes) -> str:
    """The text that bytes in UTF-8 are.

    Raises:
        Refused: they are binary, another encoding, or too many.
    """
    if len(data) > LARGEST:
        raise Refused(f"is larger than {LARGEST // 1024 // 1024} MiB")
    if b"\0" in data:
        raise Refused("is binary", data.count(b"\n", 0, data.index(b"\0")) + 1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused("is not UTF-8 here; convert the file to UTF-8", line) from None


def looks_like_ours(text: str) -> bool:
    """Whether a text that cannot be parsed is one that people expect to be read."""
    return _STRONG_MARKS.search(text.encode("utf-8", "replace")) is not None


# Windows has no flag that keeps a named pipe from waiting, and reads text unless asked for bytes.
_READ_ONLY = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def _data(path: str, always: bool) -> bytes:
    descriptor = os.open(path, _READ_ONLY)
    with open(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Refused("is not a regular file")
        if status.st_size <= LARGEST:
            data = stream.read(LARGEST + 1)
            if len(data) > LARGEST:
                raise Refused(f"is larger than {LARGEST // 1024 // 1024} MiB")
            return data
        if always or any(map(_MARKS.search, _portions(stream))):
            raise Refused(f"is larger than {LARGEST // 1024 // 1024} MiB")
    return b""


def _portions(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of a stream, each portion with the end of the one before it."""
    end = b""
    while portion := stream.read(LARGEST // 4):
        yield end + portion
        end = portion[-_LONGEST_MARK:]
