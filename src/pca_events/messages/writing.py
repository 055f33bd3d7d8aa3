"""Puts the messages of a run into a file: one to a line, all or nothing."""

import json
from collections.abc import Iterable
from pathlib import Path

from pca_events.atomic_write import cannot_be_written, replace_file
from pca_events.messages.features import Envelope


def write_messages(file: Path, messages: Iterable[Envelope]) -> None:
    """Write the messages in the place of what may be there.

    Raises:
        BadInput: they cannot be written.
    """
    text = "".join(f"{json.dumps(message, separators=(',', ':'))}\n" for message in messages)
    try:
        replace_file(file, text)
    except OSError as error:
        raise cannot_be_written(file, error) from error
