"""The arguments of the commands about the handlers of consumers."""

import argparse
from collections.abc import Callable
from pathlib import Path

from pca_events.cli.options import add_form, add_format, whole_number
from pca_events.cli.parser import Parser


def variable(words: str) -> tuple[str, str]:
    """Read `NAME=VALUE`."""
    import re

    name, equals, value = words.partition("=")
    if not equals or not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        raise argparse.ArgumentTypeError(f'"{words}" is not a variable; write it as NAME=VALUE')
    return name, value


def _test_handler(parser: Parser) -> None:
    from pca_events.handlers.entry import MOST_MEMORY, MOST_TIME, Limits

    parser.add_argument(
        "entry", metavar="ENTRY", nargs="?", help="the file and the function: app:handler, src/app.py:handler"
    )
    parser.add_argument("--command", metavar="WORDS", dest="words", help="a command instead: 'node handler.mjs'")
    parser.add_argument(
        "--folder", metavar="DIR", type=Path, help="where the handler runs (default: the current directory)"
    )
    parser.add_argument(
        "--accepts",
        metavar="GLOB",
        action="append",
        required=True,
        help="the documented events that it is meant for, such as 'crl-generation-failure-*'; repeatable",
    )
    add_form(parser)
    probes = parser.add_mutually_exclusive_group()
    probes.add_argument(
        "--probe", metavar="ENTRY", help="a function without arguments that returns the items of the state, or how many"
    )
    probes.add_argument("--probe-command", metavar="WORDS", help="a command that prints them as JSON")
    probes.add_argument(
        "--record", action="store_true", help="the state is the calls to AWS, made to an embedded LocalStack"
    )
    parser.add_argument("--endpoint-url", metavar="URL", help="with --record: the LocalStack at URL instead")
    parser.add_argument("--setup", metavar="WORDS", help="a command that is run once before, to create resources")
    parser.add_argument(
        "--env",
        metavar="NAME=VALUE",
        action="append",
        type=variable,
        default=[],
        help="a variable of the handler, probe and setup; {tmp} in the value is a new folder; repeatable",
    )
    parser.add_argument("--not-idempotent", action="store_true", help="do not require that it tolerates duplicates")
    parser.add_argument(
        "--needs", metavar="PATH", action="append", help="a field that it needs, such as $.detail.result; repeatable"
    )
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=whole_number(1, MOST_TIME),
        default=int(Limits.seconds),
        help="default: %(default)s",
    )
    parser.add_argument(
        "--memory", metavar="MB", type=whole_number(64, MOST_MEMORY), default=Limits.memory, help="default: %(default)s"
    )
    parser.add_argument("--seed", metavar="S", help="the same seed gives the same events (default: new events)")
    add_format(parser)


def _init(parser: Parser) -> None:
    parser.add_argument(
        "folder", metavar="DIR", nargs="?", default=".", help="the folder of the consumer (default: the current one)"
    )
    parser.add_argument("--print", dest="printed", action="store_true", help="print the file instead of writing it")


def _verify_consumer(parser: Parser) -> None:
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        default=["."],
        help="a contract file, or a folder with contract files at any depth (default: the current one)",
    )
    parser.add_argument(
        "--static", action="store_true", help="do not try the rules on an event bus; the result says so"
    )
    parser.add_argument(
        "--endpoint-url", metavar="URL", help="try the rules on the LocalStack at URL (default: an embedded one)"
    )
    add_format(parser)


def _matrix(parser: Parser) -> None:
    parser.add_argument(
        "paths", metavar="PATH", nargs="+", help="a contract file, or a folder with contract files at any depth"
    )
    add_format(parser)


ARGUMENTS: dict[str, Callable[[Parser], None]] = {
    "init": _init,
    "verify-consumer": _verify_consumer,
    "matrix": _matrix,
    "test-handler": _test_handler,
}
"""What adds the arguments of each command."""
