"""`pca-events site`: the living documentation, generated from the features and the messages of a run."""

import argparse
import gzip
from collections.abc import Sequence
from pathlib import Path

from pca_events.atomic_write import check_folder, write_folder
from pca_events.errors import BadInput
from pca_events.messages import Run, content_of, our_features, read_features_alone, read_messages
from pca_events.site import Book, site


def run(options: argparse.Namespace) -> int:
    """Write the site and print one line."""
    earlier = prepare(options.folder, options)
    print(write_site(options.folder, options.messages, earlier, options.consumers, options.max_unpacked))
    return 0


def prepare(folder: Path, options: argparse.Namespace) -> list[Run]:
    """Check, before anything is run or written, that a site can be written; return the earlier runs.

    Raises:
        BadInput: the folder is unusable, an earlier run cannot be read, or the rules of consumers do not exist.
    """
    check_folder(folder, "the site is a folder")
    for path in options.consumers:
        if not path.exists():
            raise BadInput(f"--consumers {path}: this folder does not exist; name one that contains rules")
    return [read_messages(file, options.max_unpacked) for file in options.earlier]


def write_site(
    folder: Path,
    messages: Path | None,
    earlier: Sequence[Run],
    consumers: Sequence[Path],
    max_unpacked: int | None = None,
) -> str:
    """Write the site, with or without a run, and return its closing line.

    Raises:
        BadInput: messages cannot be read, or the folder cannot be written.
    """
    found = None if messages is None else read_messages(messages, max_unpacked)
    features = read_features_alone(our_features()) if found is None else found.features
    files: dict[str, str | bytes] = {**site(Book(features, found, earlier, consumers))}
    if messages is not None:
        files["messages.ndjson.gz"] = gzip.compress(content_of(messages, max_unpacked), mtime=0)
    write_folder(files, folder)
    size = sum(len(content) for content in files.values())
    return f"wrote {folder / 'index.html'} and {len(files) - 1} more files, {size / 1e6:.1f} MB"
