"""The arguments of the commands that run scenarios, serve an event bus or show a run."""

from collections.abc import Callable
from pathlib import Path

from pca_events.cli.options import (
    account,
    add_format,
    add_max_unpacked,
    add_workers,
    age,
    duration,
    resource_kinds,
    run_id,
    switches,
    whole_number,
)
from pca_events.cli.parser import Parser
from pca_events.service_switches import SWITCHES

SHELLS = ("bash", "zsh")
"""The shells that `pca-events completion` knows."""


def _verify(parser: Parser) -> None:
    from pca_events.harness.run import MODES

    parser.add_argument(
        "features",
        nargs="*",
        metavar="FEATURE",
        help="run only these features, such as events/ca_creation, or a folder of them: routing",
    )
    parser.add_argument(
        "--tags", metavar="EXPRESSION", help='run only the scenarios whose tags match: "@backend and not @operations"'
    )
    parser.add_argument("--scenario", metavar="TEXT", help="run only the scenarios whose name contains the text")
    parser.add_argument(
        "-k", dest="select", metavar="EXPRESSION", help="run only the scenarios that match, as in pytest -k"
    )
    parser.add_argument("--list", action="store_true", help="list the scenarios that would run, without running them")
    parser.add_argument("-x", "--fail-fast", action="store_true", help="stop at the first scenario that fails")
    add_workers(parser, "number of processes (default: one per core)")
    parser.add_argument(
        "--endpoint-url",
        metavar="URL",
        help="use the LocalStack or MiniStack at URL (default: start and stop an embedded one)",
    )
    parser.add_argument(
        "--mode",
        choices=MODES,
        help="how events are sent: as AWS services do (the default), unchanged with PutEvents (the default with "
        "--stock), with another source (the default elsewhere), or not at all, with TestEventPattern instead",
    )
    _add_stock(parser)
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write the result of each scenario as JUnit XML")
    parser.add_argument(
        "--messages",
        metavar="FILE",
        type=Path,
        help="write the result of each scenario and step to FILE as Cucumber Messages (NDJSON)",
    )
    parser.add_argument(
        "--site", metavar="DIR", type=Path, help="write the living documentation of this run to DIR (pca-events site)"
    )
    _add_site_options(parser)


def _add_stock(parser: Parser) -> None:
    parser.add_argument(
        "--stock", action="store_true", help="embed LocalStack with its own EventBridge, which differs from AWS"
    )


def _site(parser: Parser) -> None:
    parser.add_argument(
        "folder", metavar="DIR", type=Path, help="created if it does not exist; other files in it are kept"
    )
    parser.add_argument(
        "--messages", metavar="FILE", type=Path, help="messages that `pca-events verify --messages` wrote"
    )
    _add_site_options(parser)


def _calibrate(parser: Parser) -> None:
    parser.add_argument(
        "--endpoint-url",
        metavar="URL",
        help="a running LocalStack, MiniStack or moto server (default: an embedded LocalStack)",
    )
    _add_stock(parser)


def _sweep(parser: Parser) -> None:
    from datetime import timedelta

    from pca_events.harness.resources import SWEPT_KINDS
    from pca_events.harness.run import PREFIX

    parser.add_argument("--endpoint-url", metavar="URL", required=True, help="the LocalStack or MiniStack to sweep")
    parser.add_argument(
        "--run", dest="run_id", metavar="ID", type=run_id, help="only resources of the run with this id"
    )
    parser.add_argument("--prefix", default=f"{PREFIX}-", help="prefix of the names (default: %(default)s)")
    parser.add_argument(
        "--older-than", metavar="AGE", type=age, default=timedelta(0), help="only resources that are older: 90m, 2h"
    )
    parser.add_argument(
        "--only",
        metavar="KINDS",
        type=resource_kinds,
        default=SWEPT_KINDS,
        help=f"only these kinds, separated by commas: {', '.join(SWEPT_KINDS)}",
    )
    parser.add_argument("--yes", action="store_true", help="remove the resources")


def _localstack(parser: Parser) -> None:
    from pca_events.functions.entries import MEMORY_LIMIT, TIME_LIMIT
    from pca_events.handlers.entry import MOST_MEMORY, MOST_TIME

    parser.add_argument(
        "--port",
        type=whole_number(0, 65535),
        metavar="N",
        default=4566,
        help="the loopback port to listen on (default: %(default)s)",
    )
    parser.add_argument(
        "--state",
        metavar="DIR",
        type=Path,
        help="load CAs, certificates and buckets from this folder, and save them there at the end",
    )
    parser.add_argument(
        "--services",
        metavar="NAMES",
        type=switches,
        default=(),
        help=f"more AWS services to switch on, separated by commas: {', '.join(SWITCHES)} (default: none)",
    )
    parser.add_argument(
        "--function",
        metavar="NAME=ENTRY",
        action="append",
        default=[],
        help="a handler that runs as this Lambda function, such as renew=app:handler or "
        "'renew=command:node handler.mjs'; repeatable",
    )
    parser.add_argument(
        "--function-timeout",
        metavar="SECONDS",
        type=whole_number(1, MOST_TIME),
        default=TIME_LIMIT,
        help="the time limit of an invocation (default: %(default)s)",
    )
    parser.add_argument(
        "--function-memory",
        metavar="MB",
        type=whole_number(64, MOST_MEMORY),
        default=MEMORY_LIMIT,
        help="the memory limit of an invocation (default: %(default)s)",
    )
    _add_stock(parser)


