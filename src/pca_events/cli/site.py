"""`pca-events site`: writes the living documentation from the features and the messages of a run."""

import argparse
import gzip
import re
from collections.abc import Sequence
from pathlib import Path

from pca_events.atomic_write import check_folder, write_folder
from pca_events.errors import BadInput
from pca_events.messages import Run, content_of, our_features, read_features_alone, read_messages
from pca_events.site import SiteData, site

_SOURCE_URL = re.compile(r"https?://[\w.:-]+(/[\w./~%@+-]*)?")


def run(options: argparse.Namespace) -> int:
    """Write the site and print one line about it."""
    earlier = prepare(options.folder, options)
    print(write_site(options.folder, options.messages, earlier, options))
    return 0


def prepare(folder: Path, options: argparse.Namespace) -> list[Run]:
    """Check, before anything is run or written, that a site can be made, and return the earlier runs.

    Raises:
        BadInput: the folder is a file, an earlier run cannot be read, a folder of consumers does not exist, or the
            address of the source is not a web address.
    """
    check_folder(folder, "the site is a folder")
    for path in options.consumers:
        if not path.exists():
            raise BadInput(f"--consumers {path}: no such folder; name a folder with rules")
    if options.source_url and not _SOURCE_URL.fullmatch(options.source_url):
        example = "https://github.com/me/project/blob/main"
        raise BadInput(f"--source-url {options.source_url}: not a web address; write one such as {example}")
    return [read_messages(file, options.max_unpacked) for file in options.earlier]


def write_site(
    folder: Path,
    messages: Path | None,
    earlier: Sequence[Run],
    options: argparse.Namespace,
) -> str:
    """Write the site of a run, or without one, and return a line about it.

    Raises:
        BadInput: messages cannot be read, or the folder cannot be written.
    """
    found = None if messages is None else read_messages(messages, options.max_unpacked)
    features = read_features_alone(our_features()) if found is None else found.features
    files: dict[str, str | bytes] = {**site(SiteData(features, found, earlier, options.consumers, options.source_url))}
    if messages is not None:
        files["messages.ndjson.gz"] = gzip.compress(content_of(messages, options.max_unpacked), mtime=0)
    write_folder(files, folder)
    size = sum(len(content) for content in files.values())
    return f"wrote {folder / 'index.html'} and {len(files) - 1} more files, {size / 1e6:.1f} MB"
