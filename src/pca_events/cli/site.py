"""`pca-events site`: the living documentation, made from the features and from the messages of a run."""

import argparse
import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pca_events.errors import BadInput
from pca_events.messages import Run, content_of, our_features, read_features_alone, read_messages
from pca_events.site import Book, site
from pca_events.whole_files import check_folder, write_folder


def add_to(commands: Any) -> None:
    """Add this command to the parser's commands."""
    parser = commands.add_parser(
        "site",
        help="write the living documentation as a static site",
        description="Write the living documentation into a folder: every event with its facts, example, rule, fields "
        "and scenarios, and what a run has shown of it. Without --messages nothing is proven.",
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="made where it is missing; other files in it stay")
    parser.add_argument("--messages", metavar="FILE", type=Path, help="what `pca-events verify --messages` has written")
    add_options(parser)
    parser.set_defaults(run=run)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what a site can be told, wherever its run comes from."""
    parser.add_argument(
        "--earlier",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="messages of an earlier run; repeatable",
    )
    parser.add_argument(
        "--consumers",
        metavar="PATH",
        type=Path,
        action="append",
        default=[],
        help="a folder with rules of consumers, to show who relies on what; repeatable (default: the examples)",
    )


def run(options: argparse.Namespace) -> int:
    """Write the site and say so in one line."""
    earlier = prepare(options.folder, options)
    print(write_site(options.folder, options.messages, earlier, options.consumers))
    return 0


def prepare(folder: Path, options: argparse.Namespace) -> list[Run]:
    """Find out, before anything is run or written, whether a site can be made; return the earlier runs.

    Raises:
        BadInput: the folder cannot be one, an earlier run cannot be read, or consumers are not there.
    """
    check_folder(folder, "the site is a folder")
    for path in options.consumers:
        if not path.exists():
            raise BadInput(f"--consumers {path}: there is no such folder; name one that holds rules")
    return [read_messages(file) for file in options.earlier]


def write_site(folder: Path, messages: Path | None, earlier: Sequence[Run], consumers: Sequence[Path]) -> str:
    """Write the site of a run, or without one, and return what to say of it.

    Raises:
        BadInput: messages cannot be read, or the folder cannot be written.
    """
    found = None if messages is None else read_messages(messages)
    features = read_features_alone(our_features()) if found is None else found.features
    files: dict[str, str | bytes] = {**site(Book(features, found, earlier, consumers))}
    if messages is not None:
        files["messages.ndjson.gz"] = gzip.compress(content_of(messages), mtime=0)
    write_folder(files, folder)
    size = sum(len(content) for content in files.values())
    return f"wrote {folder / 'index.html'} and {len(files) - 1} more files, {size / 1e6:.1f} MB"
