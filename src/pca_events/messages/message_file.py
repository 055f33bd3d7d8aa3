"""A file of Cucumber Messages: read line by line, by kind and by id, plain or gzip; and written as a whole."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pca_events.atomic_write import cannot_be_written, replace_file
from pca_events.errors import BadInput
from pca_events.messages.features import Envelope
from pca_events.unpacking import AT_LEAST, GZIP, Damaged, TooLarge, unpacked

_REMEDY = "create it again with pca-events verify --messages"


@dataclass(frozen=True)
class Message:
    """The message on one line of the file."""

    line: int
    kind: str
    body: dict[str, Any]


class MessageFile:
    """The messages of a file; unknown kinds are kept and ignored.

    Args:
        text: one message to a line.
        name: of the file that it comes from.

    Raises:
        BadInput: a line is not a message.
    """

    def __init__(self, text: str, name: str) -> None:
        self._file = name
        self._kinds: dict[str, list[Message]] = {}
        self._ids: dict[tuple[str, str], Message] = {}
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                self._add(number, line)

    @classmethod
    def of_file(cls, file: Path, most: int | None = None) -> "MessageFile":
        """Read a file; gzip data may be unpacked to at most `most` bytes, see `pca_events.unpacking.unpacked`.

        Raises:
            BadInput: it cannot be read, or a line is not a message.
        """
        return cls(_text(file, most), str(file))

    def all(self, kind: str) -> list[Message]:
        """Return the messages of a kind, in the order of the file."""
        return self._kinds.get(kind, [])

    def by_uri(self, kind: str) -> dict[str, Message]:
        """Return the messages of a kind, by uri."""
        return {str(message.body.get("uri")): message for message in self.all(kind)}

    def find(self, kind: str, its_id: str, asked_by: Message) -> Message:
        """Return the message of that kind and id.

        Raises:
            BadInput: it does not exist, so the reference of `asked_by` is dangling.
        """
        if found := self._ids.get((kind, its_id)):
            return found
        raise self.fault(
            asked_by, f"its {asked_by.kind} refers to the {kind} {its_id}, which the file does not contain"
        )

    def fault(self, message: Message, what: str) -> BadInput:
        """Return the error for a message."""
        return _fault(self._file, message.line, what)

    @contextmanager
    def shape_of(self, message: Message) -> Iterator[None]:
        """Report missing members and wrong types in this context as errors of the message."""
        try:
            yield
        except (
            KeyError,
            IndexError,
            TypeError,
            AttributeError,
            ValueError,
            OverflowError,
            OSError,
            RecursionError,
        ) as error:
            what = f"lacks {error}" if isinstance(error, KeyError) else f"is malformed ({error})"
            raise self.fault(message, f"its {message.kind}, or what that refers to, {what}") from error

    def _add(self, number: int, text: str) -> None:
        try:
            envelope = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise _fault(self._file, number, f"is not valid JSON ({error})") from error
        if not isinstance(envelope, dict):
            raise _fault(self._file, number, "is valid JSON, but not a message")
        for kind, body in envelope.items():
            if isinstance(body, dict):
                message = Message(number, kind, body)
                self._kinds.setdefault(kind, []).append(message)
                self._ids[kind, str(body.get("id"))] = message


def content_of(file: Path, most: int | None = None) -> bytes:
    """Return the content of a file, unpacked if it is gzip.

    Args:
        file: the file.
        most: the maximum size of the unpacked data; see `pca_events.unpacking.unpacked`.

    Raises:
        BadInput: it cannot be read, unpacks to more, or is a device that does not end within a limit.
    """
    try:
        with file.open("rb") as stream:
            if stream.peek(len(GZIP)).startswith(GZIP):
                return b"".join(unpacked(stream.read, most))
            bound = max(AT_LEAST, os.fstat(stream.fileno()).st_size)
            content = stream.read(bound + 1)
    except TooLarge as error:
        raise BadInput(f"{file} {error}") from error
    except Damaged as error:
        raise BadInput(f"{file} is damaged gzip ({error}); {_REMEDY}") from error
    except OSError as error:
        raise BadInput(f"{file} cannot be read ({error.strerror}); {_REMEDY}") from error
    if len(content) > bound:
        raise BadInput(f"{file} does not end within {bound >> 20:,} MiB; {_REMEDY}")
    return content


def _text(file: Path, most: int | None) -> str:
    try:
        return content_of(file, most).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not UTF-8 (byte {error.start}), so it contains no messages; {_REMEDY}") from error


def _fault(file: str, line: int, what: str) -> BadInput:
    return BadInput(f"{file}:{line}: {what}; {_REMEDY}")


def write_messages(file: Path, messages: Iterable[Envelope]) -> None:
    """Write the messages, replacing an existing file.

    Raises:
        BadInput: they cannot be written.
    """
    text = "".join(f"{json.dumps(message, separators=(',', ':'))}\n" for message in messages)
    try:
        replace_file(file, text)
    except OSError as error:
        raise cannot_be_written(file, error) from error
