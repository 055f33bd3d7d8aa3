"""`pca-events sweep`: removes what runs have left behind."""

import argparse
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.markup import escape

from pca_events.backends import connect
from pca_events.cli.console import console
from pca_events.harness import RunId, Session
from pca_events.harness.expect_error import refusal
from pca_events.harness.inventory import KINDS, Found, created, find
from pca_events.harness.names import PREFIX

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def add_to(commands: Any) -> None:
    """Add this command to the parser's commands."""
    parser = commands.add_parser("sweep", help="remove what runs have left behind; shows it only, without --yes")
    parser.add_argument("--endpoint-url", metavar="URL", required=True, help="the LocalStack to sweep")
    parser.add_argument("--run", dest="run_id", metavar="ID", help="only what the run of this id made")
    parser.add_argument("--prefix", default=f"{PREFIX}-", help="what names begin with (default: %(default)s)")
    parser.add_argument(
        "--older-than", metavar="AGE", type=_age, default=timedelta(0), help="only what is older: 90m, 2h"
    )
    parser.add_argument("--only", metavar="KINDS", type=_kinds, default=KINDS, help=f"of {', '.join(KINDS)}")
    parser.add_argument("--yes", action="store_true", help="remove it")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Show or remove what is found; exit status 1 where something could not be removed."""
    out = console()
    session = Session(connect(options.endpoint_url), RunId())
    prefix = RunId(options.run_id).prefix if options.run_id else options.prefix
    old = [found for found in find(session, prefix, options.only) if _is_older(session, found, options.older_than)]
    failed = 0
    for found in old:
        if not options.yes:
            out.print(f"would remove {escape(found.arn)}")
        elif not _is_older(session, found, options.older_than):  # made anew since it was listed
            out.print(f"kept {escape(found.arn)}: it is gone, or newer now")
        elif refused := refusal(lambda gone=found: gone.resource.delete(session)):  # type: ignore[misc]
            failed += 1
            out.print(f"[red]not removed[/] {escape(found.arn)}: {escape(str(refused))}")
        else:
            out.print(f"removed {escape(found.arn)}")
    out.print(f"{len(old)} found with prefix {escape(prefix)}" + ("" if options.yes else "; --yes removes them"))
    return 1 if failed else 0


def _is_older(session: Session, found: Found, age: timedelta) -> bool:
    made: list[datetime | None] = []
    if refusal(lambda: made.append(created(session, found))) is not None:
        return False
    return age == timedelta(0) or (made[0] is not None and datetime.now(UTC) - made[0] > age)


def _age(words: str) -> timedelta:
    match = re.fullmatch(r"(\d+)([smhd])", words)
    if match is None:
        raise argparse.ArgumentTypeError(f'"{words}" is no age; write it as 90m, 2h or 1d')
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _kinds(words: str) -> tuple[str, ...]:
    kinds = tuple(words.split(","))
    if unknown := set(kinds) - set(KINDS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))} is none of {', '.join(KINDS)}")
    return kinds
