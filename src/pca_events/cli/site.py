"""`pca-events site`: the living documentation, made from the features and from the messages of a run."""

import argparse
import gzip
from pathlib import Path
from typing import Any

from pca_events.errors import BadInput
from pca_events.locations import locate
from pca_events.messages import FeatureRun, content_of, read_features_alone, read_messages
from pca_events.site import Book, site
from pca_events.whole_files import write_folder


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
    check_options(options.folder, options)
    print(write_site(options.folder, options.messages, options))
    return 0


def check_options(folder: Path, options: argparse.Namespace) -> None:
    """Find out, before anything is run or written, whether a site can be made.

    Raises:
        BadInput: the folder cannot be one, an earlier run cannot be read, or consumers are not there.
    """
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder} is a file, but the site is a folder; name a folder")
    if not folder.resolve().parent.is_dir():
        raise BadInput(f"{folder} cannot be made, because {folder.resolve().parent} is no folder; make it first")
    for file in options.earlier:
        read_messages(file)
    for path in options.consumers:
        if not path.exists():
            raise BadInput(f"--consumers {path}: there is no such folder; name one that holds rules")


def write_site(folder: Path, messages: Path | None, options: argparse.Namespace) -> str:
    """Write the site of a run, or without one, and return what to say of it.

    Raises:
        BadInput: messages cannot be read, or the folder cannot be written.
    """
    found = None if messages is None else read_messages(messages)
    features = _features() if found is None else found.features
    book = Book(features, found, [read_messages(file) for file in options.earlier], options.consumers)
    files: dict[str, str | bytes] = {**site(book)}
    if messages is not None:
        files["messages.ndjson.gz"] = gzip.compress(content_of(messages), mtime=0)
    write_folder(files, folder)
    size = sum(len(content) for content in files.values())
    return f"wrote {folder / 'index.html'} and {len(files) - 1} more files, {size / 1e6:.1f} MB"


def _features() -> tuple[FeatureRun, ...]:
    top = locate("features")
    files = sorted(top.rglob("*.feature"))
    return read_features_alone(
        {f"features/{file.relative_to(top).as_posix()}": file.read_text("utf-8") for file in files}
    )