def _watch(parser: Parser) -> None:
    from pca_events.backends import ACCOUNT, REGION

    parser.add_argument("--bus", metavar="NAME", default="default", help="the event bus (default: %(default)s)")
    parser.add_argument(
        "--endpoint-url", metavar="URL", default="http://127.0.0.1:4566", help="the LocalStack (default: %(default)s)"
    )
    parser.add_argument(
        "--account", metavar="ID", default=ACCOUNT, help="the account of the bus (default: %(default)s)"
    )
    parser.add_argument("--region", metavar="NAME", default=REGION, help="its Region (default: %(default)s)")
    parser.add_argument(
        "--why",
        action="store_true",
        help="show for each event which rules of the bus fired or what blocked them, and every attempt to deliver",
    )
    add_format(parser, "json: one object per line with event, meets and violations")


def _add_simulator(parser: Parser) -> None:
    from pca_events.backends import ACCOUNT

    parser.add_argument(
        "--endpoint-url", metavar="URL", default="http://127.0.0.1:4566", help="the LocalStack (default: %(default)s)"
    )
    parser.add_argument("--account", metavar="ID", type=account, default=ACCOUNT, help="default: %(default)s")


def _fail(parser: Parser) -> None:
    from pca_events.backends.control_names import ACCEPTED_OPERATIONS, ERROR_CODES, REJECTED_OPERATIONS

    operations = tuple(dict.fromkeys((*ACCEPTED_OPERATIONS, *REJECTED_OPERATIONS)))
    parser.add_argument(
        "operation",
        metavar="OPERATION",
        nargs="?",
        choices=operations,
        help=f"without --code: {', '.join(ACCEPTED_OPERATIONS)}; with it, any operation of the API",
    )
    parser.add_argument("count", metavar="COUNT", nargs="?", type=whole_number(0), help="default: 1; 0 cancels")
    parser.add_argument(
        "--code",
        metavar="CODE",
        choices=ERROR_CODES,
        help=f"reject the calls with this error: {', '.join(ERROR_CODES)}",
    )
    parser.add_argument(
        "--for", dest="lasts", metavar="TIME", type=duration, help="with --code: for a time, such as 30s, 10m, 2h or 1d"
    )
    parser.add_argument("--ca", metavar="ARN", help="only calls about this CA (default: any CA)")
    parser.add_argument("--cancel", action="store_true", help="cancel what was planned before")
    _add_simulator(parser)


def _clock(parser: Parser) -> None:
    parser.add_argument("advance", metavar="TIME", nargs="?", type=duration, help="such as +90s, +30m, +2h or +7d")
    _add_simulator(parser)


def _deliver(parser: Parser) -> None:
    from pca_events.backends.control_names import RULE_FAULTS

    parser.add_argument("fault", metavar="FAULT", nargs="?", choices=RULE_FAULTS, help=", ".join(RULE_FAULTS))
    parser.add_argument(
        "count", metavar="COUNT", nargs="?", type=whole_number(0), help="default: 1, for shuffle 2; 0 cancels"
    )
    parser.add_argument("--by", dest="delay", metavar="TIME", type=duration, help="with delay: 30s, 10m, 2h or 1d")
    parser.add_argument("--rule", metavar="ARN", help="deliveries of this rule, not events before the bus")
    parser.add_argument("--cancel", action="store_true", help="cancel what was planned before")
    _add_simulator(parser)


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
        help="a folder with rules and contract files of consumers, to show who relies on each event; repeatable",
    )
    parser.add_argument(
        "--source-url",
        metavar="URL",
        default="",
        help="link features and steps to their source there, such as https://github.com/me/project/blob/main",
    )
    add_max_unpacked(parser)


ARGUMENTS: dict[str, Callable[[Parser], None]] = {
    "verify": _verify,
    "site": _site,
    "calibrate": _calibrate,
    "sweep": _sweep,
    "localstack": _localstack,
    "watch": _watch,
    "fail": _fail,
    "clock": _clock,
    "deliver": _deliver,
    "completion": _completion,
}
"""What adds the arguments of each command."""
