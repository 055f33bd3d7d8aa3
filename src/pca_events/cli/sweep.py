"""`pca-events sweep`: lists or removes resources that interrupted runs left behind."""

import argparse
from datetime import UTC, datetime, timedelta

from pca_events.backends import connect
from pca_events.cli.console import console
from pca_events.harness import RunId, Session
from pca_events.harness.aws_errors import aws_error_of
from pca_events.harness.resources.inventory import Found, created, find


def run(options: argparse.Namespace) -> int:
    """List or remove resources; exit status 1 if one could not be removed."""
    out = console()
    session = Session(connect(options.endpoint_url), RunId())
    prefix = RunId(options.run_id).prefix if options.run_id else options.prefix
    old = [found for found in find(session, prefix, options.only) if _is_older(session, found, options.older_than)]
    failed = 0
    for found in old:
        if not options.yes:
            out.line(f"would remove {found.arn}")
        elif not _is_older(session, found, options.older_than):  # made anew since it was listed
            out.line(f"kept {found.arn}: it was deleted or recreated")
        elif refused := aws_error_of(lambda gone=found: gone.resource.delete(session)):  # type: ignore[misc]
            failed += 1
            out.line(("not removed", "red"), f" {found.arn}: {refused}")
        else:
            out.line(f"removed {found.arn}")
    out.line(f"{len(old)} found with prefix {prefix}" + ("" if options.yes else "; --yes removes them"))
    return 1 if failed else 0


def _is_older(session: Session, found: Found, age: timedelta) -> bool:
    made: list[datetime | None] = []
    if aws_error_of(lambda: made.append(created(session, found))) is not None:
        return False
    return age == timedelta(0) or (made[0] is not None and datetime.now(UTC) - made[0] > age)
