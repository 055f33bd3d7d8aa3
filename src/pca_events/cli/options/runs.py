"""The arguments of the commands that run scenarios, serve an event bus or show a run."""

from collections.abc import Callable
from pathlib import Path

from pca_events.cli.options import add_format, add_max_unpacked, add_workers, age, resource_kinds, whole_number
from pca_events.cli.parser import Parser

SHELLS = ("bash", "zsh")
"""The shells that `pca-events completion` knows."""


def _verify(parser: Parser) -> None:
    from pca_events.harness.modes import MODES

    parser.add_argument(
        "features",
        nargs="*",
        metavar="FEATURE",
        help="run only these, named as they are shown: events/ca_creation, or a folder of them: routing",
    )
    parser.add_argument(
        "--tags", metavar="EXPRESSION", help='run only the scenarios with such tags: "@backend and not @operations"'
    )
    parser.add_argument("--scenario", metavar="TEXT", help="run only the scenarios whose name holds the text")
    parser.add_argument(
        "-k", dest="select", metavar="EXPRESSION", help="run only the scenarios that match, as pytest -k"
    )
    parser.add_argument("--list", action="store_true", help="list the scenarios that would run, and run none")
    parser.add_argument("-x", "--fail-fast", action="store_true", help="stop at the first scenario that fails")
    add_workers(parser, "how many processes share the scenarios (default: as many as there are cores)")
    parser.add_argument(
        "--endpoint-url",
        metavar="URL",
        help="run on the LocalStack at URL; without it an embedded one is started and stopped",
    )
    parser.add_argument(
        "--mode",
        choices=MODES,
        default="direct",
        help="how events are brought in: as they are, with another source, or not at all, asking TestEventPattern",
    )
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write the outcome of each scenario as JUnit XML")
    parser.add_argument(
        "--messages",
        metavar="FILE",
        type=Path,
        help="write what each scenario came to, step by step, as Cucumber Messages (NDJSON) to FILE",
    )
    parser.add_argument(
        "--site", metavar="DIR", type=Path, help="write the living documentation of this run into DIR (pca-events site)"
    )
    _add_site_options(parser)


def _site(parser: Parser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="made where it is missing; other files in it stay")
    parser.add_argument("--messages", metavar="FILE", type=Path, help="what `pca-events verify --messages` has written")
    _add_site_options(parser)


def _calibrate(parser: Parser) -> None:
    parser.add_argument(
        "--endpoint-url",
        metavar="URL",
        help="a running LocalStack, MiniStack or moto server; without it an embedded LocalStack is tried",
    )


def _sweep(parser: Parser) -> None:
    from datetime import timedelta

    from pca_events.harness.kinds import KINDS
    from pca_events.harness.names import PREFIX

    parser.add_argument("--endpoint-url", metavar="URL", required=True, help="the LocalStack to sweep")
    parser.add_argument("--run", dest="run_id", metavar="ID", help="only what the run of this id made")
    parser.add_argument("--prefix", default=f"{PREFIX}-", help="what names begin with (default: %(default)s)")
    parser.add_argument(
        "--older-than", metavar="AGE", type=age, default=timedelta(0), help="only what is older: 90m, 2h"
    )
    parser.add_argument("--only", metavar="KINDS", type=resource_kinds, default=KINDS, help=f"of {', '.join(KINDS)}")
    parser.add_argument("--yes", action="store_true", help="remove it")


def _localstack(parser: Parser) -> None:
    parser.add_argument(
        "--port",
        type=whole_number(0, 65535),
        metavar="N",
        default=4566,
        help="the loopback port to listen on (default: %(default)s)",
    )


def _watch(parser: Parser) -> None:
    from pca_events.backends.defaults import ACCOUNT, REGION

    parser.add_argument("--bus", metavar="NAME", default="default", help="the event bus (default: %(default)s)")
    parser.add_argument(
        "--endpoint-url", metavar="URL", default="http://127.0.0.1:4566", help="the LocalStack (default: %(default)s)"
    )
    parser.add_argument(
        "--account", metavar="ID", default=ACCOUNT, help="the account of the bus (default: %(default)s)"
    )
    parser.add_argument("--region", metavar="NAME", default=REGION, help="its Region (default: %(default)s)")
    add_format(parser, "json: one object a line with event, meets and violations")


def _completion(parser: Parser) -> None:
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=" or ".join(SHELLS))


def _add_site_options(parser: Parser) -> None:
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
    add_max_unpacked(parser)


ARGUMENTS: dict[str, Callable[[Parser], None]] = {
    "verify": _verify,
    "site": _site,
    "calibrate": _calibrate,
    "sweep": _sweep,
    "localstack": _localstack,
    "watch": _watch,
    "completion": _completion,
}
"""What adds the arguments of each command."""
